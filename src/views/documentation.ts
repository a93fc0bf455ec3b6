/** The public description of a view. */
import { z } from 'zod';
import { notModified, readFields, readHeaders, responseHeaders } from '../http/documented.ts';
import { mediaTypes, type Format } from '../http/negotiate.ts';
import type { Operation } from '../http/openapi.ts';
import type { Parameters } from '../http/query.ts';
import { idSchema } from '../resource/operations.ts';
import { languageParameter } from '../resource/query.ts';
import { metaSchema, momentParameters } from '../resource/moment.ts';
import type { Registry } from '../resource/registry.ts';
import { formatsOf, type View } from './view.ts';

export const viewTag = {
  name: 'views',
  description: 'Answers to whole questions, put together from several resources, each with its sources.',
};

export function parametersOf(view: View): Parameters {
  const formats = formatsOf(view);
  return {
    ...view.parameters,
    ...(formats.length > 1
      ? {
          format: z
            .enum(formats as [Format])
            .optional()
            .meta({ description: 'Form of the reply, stronger than `Accept`.' }),
        }
      : {}),
    lang: languageParameter,
    ...momentParameters,
  };
}

/** The view's address with the example of its resource, as a link to try. */
export function exampleHref(view: View, registry: Registry): string {
  const example = view.of === undefined ? '' : registry.get(view.of).exampleId;
  return `${view.path.replace(':id', example)}${view.exampleQuery ?? ''}`;
}

const text = (description: string): z.ZodType =>
  z
    .string()
    .max(2_147_483_647)
    .regex(/^[^]*$/)
    .meta({ description });

export function operationOf(view: View, registry: Registry): Operation {
  const { operationId, summary, description, of, data, forms, problems = [] } = view;
  const envelope =
    data &&
    z
      .strictObject({ data, meta: metaSchema.optional() })
      .meta({ id: `${operationId.replace(/^get/, '')}Reply`, description: summary });
  const written = Object.entries(forms ?? {}).map(([format, form]) => [
    mediaTypes[format as Format].split(';')[0] ?? '',
    { schema: text(form.description) },
  ]);
  return {
    operationId,
    summary,
    description,
    tags: [viewTag.name],
    requestParams: {
      ...(of === undefined ? {} : { path: z.strictObject({ id: idSchema(registry.get(of)) }) }),
      query: z.strictObject(parametersOf(view)),
      header: readFields,
    },
    responses: {
      200: {
        description: 'The answer.',
        headers: responseHeaders(...readHeaders, ['Content-Language', 'ContentLanguage'], ['Link', 'Link']),
        content: {
          ...(envelope ? { 'application/json': { schema: envelope } } : {}),
          ...(Object.fromEntries(written) as Record<string, object>),
        },
      },
      304: notModified,
    },
    problems: [
      'invalid-parameter',
      ...(of === undefined ? [] : (['not-found', 'gone'] as const)),
      ...problems,
    ],
  };
}
