/** Which of several claims is preferred, and what decided that. */
import { byCode, type Some } from '../../kernel/grouping.ts';
import { dayOf, type Claim } from './claim.ts';

export const ranks = ['preferred', 'normal', 'deprecated'];

/** Who is nearest to the money comes first; what only passes on the words of others comes last. */
export const sourceKinds = [
  'official',
  'company',
  'technical-report',
  'model-card',
  'repository',
  'press',
  'analysis',
  'aggregator',
  'blog',
  'mirror',
];

export const steps = ['only-claim', 'rank', 'source-kind', 'recency', 'id'] as const;
export type Step = (typeof steps)[number];

const place = (list: string[], value: string | null): number => {
  const found = value === null ? -1 : list.indexOf(value);
  return found < 0 ? list.length : found;
};

/** The keys in the order in which they decide; the better claim comes out negative. */
const keys: [Step, (a: Claim, b: Claim) => number][] = [
  ['rank', (a, b) => place(ranks, a.rank) - place(ranks, b.rank)],
  ['source-kind', (a, b) => kindPlace(a) - kindPlace(b)],
  ['recency', (a, b) => byCode(dayOf(b) ?? '', dayOf(a) ?? '')],
  ['id', (a, b) => byCode(a.id, b.id)],
];

export const kindPlace = ({ source }: Claim): number => place(sourceKinds, source.kind);

const deciding = (a: Claim, b: Claim): Step => keys.find(([, key]) => key(a, b) !== 0)?.[0] ?? 'id';

export const bestFirst = (claims: Some<Claim>): Some<Claim> =>
  claims.toSorted((a, b) => keys.reduce((order, [, key]) => order || key(a, b), 0)) as Some<Claim>;

export interface Choice {
  claim: Claim;
  /** The best of the others; none where there are none. */
  over: Claim | undefined;
  step: Step;
}

/** What decided is where the preferred claim first differs from the next best. */
export function preferredOf(claims: Some<Claim>): Choice {
  const [claim, over] = bestFirst(claims);
  return { claim, over, step: over ? deciding(claim, over) : 'only-claim' };
}
