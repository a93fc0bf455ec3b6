/** Why there is no one amount in the currency asked for, in the language asked for. */
import type { Language } from '../../kernel/language.ts';

export const conversionWords: Record<
  Language,
  {
    noRate: (from: string, to: string) => string;
    noneNear: (to: string) => string;
    differ: string;
    range: string;
  }
> = {
  en: {
    noRate: (from, to) => `No source states one sum in both ${from} and ${to}.`,
    noneNear: (to) =>
      `No source states this sum in ${to}, and no rate for money of the same subject and kind is known to be near in time.`,
    differ: 'Nothing tells which of the rates comes first, and they differ.',
    range: 'The source states a range.',
  },
  ko: {
    noRate: (from, to) => `같은 금액을 ${from}와(과) ${to}로 함께 밝힌 출처가 없습니다.`,
    noneNear: (to) =>
      `이 금액을 ${to}로 밝힌 출처가 없고, 같은 대상과 종류의 금액에 대해 시기가 가깝다고 알려진 환율도 없습니다.`,
    differ: '어느 환율이 먼저인지 가릴 근거가 없고 환율이 서로 다릅니다.',
    range: '출처가 범위로 밝혔습니다.',
  },
  fr: {
    noRate: (from, to) => `Aucune source n’indique une même somme en ${from} et en ${to}.`,
    noneNear: (to) =>
      `Aucune source n’indique cette somme en ${to}, et aucun taux donné pour de l’argent de même objet et de même nature n’est connu pour être proche dans le temps.`,
    differ: 'Rien n’indique lequel des taux prime, et ils diffèrent.',
    range: 'La source indique une fourchette.',
  },
};
