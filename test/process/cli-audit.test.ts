/** `tracker audit`: a head is kept, and the log is held against it. */
import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';
import { addressOf, folder, run, type Ended } from './cli-support.ts';

const it = tracker();
const at = folder();
const go = (words: string[], key: string = keys.admin): Promise<Ended> =>
  run(['audit', ...words], { url: addressOf(it.app.server), key });

test('a head is kept, the log is verified against it, and a break is named with the exit code 1', async () => {
  const kept = at('head.json');
  expect(await go(['head', '--output', kept])).toEqual({ code: 0, out: '', err: '' });
  const text = await readFile(kept, 'utf8');
  expect((await go(['head'])).out).toBe(text);
  const { position, hash } = JSON.parse(text).data as { position: number; hash: string };
  const fine = await go(['verify', '--head', kept]);
  expect([fine.code, fine.err]).toEqual([0, '']);
  expect(fine.out).toMatch(
    new RegExp(
      `^In order: [0-9,]+ transactions with [0-9,]+ versions\\.\\nHead: position ${position}, ${hash}\\nThe head kept at position ${position} still lies on the chain\\.\\n$`,
    ),
  );

  await writeFile(at('other.json'), JSON.stringify({ data: { position, hash: hash.replace(/^../, 'ff') } }));
  await writeFile(at('bad.json'), '{}');
  const [other, bad, none, writer] = await Promise.all([
    go(['verify', '--head', at('other.json')]),
    go(['verify', '--head', at('bad.json')]),
    go(['verify', '--head', at('none.json')]),
    go(['verify'], keys.writer),
  ]);
  expect([other.code, other.out]).toEqual([1, expect.stringContaining('does NOT lie on the chain')]);
  expect([bad.code, bad.err]).toEqual([2, expect.stringContaining('bad.json: this is no head')]);
  expect([none.code, none.err]).toEqual([2, expect.stringContaining('there is no such file')]);
  expect([writer.code, writer.err]).toEqual([2, expect.stringContaining('[insufficient-scope]')]);

  await it.sql(`SET session_replication_role = replica`);
  await it.sql(`UPDATE organizations SET name_en = 'Forged' WHERE id = 'upstage'`);
  const broken = await go(['verify']);
  expect([broken.code, broken.err]).toEqual([1, '']);
  expect(broken.out).toMatch(
    /^Broken, after .* \[version-changed\]\n {4}organizations, upstage, version 1, position \d+, recorded at \S+Z\nHead: /,
  );
  const json = await go(['verify', '--json']);
  expect([json.code, JSON.parse(json.out).break.id]).toEqual([1, 'upstage']);
});
