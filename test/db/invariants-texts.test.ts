/** A text that is stored can be read, whoever writes it; the database and the API agree on what that means. */
import { expect, test } from 'vitest';
import { printable } from '../../src/resource/fields.ts';
import { tracker } from '../tracker.ts';
import { refusal } from './contest.ts';

const it = tracker();

/**
 * The code points of the planes that hold characters, and both ends of the others: alone, and behind a letter. NUL and
 * the halves of surrogate pairs cannot be asked about.
 */
const judged = async (): Promise<{ text: string; alone: boolean; behind: boolean }[]> =>
  (
    await it.sql(
      `SELECT n, is_printable(chr(n)) AS alone, is_printable('x' || chr(n)) AS behind
         FROM (SELECT generate_series(1, x'3FFFF'::int) UNION SELECT generate_series(x'E0000'::int, x'E0FFF'::int)
               UNION SELECT plane * 65536 + at FROM generate_series(4, 16) AS plane, unnest('{0,1,65532,65533,65534,65535}'::int[]) AS at) AS points(n)
        WHERE n NOT BETWEEN x'D800'::int AND x'DFFF'::int`,
    )
  ).map(({ n, alone, behind }) => ({
    text: String.fromCodePoint(Number(n)),
    alone: alone === true,
    behind: behind === true,
  }));
const visible = /[\p{L}\p{N}\p{P}\p{S}]/u;

test('no character that the API refuses is stored, and of those that it takes only what is no character is refused', async () => {
  const all = await judged();
  const named = (list: { text: string }[]): string[] =>
    list.map(({ text }) => text.codePointAt(0)?.toString(16) ?? '');
  expect(named(all.filter(({ text, behind }) => behind && !printable.test(text)))).toEqual([]);
  const stricter = all.filter(({ text, behind }) => !behind && printable.test(text));
  expect(named(stricter.filter(({ text }) => !/^\p{Noncharacter_Code_Point}$/u.test(text)))).toEqual([]);
  expect(
    named(all.filter(({ text, behind }) => behind && /\p{Noncharacter_Code_Point}/u.test(text))),
  ).toEqual([]);
  // What can be seen for the API can be seen here; what only marks, or what is not assigned yet, may be taken for it.
  expect(named(all.filter(({ text, alone, behind }) => behind && !alone && visible.test(text)))).toEqual([]);
  expect(
    named(all.filter(({ text, alone }) => alone && !visible.test(text) && !/[\p{M}\p{Cn}]/u.test(text))),
  ).toEqual([]);
});

test('every column that takes a free text says so', async () => {
  const columns = it.registry.all.flatMap(({ table, leaves }) =>
    leaves
      .filter(
        ({ leaf, path, rows }) =>
          !rows && path !== 'id' && leaf.kind === 'text' && !leaf.derived && !leaf.listed && !leaf.refersTo,
      )
      .map(({ leaf }) => `${table}_${leaf.column}_printable CHECK (is_printable(${leaf.column}))`),
  );
  expect(columns.length).toBeGreaterThan(40);
  const checks = await it.sql(
    `SELECT conname || ' ' || pg_get_constraintdef(oid) AS text FROM pg_constraint WHERE contype = 'c'`,
  );
  expect(checks.map(({ text }) => text)).toEqual(expect.arrayContaining(columns));
});

test.each([
  ['\u0001'],
  ['a\u0001b'],
  [''],
  [' '],
  ['\t\n '],
  ['\u00a0\u3000'],
  ['\u200b'],
  ['\ufeff'],
  ['a\u202eb'],
])('%j is no text, neither over HTTP nor in SQL', async (text) => {
  const { example } = it.registry.get('organizations');
  const reply = await it.writer
    .post('/v1/organizations')
    .send({ ...example, id: 'unseen', names: { en: text } });
  expect([reply.status, reply.body.errors?.[0].pointer]).toEqual([422, '/names/en']);
  for (const [table, column] of [
    ['organizations', 'name_en'],
    ['sources', 'title'],
    ['milestones', 'title'],
    ['rounds', 'note'],
  ] as const)
    expect(
      await refusal(
        it.sql(`UPDATE ${table} SET ${column} = $1 WHERE id = (SELECT max(id) FROM ${table})`, [text]),
      ),
    ).toBe(`${table}_${column}_printable`);
});

test.each(['\ufffe', 'a\uffff', '\ufdd0b', 'a\u{1fffe}'])(
  '%j holds no character, says the database',
  async (text) => {
    expect(await refusal(it.sql(`UPDATE milestones SET title = $1`, [text]))).toBe(
      'milestones_title_printable',
    );
  },
);

test.each([['소버린 AI'], ['a\tb\nc'], ['é'], ['½'], ['🇰🇷'], ['👩‍💻'], ['"']])(
  '%j is kept as it is',
  async (text) => {
    await it.sql(`UPDATE milestones SET title = $1 WHERE id = 'ms-selection'`, [text]);
    expect((await it.anyone.get('/v1/milestones/ms-selection')).body.title).toBe(text);
  },
);

test('a reason that nobody can see is none, for a deviation and for a correction', async () => {
  const deviation = await it.writer
    .post('/v1/rounds/kr-safm-round-3/publish')
    .send({ deviationReason: '\u200b' });
  expect([deviation.status, deviation.body.errors[0].pointer]).toEqual([422, '/deviationReason']);
  const correction = await it.writer
    .patch('/v1/rounds/kr-safm-round-2')
    .set('if-match', '*')
    .send({ note: 'x', correction: true, reason: '\u200b' });
  expect([correction.status, correction.body.errors[0].pointer]).toEqual([422, '/reason']);
});
