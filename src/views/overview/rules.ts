/** The money on a front page: what the funding view finds about the programme itself, without the single claims. */
import type { Language } from '../../kernel/language.ts';
import { groupsOf } from '../funding/rules.ts';
import type { FundingFacts } from '../funding/sql.ts';

export interface Facts {
  funding: Pick<FundingFacts, 'claims'>;
}

export const overviewOf = ({ funding, ...facts }: Facts, language: Language) => ({
  ...facts,
  funding: fundingOf(funding.claims, language),
});

function fundingOf(claims: FundingFacts['claims'], language: Language) {
  const own = claims.filter(({ subject }) => subject.type === 'program');
  return groupsOf(own, language).flatMap(({ kind, scopes }) =>
    scopes.map(({ scope, spread, claims: within }) => {
      const preferred = within.find(({ rank }) => rank === 'preferred');
      return {
        kind,
        scope: scope.words,
        currencies: spread.map(({ ratio: _, ...one }) => one),
        preferred: preferred
          ? { claim: preferred.id, money: preferred.money, sources: preferred.sources }
          : null,
      };
    }),
  );
}
