import { z } from 'zod';
import { slugPattern } from '../../resource/fields.ts';
import { listOf, words } from '../schemas.ts';
import { matches } from './rules.ts';

const hit = z
  .strictObject({
    kind: z
      .string()
      .max(80)
      .regex(slugPattern)
      .meta({
        description: 'What kind of row it is: the singular name of its resource.',
        examples: ['program'],
      }),
    id: z
      .string()
      .max(80)
      .regex(/^[a-z0-9-]+$/)
      .meta({ description: 'Its id.', examples: ['kr-safm'] }),
    href: z
      .string()
      .max(200)
      .regex(/^\/v1\/[a-z0-9-]+\/[a-z0-9-]+$/)
      .meta({ description: 'Where the row is.', examples: ['/v1/programs/kr-safm'] }),
    name: words(
      'Its name in the language asked for, or its title.',
      'Sovereign AI Foundation Model project',
      500,
    ),
    matched: z
      .strictObject({
        text: words('The name, alias or title that fits best.', '독파모', 500),
        field: z
          .string()
          .max(80)
          .regex(/^[A-Za-z.]+$/)
          .meta({
            description:
              'Where that stands: `names.en`, `names.ko`, `names.fr` or `title` of the row, or `alias`.',
            examples: ['alias'],
          }),
      })
      .meta({ id: 'SearchMatch', description: 'What the words were found in.' }),
    match: z.enum(matches).meta({
      description:
        'How it fits: `exact`, the whole text; `prefix`, its beginning; `word`, whole words of it; `contained`, a part of it; `similar`, but for a slip or two, or for where the blanks are.',
      examples: ['exact'],
    }),
    score: z
      .number()
      .min(0)
      .max(1)
      .meta({
        description:
          'How well it fits, from 1 for an exact match downwards; equal ones come in the order of the kinds, then of the ids.',
        examples: [1],
      }),
  })
  .meta({ id: 'SearchHit', description: 'A row that was found, and by what.' });

export const searchSchema = listOf(hit, 'What was found, the best first; empty if nothing was.', 100);
