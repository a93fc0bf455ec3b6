/** What the data files say about money, read and reckoned without the code under test. */
import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';

export type Row = Record<string, string>;
const file = async (name: string): Promise<Row[]> =>
  parse(await readFile(new URL(`../prisma/data/${name}.csv`, import.meta.url)), { columns: true });

export const figures = await file('funding-figures');
export const sources = new Map((await file('sources')).map((row) => [row.id ?? '', row]));

interface Choice {
  claims: string[];
  money: { amount: string; currency: string };
  upTo: string | null;
  over: string | null;
  step: string;
  because: string;
}
export interface Claim {
  id: string;
  money: { amount: string; currency: string };
  source: { id: string; title: string | null };
  converted: null | {
    way: string;
    amount: string | null;
    lowest: string | null;
    highest: string | null;
    rate: string | null;
    rateFrom: { claim: string; source: string; rate: string }[];
    reason: string | null;
  };
}
export interface Scope {
  covers: string[];
  periodFrom: string | null;
  periodTo: string | null;
  stage: string | null;
  words: string;
}
export interface Funding {
  program: { id: string; name: string };
  convertTo: string | null;
  groups: {
    subject: { type: string; id: string; name: string };
    kind: string;
    chosenScope: { scope: Scope; steps: string[] } | null;
    preferred: Choice | null;
    reason: string | null;
    scopes: {
      scope: Scope;
      preferred: Choice | null;
      reason: string | null;
      spread: (Record<'currency' | 'lowest' | 'highest' | 'ratio', string> & {
        claims: number;
        sources: string[];
      })[];
      claims: Claim[];
    }[];
  }[];
  pairs: { claim: string; rate: string; inverse: string; sources: string[] }[];
  contradictions: {
    type: string;
    subject: Funding['groups'][number]['subject'] | null;
    kind: string | null;
    scope: Scope | null;
    sum: { amount: string; currency: string } | null;
    currency: string;
    sides: [Side, Side];
  }[];
}
interface Side {
  amount: string;
  upTo: string | null;
  claims: string[];
  sources: string[];
}

export const claimsIn = ({ groups }: Pick<Funding, 'groups'>): Claim[] =>
  groups.flatMap(({ scopes }) => scopes.flatMap(({ claims }) => claims));

/** The scope of a row, and of an answer, in one and the same text. */
export const scopeOf = (row: Row): string =>
  [
    (row['scope.covers'] ?? '').split(';').sort().join('+'),
    row['scope.periodFrom'],
    row['scope.periodTo'],
    row['scope.stage'],
  ].join('/');
export const scopeSaid = ({ covers, periodFrom, periodTo, stage }: Scope): string =>
  [covers.toSorted().join('+'), periodFrom ?? '', periodTo ?? '', stage ?? ''].join('/');
export const groupOf = (row: Row): string => [row['subject.type'], row['subject.id'], row.kind].join('/');
export const groupSaid = (subject: { type: string; id: string }, kind: string): string =>
  [subject.type, subject.id, kind].join('/');

/** Money and what is stated beside it, by currency. */
export function moneyOf(row: Row): Map<string, bigint> {
  const also = (row['statedAlso.amount'] ?? '').split(';').filter(Boolean);
  const currencies = (row['statedAlso.currency'] ?? '').split(';');
  return new Map([
    [row['money.currency'] ?? '', BigInt(row['money.amount'] ?? '0')],
    ...also.map((amount, at): [string, bigint] => [currencies[at] ?? '', BigInt(amount)]),
  ]);
}

/** The last day of a date of any precision; empty for none. */
export const lastDay = (date: string): string =>
  date.length === 4
    ? `${date}-12-31`
    : date.length === 7
      ? new Date(Date.UTC(+date.slice(0, 4), +date.slice(5), 0)).toISOString().slice(0, 10)
      : date;
const or = (...dates: (string | undefined)[]): string => dates.find((date) => date !== '') ?? '';
export const dayOf = (row: Row): string =>
  lastDay(or(row.statedOn, sources.get(row.sources ?? '')?.publishedOn));

const kindOrder =
  'official company technical-report model-card repository press analysis aggregator blog mirror'.split(' ');
