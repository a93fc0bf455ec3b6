/** The public description of the templates for files. */
import { z } from 'zod';
import { notModified, readFields, readHeaders, responseHeaders } from '../http/documented.ts';
import type { Operation } from '../http/openapi.ts';
import type { Registry } from '../resource/registry.ts';
import { importTag } from './documentation.ts';

const pathOf = (registry: Registry) =>
  z.strictObject({
    resource: z
      .enum(registry.all.map(({ name }) => name) as [string])
      .meta({ description: 'Whose rows.', examples: ['evaluations'], param: { example: 'evaluations' } }),
  });

const template = (
  registry: Registry,
  words: { operationId: string; summary: string; description: string },
  content: Record<string, object>,
  headers: [string, string][] = [],
): Operation => ({
  ...words,
  tags: [importTag.name],
  requestParams: { path: pathOf(registry), header: readFields },
  responses: {
    200: { description: 'The template.', headers: responseHeaders(...readHeaders, ...headers), content },
    304: notModified,
  },
  problems: ['invalid-parameter', 'not-found'],
});

export const csvTemplateOperation = (registry: Registry): Operation =>
  template(
    registry,
    {
      operationId: 'getImportTemplate',
      summary: 'A file to fill in',
      description:
        'A CSV with every column that an import of the resource reads, and one example row. Imports as it is.',
    },
    {
      'text/csv': {
        schema: z
          .string()
          .max(100_000)
          .regex(/^[^]*$/)
          .meta({ description: 'The header and one row.' }),
        example:
          'round,consortium,criterion,status,score,passed,evaluatedOn,disclosedOn,note,sources\r\nkr-safm-round-2,sk-telecom,r2-expert,disclosed,29.3,,2026-08-18,2026-08-27,,yna-2026-08-27-scores;pebblous-2026-08-reports\r\n',
      },
    },
    [['Content-Disposition', 'ContentDisposition']],
  );

export const schemaTemplateOperation = (registry: Registry): Operation =>
  template(
    registry,
    {
      operationId: 'getImportRowSchema',
      summary: 'The JSON Schema of a row',
      description:
        'What a row of NDJSON or of a JSON array must look like (JSON Schema 2020-12). References may be ids, natural keys, names or aliases.',
    },
    {
      'application/json': {
        schema: z
          .looseObject({
            $schema: z
              .literal('https://json-schema.org/draft/2020-12/schema')
              .meta({ description: 'The dialect.' }),
            title: z
              .string()
              .max(200)
              .regex(/^[^]*$/)
              .meta({ description: 'Of what it is the schema.' }),
          })
          .meta({
            id: 'ImportRowSchema',
            description: 'A JSON Schema.',
            examples: [
              {
                $schema: 'https://json-schema.org/draft/2020-12/schema',
                title: 'A row of evaluations: one evaluation',
                type: 'object',
                properties: { score: { type: 'number', minimum: 0, maximum: 1_000_000 } },
              },
            ],
          }),
      },
    },
  );
