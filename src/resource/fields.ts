/**
 * What a field of a resource can be. A field is declared once, here in its builder and in its resource file; its
 * wire schema, column, filters, sort keys, CSV columns and documentation are all read off the declaration.
 */
import { z } from 'zod';
import { isPartialDate, partialDatePattern } from '../kernel/partial-date.ts';
import type { Language } from '../kernel/language.ts';
import type { Fault } from '../kernel/problems.ts';

export type Kind =
  | 'text'
  | 'choice'
  | 'ref'
  | 'integer'
  | 'decimal'
  | 'amount'
  | 'boolean'
  | 'date'
  | 'instant'
  | 'uuid'
  | 'list';

/** A value with a column (or, if it is derived, an expression) of its own: the unit of filters and CSV columns. */
export interface Leaf {
  type: 'leaf';
  kind: Kind;
  /** One value on the wire, never null. */
  schema: z.ZodType;
  /** For a list: one of its items. */
  item?: z.ZodType;
  pg: string;
  nullable: boolean;
  description: string;
  example?: unknown;
  /** Where it is stored, if that is not its own name in snake_case. */
  column?: string;
  /** The id of a row of this resource; for a subject, the leaf beside it says which resource it is. */
  refersTo?: string;
  /** A code of a list that the database keeps. */
  listed?: CodeList;
  /** For the last day of a period: the field beside it that holds the first. */
  from?: string;
  /** Taken when a new row does not say. */
  fallback?: unknown;
  /** Computed when read, never written. `row` is the alias of the table in the query. */
  derived?: (row: string, language: Language) => string;
}

/** `knows` is an SQL condition on a column `code`. */
interface CodeList {
  knows: string;
  problem: Fault['code'];
  detail: string;
}

export interface Group {
  type: 'group';
  description: string;
  fields: Record<string, Leaf>;
  /** A pair (type, id) that names a row of one of these resources, by their singular names. */
  subject?: readonly string[];
}

/** A list of objects that belongs to the row: kept in a table of its own, or in one column as JSON. */
export interface Rows {
  type: 'rows';
  description: string;
  fields: Record<string, Leaf>;
  table?: { name: string; parent: string; order: string };
  example?: unknown;
}

export type Field = Leaf | Group | Rows;

interface More {
  nullable?: boolean;
  example?: unknown;
  column?: string;
  fallback?: unknown;
  listed?: CodeList;
  from?: string;
}
const leaf = (kind: Kind, pg: string, schema: z.ZodType, description: string, more: More): Leaf => ({
  type: 'leaf',
  kind,
  pg,
  schema,
  description,
  nullable: more.nullable ?? false,
  ...more,
});

// Plain text: no control characters but line breaks and tabs, nothing that PostgreSQL or a JSON reader would choke on.

// Nor what turns the direction of other text around (bidi controls), nor the noncharacters of Unicode, which XML cannot
// hold: U+FDD0 to U+FDEF and the last two of each plane. Beyond the first plane these are a pair of surrogates, written as
// such because the pattern is public and not every reader of patterns knows the flag u.
export const printable =
  /^(?:[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff\ud83f\ud87f\ud8bf\ud8ff\ud93f\ud97f\ud9bf\ud9ff\uda3f\uda7f\udabf\udaff\udb3f\udb7f\udbbf\udbff]|[\ud83f\ud87f\ud8bf\ud8ff\ud93f\ud97f\ud9bf\ud9ff\uda3f\uda7f\udabf\udaff\udb3f\udb7f\udbbf\udbff][\udc00-\udffd])*$/;
const visible = /[\p{L}\p{N}\p{P}\p{S}]/u;
export const slugPattern = /^[a-z0-9]+(-[a-z0-9]+)*$/;
export const slugSchema = z
  .string()
  .max(80)
  .regex(slugPattern, 'must be a slug: lower-case letters and digits, parts joined by single hyphens')
  .meta({
    id: 'Slug',
    description: 'A slug: lower-case letters and digits, parts joined by single hyphens.',
  });

export const text = (description: string, more: More & { max?: number } = {}): Leaf =>
  leaf(
    'text',
    'text',
    z
      .string()
      .min(1)
      .max(more.max ?? 300)
      .regex(printable, { error: 'must not contain control characters', abort: true })
      .refine((value) => visible.test(value), 'must contain something that can be seen'),
    description,
    more,
  );

export const choice = (description: string, values: readonly [string, ...string[]], more: More = {}): Leaf =>
  leaf('choice', 'text', z.enum(values), description, more);

export const ref = (description: string, refersTo: string, more: More = {}): Leaf => ({
  ...leaf('ref', 'text', slugSchema, description, more),
  refersTo,
});

export const integer = (description: string, more: More & { min?: number; max?: number } = {}): Leaf => {
  const max = more.max ?? 1_000_000;
  const large = max > 2_147_483_647;
  return leaf(
    'integer',
    large ? 'bigint' : 'integer',
    z
      .int()
      .min(more.min ?? 0)
      .max(max)
      .meta({ format: large ? 'int64' : 'int32' }),
    description,
    more,
  );
};

const decimalPlaces = 6;
export const decimal = (description: string, more: More & { min?: number; max?: number } = {}): Leaf =>
  leaf(
    'decimal',
    'numeric',
    z
      .number()
      .min(more.min ?? 0)
      .max(more.max ?? 1_000_000)
      .refine(
        (value) => Math.abs(value) >= 1e15 || Number(value.toFixed(decimalPlaces)) === value,
        `must have at most ${decimalPlaces} decimal places`,
      ),
    description,
    more,
  );

export const boolean = (description: string, more: More = {}): Leaf =>
  leaf('boolean', 'boolean', z.boolean(), description, more);

