/** The timeline as lanes, one a kind of event: a dot for what took place, a ring for what was planned. */
import { colours, type Chart } from '../../charts/frame.ts';
import { plotMarks } from '../../charts/plot.ts';
import { sourceLine } from '../../charts/words.ts';
import type { Language } from '../../kernel/language.ts';
import { lastDayIn } from '../../kernel/partial-date.ts';
import { kinds, type Item, type Kind } from './facts.ts';
import { phrases } from './phrases.ts';

interface Words {
  unit: (n: number) => string;
  happened: string;
  planned: string;
  moved: string;
  empty: string;
  lanes: Record<Kind, string>;
}

const words: Record<Language, Words> = {
  en: {
    unit: (n) => `${n} dated events; a month or a year stands at its last day`,
    happened: 'took place',
    planned: 'was planned',
    moved: 'planned, moved later',
    empty: 'Nothing dated is known.',
    lanes: {
      'call-opened': 'call opens',
      'call-closed': 'call closes',
      bid: 'bids',
      decision: 'decisions',
      joined: 'joins',
      left: 'leaves',
      'round-scheduled': 'round planned',
      'round-presented': 'presentation',
      'round-published': 'round result',
      disclosure: 'disclosure',
      release: 'model release',
      funding: 'funding claim',
      milestone: 'milestone',
    },
  },
  ko: {
    unit: (n) => `날짜가 있는 사건 ${n}건, 월·연 단위는 마지막 날에 표시`,
    happened: '이루어짐',
    planned: '계획됨',
    moved: '계획 후 연기',
    empty: '날짜가 알려진 사건이 없습니다.',
    lanes: {
      'call-opened': '공모 시작',
      'call-closed': '공모 마감',
      bid: '응모',
      decision: '결정',
      joined: '합류',
      left: '이탈',
      'round-scheduled': '평가 예정',
      'round-presented': '발표회',
      'round-published': '평가 결과',
      disclosure: '공개',
      release: '모델 출시',
      funding: '예산 관련 주장',
      milestone: '주요 일정',
    },
  },
  fr: {
    unit: (n) => `${n} événements datés ; un mois ou une année figure à son dernier jour`,
    happened: 'a eu lieu',
    planned: 'était prévu',
    moved: 'prévu, puis reporté',
    empty: 'Aucun événement daté connu.',
    lanes: {
      'call-opened': 'appel ouvert',
      'call-closed': 'appel clos',
      bid: 'candidatures',
      decision: 'décisions',
      joined: 'entrées',
      left: 'départs',
      'round-scheduled': 'phase prévue',
      'round-presented': 'présentation',
      'round-published': 'résultat',
      disclosure: 'publication',
      release: 'sortie de modèle',
      funding: 'financement',
      milestone: 'étape',
    },
  },
};

/** From the call to the result: the order of the lanes. */
const lanes = Object.keys(words.en.lanes) as Kind[];

export async function timelineChart(
  { program, items }: { program: { name: string }; items: Item[] },
  language: Language,
  asOf?: string,
): Promise<Chart> {
  const say = words[language];
  const used = lanes.filter((kind) => kinds.includes(kind) && items.some((item) => item.kind === kind));
  const rows = items.map((item) => ({
    at: new Date(`${lastDayIn(item.date)}T00:00:00Z`),
    lane: say.lanes[item.kind],
    fill: item.planned ? '#fff' : colours.middle,
    stroke: item.moved ? colours.warm : colours.dark,
  }));
  const { dot, ruleY } = await plotMarks();
  return {
    language,
    title: phrases[language].timeline(program.name),
    subtitle: `${say.unit(items.length)}.`,
    legend: [
      { text: say.happened, colour: colours.middle, shape: 'dot' },
      { text: say.planned, colour: colours.dark, shape: 'ring' },
      ...(items.some(({ moved }) => moved)
        ? [{ text: say.moved, colour: colours.warm, shape: 'ring' as const }]
        : []),
    ],
    source: sourceLine(
      language,
      items.flatMap(({ sources }) => sources),
      asOf,
    ),
    empty: say.empty,
    ...(rows.length === 0
      ? {}
      : {
          plot: {
            height: 44 + used.length * 24,
            marginLeft: 105,
            marginRight: 14,
            marginTop: 6,
            x: { type: 'utc', label: null, grid: true, ticks: 4 },
            y: { type: 'point', label: null, domain: used.map((kind) => say.lanes[kind]), tickSize: 0 },
            marks: [
              ruleY(
                used.map((kind) => say.lanes[kind]),
                { stroke: colours.line },
              ),
              dot(rows, {
                x: 'at',
                y: 'lane',
                r: 3.6,
                fill: 'fill',
                stroke: 'stroke',
                strokeWidth: 1.1,
                fillOpacity: 0.75,
              }),
            ],
          },
        }),
  };
}
