import { z } from 'zod';
import { qualifiers } from '../../resources/observations.ts';
import { count, day, listOf, organization, points, slug, sources, uuid, words } from '../schemas.ts';

const qualifier = z
  .enum(qualifiers)
  .meta({ description: 'How exactly the source gives it.', examples: ['exact'] });

const result = z
  .strictObject({
    id: uuid('Its id in /v1/benchmark-results.', '01a205b3-d03e-7850-a0bd-b3f19a1ef583'),
    score: points('The result, in the metric of the benchmark.', 47.36),
    qualifier,
    measuredOn: day('When it was measured or read.', '2026-08-28').nullable(),
    sources,
  })
  .meta({ id: 'LeaderboardResult', description: 'What a source says that the model reached.' });

const entry = z
  .strictObject({
    rank: count('Its rank among the models listed; ties share it (1, 2, 2, 4).', 11),
    rankAtBest: count(
      'The best rank that it can have, since a bound leaves open where a model stands: judged by `lowest` and `highest` of all models, and by the highest score of the benchmark.',
      11,
    ),
    rankAtWorst: count('The worst rank that it can have.', 11),
    overallRank: count('Its rank among all models of the benchmark, whatever was filtered.', 11),
    model: z
      .strictObject({
        id: slug('Its id.', 'motif-3'),
        name: words('Its name in the language asked for.', 'Motif 3', 200),
        releasedOn: day('When it was released.', '2026-08').nullable(),
        organization,
        sources,
      })
      .meta({ id: 'LeaderboardModel', description: 'A model and who made it.' }),
    score: points('The result that it is ranked by.', 47.36),
    qualifier,
    bound: z.enum(['lower', 'upper']).nullable().meta({
      description:
        'Set where the score is only a bound, so that the rank is not certain: `lower`, at least so much; `upper`, at most.',
    }),
    lowest: points(
      'The least that the score can be: the score itself, or where it is only an upper bound the lower bound that a claim of the same source states; null where none does. A bound that contradicts the score, or that only another source states, is not counted.',
      47.36,
    ).nullable(),
    highest: points(
      'The most that it can be, in the same way; null where no upper bound is stated.',
      47.36,
    ).nullable(),
    rankedBy: z
      .strictObject({
        result: uuid('The result that it is ranked by.', '01a205b3-d03e-7850-a0bd-b3f19a1ef583'),
        rule: z.enum(['only', 'exactness', 'recency', 'source', 'id']).meta({
          description:
            'What set this result before the next one: nothing, there is only one; it is more exact; it is later; it has the better kind of source; it has the lower id.',
          examples: ['recency'],
        }),
      })
      .meta({
        id: 'LeaderboardRankedBy',
        description:
          'By which of its results the model is ranked. An exact one goes before `about` and `nearly`, these before the bounds `at-least` and `at-most`; then the latest (a month counts from its last day, no date comes last); then the better kind of source (official, company, technical-report, model-card, repository, press, analysis, aggregator, blog, mirror); then the lower id.',
      }),
    results: listOf(
      result,
      'All its results, the one that ranks first; claims of different sources stay apart.',
    ),
  })
  .meta({ id: 'LeaderboardEntry', description: 'A model, its rank and its results.' });

export const leaderboardSchema = z
  .strictObject({
    benchmark: z
      .strictObject({
        id: slug('Its id.', 'aa-intelligence-index-2026-08'),
        name: words('Its name in the language asked for.', 'Artificial Analysis Intelligence Index', 200),
        domain: words('What it tests.', 'knowledge', 300),
        metric: words('What its numbers are.', 'index', 300).nullable(),
        maxScore: points('The highest score; null where none is stated.', 100).nullable(),
        higherIsBetter: z
          .boolean()
          .meta({ description: 'Whether more is better; else the lowest comes first.', examples: [true] }),
        sources,
      })
      .meta({ id: 'LeaderboardBenchmark', description: 'The benchmark.' }),
    entries: listOf(
      entry,
      'The models by rank, ties by their ids; empty where there are no results.',
      100_000,
    ),
  })
  .meta({ id: 'BenchmarkLeaderboard', description: 'The models of a benchmark, ranked by their results.' });