export const dateSchema = z
  .string()
  .max(10)
  .regex(partialDatePattern, {
    error: 'must be a date of the precision that is known: 2025, 2025-08 or 2025-08-04',
    abort: true,
  })
  .refine(isPartialDate, 'is not a date of the calendar')
  .meta({
    id: 'PartialDate',
    description: 'A date of the precision that is known (ISO 8601): 2025, 2025-08 or 2025-08-04.',
  });
export const date = (description: string, more: More = {}): Leaf =>
  leaf('date', 'text', dateSchema, description, more);

export const url = (description: string, more: More = {}): Leaf =>
  leaf(
    'text',
    'text',
    z
      .string()
      .max(2000)
      .regex(
        /^(https?:\/\/|urn:)[^\s<>"\u0000-\u001f\u007f]+$/,
        'must be an address that starts with https://, http:// or urn:',
      ),
    description,
    more,
  );

export const country = (description: string): Leaf =>
  leaf(
    'text',
    'text',
    z
      .string()
      .length(2)
      .regex(/^[A-Z]{2}$/, 'must be a country code of ISO 3166-1, two capital letters'),
    description,
    {
      example: 'KR',
      listed: {
        knows: 'is_country(code)',
        problem: 'invalid-value',
        detail: 'there is no such country in ISO 3166-1',
      },
    },
  );

const instantSchema = z.iso
  .datetime({ offset: true })
  .max(40)
  .refine(
    (value) => !value.startsWith('0000') && !/[+-](1[6-9]|2[0-9]):[0-9]{2}$/.test(value),
    'is not an instant from the year 1 on, less than 16 hours off UTC',
  )
  .meta({ id: 'Instant', description: 'An instant (RFC 3339) in UTC.' });
export const uuidSchema = z
  .uuid()
  .max(36)
  .meta({ id: 'Uuid', description: 'A UUID; ours are of version 7.' });
export const instant = (description: string, more: More = {}): Leaf =>
  leaf('instant', 'timestamptz', instantSchema, description, more);

export const listOf = (
  description: string,
  item: z.ZodType,
  more: More & { min?: number; max?: number; refersTo?: string } = {},
): Leaf => ({
  ...leaf(
    'list',
    'text[]',
    z
      .array(item)
      .min(more.min ?? 0)
      .max(more.max ?? 50)
      .refine((items) => new Set(items).size === items.length, 'must not name the same thing twice'),
    description,
    { ...(more.min ? {} : { fallback: [] }), ...more },
  ),
  item,
  ...(more.refersTo ? { refersTo: more.refersTo } : {}),
});

export const refs = (
  description: string,
  refersTo: string,
  more: More & { min?: number; max?: number } = {},
): Leaf => listOf(description, slugSchema, { ...more, refersTo });

export const group = (description: string, fields: Record<string, Leaf>): Group => ({
  type: 'group',
  description,
  fields,
});

/** What a claim is about: the type and id of a row of one of several resources. */
export const subject = (
  description: string,
  types: readonly [string, ...string[]],
  prefix: string,
  example: { type: string; id: string },
): Group => ({
  type: 'group',
  description,
  subject: types,
  fields: {
    type: choice('What kind of row it is.', types, { column: `${prefix}_type`, example: example.type }),
    id: {
      ...leaf('ref', 'text', slugSchema, 'The id of that row.', {
        column: `${prefix}_id`,
        example: example.id,
      }),
    },
  },
});

export const money = (description: string, example: string): Group =>
  group(description, { ...moneyFields(example) });

export const moneyFields = (example: string): Record<'amount' | 'currency', Leaf> => ({
  amount: leaf(
    'amount',
    'numeric',
    z
      .string()
      .max(25)
      .regex(
        /^(0|[1-9][0-9]{0,19})(\.[0-9]{1,4})?$/,
        'must be a positive decimal number in a string, without separators, at most 20 digits and 4 decimal places',
      )
      .refine((value) => /[1-9]/.test(value), 'must be more than zero'),
    'The amount as a decimal string, in whole units of the currency.',
    { example },
  ),
  currency: leaf(
    'text',
    'text',
    z
      .string()
      .length(3)
      .regex(/^[A-Z]{3}$/, 'must be a currency code of ISO 4217, three capital letters'),
    'Currency code of ISO 4217.',
    {
      example: 'KRW',
      listed: {
        knows: 'EXISTS (SELECT FROM currencies WHERE currencies.code = asked.code)',
        problem: 'unknown-currency',
        detail: 'there is no such currency in ISO 4217',
      },
    },
  ),
});

export const rows = (
  description: string,
  fields: Record<string, Leaf>,
  more: Pick<Rows, 'table' | 'example'> = {},
): Rows => ({
  type: 'rows',
  description,
  fields,
  ...more,
});

/** The names in the three languages and `name`, the one that the request's language picks. */
export const names = (example: { en: string; ko?: string; fr?: string }): { names: Group; name: Leaf } => ({
  names: group('The names in English, Korean and French, as far as they are known.', {
    en: text('English name.', { column: 'name_en', max: 200, example: example.en }),
    ko: text('Korean name.', {
      column: 'name_ko',
      max: 200,
      nullable: true,
      ...(example.ko ? { example: example.ko } : {}),
    }),
    fr: text('French name.', {
      column: 'name_fr',
      max: 200,
      nullable: true,
      ...(example.fr ? { example: example.fr } : {}),
    }),
  }),
  name: derived(
    text('The name in the language that `Accept-Language` or `lang=` picks; English where there is none.', {
      example: example.en,
    }),
    (row, language) =>
      language === 'en' ? `${row}.name_en` : `coalesce(${row}.name_${language}, ${row}.name_en)`,
  ),
});

export const derived = (field: Leaf, sql: NonNullable<Leaf['derived']>): Leaf => ({ ...field, derived: sql });
