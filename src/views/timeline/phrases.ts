/** The short sentences that titles are made of, in the language asked for. */
import type { Language } from '../../kernel/language.ts';
import type { Money } from '../../kernel/money.ts';
import type { Item } from './facts.ts';

interface Phrases {
  timeline: (program: string) => string;
  callOpens: (call: string) => string;
  callCloses: (call: string) => string;
  bids: (call: string, outcome: string, who: string) => string;
  outcomes: Record<string, string>;
  roundPlanned: (ordinal: number) => string;
  roundPresented: (ordinal: number) => string;
  roundPublished: (ordinal: number) => string;
  release: (who: string, model: string) => string;
  decisions: Record<string, (who: string, round: string) => string>;
  round: (ordinal: number | null) => string;
  claim: (money: string, kind: string, subject: string, publisher: string | null) => string;
  money: Record<string, string>;
  joined: (consortium: string, who: string) => string;
  left: (consortium: string, who: string) => string;
  more: (count: number) => string;
  planned: string;
  passed: string;
  movedTo: (date: string) => string;
  sources: string;
}

const en: Phrases = {
  timeline: (program) => `Timeline: ${program}`,
  callOpens: (call) => `${call} opens`,
  callCloses: (call) => `${call} closes`,
  bids: (call, outcome, who) => `${call}, ${outcome}: ${who}`,
  outcomes: {
    selected: 'selected',
    excluded: 'excluded',
    shortlisted: 'shortlisted',
    'not-shortlisted': 'not shortlisted',
    withdrawn: 'withdrawn',
    declined: 'declined to bid',
  },
  roundPlanned: (ordinal) => `Round ${ordinal} planned`,
  roundPresented: (ordinal) => `Round ${ordinal}: models presented`,
  roundPublished: (ordinal) => `Round ${ordinal}: result published`,
  release: (who, model) => `${who} releases ${model}`,
  decisions: {
    selected: (who) => `${who} selected`,
    added: (who) => `${who} added`,
    advanced: (who, round) => `${who} advances${round}`,
    eliminated: (who, round) => `${who} eliminated${round}`,
    champion: (who, round) => `${who} made champion${round}`,
  },
  round: (ordinal) => (ordinal === null ? '' : ` in round ${ordinal}`),
  claim: (money, kind, subject, publisher) =>
    `${publisher ?? 'A source'} states ${money} (${kind}) for ${subject}`,
  money: {
    budget: 'budget',
    award: 'award',
    'gpu-support': 'GPU support',
    'data-support': 'data support',
    'talent-support': 'talent support',
    investment: 'investment',
  },
  joined: (consortium, who) => `${consortium}, joined by ${who}`,
  left: (consortium, who) => `${consortium}, left by ${who}`,
  more: (count) => ` and ${count} more`,
  planned: 'Planned',
  passed: 'Was planned; nothing here says that it took place',
  movedTo: (date) => `Moved to ${date}`,
  sources: 'Sources',
};

