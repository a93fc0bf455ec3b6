import { z } from 'zod';
import { count, listOf, slug, sources, words } from '../schemas.ts';
import { disagreementCodes } from './disagreement.ts';
import { consortium } from './line-schema.ts';
import { byCriterion, ends, figure, flag, round } from './shared-schema.ts';

const criterion = z
  .strictObject({
    id: slug('Its id.', 'r2-expert'),
    name: words('Its name in the language asked for.', 'Expert evaluation', 200),
    parent: slug('The criterion that it is a part of; null at the top.', 'r2-total').nullable(),
    depth: count('How deep it stands in the tree; 0 at the top.', 1),
    maxScore: figure(
      'The most points that it gives; null where none is stated and for gates.',
      35,
    ).nullable(),
    weight: figure(
      'The weight that the round states for it: what its points are multiplied by; null where it states none.',
      0.5,
    ).nullable(),
    gate: flag('Whether it is passed or failed instead of scored.', false),
    sources,
  })
  .meta({ id: 'StandingsCriterion', description: 'A criterion of the round.' });

const cutLine = z
  .strictObject({
    places: count('How many were to go on; null where that is not known.', 3).nullable(),
    candidates: count(
      'Among how many the places are counted: all that were judged, whether they passed the gates or not.',
      4,
    ),
    lastInside: ends.nullable().meta({ description: 'The total of the last place inside.' }),
    firstOutside: ends.nullable().meta({ description: 'The total of the first place outside.' }),
    note: words('Why there is no line; null where there is one.').nullable(),
  })
  .meta({
    id: 'CutLine',
    description:
      'The line between those who go on and those who do not. Assumption (places before gates): places are counted by rank among all that were judged; the gates are applied apart from that, so that whoever fails one is out whatever its place, and nobody moves up into its place.',
  });

const disagreement = z
  .strictObject({
    code: z.enum(disagreementCodes).meta({
      description: 'What does not fit.',
      examples: ['fewer-advanced'],
    }),
    consortium: slug('Whom it is about; null for the round as a whole.', 'lg-ai-research').nullable(),
    criterion: slug('Which criterion it is about, if any.', 'r1-benchmark').nullable(),
    detail: words('The same in words, in the language asked for.', '4 were to go on, 3 did.', 10_000),
    figures: listOf(
      z
        .strictObject({
          label: words('What the figure is, in the language asked for.', 'planned', 100),
          lowest: figure('The figure, or the least that it can be.', 4),
          highest: figure('The figure, or the most that it can be; null: no bound.', 4).nullable(),
        })
        .meta({ id: 'DisagreementFigure', description: 'One of the figures that do not fit each other.' }),
      'The figures that do not fit each other.',
      10,
    ),
    sources,
  })
  .meta({ id: 'Disagreement', description: 'Two things that were published and do not fit each other.' });

const withheld = z
  .strictObject({
    note: words(
      'What cannot be computed for that reason, in words; null where nothing was withheld.',
      undefined,
      300_000,
    ).nullable(),
    results: listOf(
      z
        .strictObject({
          consortium: slug('Whose result.', 'sk-telecom'),
          criterion: slug('By which criterion.', 'r1-expert'),
          sources,
        })
        .meta({ id: 'WithheldResult', description: 'A result that was withheld.' }),
      'Scores and verdicts that the authority withheld and that cannot be had by adding up parts either.',
    ),
  })
  .meta({ id: 'Withheld', description: 'What the authority withheld.' });

const hypothetical = z
  .strictObject({
    weights: byCriterion(
      figure('What its points were multiplied by.', 0.5),
      'The weights asked for, by criterion; the others keep the weight that the round states for them, or 1.',
    ),
    without: listOf(slug('A criterion.', 'r2-benchmark'), 'The criteria that were taken out.', 500),
    note: words('What that means for the totals, in words.', undefined, 100_000),
  })
  .meta({ id: 'Hypothetical', description: 'What was asked for instead of the rules of the round.' });

export const standingsSchema = z
  .strictObject({
    round,
    complete: flag('Whether every total follows exactly from the scores that are public.', true),
    maximum: figure('The most that a total can be; null where it is not stated.', 100).nullable(),
    criteria: listOf(criterion, 'The criteria, a whole before its parts.', 1_000),
    weightsNote: words(
      'What the weights that the round states do to its totals, in words; null where it states none.',
      undefined,
      1_000_000,
    ).nullable(),
    consortiums: listOf(consortium, 'Who takes part, the best first.', 1_000),
    cutLine,
    disagreements: listOf(disagreement, 'What was published and does not fit; empty where all of it does.'),
    withheld,
    hypothetical: hypothetical.nullable().meta({
      description: 'Where it says something the standings are a what-if; null for those of the round.',
    }),
  })
  .meta({ id: 'Standings', description: 'The standings of a round.' });
