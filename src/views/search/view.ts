/** One search over everything that has a name. */
import { z } from 'zod';
import { listParameter } from '../../http/query.ts';
import { didYouMean } from '../../kernel/nearest.ts';
import { refuse } from '../../kernel/problems.ts';
import { printable, slugSchema } from '../../resource/fields.ts';
import type { Registry } from '../../resource/registry.ts';
import { declareView } from '../view.ts';
import { hits, type Hit, type Text } from './rules.ts';
import { searchSchema } from './schema.ts';
import { searchable, searchStatement, type SearchQuery } from './sql.ts';

const hitsUnlessTold = 20;

/** Which kinds there are only the registry knows, so the schema of the parameter cannot. */
function checkKinds(kinds: string[], registry: Registry): void {
  const known = searchable(registry).map(({ singular }) => singular);
  const faults = kinds
    .filter((kind) => !known.includes(kind))
    .map((kind) => ({
      parameter: 'kind',
      code: 'invalid-value',
      detail: `\`${kind}\` is not one of ${known.join(', ')}${didYouMean(kind, known)}`,
    }));
  if (faults.length > 0) throw refuse(faults, 'invalid-parameter');
}

export default declareView<Text[], (Hit & { href: string })[], SearchQuery>({
  path: '/v1/search',
  order: 8,
  operationId: 'search',
  summary: 'Search by name',
  description:
    'Finds rows of every kind that has names or a title: by name in any of the three languages, by title, or by another name that they go by. Case, accents, width, hyphens and blanks make no difference, and in words of four letters or more a slip of the pen is forgiven, from eight letters on two. What fits exactly comes first, then what begins so, what has the words, what contains them, what resembles them.',
  parameters: {
    q: z
      .string()
      .min(1)
      .max(200)
      .regex(printable, 'must not contain control characters')
      .meta({
        description: 'The name, or a part of it, in any language.',
        examples: ['독파모'],
        param: { example: '독파모' },
      }),
    kind: listParameter(
      slugSchema,
      20,
      'Only these kinds of rows, by the singular names of their resources, for example organization or model. Comma-separated.',
    ),
    limit: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .meta({ format: 'int32', description: `How many hits at most; ${hitsUnlessTold} unless told.` }),
  },
  exampleQuery: '?q=SKT',
  data: searchSchema,
  read: async (reader, asked) => {
    const { registry, query } = asked;
    checkKinds(query.kind ?? [], registry);
    const [row] = await reader.query<{ doc: Text[] }>(searchStatement(asked, query.limit ?? hitsUnlessTold));
    return row?.doc;
  },
  answer: (texts, { query, registry }) =>
    hits(texts, query.limit ?? hitsUnlessTold).map(({ kind, id, ...rest }) => ({
      kind,
      id,
      href: `/v1/${registry.bySingular(kind).name}/${id}`,
      ...rest,
    })),
});
