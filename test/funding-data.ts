/** What the data files say about money, read and reckoned without the code under test. */
import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';

export type Row = Record<string, string>;
const file = async (name: string): Promise<Row[]> =>
  parse(await readFile(new URL(`../prisma/data/${name}.csv`, import.meta.url)), { columns: true });

export const figures = await file('funding-figures');
export const sources = new Map((await file('sources')).map((row) => [row.id ?? '', row]));

interface Choice {
  claim: string;
  step: string;
}
export interface Claim {
  id: string;
  money: { amount: string; currency: string };
  source: { id: string; title: string | null };
  converted: null | {
    way: string;
    amount: string | null;
    rate: string | null;
    rateFrom: { claim: string; source: string } | null;
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
  convertTo: string | null;
  groups: {
    subject: { type: string; id: string; name: string };
    kind: string;
    preferred: Choice;
    scopes: {
      scope: Scope;
      preferred: Choice;
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
  claims: string[];
  sources: string[];
}

export const claimsIn = ({ groups }: Funding): Claim[] =>
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

/** The best claim, by throwing out what is worse, one step after the other. */
export function best(rows: Row[]): { claim: string; step: string } {
  const ranks = ['preferred', 'normal', 'deprecated'];
  const steps: [string, (row: Row) => string | number][] = [
    ['rank', (row) => ranks.indexOf(row.rank ?? '')],
    ['source-kind', kindOf],
    // Later first: the digits are turned round.
    [
      'recency',
      (row) =>
        or(
          dayOf(row).replace(/\d/g, (digit) => String(9 - +digit)),
          '~',
        ),
    ],
    ['id', (row) => row.id ?? ''],
  ];
  let left = rows;
  let decided = 'only-claim';
  for (const [step, key] of steps) {
    if (left.length === 1) break;
    const least = left.map(key).sort((a, b) => (a < b ? -1 : 1))[0];
    left = left.filter((row) => key(row) === least);
    decided = step;
  }
  return { claim: left[0]?.id ?? '', step: decided };
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
