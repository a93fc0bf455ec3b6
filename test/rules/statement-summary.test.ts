import { expect, test } from 'vitest';
import { summaryOf } from '../../src/telemetry/summary.ts';

test.each([
  ['SELECT id FROM sources WHERE id = ANY ($1::text[])', 'SELECT sources'],
  [
    'SELECT (SELECT count(*) FROM bids b) AS bids, t.id FROM consortiums t JOIN organizations o ON true',
    'SELECT consortiums organizations',
  ],
  ['SELECT item.* FROM (SELECT t.id FROM rounds t WHERE t.id = $1) AS item', 'SELECT rounds'],
  [
    "INSERT INTO bids (id, note) VALUES ($1, 'FROM nowhere') ON CONFLICT (id) DO UPDATE SET note = $2",
    'INSERT bids',
  ],
  ['INSERT INTO bids (id) SELECT s.id FROM staged s FOR UPDATE OF s', 'INSERT bids SELECT staged'],
  ['UPDATE imports SET status = $1 WHERE status IS DISTINCT FROM other', 'UPDATE imports'],
  ['DELETE FROM history.versions WHERE n = $1', 'DELETE history.versions'],
  ['WITH locked AS MATERIALIZED (SELECT id FROM bids FOR UPDATE) SELECT count(*) FROM locked', 'SELECT bids'],
  ["COPY (SELECT t.id FROM calls t WHERE x = current_setting('tracker.p0')) TO STDOUT", 'COPY calls'],
  ['COPY staged (n, line) FROM STDIN', 'COPY staged'],
  ['SELECT value FROM unnest($1::text[]) AS asked(value)', 'SELECT'],
  ["BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL statement_timeout = '60s'", 'BEGIN'],
  ['COMMIT', 'COMMIT'],
  ['', ''],
])('%s is called %s', (text, summary) => {
  expect(summaryOf(text).summary).toBe(summary);
});
