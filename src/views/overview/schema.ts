import { z } from 'zod';
import { count, day, listOf, money, named, points, slug, sources, words } from '../schemas.ts';

/** Who was not taken, and who did not want to be. */
export const excluded = ['excluded', 'not-shortlisted'] as const;
export const stayedOut = ['withdrawn', 'declined'] as const;

const program = z
  .strictObject({
    id: slug('Its id.', 'kr-safm'),
    name: words('Its name in the language asked for.', 'Sovereign AI Foundation Model project', 200),
    country: z
      .string()
      .length(2)
      .regex(/^[A-Z]{2}$/)
      .meta({ description: 'Whose programme it is (ISO 3166-1).', examples: ['KR'] }),
    objective: words('What it is to achieve.').nullable(),
    announcedOn: day('When it was announced.', '2025-06-20').nullable(),
    evaluationCadence: words('How often the field is evaluated (ISO 8601).', 'P6M', 20).nullable(),
    initialConsortiums: count('How many teams it was to begin with.', 5).nullable(),
    targetFinalists: count('How many are to remain.', 2).nullable(),
    status: z
      .enum(['announced', 'selecting', 'running', 'concluded'])
      .meta({ description: 'Where it stands.', examples: ['running'] }),
    activeConsortiums: count('How many teams are in.', 3),
    agency: named.nullable(),
    sources,
  })
  .meta({ id: 'OverviewProgram', description: 'The programme.' });

const member = z
  .strictObject({
    organization: named,
    role: z.enum(['lead', 'member', 'advisor']).meta({ description: 'What it does there.' }),
    joinedOn: day('First day; null if it is not known.', '2025-08-04').nullable(),
    leftOn: day('Day of leaving; null while it belongs.', '2026-08-18').nullable(),
  })
  .meta({ id: 'OverviewMember', description: 'A member of a consortium.' });

const consortium = z
  .strictObject({
    id: slug('Its id.', 'sk-telecom'),
    name: words('Its name in the language asked for.', 'SK Telecom consortium', 200),
    status: z
      .enum(['selected', 'active', 'eliminated', 'champion'])
      .nullable()
      .meta({ description: 'Where it stands, from its decisions.', examples: ['active'] }),
    statusSince: day('Since when.', '2026-01-15').nullable(),
    lead: named.nullable(),
    members: listOf(member, 'Its members, the lead first.', 500),
    latestResult: z
      .strictObject({
        round: slug('The round.', 'kr-safm-round-2'),
        rank: count('The official rank; null where none was published.', 1).nullable(),
        total: points('The official total; null where none was published.', 70.6).nullable(),
      })
      .nullable()
      .meta({ description: 'The official result of its latest round; null before the first.' }),
    sources,
  })
  .meta({ id: 'OverviewConsortium', description: 'A consortium, where it stands and who belongs to it.' });

const bid = z
  .strictObject({
    id: slug('Id of the bid.', 'bid-2025-kt'),
    call: slug('The call it answered.', 'initial-2025'),
    outcome: z
      .enum([...excluded, ...stayedOut])
      .meta({ description: 'How it ended.', examples: ['excluded'] }),
    decidedOn: day('When that was decided.', '2025-08-04').nullable(),
    reason: words('Why.').nullable(),
    organization: named,
    criteria: listOf(named, 'The criteria that decided, as far as they were named.', 100),
    sources,
  })
  .meta({ id: 'OverviewBid', description: 'Somebody who did not become a team, and why.' });

const round = z
  .strictObject({
    id: slug('Its id.', 'kr-safm-round-2'),
    ordinal: count('1 for the first.', 2),
    state: z.enum(['planned', 'open', 'published']).meta({ description: 'How far it is.' }),
    scheduledOn: day('When it is, or was last, planned for.', '2026-08').nullable(),
    presentedOn: day('When the models were presented.', '2025-12-30').nullable(),
    publishedOn: day('When the result was published.', '2026-08-18').nullable(),
    plannedAdvancing: count('How many were to go on.', 3).nullable(),
    actualAdvancing: count('How many went on.', 3).nullable(),
    evaluated: count('How many consortiums were evaluated.', 4),
    undisclosed: count('How many results of it were withheld.', 0),
    sources,
  })
  .meta({ id: 'OverviewRound', description: 'A round of evaluation.' });

const amount = (description: string, example: string): z.ZodType =>
  z
    .string()
    .max(80)
    .regex(/^[0-9]+(\.[0-9]+)?$/)
    .meta({ description, examples: [example] });

const spread = z
  .strictObject({
    currency: z
      .string()
      .length(3)
      .regex(/^[A-Z]{3}$/)
      .meta({ description: 'Currency code of ISO 4217.', examples: ['KRW'] }),
    claims: count('How many claims state an amount in it, be it beside another currency.', 8),
    lowest: amount('The lowest amount, a decimal string.', '193600000000'),
    highest: amount('The highest amount, a decimal string.', '1000000000000'),
    sources,
  })
  .meta({ id: 'OverviewSpread', description: 'Between which amounts the claims of one scope lie.' });

const preferred = z
  .strictObject({ claim: slug('The claim.', 'fund-nabo-213b6'), money, sources })
  .meta({ id: 'OverviewPreferred', description: 'A claim that an editor ranked as preferred.' });

const funding = z
  .strictObject({
    kind: z
      .enum(['budget', 'award', 'gpu-support', 'data-support', 'talent-support', 'investment'])
      .meta({ description: 'What kind of money.', examples: ['budget'] }),
    scope: words(
      'What the sums are for, for which period and how firm they are, in the language asked for.',
      'the whole; no period stated; as reported',
      400,
    ),
    currencies: listOf(
      spread,
      'Per currency, between which amounts the claims lie; deprecated ones do not count.',
      200,
    ),
    preferred: preferred.nullable().meta({
      description:
        'The claim that an editor ranked as preferred; null where none was: then there is no figure, only a span. The funding view says which claim its rule prefers, and why.',
    }),
  })
  .meta({ id: 'OverviewFunding', description: 'What is claimed about one kind of money within one scope.' });

export const overviewSchema = z
  .strictObject({
    program,
    consortiums: listOf(consortium, 'The consortiums, those who are in first.', 1_000),
    excluded: listOf(bid, 'Bidders that were not taken: excluded or not shortlisted.', 1_000),
    stayedOut: listOf(bid, 'Those who withdrew their bid or declined to make one.', 1_000),
    rounds: listOf(round, 'The rounds in order.', 1_000),
    funding: listOf(
      funding,
      'The claims about the programme’s money, by kind and scope: the budget first, within a kind the scope with the most claims first. Sums of different scope are about different things; only those of one scope may be set against each other.',
      10_000,
    ),
    next: z
      .strictObject({
        date: day('When.', '2027-02'),
        kind: z.enum(['round', 'call']).meta({ description: 'What: a round, or a call that closes.' }),
        id: slug('Its id.', 'kr-safm-round-3'),
      })
      .nullable()
      .meta({ description: 'The next date that is planned; null if there is none.' }),
  })
  .meta({ id: 'ProgramOverview', description: 'Everything a front page shows about a programme.' });
