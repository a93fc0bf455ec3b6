/** From the claims to the answer: grouped by subject and kind, within that by scope. */
import { byCode, groupedBy, type Some } from '../../kernel/grouping.ts';
import type { Language } from '../../kernel/language.ts';
import { amountIn, counts, currenciesOf, scopeKey, sourcesOf, type Claim } from './claim.ts';
import { amountContradictions, conversionContradictions } from './contradictions.ts';
import { compare, fraction, per, rounded } from './decimal.ts';
import { bestFirst, preferredOf } from './preferred.ts';
import { converted, pairsIn, writtenPair, type Pair } from './rates.ts';
import { becauseInWords, scopeInWords } from './words.ts';

export const subjectTypes = ['program', 'consortium', 'organization'];
export const kinds = ['budget', 'award', 'gpu-support', 'data-support', 'talent-support', 'investment'];

interface Terms {
  language: Language;
  convertTo: string | undefined;
  pairs: Pair[];
}

export function answerOf(claims: Claim[], language: Language, convertTo: string | undefined) {
  const terms: Terms = { language, convertTo, pairs: pairsIn(claims) };
  const groups = groupedBy(claims, ({ subject, kind }) => `${subject.type} ${subject.id} ${kind}`);
  const ordered = groups.toSorted(([a], [b]) => groupOrder(a, b));
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

const writtenScope = (scope: Claim['scope'], language: Language) => {
  const sorted = { ...scope, covers: scope.covers.toSorted(byCode) };
  return { ...sorted, words: scopeInWords(sorted, language) };
};

function groupOf(claims: Some<Claim>, terms: Terms) {
  const { subject, kind } = claims[0];
  const scopes = groupedBy(claims, ({ scope }) => scopeKey(scope)).toSorted(
    ([a, ...more], [b, ...others]) =>
      others.length - more.length || byCode(scopeKey(a.scope), scopeKey(b.scope)),
  );
  return {
    subject,
    kind,
    preferred: choiceOf(claims, terms),
    scopes: scopes.map((within) => ({
      scope: writtenScope(within[0].scope, terms.language),
      preferred: choiceOf(within, terms),
      spread: spreadOf(within),
      claims: bestFirst(within).map((claim) => claimOf(claim, terms)),
    })),
  };
}

function choiceOf(claims: Some<Claim>, { language }: Terms) {
  const choice = preferredOf(claims);
  return {
    claim: choice.claim.id,
    money: choice.claim.money,
    over: choice.over?.id ?? null,
    step: choice.step,
    because: becauseInWords(choice, language),
    sources: [choice.claim.source.id],
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
    const stating = counted.filter((claim) => amountIn(claim, currency) !== undefined);
    const amounts = stating
      .map((claim) => amountIn(claim, currency) ?? '0')
      .toSorted((a, b) => compare(fraction(a), fraction(b)));
    const [lowest, highest] = [amounts[0] ?? '0', amounts.at(-1) ?? '0'];
    return {
      currency,
      claims: stating.length,
      lowest,
      highest,
      ratio: rounded(per(fraction(highest), fraction(lowest))),
      sources: sourcesOf(stating),
    };
  });
}
