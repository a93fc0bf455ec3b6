/**
 * The columns of a list as Parquet has them: named as in CSV, and with types. Money is an exact decimal. Other numbers
 * are doubles, which is what JSON gives. Dates of any precision stay texts, and all may be null: under `asOf` they are.
 */
import type { SchemaElement } from 'hyparquet-writer';
import type { ParquetColumn } from '../db/parquet-rows.ts';
import { picked } from './columns.ts';
import type { LeafAt, Resource } from './declare.ts';
import type { Leaf } from './fields.ts';

interface Type {
  element: Omit<SchemaElement, 'name'>;
  /** From text, as PostgreSQL writes the value. */
  read: (text: string) => unknown;
}

const text: Type = {
  element: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  read: (value) => value,
};

/** Of funding_figures.amount: numeric(24, 4). */
const money = { precision: 24, scale: 4 };

/** The number of ten-thousandths. Fails on more places than there are, rather than lose one. */
function unscaled(value: string): bigint {
  const [whole = '', part = ''] = value.split('.');
  const places = part.replace(/0+$/, '').padEnd(money.scale, '0');
  if (places.length > money.scale) throw new Error(`${value} has more than ${money.scale} decimal places`);
  return BigInt(whole + places);
}

function typeOf({ kind, pg }: Leaf): Type {
  switch (kind) {
    case 'integer':
      return pg === 'bigint'
        ? { element: { type: 'INT64' }, read: BigInt }
        : { element: { type: 'INT32' }, read: Number };
    case 'decimal':
      return { element: { type: 'DOUBLE' }, read: Number };
    case 'amount':
      return {
        // 11 bytes are the fewest that hold 24 digits and a sign.
        element: {
          type: 'FIXED_LEN_BYTE_ARRAY',
          type_length: 11,
          converted_type: 'DECIMAL',
          logical_type: { type: 'DECIMAL', ...money },
          ...money,
        },
        read: unscaled,
      };
    case 'boolean':
      return { element: { type: 'BOOLEAN' }, read: (value) => value === 'true' };
    case 'instant':
      return {
        element: {
          type: 'INT64',
          converted_type: 'TIMESTAMP_MICROS',
          logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
        },
        read: BigInt,
      };
    default:
      return text;
  }
}

/** A list is three groups deep, as the format has it; a list of lists has that twice. */
const nested = (name: string, element: Type['element'], depth: number): SchemaElement[] =>
  depth === 0
    ? [{ name, repetition_type: 'OPTIONAL', ...element }]
    : [
        {
          name,
          repetition_type: 'OPTIONAL',
          num_children: 1,
          converted_type: 'LIST',
          logical_type: { type: 'LIST' },
        },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        ...nested('element', element, depth - 1),
      ];

function inLists(value: unknown, read: Type['read']): unknown {
  if (Array.isArray(value)) return value.map((item) => inLists(item, read));
  return value === null ? null : read(value as string);
}

function columnOf({ path, leaf, rows }: LeafAt): ParquetColumn {
  const type = typeOf(leaf);
  const depth = (rows ? 1 : 0) + (leaf.kind === 'list' ? 1 : 0);
  return {
    name: path,
    schema: nested(path, type.element, depth),
    read: depth === 0 ? type.read : (json) => inLists(JSON.parse(json), type.read),
  };
}

export const parquetColumns = (resource: Resource, fields?: readonly string[]): ParquetColumn[] =>
  picked(resource, fields).map(columnOf);
