/** Items and lists write their documents as text, views theirs as values: both must say the same of every row. */
import sql, { raw } from 'sql-template-tag';
import { expect, test } from 'vitest';
import { readAt, type Moment } from '../../src/db/moment.ts';
import { documentColumns } from '../../src/resource/columns.ts';
import { documentOf } from '../../src/resource/document.ts';
import { tracker } from '../tracker.ts';

const it = tracker();

const moments: [string, Moment | undefined][] = [
  ['now', undefined],
  ['as of a day', { asOf: '2026-01-20', undated: true }],
];

test.each(moments)('%s every row has one whole document, however it is written', async (_when, moment) => {
  await it.sql(`UPDATE organizations SET name_fr = E'"\\\\ \\'é\\'\\t😀' WHERE id = 'kakao'`);
  for (const resource of it.registry.all)
    for (const language of ['en', 'ko', 'fr'] as const) {
      const columns = documentColumns(resource, 't', language).join(', ');
      const [found] = await readAt(it.db, moment, (reader) =>
        reader.query<{ rows: number; alike: number }>(sql`
          SELECT count(*)::int AS rows, (count(*) FILTER (WHERE text::jsonb = row::jsonb))::int AS alike
            FROM (SELECT ${raw(documentOf(resource, 't', language))} AS text,
                         (SELECT row_to_json(d) FROM (SELECT ${raw(columns)}) d) AS row
                    FROM ${raw(resource.table)} t) both_ways`),
      );
      expect([resource.name, language, found?.alike]).toEqual([resource.name, language, found?.rows]);
    }
});