export const kindOf = (row: Row): number => kindOrder.indexOf(sources.get(row.sources ?? '')?.kind ?? '');

export const dateOf = (row: Row): string => or(row.statedOn, sources.get(row.sources ?? '')?.publishedOn);
/** The first day of a date of any precision. */
export const firstDay = (date: string): string => `${date}-01-01`.slice(0, 10);

/** Whether one was certainly stated after the other. */
const isLater = (a: Row, b: Row): boolean =>
  dateOf(a) !== '' && dateOf(b) !== '' && firstDay(dateOf(a)) > lastDay(dateOf(b));

/** The best claims, by throwing out what is worse, one step after the other; null where several sums are left. */
export function best(rows: Row[]): { claims: string[]; step: string } | null {
  const ranks = ['preferred', 'normal', 'deprecated'];
  const isWorse: [string, (row: Row, other: Row) => boolean][] = [
    ['rank', (row, other) => ranks.indexOf(row.rank ?? '') > ranks.indexOf(other.rank ?? '')],
    ['source-kind', (row, other) => kindOf(row) > kindOf(other)],
    ['recency', (row, other) => isLater(other, row)],
  ];
  let left = rows;
  let step = 'only-claim';
  for (const [name, worse] of isWorse) {
    const kept = left.filter((row) => !left.some((other) => worse(row, other)));
    if (kept.length < left.length) step = name;
    left = kept;
  }
  if (left.length > 1) {
    step = 'agreement';
    const whole = left.filter((row) => {
      const others = left.filter((other) => other['money.amount'] !== row['money.amount']);
      const sum = others.reduce((total, other) => total + BigInt(other['money.amount'] ?? '0'), 0n);
      return others.length > 1 && sum === BigInt(row['money.amount'] ?? '0');
    });
    if (new Set(left.map((row) => row.sources)).size === 1 && whole.length > 0) {
      left = whole;
      step = 'whole';
    }
    if (new Set(left.map((row) => `${row['money.amount']} ${row['money.currency']}`)).size > 1) return null;
  }
  return { claims: left.map((row) => row.id ?? '').sort(), step };
}

const firmest = ['appropriated', 'announced', 'reported', 'estimate', 'proposed'];
const coversOf = (row: Row): string[] => (row['scope.covers'] ?? '').split(';').filter(Boolean).sort();

/** The rows of the scope that stands for a group; none where several are left that differ. */
export function standing(rows: Row[]): Row[] {
  const isPart = (row: Row, of: Row): boolean => {
    const [part, all] = [coversOf(row), coversOf(of)];
    if (all.includes('total')) return !part.includes('total');
    return part.length < all.length && part.every((one) => all.includes(one));
  };
  const covering = rows.filter((row) => !rows.some((other) => isPart(row, other)));
  if (new Set(covering.map((row) => coversOf(row).join())).size > 1) return [];
  const stage = Math.min(...covering.map((row) => firmest.indexOf(row['scope.stage'] ?? '')));
  const left = covering.filter((row) => firmest.indexOf(row['scope.stage'] ?? '') === stage);
  const ends = new Set(left.map((row) => row['scope.periodTo']));
  if (left.every((row) => row['scope.periodFrom'] !== '')) ends.delete('');
  return ends.size > 1 || new Set(left.map((row) => row['scope.periodFrom'])).size > 1 ? [] : left;
}

/** a / b to six significant digits, half up, by long division. */
export function quotient(a: bigint, b: bigint): string {
  let exponent = 0;
  while (a >= b * 10n) [b, exponent] = [b * 10n, exponent + 1];
  while (a < b) [a, exponent] = [a * 10n, exponent - 1];
  let digits = (a * 100_000n) / b;
  if (((a * 100_000n) % b) * 2n >= b) digits += 1n;
  if (digits === 1_000_000n) [digits, exponent] = [100_000n, exponent + 1];
  const text = String(digits);
  if (exponent >= 5) return text + '0'.repeat(exponent - 5);
  const plain =
    exponent >= 0
      ? `${text.slice(0, exponent + 1)}.${text.slice(exponent + 1)}`
      : `0.${'0'.repeat(-exponent - 1)}${text}`;
  return plain.replace(/\.?0+$/, '');
}
