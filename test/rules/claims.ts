/** Claims for the tests of the funding rules: each of a source of its own, unless told otherwise. */
import type { Claim } from '../../src/views/funding/claim.ts';

export interface Given {
  id?: string;
  amount?: string;
  currency?: string;
  also?: [string, string][];
  approximate?: boolean;
  rank?: string;
  kind?: string | null;
  statedOn?: string | null;
  publishedOn?: string | null;
  source?: string;
  subject?: string;
  covers?: string[];
  periodFrom?: string | null;
  periodTo?: string | null;
  stage?: string | null;
}

export function claim(given: Given): Claim {
  const { id = 'a', statedOn = null, kind = 'press' } = given;
  return {
    id,
    subject: { type: 'program', id: given.subject ?? 'p', name: 'P' },
    kind: 'budget',
    money: { amount: given.amount ?? '100', currency: given.currency ?? 'KRW' },
    approximate: given.approximate ?? false,
    statedAlso: (given.also ?? []).map(([amount, currency]) => ({ amount, currency })),
    statedOn,
    scope: {
      covers: given.covers ?? ['total'],
      periodFrom: given.periodFrom ?? null,
      periodTo: given.periodTo ?? null,
      stage: given.stage ?? null,
    },
    rank: given.rank ?? 'normal',
    rankReason: null,
    note: null,
    source: {
      id: given.source ?? `source-of-${id}`,
      title: 'T',
      publisher: null,
      kind,
      publishedOn: given.publishedOn ?? null,
      url: null,
    },
  };
}
export const claims = (...given: Given[]): [Claim, ...Claim[]] => given.map(claim) as [Claim, ...Claim[]];
