/**
 * The standings as a row for each consortium: a dot at a total that is certain, a bar over the interval of one that is
 * not, a dashed line at the cut. Who is out has a ring and says so.
 */
import { colours, type Chart } from '../../charts/frame.ts';
import { plotMarks } from '../../charts/plot.ts';
import { shortened } from '../../charts/text.ts';
import { sourceLine } from '../../charts/words.ts';
import type { Language } from '../../kernel/language.ts';
import type { ConsortiumLine, StandingsAnswer } from './answer.ts';

interface Words {
  title: (program: string, ordinal: number) => string;
  unit: (maximum: number | null) => string;
  whatIf: string;
  certain: string;
  interval: string;
  out: string;
  cut: string;
  eliminated: string;
  gate: string;
  empty: string;
}

const words: Record<Language, Words> = {
  en: {
    title: (program, ordinal) => `Standings of round ${ordinal}: ${program}`,
    unit: (maximum) => `Total in points${maximum === null ? '' : `, at most ${maximum}`}`,
    whatIf: 'What-if: other weights than those of the round',
    certain: 'total, goes on',
    interval: 'where the total must lie',
    out: 'total, out',
    cut: 'cut line',
    eliminated: 'out',
    gate: 'gate failed',
    empty: 'No scores are known.',
  },
  ko: {
    title: (program, ordinal) => `${ordinal}차 평가 순위: ${program}`,
    unit: (maximum) => `총점${maximum === null ? '' : `, ${maximum}점 만점`}`,
    whatIf: '가정: 실제와 다른 가중치',
    certain: '총점, 진출',
    interval: '총점이 있을 수 있는 구간',
    out: '총점, 탈락',
    cut: '커트라인',
    eliminated: '탈락',
    gate: '필수 요건 미달',
    empty: '알려진 점수가 없습니다.',
  },
  fr: {
    title: (program, ordinal) => `Classement de la phase ${ordinal} : ${program}`,
    unit: (maximum) => `Total en points${maximum === null ? '' : `, au plus ${maximum}`}`,
    whatIf: 'Hypothèse : d’autres poids que ceux de la phase',
    certain: 'total, qualifié',
    interval: 'où se situe le total',
    out: 'total, éliminé',
    cut: 'seuil',
    eliminated: 'éliminé',
    gate: 'critère éliminatoire',
    empty: 'Aucun score connu.',
  },
};

const placeOf = ({ rank }: ConsortiumLine): string =>
  rank === null ? '' : rank.best === rank.worst ? `${rank.best}` : `${rank.best}–${rank.worst}`;

function rowsOf({ consortiums, maximum }: StandingsAnswer, say: Words) {
  return consortiums.map((line) => {
    const { name, total, failedGate, decision } = line;
    const out = decision?.outcome === 'eliminated' || failedGate;
    const exact = total !== null && total.lowest === total.highest;
    const verdict = failedGate ? say.gate : out ? say.eliminated : '';
    const points =
      total === null ? '' : exact ? `${total.lowest}` : `${total.lowest}–${total.highest ?? '…'}`;
    return {
      label: `${placeOf(line)}  ${shortened(name, 11, 120)}`,
      lowest: total?.lowest ?? 0,
      highest: total?.highest ?? maximum ?? total?.lowest ?? 0,
      exact,
      known: total !== null,
      written: [points, verdict].filter((part) => part !== '').join(', '),
      fill: out ? '#fff' : colours.dark,
    };
  });
}

/** Halfway between the last place inside and the first outside, where both are certain. */
function cutAt({ cutLine: { lastInside: inside, firstOutside: outside } }: StandingsAnswer): number[] {
  const certain = inside && outside && inside.lowest === inside.highest && outside.lowest === outside.highest;
  return certain ? [(inside.lowest + outside.lowest) / 2] : [];
}

export async function standingsChart(
  answer: StandingsAnswer,
  language: Language,
  asOf?: string,
): Promise<Chart> {
  const say = words[language];
  const rows = rowsOf(answer, say);
  const cut = cutAt(answer);
  const { dot, link, ruleX, ruleY, text } = await plotMarks();
  const y = (row: { label: string }): string => row.label;
  return {
    language,
    title: say.title(answer.round.program.name, answer.round.ordinal),
    subtitle: `${say.unit(answer.maximum)}. ${answer.hypothetical ? `${say.whatIf}.` : ''}`,
    legend: [
      { text: say.certain, colour: colours.dark, shape: 'dot' },
      { text: say.out, colour: colours.dark, shape: 'ring' },
      ...(rows.some(({ exact, known }) => known && !exact)
        ? [{ text: say.interval, colour: colours.light, shape: 'line' as const }]
        : []),
      ...(cut.length > 0 ? [{ text: say.cut, colour: colours.warm, shape: 'line' as const }] : []),
    ],
    source: sourceLine(
      language,
      answer.consortiums.flatMap(({ sources }) => sources),
      asOf,
    ),
    empty: say.empty,
    ...(rows.some(({ known }) => known)
      ? {
          plot: {
            height: 44 + rows.length * 36,
            marginLeft: 155,
            marginRight: 14,
            marginTop: 14,
            x: {
              label: null,
              grid: true,
              ticks: 4,
              domain: [0, answer.maximum ?? undefined],
              nice: answer.maximum === null,
            },
            y: { type: 'point', label: null, domain: rows.map(y), tickSize: 0, padding: 0.6 },
            marks: [
              ruleY(rows.map(y), { stroke: colours.line }),
              link(
                rows.filter(({ known, exact }) => known && !exact),
                {
                  x1: 'lowest',
                  x2: 'highest',
                  y1: 'label',
                  y2: 'label',
                  stroke: colours.light,
                  strokeWidth: 9,
                  strokeLinecap: 'butt',
                },
              ),
              ruleX(cut, { stroke: colours.warm, strokeDasharray: '4,3', strokeWidth: 1.5 }),
              dot(
                rows.filter(({ exact }) => exact),
                {
                  x: 'lowest',
                  y: 'label',
                  r: 4.5,
                  fill: 'fill',
                  stroke: colours.dark,
                  strokeWidth: 1.5,
                },
              ),
              text(rows, {
                y: 'label',
                frameAnchor: 'left',
                text: 'written',
                dy: -12,
                dx: 3,
                textAnchor: 'start',
                fontSize: 10.5,
                fill: colours.ink,
              }),
            ],
          },
        }
      : {}),
  };
}
