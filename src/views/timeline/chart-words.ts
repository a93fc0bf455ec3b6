/** What the chart of the timeline says, in the three languages. */
import type { Language } from '../../kernel/language.ts';
import type { Kind } from './facts.ts';

interface Words {
  unit: (events: number) => string;
  left: (earlier: number, crowded: number) => string;
  happened: string;
  planned: string;
  moved: string;
  day: string;
  empty: string;
  outcomes: Record<string, (count: number) => string>;
  lanes: Record<Kind, string>;
}

const plural = (one: string, many: string) => (count: number) => `${count} ${count === 1 ? one : many}`;
const counted = (word: string) => (count: number) => `${count} ${word}`;

export const words: Record<Language, Words> = {
  en: {
    unit: (n) => `${n} dated events, each at its day; where only the month or year is known, a line shows it`,
    left: (earlier, crowded) =>
      `${earlier === 0 ? '' : `; ${earlier} earlier ones are not drawn`}${crowded === 0 ? '' : `; ${crowded} more have no room`}`,
    happened: 'took place',
    planned: 'planned, not confirmed',
    moved: 'planned, then moved',
    day: 'day of the question',
    empty: 'Nothing dated is known.',
    outcomes: {
      selected: counted('selected'),
      added: counted('added'),
      advanced: plural('advances', 'advance'),
      eliminated: counted('out'),
      champion: plural('champion', 'champions'),
    },
    lanes: {
      decision: 'decisions',
      'round-scheduled': 'round planned',
      'round-presented': 'presentation',
      'round-published': 'round result',
      disclosure: 'disclosure',
      milestone: 'milestone',
      'call-opened': 'call opens',
      'call-closed': 'call closes',
      bid: 'bids',
      joined: 'joins',
      left: 'leaves',
      release: 'model release',
      funding: 'funding claim',
    },
  },
  ko: {
    unit: (n) => `날짜가 있는 사건 ${n}건, 각각 그 날짜에 표시; 월·연도만 알려진 것은 선으로 표시`,
    left: (earlier, crowded) =>
      `${earlier === 0 ? '' : `; 이전 ${earlier}건은 생략`}${crowded === 0 ? '' : `; 자리가 없어 ${crowded}건 생략`}`,
    happened: '이루어짐',
    planned: '예정, 미확인',
    moved: '예정 후 변경',
    day: '기준일',
    empty: '날짜가 알려진 사건이 없습니다.',
    outcomes: {
      selected: (n) => `${n}팀 선정`,
      added: (n) => `${n}팀 추가`,
      advanced: (n) => `${n}팀 통과`,
      eliminated: (n) => `${n}팀 탈락`,
      champion: (n) => `${n}팀 최종 선정`,
    },
    lanes: {
      decision: '결정',
      'round-scheduled': '평가 예정',
      'round-presented': '발표회',
      'round-published': '평가 결과',
      disclosure: '공개',
      milestone: '주요 일정',
      'call-opened': '공모 시작',
      'call-closed': '공모 마감',
      bid: '응모',
      joined: '합류',
      left: '이탈',
      release: '모델 출시',
      funding: '예산 관련 주장',
    },
  },
  fr: {
    unit: (n) =>
      `${n} événements datés, chacun à son jour ; si seul le mois ou l’année est connu, un trait l’indique`,
    left: (earlier, crowded) =>
      `${earlier === 0 ? '' : ` ; ${earlier} plus anciens ne figurent pas`}${crowded === 0 ? '' : ` ; ${crowded} autres faute de place`}`,
    happened: 'a eu lieu',
    planned: 'prévu, non confirmé',
    moved: 'prévu, puis déplacé',
    day: 'jour de la question',
    empty: 'Aucun événement daté connu.',
    outcomes: {
      selected: plural('sélectionné', 'sélectionnés'),
      added: plural('ajouté', 'ajoutés'),
      advanced: plural('qualifié', 'qualifiés'),
      eliminated: plural('exclu', 'exclus'),
      champion: plural('vainqueur', 'vainqueurs'),
    },
    lanes: {
      decision: 'décisions',
      'round-scheduled': 'phase prévue',
      'round-presented': 'présentation',
      'round-published': 'résultat',
      disclosure: 'publication',
      milestone: 'étape',
      'call-opened': 'appel ouvert',
      'call-closed': 'appel clos',
      bid: 'candidatures',
      joined: 'entrées',
      left: 'départs',
      release: 'sortie de modèle',
      funding: 'financement',
    },
  },
};

/** Decisions first, below the labels that name them; then from the plan of a round to the money. */
export const lanes = Object.keys(words.en.lanes) as Kind[];
