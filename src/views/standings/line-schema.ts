/** One line of the standings: a consortium. */
import { z } from 'zod';
import { count, day, listOf, slug, sources, words } from '../schemas.ts';
import { byCriterion, ends, figure, flag } from './shared-schema.ts';

const rank = z
  .strictObject({
    best: count('The best rank that is possible.', 1),
    worst: count('The worst rank that is possible; equal to the best where the rank is certain.', 1),
  })
  .meta({
    id: 'RankInterval',
    description:
      'Between which ranks it stands. Equal totals share a rank, and the next is left out: 1, 2, 2, 4.',
  });

const standing = { total: ends.nullable(), rank: rank.nullable() };

const score = z
  .strictObject({
    score: figure(
      'The points where they are known: published, or the exact sum of the parts.',
      29.3,
    ).nullable(),
    lowest: figure('The least that it can be.', 29.3),
    highest: figure('The most that it can be; null where no maximum is stated.', 29.3).nullable(),
    status: z.enum(['disclosed', 'computed', 'undisclosed', 'partly-known', 'missing']).meta({
      description:
        'disclosed: published; computed: added up exactly from its parts; undisclosed: withheld by the authority, as the sources say; partly-known: some of its parts are known; missing: nothing was found.',
      examples: ['disclosed'],
    }),
    sources,
  })
  .meta({ id: 'StandingsScore', description: 'What is known of one criterion.' });

const verdict = z
  .strictObject({
    criterion: slug('The gate.', 'r1-independence'),
    passed: flag('Whether it was passed; null where that was withheld or is not known.', true).nullable(),
    status: z.enum(['disclosed', 'undisclosed', 'missing']).meta({
      description:
        'disclosed: published; undisclosed: withheld by the authority; missing: nothing was found.',
      examples: ['disclosed'],
    }),
    sources,
  })
  .meta({ id: 'GateVerdict', description: 'The verdict of a gate.' });

const decision = z
  .strictObject({
    outcome: z
      .enum(['advanced', 'eliminated', 'champion'])
      .meta({ description: 'What was decided.', examples: ['advanced'] }),
    decidedOn: day('When it was decided.', '2026-08-18'),
    rationale: words('Why, in our words.').nullable(),
    sources,
  })
  .meta({ id: 'StandingsDecision', description: 'What was decided about a consortium in the round.' });

const change = z
  .strictObject({
    total: figure(
      'Points more than in the plain standings; null where either total is uncertain.',
      -22.2,
    ).nullable(),
    places: z
      .int()
      .min(-1_000)
      .max(1_000)
      .meta({ format: 'int32', description: 'Places won; negative: lost.', examples: [2] })
      .nullable()
      .meta({
        description: 'Places won, negative where they are lost; null where either rank is uncertain.',
      }),
    plainTotal: ends
      .nullable()
      .meta({ description: 'The total by the rules of the round, from the scores alone.' }),
    plainRank: rank
      .nullable()
      .meta({ description: 'The rank by the rules of the round, from the scores alone.' }),
  })
  .meta({ id: 'StandingsChange', description: 'What a what-if changes for a consortium.' });

export const consortium = z
  .strictObject({
    id: slug('Its id.', 'sk-telecom'),
    name: words('Its name in the language asked for.', 'SK Telecom consortium', 200),
    rank: standing.rank.meta({
      description:
        'Its rank, from the scores and what official figures add to them; null where nothing is scored.',
    }),
    total: standing.total.meta({
      description:
        'Its total, from the scores and what official figures add to them; null where nothing is scored.',
    }),
    complete: flag('Whether the total follows exactly from the scores that are public.', true),
    computed: z
      .strictObject(standing)
      .meta({ id: 'ComputedStanding', description: 'What follows from the scores alone.' }),
    official: z
      .strictObject({
        rank: count('The rank that the authority gave; null where it gave none.', 1).nullable(),
        total: figure('The total that the authority gave; null where it gave none.', 70.6).nullable(),
        sources,
      })
      .nullable()
      .meta({ description: 'What the authority gave as rank and total; null where it gave neither.' }),
    scores: byCriterion(score, 'The scores by criterion; gates stand under `gates`.'),
    gates: listOf(verdict, 'The verdicts of the gates.', 1_000),
    failedGate: flag('Whether it failed a gate, and so is out whatever its place.', false),
    decision: decision.nullable().meta({ description: 'What was decided; null where nothing was.' }),
    margin: z
      .strictObject({
        lowest: figure('The least that it can be; null: no bound.', 4.8).nullable(),
        highest: figure('The most that it can be; null: no bound.', 4.8).nullable(),
      })
      .nullable()
      .meta({
        description:
          'Points to the cut line among all that were judged: above the best of the others outside if positive, below the last of them inside if negative; null for whoever is out by a gate.',
      }),
    marginNote: words('Why there is no margin; null where there is one.', undefined, 100_000).nullable(),
    change: change
      .nullable()
      .meta({ description: 'Against the plain standings; null unless this is a what-if.' }),
    sources,
  })
  .meta({ id: 'StandingsConsortium', description: 'A consortium in the standings.' });
