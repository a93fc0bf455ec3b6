import { z } from 'zod';
import { count, day, listOf, named, organization, slug, sources, words } from '../schemas.ts';

const flag = (description: string, example: boolean): z.ZodType =>
  z.boolean().meta({ description, examples: [example] });

const base = z
  .strictObject({
    id: slug('Its id.', 'qwen-2-5'),
    name: words('Its name; null where it was not public on the day asked about.', 'Qwen 2.5', 200).nullable(),
    organization: organization.nullable(),
    foreign: flag('Whether it comes from another country than the bidder.', true).nullable(),
    trainedFromScratch: flag('Whether it was trained from nothing; null: not stated.', true).nullable(),
    sources,
  })
  .meta({ id: 'IndependenceBase', description: 'A model that another one rests on.' });

const model = z
  .strictObject({
    id: slug('Its id.', 'a-x-4-0'),
    name: words('Its name in the language asked for.', 'A.X 4.0', 200),
    releasedOn: day('When it was released.', '2025-07').nullable(),
    trainedFromScratch: flag(
      'Whether its weights were trained from nothing, according to the sources; null: not stated.',
      false,
    ).nullable(),
    through: z
      .strictObject({
        ...organization.shape,
        relation: z
          .enum(['parent', 'subsidiary'])
          .meta({ description: 'What that organization is to the bidder.', examples: ['parent'] }),
      })
      .nullable()
      .meta({
        id: 'IndependenceThrough',
        description: 'Whose model it is where it is not the bidder’s own; null where it is.',
      }),
    basedOn: listOf(base, 'What it rests on, from the nearest model down to the root.', 100),
    restsOnForeign: flag(
      'True where it, or a model that it rests on however far, comes from another country than the bidder; false where all of the chain is from home and the root was trained from scratch; null where that is not known.',
      true,
    ).nullable(),
    sources,
  })
  .meta({ id: 'IndependenceModel', description: 'A model and what it rests on.' });

const outcome = z
  .enum(['selected', 'excluded', 'shortlisted', 'not-shortlisted', 'withdrawn', 'declined'])
  .meta({ description: 'What became of the bid.', examples: ['excluded'] });

const bid = z
  .strictObject({
    id: slug('Its id.', 'bid-2025-kt'),
    outcome,
    decidedOn: day('When that was decided or announced.', '2025-08-04').nullable(),
    reason: words('Why, in our words.').nullable(),
    call: named,
    criteria: listOf(
      z
        .strictObject({ ...named.shape, gate: flag('Whether it is passed or failed.', true) })
        .meta({ id: 'IndependenceBidCriterion', description: 'A criterion that decided on a bid.' }),
      'The criteria that decided, as far as they were named.',
      100,
    ),
    sources,
  })
  .meta({ id: 'IndependenceBid', description: 'A bid and how it ended.' });

const consortium = z
  .strictObject({
    id: slug('Its id.', 'naver-cloud'),
    name: words('Its name in the language asked for.', 'Naver Cloud consortium', 200),
    status: z
      .enum(['selected', 'active', 'eliminated', 'champion'])
      .nullable()
      .meta({ description: 'Where it stands, from its decisions.', examples: ['eliminated'] }),
    statusSince: day('Since when.', '2026-01-15').nullable(),
    rationale: words('Why, as its latest decision gives it.').nullable(),
    sources,
  })
  .meta({ id: 'IndependenceConsortium', description: 'A consortium of the bidder and where it stands.' });

const counts = {
  models: count('How many models.', 3),
  fromScratch: count('How many were trained from scratch, according to the sources.', 0),
  onForeign: count('How many rest on a model from abroad.', 1),
  notStated: count('Of how many the sources do not say enough to tell what they rest on.', 2),
};

const selectionGate = z
  .strictObject({
    bid: slug('The bid.', 'bid-2025-kt'),
    call: named,
    criterion: named,
    passed: flag(
      'Whether the bid passed it: a gate among the criteria that turned a bid away was failed, one among those by which it was shortlisted or selected was passed; null where it was withdrawn or declined.',
      false,
    ).nullable(),
    outcome,
    decidedOn: day('When that was decided.', '2025-08-04').nullable(),
    sources,
  })
  .meta({ id: 'IndependenceSelectionGate', description: 'A gate that a bid was decided by.' });

