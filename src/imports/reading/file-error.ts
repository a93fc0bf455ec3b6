/** A file that cannot be read on from some place: not a fault of one row, but the end of reading. */
import type { Fault } from '../../kernel/problems.ts';
import type { RowFault } from './row.ts';

export type FileErrorCode =
  | 'connection-lost'
  | 'file-too-large'
  | 'unpacks-too-far'
  | 'row-too-long'
  | 'too-many-rows'
  | 'not-gzip'
  | 'truncated-gzip'
  | 'damaged-gzip'
  | 'wrong-encoding'
  | 'wrong-form'
  | 'wrong-separator'
  | 'empty-file'
  | 'invalid-header'
  | 'unclosed-quote'
  | 'malformed-json'
  | 'unfinished-array';

interface Place {
  /** In the unpacked file, from 1. */
  line?: number;
  /** In characters, as a text editor counts them, from 1. */
  column?: number;
}

export class FileError extends Error {
  readonly code: FileErrorCode;
  readonly detail: string;
  readonly line?: number;
  readonly column?: number;
  /** Of the columns of a CSV: everything that is wrong with its header. */
  readonly faults: RowFault[];

  constructor(
    code: FileErrorCode,
    detail: string,
    { line, column, faults, cause }: Place & { faults?: RowFault[]; cause?: unknown } = {},
  ) {
    super(detail, { cause });
    this.name = 'FileError';
    this.code = code;
    this.detail = detail;
    this.faults = faults ?? [];
    if (line !== undefined) this.line = line;
    if (column !== undefined) this.column = column;
  }
}

export const rowTooLong = (line: number, rowBytes: number, more = ''): FileError =>
  new FileError(
    'row-too-long',
    `The row that begins in line ${line} is longer than ${rowBytes} bytes${more}.`,
    {
      line,
    },
  );

export const tooManyRows = (line: number, rows: number): FileError =>
  new FileError('too-many-rows', `The file has more than ${rows} rows. Send it in parts.`, { line });

/** As a report tells it. */
export const fileFault = ({ code, detail, line, column }: FileError): Fault => ({
  code,
  detail,
  ...(line === undefined ? {} : { line }),
  ...(column === undefined ? {} : { column }),
});
