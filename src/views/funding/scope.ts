/** What a claim is about, and which scope of several stands for all of them. */
import { byCode, type Some } from '../../kernel/grouping.ts';
import { firstDayIn, lastDayIn } from '../../kernel/partial-date.ts';
import { lowestBy, placeIn, sifted } from './sieve.ts';

export interface Scope {
  covers: string[];
  periodFrom: string | null;
  periodTo: string | null;
  stage: string | null;
}

const whole = 'total';
/** From the firmest. */
export const stages = ['appropriated', 'announced', 'reported', 'estimate', 'proposed'];

const coversKey = ({ covers }: Scope): string => [...covers].sort(byCode).join(' ');
const beginOf = ({ periodFrom }: Scope): string => (periodFrom === null ? '' : firstDayIn(periodFrom));
const endOf = ({ periodTo }: Scope): string => (periodTo === null ? '' : lastDayIn(periodTo));

/** The same for every order of what is covered, and for one period however it is written. */
export function scopeKey(scope: Scope): string {
  let key = keys.get(scope);
  if (key === undefined)
    keys.set(scope, (key = JSON.stringify([coversKey(scope), beginOf(scope), endOf(scope), scope.stage])));
  return key;
}

/** Each claim is compared with each other. */
const keys = new WeakMap<Scope, string>();

/** The same for scopes that differ in nothing but the end of their period. */
export const openKey = (scope: Scope): string => scopeKey({ ...scope, periodTo: null });

/**
 * The scope that two claims share, if they do: one that names no end of its period may be about the same as one that
 * begins with it and does. The scope shared is then the one with the end.
 */
export function sharedScope(a: Scope, b: Scope): Scope | undefined {
  if (scopeKey(a) === scopeKey(b)) return a;
  if (openKey(a) !== openKey(b) || a.periodFrom === null) return undefined;
  return a.periodTo === null ? b : b.periodTo === null ? a : undefined;
}

export const scopeSteps = ['rank', 'covers', 'stage', 'period'] as const;
export type ScopeStep = (typeof scopeSteps)[number];

/** A scope, and how high the best of its claims is ranked, 0 the highest. */
export interface Ranked {
  scope: Scope;
  rank: number;
}

export type ScopeChoice<T> =
  { scope: Scope; steps: ScopeStep[]; left: Some<T> } | { open: 'covers' | 'period'; left: Some<T> };

/** Whether what a scope covers is part of what another covers, as far as both say it. */
function isPart(part: Scope, of: Scope): boolean {
  if (of.covers.includes(whole)) return !part.covers.includes(whole);
  return (
    part.covers.length > 0 &&
    part.covers.length < of.covers.length &&
    part.covers.every((one) => of.covers.includes(one))
  );
}

function coveringMost<T extends Ranked>(items: Some<T>): T[] {
  const kinds = [...new Map(items.map(({ scope }) => [coversKey(scope), scope])).values()];
  const isCovered = new Map(
    kinds.map((scope) => [coversKey(scope), kinds.some((other) => isPart(scope, other))]),
  );
  const left = items.filter(({ scope }) => isCovered.get(coversKey(scope)) !== true);
  const stated = left.filter(({ scope }) => scope.covers.length > 0);
  return stated.length > 0 ? stated : left;
}

/** The scopes whose period includes those of all others; all of them where that is not known. */
function longest<T extends Ranked>(items: Some<T>): T[] {
  if (areOne(items) || items.some(({ scope }) => beginOf(scope) === '' || endOf(scope) === '')) return items;
  const first = items.map(({ scope }) => beginOf(scope)).reduce((a, b) => (b < a ? b : a));
  const last = items.map(({ scope }) => endOf(scope)).reduce((a, b) => (b > a ? b : a));
  return items.filter(({ scope }) => beginOf(scope) === first && endOf(scope) === last);
}

/** Whether all may be about one and the same: they differ at most in whether the end of the period is named. */
function areOne([first, ...others]: Some<Ranked>): boolean {
  const all = [first, ...others].map(({ scope }) => scope);
  if (new Set(all.map(openKey)).size > 1) return false;
  const ends = new Set(all.map(endOf));
  if (first.scope.periodFrom !== null) ends.delete('');
  return ends.size <= 1;
}

/**
 * Which scope stands for a group. An editor's rank decides first, then the whole comes before its parts, the firmer
 * stage before the less firm, and the longer period before what lies within it. None stands for the group where
 * several are left that differ in what they cover or in their period.
 */
export function scopeFor<T extends Ranked>(scopes: Some<T>): ScopeChoice<T> {
  const covering = sifted<T, ScopeStep>(scopes, [
    ['rank', lowestBy(({ rank }: T) => rank)],
    ['covers', coveringMost],
  ]);
  if (new Set(covering.left.map(({ scope }) => coversKey(scope))).size > 1)
    return { open: 'covers', left: covering.left };
  const { left, steps } = sifted<T, ScopeStep>(covering.left, [
    ['stage', lowestBy(({ scope }: T) => placeIn(stages, scope.stage))],
    ['period', longest],
  ]);
  if (!areOne(left)) return { open: 'period', left };
  const { scope } = left.find(({ scope: { periodTo } }) => periodTo !== null) ?? left[0];
  return { scope, steps: [...covering.steps, ...steps], left };
}
