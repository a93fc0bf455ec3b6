/** A place where what was published does not fit together: what is said of it and both figures; words.ts has the words. */
import type { Interval } from './interval.ts';

export const disagreementCodes = [
  'total-differs',
  'rank-differs',
  'parts-differ',
  'parts-exceed-maximum',
  'advanced-despite-gate',
  'advanced-below-line',
  'eliminated-above-line',
  'fewer-advanced',
  'more-advanced',
] as const;

export type DisagreementCode = (typeof disagreementCodes)[number];

/** One sentence each: a code may be said in several ways. */
export type Statement =
  DisagreementCode | 'advanced-with-low-rank' | 'eliminated-with-high-rank' | 'eliminated-with-room';

export type FigureLabel =
  | 'computed-total'
  | 'official-total'
  | 'computed-rank'
  | 'official-rank'
  | 'parts-sum'
  | 'published-score'
  | 'maximum-score'
  | 'total'
  | 'rank'
  | 'last-inside'
  | 'first-outside'
  | 'places'
  | 'candidates'
  | 'planned'
  | 'advanced';

export interface Figure {
  label: FigureLabel;
  value: Interval;
}

interface Named {
  id: string;
  name: string;
}

export interface Disagreement {
  code: DisagreementCode;
  statement: Statement;
  consortium: Named | null;
  criterion: Named | null;
  /** The gates it failed, or the reason that was given. */
  more: string;
  figures: Figure[];
  sources: string[];
}

export const figure = (label: FigureLabel, value: Interval): Figure => ({ label, value });
