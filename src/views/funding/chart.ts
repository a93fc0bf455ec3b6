/**
 * The claims about money as dots, a row for each subject, kind and scope, in the currency that most of them state. The
 * axis is logarithmic, since a team's data budget and a whole programme differ a thousandfold. The preferred claim is
 * filled, the others are rings, a line joins amounts of one scope that differ, and every amount is written as well.
 */
import { colours, inner, type Chart } from '../../charts/frame.ts';
import { plotMarks, type PlotOptions } from '../../charts/plot.ts';
import { widthOf } from '../../charts/text.ts';
import { sourceLine } from '../../charts/words.ts';
import { groupedBy } from '../../kernel/grouping.ts';
import type { Language } from '../../kernel/language.ts';
import { phrases } from '../timeline/phrases.ts';
import { placedIn, size, ticksBetween, type Amount, type Row } from './chart-layout.ts';
import { chartWords } from './chart-words.ts';
import { currenciesOf, rangeIn, rangeKey } from './claim.ts';
import type { answerOf } from './rules.ts';

export type Funding = ReturnType<typeof answerOf> & { program: { id: string; name: string } };
type InScope = Funding['groups'][number]['scopes'][number];
type Claim = InScope['claims'][number];

const most = 24;
const [width, side] = [inner, 14];

const claimsOf = ({ groups }: Funding): Claim[] =>
  groups.flatMap(({ scopes }) => scopes.flatMap(({ claims }) => claims));

/** The currency that most claims are stated in; of several the one that comes first in the answer. */
function mainCurrency(funding: Funding): string | undefined {
  const counts = new Map<string, number>();
  for (const claim of claimsOf(funding))
    for (const currency of currenciesOf(claim)) counts.set(currency, (counts.get(currency) ?? 0) + 1);
  return [...counts].sort(([, n], [, m]) => m - n)[0]?.[0];
}

/** Each amount once, however many claims state it. */
function amountsOf({ claims, preferred }: InScope, currency: string, language: Language): Amount[] {
  const written = writing(language);
  const stated = claims.flatMap((claim) => {
    const range = rangeIn(claim, currency);
    return range ? [{ claim, range }] : [];
  });
  return groupedBy(stated, ({ range }) => rangeKey(range)).map((same) => {
    const { range } = same[0];
    const text = written(range.lowest, range.highest);
    return {
      lowest: Number(range.lowest),
      highest: Number(range.highest),
      label: same.every(({ claim }) => claim.approximate) ? `≈${text}` : text,
      isPreferred: same.some(({ claim }) => preferred?.claims.includes(claim.id)),
    };
  });
}

type Drawn = Row & { claims: number; isStanding: boolean };

const writing = (language: Language) => {
  const figures = new Intl.NumberFormat(language, { notation: 'compact', maximumSignificantDigits: 5 });
  return (lowest: string, highest = lowest): string =>
    [...new Set([lowest, highest])]
      .map((amount) => figures.format(amount as Intl.StringNumericLiteral))
      .join('–');
};

/** Whose money of what kind, and which amount is preferred. The programme is in the title; only others are named. */
function headingOf(group: Funding['groups'][number], currency: string, language: Language): string {
  const say = chartWords[language];
  const { subject, kind, preferred } = group;
  const whose = subject.type === 'program' ? '' : `${subject.name}: `;
  const amount = preferred && writing(language)(preferred.money.amount, preferred.upTo ?? undefined);
  const unit = preferred && preferred.money.currency !== currency ? ` ${preferred.money.currency}` : '';
  return `${whose}${phrases[language].money[kind] ?? kind} · ${amount === null ? say.none : say.best(amount + unit)}`;
}

function rowsOf({ groups }: Funding, currency: string, language: Language): Drawn[] {
  return groups.flatMap((group) =>
    group.scopes.flatMap((within, at) => {
      const amounts = amountsOf(within, currency, language);
      if (amounts.length === 0) return [];
      const claims = within.claims.filter((claim) => rangeIn(claim, currency)).length;
      // Where the sources leave it open, the scope with the most claims keeps the group in sight.
      const preferred = group.preferred?.claims;
      const isStanding = preferred ? within.claims.some(({ id }) => preferred.includes(id)) : at === 0;
      return [
        {
          heading: headingOf(group, currency, language),
          scope: within.scope.words,
          amounts,
          claims,
          isStanding,
        },
      ];
    }),
  );
}

