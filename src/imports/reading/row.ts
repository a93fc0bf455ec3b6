/** What reading a file gives: its rows, each with what is already known to be wrong with it. */
import type { Document } from '../../resource/write.ts';

export type FileForm = 'csv' | 'ndjson' | 'json';

export interface Limits {
  /** Of the whole file, after unpacking. */
  bytes: number;
  /** Of one row. */
  rowBytes: number;
  rows: number;
  /** How many times its own size a gzip file may unpack to. */
  ratio?: number;
}

export interface RowFault {
  /** CSV: which cell, from 1. NDJSON and JSON: the character of the line at which the syntax breaks, from 1. */
  column?: number;
  /** Set where the fault lies in another line than the one that the row begins in. */
  line?: number;
  /** NDJSON: into the document of the line. JSON: into the whole file, so it begins with the row's own pointer. */
  pointer?: string;
  /** As a CSV names its column; empty where the row as a whole is meant. */
  field: string;
  code: RowFaultCode;
  detail: string;
  value?: unknown;
}

export type RowFaultCode =
  | 'wrong-cell-count'
  | 'stray-quote'
  | 'uneven-lists'
  | 'unknown-field'
  | 'repeated-field'
  | 'unnamed-column'
  | 'inexact-number'
  | 'unstorable-text'
  | 'malformed-json'
  | 'not-an-object'
  | 'too-deep';

export interface FileRow {
  /** From 1; blank lines and rows of nothing but empty cells are not counted. */
  n: number;
  /** Where it begins in the unpacked file, from 1. */
  line: number;
  /** Of an element of a JSON array. */
  pointer?: string;
  /** CSV: the header. Shared between rows: read only. */
  columns?: readonly string[];
  /** CSV: the cells as they stood. Else the value; of a text that is no JSON, or nests too deeply, its beginning. */
  raw: unknown;
  /**
   * As the body of a POST would have it, but not validated: what is unknown is left out (and is a fault), what the
   * server computes is left out (and is none). Undefined where no fields can be told.
   */
  document?: Document;
  /** Paths of leaves and names of lists of objects that the row says something about. Shared between rows: read only. */
  given: ReadonlySet<string>;
  /** At most 50. A field that has a fault here need not be judged again. */
  faults: RowFault[];
}

export interface Place {
  line: number;
  /** In characters, as a text editor counts them. */
  column: number;
}

/** Rows out of bytes that arrive piece by piece, cut anywhere between two characters. */
export interface RowSource {
  readonly columns?: string[];
  /** Fields that were there and are computed or set by the server, so that nothing was read from them. */
  readonly ignored: Set<string>;
  push(chunk: Buffer, rows: FileRow[]): void;
  end(rows: FileRow[]): void;
  /** Of the byte that comes next. */
  place(): Place;
}

export const faultsMost = 50;
const valueMost = 200;

/** Text for a report, which is kept: what the database could not hold is replaced. */
export const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '␀');

const cut = (text: string, most: number): string =>
  text.length <= most
    ? storable(text)
    : // By way of a buffer, since a mere slice would keep the whole text in memory.
      `${Buffer.from(storable(text.slice(0, most - 1))).toString()}…`;

/** A value that is quoted in a report. */
export function shortened(value: unknown, most = valueMost): unknown {
  if (typeof value === 'string') return cut(value, most);
  if (typeof value !== 'object' || value === null) return value;
  const text = JSON.stringify(value);
  return text.length > most || /\\u(0000|d[89a-f])/.test(text) ? cut(text, most) : value;
}

/** Characters as an editor counts them, and not the halves that JavaScript makes of some. */
const charactersIn = (text: string): number => {
  let halves = 0;
  for (let i = 0; i < text.length; i += 1) if ((text.charCodeAt(i) & 0xfc00) === 0xdc00) halves += 1;
  return text.length - halves;
};

const lineBreak = /\r\n|\r|\n/g;

/** The place of a character in a text that itself begins somewhere in a file. */
export function placeIn(text: string, at: number, from: Place): Place {
  const before = text.slice(0, at).split(lineBreak);
  const last = charactersIn(before.at(-1) ?? '');
  return before.length === 1
    ? { line: from.line, column: from.column + last }
    : { line: from.line + before.length - 1, column: last + 1 };
}
