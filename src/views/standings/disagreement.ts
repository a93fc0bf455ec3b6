/** A place where what was published does not fit together: both figures, and in words. */
import { ends, type Ends, type Interval } from './interval.ts';

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

export interface Figure extends Ends {
  label: string;
}

export interface Disagreement {
  code: (typeof disagreementCodes)[number];
  consortium: string | null;
  criterion: string | null;
  detail: string;
  figures: Figure[];
  sources: string[];
}

export const figure = (label: string, value: Interval): Figure => ({ label, ...ends(value) });

export const inWords = (value: Interval): string => {
  const { lowest, highest } = ends(value);
  if (lowest === highest) return `${lowest}`;
  return highest === null ? `at least ${lowest}` : `between ${lowest} and ${highest}`;
};
