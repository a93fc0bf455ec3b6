/** What each row of the chart of the standings shows. */
import { inner } from '../../charts/frame.ts';
import { shortened, widthOf } from '../../charts/text.ts';
import type { Language } from '../../kernel/language.ts';
import type { ConsortiumLine, StandingsAnswer } from './answer.ts';
import type { ChartWords, Side } from './chart-words.ts';
import { numberIn } from '../../kernel/numerals.ts';

export const margins = { marginLeft: 8, marginRight: 14, marginTop: 12, marginBottom: 24 };
/** For the name and what is written at the other end. */
const room = inner - margins.marginLeft - margins.marginRight;

export interface Row {
  id: string;
  label: string;
  lowest: number;
  highest: number;
  exact: boolean;
  known: boolean;
  written: string;
  /** Whether what is written goes below the line, because the name takes all the room above. */
  below: boolean;
  side: Side;
}

const placeOf = ({ rank }: ConsortiumLine): string =>
  rank === null ? '' : rank.best === rank.worst ? `${rank.best}` : `${rank.best}–${rank.worst}`;

function decidedSide({ decision, failedGate }: ConsortiumLine): Side {
  if (decision === null) return failedGate ? 'out' : 'open';
  return decision.outcome === 'eliminated' ? 'out' : 'in';
}

/** By the line of a what-if, where it is certain. */
function supposedSide({ failedGate, margin }: ConsortiumLine, { cutLine }: StandingsAnswer): Side {
  if (failedGate) return 'out';
  if (cutLine.places !== null && cutLine.places > 0 && cutLine.candidates <= cutLine.places) return 'in';
  if (margin && margin.lowest !== null && margin.lowest > 0) return 'in';
  return margin && margin.highest !== null && margin.highest < 0 ? 'out' : 'open';
}

function verdictOf(side: Side, { failedGate }: ConsortiumLine, whatIf: boolean, say: ChartWords): string {
  if (failedGate) return say.gate;
  if (side === 'in') return '';
  if (side === 'out') return whatIf ? say.outside : say.eliminated;
  return whatIf ? say.uncertain : say.undecided;
}

export function rowsOf(answer: StandingsAnswer, say: ChartWords, language: Language): Row[] {
  const number = numberIn(language);
  const points = (value: number): string => number(Math.round(value * 100) / 100);
  const whatIf = answer.hypothetical !== null;
  return answer.consortiums.map((line) => {
    const { id, name, total } = line;
    const exact = total !== null && total.lowest === total.highest;
    const side = whatIf ? supposedSide(line, answer) : decidedSide(line);
    const figure =
      total === null
        ? ''
        : exact
          ? points(total.lowest)
          : `${points(total.lowest)}–${total.highest === null ? '…' : points(total.highest)}`;
    const written = [figure, verdictOf(side, line, whatIf, say)].filter((part) => part !== '').join(', ');
    const place = placeOf(line);
    const full = `${place}${place === '' ? '' : '  '}${name}`;
    return {
      id,
      label: shortened(full, 11, room),
      below: widthOf(full, 11) + widthOf(written, 10.5) > room,
      lowest: total?.lowest ?? 0,
      highest: total?.highest ?? answer.maximum ?? total?.lowest ?? 0,
      exact,
      known: total !== null,
      written,
      side,
    };
  });
}
