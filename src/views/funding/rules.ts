/** From the claims to the answer: grouped by subject and kind, within that by scope. */
import { byCode, groupedBy, type Some } from '../../kernel/grouping.ts';
import type { Language } from '../../kernel/language.ts';
import { becauseInWords, openInWords, scopeBecauseInWords } from './choice-words.ts';
import { counts, currenciesOf, idsOf, isOneAmount, rangeIn, sourcesOf, sumOf, type Claim } from './claim.ts';
import { amountContradictions, conversionContradictions } from './contradictions.ts';
import { compare, exact, dividedBy } from '../../kernel/fraction.ts';
import { rounded } from './decimal.ts';
import { bestFirst, preferredOf, rankPlace, type Choice } from './preferred.ts';
import { converted, pairsIn, writtenPair, type Pair } from './rates.ts';
import { scopeFor, scopeKey, type Scope } from './scope.ts';
import { scopeInWords } from './words.ts';

export const subjectTypes = ['program', 'consortium', 'organization'];
export const kinds = ['budget', 'award', 'gpu-support', 'data-support', 'talent-support', 'investment'];

interface Terms {
  language: Language;
  convertTo: string | undefined;
  pairs: Pair[];
}

const ordering = (claims: Claim[]): Some<Claim>[] =>
  groupedBy(claims, ({ subject, kind }) => `${subject.type} ${subject.id} ${kind}`).toSorted(([a], [b]) =>
    groupOrder(a, b),
  );

/** Without what does not fit each other. */
export const groupsOf = (claims: Claim[], language: Language) =>
  ordering(claims).map((group) => groupOf(group, { language, convertTo: undefined, pairs: [] }));

export function answerOf(claims: Claim[], language: Language, convertTo: string | undefined) {
  const terms: Terms = { language, convertTo, pairs: pairsIn(claims) };
  const ordered = ordering(claims);
  return {
    convertTo: convertTo ?? null,
    groups: ordered.map((group) => groupOf(group, terms)),
    pairs: terms.pairs.toSorted((a, b) => byCode(a.claim.id, b.claim.id)).map(writtenPair),
    contradictions: [...ordered.flatMap(amountContradictions), ...conversionContradictions(claims)].map(
      ({ scope, ...contradiction }) => ({ ...contradiction, scope: scope && writtenScope(scope, language) }),
    ),
  };
}

const groupOrder = (a: Claim, b: Claim): number =>
  subjectTypes.indexOf(a.subject.type) - subjectTypes.indexOf(b.subject.type) ||
  byCode(a.subject.id, b.subject.id) ||
  kinds.indexOf(a.kind) - kinds.indexOf(b.kind);

const writtenScope = (scope: Scope, language: Language) => {
  const sorted = { ...scope, covers: scope.covers.toSorted(byCode) };
  return { ...sorted, words: scopeInWords(sorted, language) };
};

function groupOf(claims: Some<Claim>, terms: Terms) {
  const { subject, kind } = claims[0];
  const scopes = groupedBy(claims, ({ scope }) => scopeKey(scope)).toSorted(
    ([a, ...more], [b, ...others]) =>
      others.length - more.length || byCode(scopeKey(a.scope), scopeKey(b.scope)),
  ) as Some<Some<Claim>>;
  return {
    subject,
    kind,
    ...standingFor(scopes, terms),
    scopes: scopes.map((within) => {
      const { preferred, reason } = preferenceOf(within, '', terms);
      return {
        scope: writtenScope(within[0].scope, terms.language),
        preferred,
        reason,
        spread: spreadOf(within),
        claims: bestFirst(within)
          .toSorted((a, b) => Number(isIn(preferred, b)) - Number(isIn(preferred, a)))
          .map((claim) => claimOf(claim, terms)),
      };
    }),
  };
}

const isIn = (preferred: { claims: string[] } | null, { id }: Claim): boolean =>
  preferred?.claims.includes(id) ?? false;

/** The scope that stands for a group, and the preferred of its claims. */
function standingFor(scopes: Some<Some<Claim>>, terms: Terms) {
  const { language } = terms;
  const ranked = scopes.map((claims) => ({
    claims,
    scope: claims[0].scope,
    rank: Math.min(...new Set(claims.map(rankPlace))),
  })) as Some<{ claims: Some<Claim>; scope: Scope; rank: number }>;
  const choice = scopeFor(ranked);
  if ('open' in choice)
    return {
      chosenScope: null,
      preferred: null,
      reason: openInWords(choice.open, choice.left.length, language),
    };
  const { scope, steps, left } = choice;
  const words = scopeBecauseInWords(scope, steps, language);
  return {
    chosenScope: { scope: writtenScope(scope, language), steps },
    ...preferenceOf(left.flatMap(({ claims }) => claims) as Some<Claim>, words, terms),
  };
}

/** The preferred claim, or in words why there is none; `first` is what is to be said before either. */
function preferenceOf(claims: Some<Claim>, first: string, { language }: Terms) {
  const choice = preferredOf(claims);
  const said = (words: string): string => [first, words].filter((part) => part !== '').join(' ');
  if ('open' in choice)
    return { preferred: null, reason: said(openInWords('claims', choice.open.length, language)) };
  return { preferred: choiceOf(choice, said(becauseInWords(choice, language))), reason: null };
}

function choiceOf(choice: Choice, because: string) {
  const { currency, ...range } = sumOf(choice.claims[0]);
  return {
    claims: idsOf(choice.claims),
    money: { amount: range.lowest, currency },
    upTo: isOneAmount(range) ? null : range.highest,
    over: choice.over?.id ?? null,
    step: choice.step,
    because,
    sources: sourcesOf(choice.claims),
  };
}

/** The group says already whose money it is, of what kind and scope. */
function claimOf(claim: Claim, { convertTo, pairs, language }: Terms) {
  const { subject, kind, scope, ...own } = claim;
  return {
    ...own,
    converted: convertTo === undefined ? null : converted(claim, convertTo, pairs, language),
    sources: [claim.source.id],
  };
}

/** Per currency, what the claims state in it, first or beside another one. */
function spreadOf(claims: Claim[]) {
  const counted = claims.filter(counts);
  const currencies = [...new Set(counted.flatMap(currenciesOf))].toSorted(byCode);
  return currencies.map((currency) => {
    const stating = counted.filter((claim) => rangeIn(claim, currency));
    const amounts = stating
      .flatMap((claim) => rangeIn(claim, currency) ?? [])
      .flatMap(({ lowest, highest }) => [lowest, highest])
      .toSorted((a, b) => compare(exact(a), exact(b)));
    const [lowest, highest] = [amounts[0] ?? '0', amounts.at(-1) ?? '0'];
    return {
      currency,
      claims: stating.length,
      lowest,
      highest,
      ratio: rounded(dividedBy(exact(highest), exact(lowest))),
      sources: sourcesOf(stating),
    };
  });
}