const ko: Phrases = {
  timeline: (program) => `일정: ${program}`,
  callOpens: (call) => `${call} 시작`,
  callCloses: (call) => `${call} 마감`,
  bids: (call, outcome, who) => `${call} ${outcome}: ${who}`,
  outcomes: {
    selected: '선정',
    excluded: '탈락',
    shortlisted: '서류 통과',
    'not-shortlisted': '서류 탈락',
    withdrawn: '철회',
    declined: '불참',
  },
  roundPlanned: (ordinal) => `${ordinal}차 평가 예정`,
  roundPresented: (ordinal) => `${ordinal}차 평가: 모델 발표`,
  roundPublished: (ordinal) => `${ordinal}차 평가: 결과 공개`,
  release: (who, model) => `${who}, ${model} 공개`,
  decisions: {
    selected: (who) => `${who} 선정`,
    added: (who) => `${who} 추가 선정`,
    advanced: (who, round) => `${who}${round} 통과`,
    eliminated: (who, round) => `${who}${round} 탈락`,
    champion: (who, round) => `${who}${round} 최종 선정`,
  },
  round: (ordinal) => (ordinal === null ? '' : ` ${ordinal}차 평가`),
  claim: (money, kind, subject, publisher) => `${subject} ${kind} ${money} (${publisher ?? '출처'})`,
  money: {
    budget: '예산',
    award: '지원금',
    'gpu-support': 'GPU 지원',
    'data-support': '데이터 지원',
    'talent-support': '인재 지원',
    investment: '투자',
  },
  joined: (consortium, who) => `${consortium} 합류: ${who}`,
  left: (consortium, who) => `${consortium} 이탈: ${who}`,
  more: (count) => ` 외 ${count}곳`,
  planned: '예정',
  passed: '예정되었으나 실제로 이루어졌는지는 알려지지 않음',
  movedTo: (date) => `변경된 날짜: ${date}`,
  sources: '출처',
};

const fr: Phrases = {
  timeline: (program) => `Chronologie : ${program}`,
  callOpens: (call) => `${call} : ouverture`,
  callCloses: (call) => `${call} : clôture`,
  bids: (call, outcome, who) => `${call}, ${outcome} : ${who}`,
  outcomes: {
    selected: 'candidats retenus',
    excluded: 'candidats écartés',
    shortlisted: 'présélection',
    'not-shortlisted': 'hors présélection',
    withdrawn: 'candidatures retirées',
    declined: 'sans candidature',
  },
  roundPlanned: (ordinal) => `Tour ${ordinal} prévu`,
  roundPresented: (ordinal) => `Tour ${ordinal} : présentation des modèles`,
  roundPublished: (ordinal) => `Tour ${ordinal} : résultat publié`,
  release: (who, model) => `${who} publie ${model}`,
  decisions: {
    selected: (who) => `${who} : sélection`,
    added: (who) => `${who} : ajout`,
    advanced: (who, round) => `${who} : qualification${round}`,
    eliminated: (who, round) => `${who} : élimination${round}`,
    champion: (who, round) => `${who} : victoire${round}`,
  },
  round: (ordinal) => (ordinal === null ? '' : ` au tour ${ordinal}`),
  claim: (money, kind, subject, publisher) =>
    `${publisher ?? 'Une source'} indique ${money} (${kind}) pour ${subject}`,
  money: {
    budget: 'budget',
    award: 'subvention',
    'gpu-support': 'aide en GPU',
    'data-support': 'aide en données',
    'talent-support': 'aide aux talents',
    investment: 'investissement',
  },
  joined: (consortium, who) => `${consortium}, arrivée de ${who}`,
  left: (consortium, who) => `${consortium}, départ de ${who}`,
  more: (count) => ` et ${count} de plus`,
  planned: 'Prévu',
  passed: 'Était prévu ; rien n’indique que cela a eu lieu',
  movedTo: (date) => `Nouvelle date : ${date}`,
  sources: 'Sources',
};

export const phrases: Record<Language, Phrases> = { en, ko, fr };

/** How an event stands that is not simply done. */
export function standing({ status, moved }: Item, language: Language): string[] {
  const { planned, passed, movedTo } = phrases[language];
  if (moved) return [planned, movedTo(moved.to)];
  return status === 'planned' ? [planned] : status === 'passed' ? [passed] : [];
}

const shownNames = 3;

export function inWords(names: string[], language: Language): string {
  const rest = names.length - shownNames;
  return names.slice(0, shownNames).join(', ') + (rest > 0 ? phrases[language].more(rest) : '');
}

/** The digits as they are stored, only grouped: a decimal string is never read as a float. */
export function moneyInWords({ amount, currency }: Money, language: Language): string {
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: 4 });
  return `${format.format(amount as `${number}`)} ${currency}`;
}