const gate = z
  .strictObject({
    round: slug('The round.', 'kr-safm-round-1'),
    consortium: slug('Who was judged.', 'naver-cloud'),
    criterion: named,
    passed: flag('The verdict; null: not stated, or withheld.', false).nullable(),
    status: z.enum(['disclosed', 'undisclosed']).nullable().meta({
      description: 'Whether the verdict was made public or withheld; null: no source says anything.',
    }),
    evaluatedOn: day('When it was judged.', '2026-01-15').nullable(),
    sources,
  })
  .meta({ id: 'IndependenceGate', description: 'What a gate of a round said of a consortium.' });

const partner = z
  .strictObject({
    id: slug('Id of the partnership.', 'kt-microsoft'),
    partner: organization,
    kind: words('What kind of partnership.', 'technology', 50),
    startedOn: day('When it began or was announced.', '2024-09').nullable(),
    endedOn: day('When it ended.', '2026-01').nullable(),
    description: words('What it is about, in our words.').nullable(),
    sources,
  })
  .meta({ id: 'IndependencePartner', description: 'A partnership with an organization abroad.' });

const member = z
  .strictObject({
    consortium: slug('The consortium.', 'sk-telecom'),
    organization,
    role: z
      .enum(['lead', 'member', 'advisor'])
      .meta({ description: 'Its part in the consortium.', examples: ['advisor'] }),
    joinedOn: day('Since when.', '2025-08-04').nullable(),
    leftOn: day('Until when.', '2026-01-15').nullable(),
    sources,
  })
  .meta({ id: 'IndependenceMember', description: 'A member of a consortium from abroad.' });

const bidder = z
  .strictObject({
    organization,
    outcome: z
      .strictObject({
        standing: z
          .enum([
            'champion',
            'active',
            'selected',
            'eliminated',
            'excluded',
            'shortlisted',
            'not-shortlisted',
            'withdrawn',
            'declined',
          ])
          .nullable()
          .meta({
            description:
              'The status of its consortium; without one the outcome of its latest bid. A call that it declined counts only where it never bid.',
            examples: ['eliminated'],
          }),
        since: day('Since when.', '2026-01-15').nullable(),
        consortiums: listOf(consortium, 'Its consortiums; usually one, or none.', 100),
        bids: listOf(bid, 'Its bids in order of their dates.', 1_000),
      })
      .meta({ id: 'IndependenceOutcome', description: 'What became of the bidder.' }),
    verdict: z
      .strictObject({
        ...counts,
        related: z.strictObject(counts).meta({
          id: 'IndependenceRelatedCounts',
          description: 'The same counts for the models of its parent and subsidiaries.',
        }),
        partnersAbroad: count('How many partners abroad it has.', 1),
        membersAbroad: count('How many members or advisors abroad its consortiums have or had.', 0),
        gatesFailed: count('How many gates it failed, in a selection or in a round.', 1),
      })
      .meta({ id: 'IndependenceVerdict', description: 'Counts over the bidder’s own models and ties.' }),
    models: listOf(
      model,
      'Its own models, then those of its parent, and of subsidiaries that are in its consortium or were when the model was released.',
    ),
    foreignPartners: listOf(partner, 'Its partnerships with organizations abroad.'),
    foreignMembers: listOf(
      member,
      'The members and advisors of its consortiums from abroad, former ones as well; with `asOf` those of that day.',
    ),
    gates: z
      .strictObject({
        selection: listOf(
          selectionGate,
          'The gates that its bids were decided by, as far as they were named.',
        ),
        rounds: listOf(gate, 'The gates of each round that its consortiums came to.'),
      })
      .meta({ id: 'IndependenceGates', description: 'The gates that it met.' }),
  })
  .meta({ id: 'IndependenceBidder', description: 'A bidder: its models, its ties abroad, its outcome.' });

export const independenceSchema = z
  .strictObject({
    program: z
      .strictObject({ ...organization.shape, sources })
      .meta({ id: 'IndependenceProgram', description: 'The programme.' }),
    bidders: listOf(bidder, 'Who is in, then who was eliminated, then everybody else; by their ids.'),
  })
  .meta({ id: 'ProgramIndependence', description: 'Who stands on what of their own, and who on others.' });
