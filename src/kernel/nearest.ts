import { distance } from 'fastest-levenshtein';

/** The candidate that a misspelt word was most likely meant to be, if any is close enough to be worth naming. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const typed = word.slice(0, 100).toLowerCase();
  let best: string | undefined;
  let fewest = Math.max(2, Math.floor(typed.length / 3)) + 1;
  for (const candidate of candidates) {
    // So many edits it takes at least, and most candidates need no closer look.
    if (Math.abs(candidate.length - typed.length) >= fewest) continue;
    const edits = distance(typed, candidate.toLowerCase());
    if (edits < fewest) [best, fewest] = [candidate, edits];
  }
  return best;
}

export const didYouMean = (word: string, candidates: Iterable<string>): string => {
  const guess = nearest(word, candidates);
  return guess === undefined ? '' : `; did you mean \`${guess}\`?`;
};
