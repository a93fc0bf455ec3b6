/** One search over everything that has a name. */
import { z } from 'zod';
import { listParameter } from '../../http/query.ts';
import { didYouMean } from '../../kernel/nearest.ts';
import { refuse } from '../../kernel/problems.ts';
import { printable, slugPattern } from '../../resource/fields.ts';
import type { Registry } from '../../resource/registry.ts';
import { declareView } from '../view.ts';
import { hits, type Hit, type Text } from './rules.ts';
import { searchSchema } from './schema.ts';
import { searchStatement, type SearchQuery } from './sql.ts';
import { kinds, searchable } from './texts.ts';

const hitsUnlessTold = 20;

/** The kinds are checked here and not by the schema, so that the refusal names the nearest. */
function checkKinds(asked: string[], registry: Registry): void {
  const known = searchable(registry).map(({ singular }) => singular);
  const faults = asked
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
    'Finds rows of every kind that has names, a number or a title: by name in any of the three languages, by another name that they go by, rounds as `round 1`, documents by title and publisher. Case, accents, width, hyphens and blanks make no difference. The words may be shared between a row and what it belongs to: `SKT consortium` finds the consortium that SKT leads. In words of four letters or more a slip of the pen is forgiven, from eight letters on two; a Korean syllable is two or three letters, so that there it takes six and twelve (엑사온 finds 엑사원). What fits exactly comes first, then a name that begins so, then what has the words, what contains them, what resembles them; the title of a document counts a little less than a name.',
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
      z.string().max(80).regex(slugPattern, 'must be the singular name of a resource').meta({ enum: kinds }),
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
  statement: (asked) => {
    const { registry, query } = asked;
    checkKinds(query.kind ?? [], registry);
    return searchStatement(asked, query.limit ?? hitsUnlessTold);
  },
  answer: (texts, { query, registry }) =>
    hits(texts, query.limit ?? hitsUnlessTold).map(({ kind, id, ...rest }) => ({
      kind,
      id,
      href: `/v1/${registry.bySingular(kind).name}/${id}`,
      ...rest,
    })),
});
