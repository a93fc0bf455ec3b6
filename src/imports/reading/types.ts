/** What the readers of files give: rows with their places, and what is already known to be wrong with them. */
import type { Document } from '../../resource/write.ts';

export type FileForm = 'csv' | 'ndjson' | 'json';

export interface RowFault {
  /** CSV: where the cell begins in its line, 1-based. */
  column?: number;
  pointer?: string;
  /** The CSV column or JSON path: `names.en`, `money.amount`. */
  field: string;
  code: string;
  detail: string;
  value?: unknown;
}

export interface FileRow {
  n: number;
  line: number;
  pointer?: string;
  raw: unknown;
  document?: Document;
  given: readonly string[];
  faults: RowFault[];
}
