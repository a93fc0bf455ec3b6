/** What the rules of this view know about a claim. */
import { byCode } from '../../kernel/grouping.ts';
import type { Money } from '../../kernel/money.ts';
import { lastDayIn } from '../../kernel/partial-date.ts';
import { canonical } from './decimal.ts';

/** All but the id is null where the source itself was not public yet on the day asked about. */
interface Source {
  id: string;
  title: string | null;
  publisher: string | null;
  kind: string | null;
  publishedOn: string | null;
  url: string | null;
}

export interface Scope {
  covers: string[];
  periodFrom: string | null;
  periodTo: string | null;
  stage: string | null;
}

export interface Claim {
  id: string;
  subject: { type: string; id: string; name: string };
  kind: string;
  money: Money;
  approximate: boolean;
  statedAlso: Money[];
  statedOn: string | null;
  scope: Scope;
  rank: string;
  rankReason: string | null;
  note: string | null;
  source: Source;
}

/** The day from which a claim counts: when it was stated, else when its source came out; the last day of a month. */
export function dayOf({ statedOn, source }: Claim): string | null {
  const date = statedOn ?? source.publishedOn;
  return date === null ? null : lastDayIn(date);
}

export const amountIn = ({ money, statedAlso }: Claim, currency: string): string | undefined => {
  const found = [money, ...statedAlso].find((sum) => sum.currency === currency);
  return found && canonical(found.amount);
};

export const currenciesOf = ({ money, statedAlso }: Claim): string[] => [
  ...new Set([money, ...statedAlso].map(({ currency }) => currency)),
];

/** A deprecated claim is shown, but an editor has judged that it does not count. */
export const counts = ({ rank }: Claim): boolean => rank !== 'deprecated';

/** The same for every order of what is covered. */
export const scopeKey = ({ covers, periodFrom, periodTo, stage }: Scope): string =>
  JSON.stringify([[...covers].sort(), periodFrom, periodTo, stage]);

export const sourcesOf = (claims: Claim[]): string[] =>
  [...new Set(claims.map(({ source }) => source.id))].sort(byCode);