async function plotOf(rows: Row[], language: Language): Promise<PlotOptions> {
  const compact = new Intl.NumberFormat(language, { notation: 'compact' });
  const values = rows.flatMap(({ amounts }) => amounts.flatMap(({ lowest, highest }) => [lowest, highest]));
  const domain = [Math.min(...values) / 1.15, Math.max(...values) * 1.15] as const;
  const xOf = (value: number): number =>
    side + (Math.log(value / domain[0]) / Math.log(domain[1] / domain[0])) * (width - 2 * side);
  // A tick whose label would not fit is left out, not cut off.
  const ticks = ticksBetween(...domain).filter((value) => {
    const half = widthOf(compact.format(value), 11) / 2;
    return xOf(value) >= half && xOf(value) <= width - half;
  });
  const axisRoom = 22;
  const placed = placedIn(rows, axisRoom, width, xOf);
  const dots = placed.rows
    .flatMap(({ y, amounts }) =>
      amounts.flatMap(({ lowest, highest, isPreferred }) =>
        [...new Set([lowest, highest])].map((value) => ({ value, y, isPreferred })),
      ),
    )
    .map((dot) => ({ ...dot, fill: dot.isPreferred ? colours.dark : '#fff' }))
    // The preferred one is drawn last, so that no other covers it.
    .toSorted((a, b) => Number(a.isPreferred) - Number(b.isPreferred));
  const differing = placed.rows
    .filter(({ amounts }) => amounts.length > 1)
    .map(({ y, amounts }) => ({
      y,
      from: Math.min(...amounts.map(({ lowest }) => lowest)),
      to: Math.max(...amounts.map(({ highest }) => highest)),
    }));
  const ranges = placed.rows.flatMap(({ y, amounts }) =>
    amounts.filter(({ lowest, highest }) => highest > lowest).map((one) => ({ ...one, y })),
  );
  const { dot, link, text } = await plotMarks();
  // Text stands where it was laid out, which on a logarithmic axis is the value at that place.
  const backTo = (x: number): number =>
    domain[0] * (domain[1] / domain[0]) ** ((x - side) / (width - 2 * side));
  const strong = (isStrong: boolean) =>
    placed.amounts
      .filter((label) => label.isStrong === isStrong)
      .map((label) => ({ ...label, x: backTo(label.x) }));
  const plain = { x: 'x', y: 'y', text: 'text', fontSize: size, fill: colours.ink, lineAnchor: 'bottom' };
  const atLeft = { ...plain, x: null, frameAnchor: 'left', dx: -side, textAnchor: 'start' };
  return {
    height: placed.bottom + axisRoom,
    marginLeft: side,
    marginRight: side,
    marginTop: axisRoom,
    marginBottom: axisRoom,
    x: {
      type: 'log',
      domain,
      axis: 'both',
      label: null,
      grid: true,
      ticks,
      tickFormat: (value: number) => compact.format(value),
    },
    y: { type: 'identity', axis: null },
    marks: [
      link(differing, { x1: 'from', x2: 'to', y1: 'y', y2: 'y', stroke: colours.warm, strokeWidth: 2.5 }),
      link(ranges, { x1: 'lowest', x2: 'highest', y1: 'y', y2: 'y', stroke: colours.dark, strokeWidth: 5 }),
      dot(dots, { x: 'value', y: 'y', r: 3.8, fill: 'fill', stroke: colours.dark, strokeWidth: 1.2 }),
      text(placed.headings, { ...atLeft, fontWeight: 600 }),
      text(placed.scopes, atLeft),
      text(strong(false), plain),
      text(strong(true), { ...plain, fontWeight: 700 }),
    ],
  };
}

export async function fundingChart(funding: Funding, language: Language, asOf?: string): Promise<Chart> {
  const say = chartWords[language];
  const claims = claimsOf(funding);
  const title = say.title(funding.program.name);
  const currency = mainCurrency(funding);
  const source = sourceLine(
    language,
    claims.flatMap(({ sources }) => sources),
    asOf,
  );
  if (currency === undefined) return { language, title, subtitle: `${say.about}.`, source, empty: say.empty };
  const every = rowsOf(funding, currency, language);
  const chosen = new Set(
    every
      .toSorted((a, b) => Number(b.isStanding) - Number(a.isStanding) || b.claims - a.claims)
      .slice(0, most),
  );
  const rows = every.filter((row) => chosen.has(row));
  const undrawn = claims.length - every.reduce((n, row) => n + row.claims, 0);
  const hasRange = rows.some(({ amounts }) => amounts.some(({ lowest, highest }) => highest > lowest));
  return {
    language,
    title,
    subtitle: `${say.about}${say.stop}${say.unit(currency)}${undrawn > 0 ? say.undrawn(undrawn) : ''}.${every.length > most ? say.cut(most) : ''}`,
    legend: [
      { text: say.preferred, colour: colours.dark, shape: 'dot' },
      { text: say.other, colour: colours.dark, shape: 'ring' },
      ...(hasRange ? [{ text: say.range, colour: colours.dark, shape: 'line' as const }] : []),
      { text: say.differ, colour: colours.warm, shape: 'line' },
    ],
    source,
    empty: say.empty,
    plot: await plotOf(rows, language),
  };
}
