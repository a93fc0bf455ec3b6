import type { QueryResultRow } from 'pg';

/** A prepared statement by its name. */
export type Ask = <Row extends QueryResultRow>(
  name: string,
  text: string,
  values: unknown[],
) => Promise<Row[]>;

export interface Recorded {
  created_at: Date;
  updated_at: Date;
  version: number;
  sources: string[];
}

export const recorded = (row: Recorded) => ({
  sources: row.sources,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
  version: row.version,
});
