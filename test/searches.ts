/**
 * How far a property is searched for what breaks it: with every `npm test` a fifth of the way, always the same; all of it,
 * and elsewhere each time, by `npm run test:fuzz`.
 */
import { seed } from './fuzz/settings.ts';

export const searched = (numRuns: number): { numRuns: number; seed?: number } =>
  process.env.SEARCHES === 'long' ? { numRuns } : { numRuns: Math.max(2, Math.ceil(numRuns / 5)), seed };
