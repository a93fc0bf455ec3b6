import { z } from 'zod';
import { slugPattern } from '../../resource/fields.ts';
import { listOf, words } from '../schemas.ts';
import { matches } from './rules.ts';
import { kinds } from './texts.ts';

const hit = z
  .strictObject({
    kind: z
      .string()
      .max(80)
      .regex(slugPattern)
      .meta({
        description: 'What kind of row it is: the singular name of its resource.',
        enum: kinds,
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
      'Its name in the language asked for, its number if it has no name, or its title.',
      'Sovereign AI Foundation Model project',
      500,
    ),
    matched: z
      .strictObject({
        text: words('The name, alias, title or publisher that fits best.', '독파모', 500),
        field: z
          .string()
          .max(80)
          .regex(/^[A-Za-z.]+$/)
          .meta({
            description:
              'Where that stands: `names.en`, `names.ko`, `names.fr`, `ordinal`, `title` or `publisher` of the row, or `alias`.',
            examples: ['alias'],
          }),
      })
      .meta({ id: 'SearchMatch', description: 'What the words were found in.' }),
    match: z.enum(matches).meta({
      description:
        'How it fits: `exact`, the whole text; `prefix`, the beginning of a name; `word`, whole words of it, or of it and of the names of what the row belongs to; `contained`, parts of these; `similar`, but for a slip or two, or for where the blanks are.',
      examples: ['exact'],
    }),
    score: z
      .number()
      .min(0)
      .max(1)
      .meta({
        description:
          'How well it fits, from 1 for an exact name downwards: 0.9, 0.8 and 0.7 for `prefix`, `word` and `contained`, 0.05 less for the title of a document and 0.05 less where the words are shared with what the row belongs to. Equal ones come in the order of the kinds, documents last, then of the ids.',
        examples: [1],
      }),
  })
  .meta({ id: 'SearchHit', description: 'A row that was found, and by what.' });

export const searchSchema = listOf(hit, 'What was found, the best first; empty if nothing was.', 100);
