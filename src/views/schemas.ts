/** Small parts that the answers of several views are made of. */
import { z } from 'zod';
import {
  dateSchema,
  instant as instantField,
  printable,
  slugSchema,
  uuidSchema,
} from '../resource/fields.ts';

export const words = (description: string, example?: string, max = 4000): z.ZodType =>
  z
    .string()
    .max(max)
    .regex(printable)
    .meta({ description, ...(example === undefined ? {} : { examples: [example] }) });

export const count = (description: string, example: number): z.ZodType =>
  z
    .int()
    .min(0)
    .max(2_147_483_647)
    .meta({ description, format: 'int32', examples: [example] });

export const points = (description: string, example: number): z.ZodType =>
  z
    .number()
    .min(-1_000_000)
    .max(1_000_000)
    .meta({ description, examples: [example] });

/** A shared schema stays the component that it is, whatever is said about its use here. */
const used = (schema: z.ZodType, description: string, example: unknown): z.ZodType => {
  const { id: _, ...meta } = schema.meta() ?? {};
  return schema.meta({ ...meta, description, examples: [example] });
};
export const slug = (description: string, example: string): z.ZodType =>
  used(slugSchema, description, example);
export const uuid = (description: string, example: string): z.ZodType =>
  used(uuidSchema, description, example);
export const day = (description: string, example: string): z.ZodType =>
  used(dateSchema, description, example);

export const instant = (description: string, example: string): z.ZodType =>
  used(instantField(description).schema, description, example);

export const listOf = (item: z.ZodType, description: string, max = 10_000): z.ZodType =>
  z.array(item).max(max).meta({ description });

export const sources = listOf(slugSchema, 'Ids of the sources that say so.', 1_000);

/** Another row, with as much of it as a reader needs to recognise it. */
export const named = z
  .strictObject({
    id: slug('Its id.', 'sk-telecom'),
    name: words('Its name in the language asked for.', 'SK Telecom', 200),
  })
  .meta({ id: 'Named', description: 'A row, by its id and its name in the language asked for.' });

/** An organization as far as a comparison of countries needs it. */
export const organization = z
  .strictObject({
    id: slug('Its id.', 'sk-telecom'),
    name: words('Its name in the language asked for.', 'SK Telecom', 200),
    country: z
      .string()
      .length(2)
      .regex(/^[A-Z]{2}$/)
      .meta({ description: 'Where it has its seat (ISO 3166-1).', examples: ['KR'] }),
  })
  .meta({ id: 'NamedOrganization', description: 'An organization, its name and its country.' });

export const money = z
  .strictObject({
    amount: z
      .string()
      .max(40)
      .regex(/^[0-9]+(\.[0-9]+)?$/)
      .meta({ description: 'The amount, a decimal string.', examples: ['200000000000'] }),
    currency: z
      .string()
      .length(3)
      .regex(/^[A-Z]{3}$/)
      .meta({ description: 'Currency code of ISO 4217.', examples: ['KRW'] }),
  })
  .meta({ id: 'Money', description: 'An amount of money in one currency.' });
