/** The command line against a real tracker: what is printed, where, and with which exit code. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';
import { addressOf, folder, run, start, type Ended, type Given } from './cli-support.ts';

const it = tracker();
const at = folder();
const go = (words: string[], given: Partial<Given> = {}): Promise<Ended> =>
  run(words, { url: addressOf(it.app.server), key: keys.importer, ...given });

const milestone = (title: string, date = '2026-12-01', source = 'seed-001'): string =>
  `kr-safm,${date},other,${title},${source}\r\n`;
const header = 'program,date,kind,title,sources\r\n';
const titled = async (word: string): Promise<number> => {
  const rows = await it.sql(`SELECT 1 FROM milestones WHERE title LIKE '${word}%'`);
  return rows.length;
};

beforeAll(async () => {
  await writeFile(at('two.csv'), header + milestone('two a') + milestone('two b'));
  await writeFile(
    at('bad.csv'),
    header + milestone('bad a') + milestone('bad b', 'soon') + milestone('bad c', '2026-12-02', 'seed-01'),
  );
});

test('a file is imported once, however often the same command runs; another key imports it anew', async () => {
  const first = await go(['import', 'milestones', at('two.csv')]);
  expect([first.code, first.err]).toEqual([0, '']);
  expect(first.out).toMatch(
    /^Applied: 2 created, 0 updated, 0 deleted, 0 unchanged, 0 in error \(milestones, import \S+\)\n$/,
  );
  const [again, anew, plan] = await Promise.all([
    go(['import', 'milestones', at('two.csv')]),
    go(['import', 'milestones', at('two.csv'), '--idempotency-key', 'another']),
    go(['import', 'milestones', at('two.csv'), '--dry-run']),
  ]);
  expect([again.code, again.out]).toEqual([0, first.out]);
  expect(again.err).toMatch(
    /two\.csv: this very file was imported before, as import \S+ of .*nothing was done now\..*--idempotency-key/,
  );
  expect([anew.code, anew.err]).toEqual([0, '']);
  expect(anew.out).toContain('Applied: 0 created, 0 updated, 0 deleted, 2 unchanged');
  expect([plan.code, plan.err]).toEqual([0, '']);
  expect(plan.out).toContain('Plan: 0 to create, 0 to update, 0 to delete, 2 unchanged, 0 in error');
  expect(await titled('two ')).toBe(2);
});

test('a plan shows field by field what would change and where everybody would stand, and is applied by its id once', async () => {
  const scores =
    'round,consortium,criterion,status,score,sources\r\nkr-safm-round-2,upstage,r2-total,disclosed,70.9,seed-001\r\n';
  await writeFile(at('scores.csv'), scores);
  const reason = ['--correction', 'The press had a misprint.'];
  const plan = await go(['import', 'evaluations', at('scores.csv'), '--dry-run', ...reason]);
  expect([plan.code, plan.err]).toEqual([0, '']);
  expect(plan.out).toMatch(/^~ evaluations \S+ \(line 2\)\n( +~ \S+: .+\n)+/);
  expect(plan.out).toMatch(/^ +~ score: 69\.9 → 70\.9$/m);
  expect(plan.out).toMatch(
    /^Standings of kr-safm-round-2:\n( +~ \S+: .+\n)* +~ upstage: .*total 69\.9 → 70\.9$/m,
  );
  const id = /^Apply it with: tracker apply (\S+)/m.exec(plan.out)?.[1] ?? '';
  // Two plans of the same state: the second does not fit any more once the first is carried out.
  const rival = await go(['import', 'evaluations', at('scores.csv'), '--dry-run', '--json', ...reason]);
  const rivalId = JSON.parse(rival.out).id as string;
  const applied = await go(['apply', id]);
  expect([applied.code, applied.err]).toEqual([0, '']);
  expect(applied.out).toContain('Applied: 0 created, 1 updated');
  const [again, outdated, shown, list, none] = await Promise.all([
    go(['apply', id]),
    go(['apply', rivalId]),
    go(['status', id]),
    go(['status']),
    go(['apply', '0199f6a2-7c1e-7d34-9a51-0c8c3f3f6b1d']),
  ]);
  expect([again.code, again.out]).toEqual([0, applied.out]);
  expect(again.err).toMatch(/carried out before.*nothing was done now/);
  expect([outdated.code, outdated.out]).toEqual([1, '']);
  expect(outdated.err).toMatch(/^ +row 1 \(line 2\) \S+: planned update, now unchanged$/m);
  expect(outdated.err).toContain('[plan-outdated]');
  expect([shown.code, shown.out]).toEqual([0, expect.stringContaining('Plan: 0 to create, 1 to update')]);
  expect([list.code, list.err]).toEqual([0, '']);
  expect(list.out).toMatch(/^ID +RESOURCE +STATUS/);
  expect(list.out).toMatch(new RegExp(`^${id} +evaluations +planned `, 'm'));
  expect([none.code, none.out]).toEqual([2, '']);
});

test('faults are one a line with their place; the rows come back to be mended, and mended they are imported', async () => {
  const [refused, skipped, plan] = await Promise.all([
    go(['import', 'milestones', at('bad.csv'), '--errors', at('mend.csv')]),
    go(['import', 'milestones', at('bad.csv'), '--on-error', 'skip', '--json']),
    go(['import', 'milestones', at('bad.csv'), '--dry-run']),
  ]);
  const lines = refused.err.split('\n');
  expect(refused.code).toBe(1);
  expect(lines[0]).toMatch(/bad\.csv:3(:\d+)?: date: .+ \[\S+\]$/);
  expect(lines[1]).toMatch(
    /bad\.csv:4(:\d+)?: sources\S*: .*`seed-01`: .*did you mean `seed-0\d+`\? \[\S+\]$/,
  );
  expect(lines[2]).toBe(`2 rows to mend: ${at('mend.csv')}`);
  expect(refused.out).toMatch(/^Refused, nothing was written: 2 of 3 rows in error/);
  expect([skipped.code, JSON.parse(skipped.out).counts]).toEqual([
    1,
    expect.objectContaining({ create: 1, error: 2 }),
  ]);
  expect([plan.code, plan.out]).toEqual([1, expect.stringContaining('This plan cannot be applied')]);
  const mend = await readFile(at('mend.csv'), 'utf8');
  expect(mend).toMatch(/^program,date,kind,title,sources,error\r\n/);
  await writeFile(at('mended.csv'), mend.replace('soon', '2026-12-03').replace('seed-01,', 'seed-001,'));
  expect(await go(['import', 'milestones', at('mended.csv')])).toMatchObject({ code: 0, err: '' });
  expect(await titled('bad ')).toBe(3);
});

test('a file that was refused is tried anew by the same command, and then is imported once', async () => {
  await writeFile(at('early.csv'), header + milestone('early', '2026-12-01', 'source-of-tomorrow'));
  const words = ['import', 'milestones', at('early.csv')];
  expect((await go(words)).code).toBe(1);
  const still = await go(words);
  expect([still.code, still.err]).toEqual([
    1,
    expect.stringMatching(/came to nothing before.*refused.*trying it anew/),
  ]);
  const source = { ...it.registry.get('sources').example, id: 'source-of-tomorrow' };
  expect((await it.writer.post('/v1/sources').send(source)).status).toBe(201);
  expect((await go(words)).code).toBe(0);
  const again = await go(words);
  expect([again.code, again.err]).toEqual([0, expect.stringContaining('imported before')]);
  expect(await titled('early')).toBe(1);
});

test('packed files, standard input plain or packed, and pipes are read like any other', async () => {
  const file = (name: string): string => header + milestone(`via ${name}`);
  await writeFile(at('packed.csv.gz'), gzipSync(file('gz')));
  await writeFile(
    at('rows.jsonl'),
    `${JSON.stringify({ program: 'kr-safm', date: '2026-12', kind: 'other', title: 'via jsonl', sources: ['seed-001'] })}\n`,
  );
  execFileSync('mkfifo', [at('pipe')]);
  const piped = writeFile(at('pipe'), file('pipe'));
  const all = await Promise.all([
    go(['import', 'milestones', at('packed.csv.gz')]),
    go(['import', 'milestones', '-', '--format', 'csv'], { input: file('stdin') }),
    go(['import', 'milestones', '-', '--format', 'csv'], { input: gzipSync(file('packed stdin')) }),
    go(['import', 'milestones', at('pipe'), '--format', 'csv']),
    go(['import', 'milestones', at('rows.jsonl')]),
  ]);
  for (const ended of all)
    expect(ended).toMatchObject({ code: 0, err: '', out: expect.stringContaining('1 created') });
  await piped;
  expect(await titled('via ')).toBe(5);
});

test('a scope is replaced, with its removals in the plan and capped', async () => {
  const words = [
    'import',
    'milestones',
    at('two.csv'),
    '--mode',
    'replace-scope',
    '--scope',
    'program=kr-safm',
  ];
  await go(['import', 'milestones', '-', '--format', 'csv'], { input: header + milestone('surplus') });
  const [{ n } = {}] = await it.sql(
    `SELECT count(*)::int AS n FROM milestones WHERE program = 'kr-safm' AND title NOT LIKE 'two %'`,
  );
  const [capped, plan] = await Promise.all([
    go([...words, '--dry-run']),
    go([...words, '--dry-run', '--max-delete', String(n)]),
  ]);
  expect([capped.code, capped.err]).toEqual([1, expect.stringContaining('[too-many-deletions]')]);
  expect(plan).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^- milestones \S+$/m) });
  expect(plan.out).toContain(`${Number(n)} to delete`);
});

test('more rows than are answered at once: it is waited for, or only its id is printed', async () => {
  const rows = Array.from({ length: 5001 }, (_, i) => milestone(`large ${i}`)).join('');
  await writeFile(at('large.csv'), header + rows);
  const waited = await go(['import', 'milestones', at('large.csv'), '--dry-run']);
  expect([waited.code, waited.out]).toEqual([0, expect.stringContaining('Plan: 5,001 to create')]);
  expect(waited.err).toMatch(/^Import \S+ goes on at the server/);
  const left = await go(['import', 'milestones', at('large.csv'), '--dry-run', '--no-wait']);
  expect([left.code, left.err]).toEqual([0, '']);
  expect(left.out).toMatch(/^[0-9a-f-]{36}\n$/);
  const known = await go(['status', left.out.trim(), '--json']);
  expect([known.code, JSON.parse(known.out).id]).toEqual([0, left.out.trim()]);
});

test('exports: nothing but data in a pipe, a file only once it is whole, and one that is linked to stays linked', async () => {
  const { url } = { url: addressOf(it.app.server) };
  await writeFile(at('old.ndjson'), 'old');
  await symlink(at('old.ndjson'), at('link.ndjson'));
  const [piped, packed, linked, columns, unknown, nowhere] = await Promise.all([
    go([
      'export',
      'evaluations',
      '--filter',
      'round=kr-safm-round-2',
      '--filter',
      'consortium=upstage',
      '--filter',
      'consortium=sk-telecom',
      '--filter',
      'score[gte]=60',
      '--sort',
      '-score',
      '--fields',
      'consortium,score',
    ]),
    go(['export', 'milestones', at('all.csv.gz')]),
    go(['export', 'sources', at('link.ndjson')]),
    go(['export', 'sources', at('all.parquet')]),
    go(['export', 'evaluatons', at('none.csv')]),
    go(['export', 'sources', at('missing/all.csv')]),
  ]);
  expect(piped).toEqual({ code: 0, err: '', out: 'consortium,score\r\nupstage,70.9\r\nsk-telecom,70.6\r\n' });
  expect([packed.code, (await readFile(at('all.csv.gz'))).subarray(0, 2).toString('hex')]).toEqual([
    0,
    '1f8b',
  ]);
  expect([linked.code, await readFile(at('old.ndjson'), 'utf8')]).toEqual([
    0,
    await (await fetch(`${url}/v1/sources?format=ndjson`)).text(),
  ]);
  expect([columns.code, await readFile(at('all.parquet'))]).toEqual([
    0,
    Buffer.from(await (await fetch(`${url}/v1/sources?format=parquet`)).arrayBuffer()),
  ]);
  expect([unknown.code, unknown.out, existsSync(at('none.csv'))]).toEqual([2, '', false]);
  expect(nowhere.code).toBe(2);
  expect((await readdir(at('.'))).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('a reader that has enough is no failure', async () => {
  const { child, ended } = start(['export', 'sources'], { url: addressOf(it.app.server) });
  child.stdout?.once('data', () => child.stdout?.destroy());
  expect(await ended).toMatchObject({ code: 0, err: '' });
});

test.each([
  [['import', 'milestones', 'no-such.csv'], /no-such\.csv: there is no such file/],
  [['import', 'milestones', 'all.parquet'], /all\.parquet: the ending tells no form \(\.csv, /],
  [['import', 'milestones', 'src'], /give --format/],
  [['import', 'milestones', '-'], /Say what form standard input has/],
  [['import', 'milestones', 'package.json', '--mode', 'merge'], /insert, upsert, replace-scope/],
  [['import', 'milestones', 'package.json', '--scope', 'program=kr-safm'], /scope: .*replace-scope/],
  [['import', 'milestone', 'package.json'], /did you mean `milestones`\?/],
  [['import', 'milestones', 'package.json', '--dryrun'], /Did you mean --dry-run\?/],
  [['export', 'milestones', '--filter', 'kind'], /--filter takes field=value/],
  [['apply', 'the-last'], /It must be the id of an import/],
  [['status', '--url', 'ftp://x'], /--url takes an address/],
  [[], /Usage: tracker/],
])('usage: %j', async (words, said) => {
  const { code, out, err } = await go(words);
  expect([code, out, err]).toEqual([2, '', expect.stringMatching(said)]);
});

test('a key that is wrong or missing is usage, and no key is ever shown', async () => {
  const wrong = 'sat_wrong-key-0123456789abcdefghijklmnop';
  const all = await Promise.all([
    go(['import', 'milestones', at('two.csv')], { key: wrong }),
    go(['import', 'milestones', at('two.csv'), '--key', `${wrong}\u001b`]),
    go(['status', `--kye=${wrong}`]),
    go(['import', 'milestones', at('two.csv')], { key: '' }),
  ]);
  for (const ended of all) {
    expect(ended.code).toBe(2);
    expect(ended.out + ended.err).not.toContain(wrong);
  }
});

test('a server that is away is tried again and then is unreachable', async () => {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const url = addressOf(free);
  free.close();
  const { code, out, err } = await go(['import', 'milestones', at('two.csv'), '--retries', '1'], { url });
  expect([code, out]).toEqual([3, '']);
  expect(err).toMatch(
    /^\S+ cannot be reached \(ECONNREFUSED\); trying again in 0\.5 s\n\S+ cannot be reached \(ECONNREFUSED\)\.\n$/,
  );
});

test('the help names every command and exit code', async () => {
  const { code, out, err } = await go(['--help']);
  expect([code, err]).toEqual([0, '']);
  for (const word of [
    'import',
    'apply',
    'export',
    'template',
    'status',
    'cancel',
    'Exit codes',
    'TRACKER_URL',
    'TRACKER_KEY',
  ])
    expect(out).toContain(word);
});
