/** What the chart of the claims says, in the three languages. */
import type { Language } from '../../kernel/language.ts';

interface Words {
  title: (program: string) => string;
  about: string;
  stop: string;
  unit: (currency: string) => string;
  undrawn: (claims: number) => string;
  cut: (rows: number) => string;
  preferred: string;
  /** After the name of a group. */
  best: (amount: string) => string;
  none: string;
  other: string;
  range: string;
  differ: string;
  empty: string;
}

export const chartWords: Record<Language, Words> = {
  en: {
    title: (program) => `${program}: claims about the money`,
    about: 'By subject and scope',
    stop: '; ',
    unit: (currency) =>
      `amounts in ${currency} as the sources state them (≈ approximate, bold preferred), logarithmic axis`,
    undrawn: (claims) =>
      claims === 1
        ? '; 1 claim in another currency is not drawn'
        : `; ${claims} claims in other currencies are not drawn`,
    cut: (rows) => ` ${rows} scopes: those that stand for their group, then those with the most claims.`,
    preferred: 'preferred in its scope',
    best: (amount) => `preferred ${amount}`,
    none: 'none preferred',
    other: 'not preferred',
    range: 'a range, one claim',
    differ: 'claims of one scope that differ',
    empty: 'No claims are known.',
  },
  ko: {
    title: (program) => `${program}: 예산에 관한 주장`,
    about: '대상과 범위별',
    stop: '; ',
    unit: (currency) => `출처가 밝힌 ${currency} 금액(≈ 대략, 굵게 우선 주장), 로그 축`,
    undrawn: (claims) => `; 다른 통화의 주장 ${claims}건은 표시하지 않음`,
    cut: (rows) => ` 범위 ${rows}개: 전체를 대표하는 범위, 그다음 주장이 많은 범위.`,
    preferred: '범위별 우선 주장',
    best: (amount) => `우선 ${amount}`,
    none: '우선 주장 없음',
    other: '그 밖의 주장',
    range: '한 주장의 범위',
    differ: '같은 범위에서 서로 다른 주장',
    empty: '알려진 주장이 없습니다.',
  },
  fr: {
    title: (program) => `${program} : montants avancés`,
    about: 'Par objet et périmètre',
    stop: ', ',
    unit: (currency) =>
      `montants en ${currency} tels que publiés (≈ approximatif, gras retenu), axe logarithmique`,
    undrawn: (claims) =>
      claims === 1
        ? '. 1 montant dans une autre monnaie ne figure pas'
        : `. ${claims} montants dans d’autres monnaies ne figurent pas`,
    cut: (rows) => ` ${rows} périmètres : ceux qui représentent un ensemble, puis les plus fournis.`,
    preferred: 'retenu dans son périmètre',
    best: (amount) => `retenu ${amount}`,
    none: 'aucun retenu',
    other: 'non retenu',
    range: 'fourchette d’une source',
    differ: 'montants d’un même périmètre qui diffèrent',
    empty: 'Aucun montant connu.',
  },
};
