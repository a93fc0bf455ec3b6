/** `tracker keys`: the secret alone on standard output, once, and all else beside it. */
import { expect, test } from 'vitest';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';
import { addressOf, run, type Ended } from './cli-support.ts';

const it = tracker();
const go = (words: string[], key: string = keys.admin): Promise<Ended> =>
  run(['keys', ...words], { url: addressOf(it.app.server), key });
const works = async (secret: string): Promise<boolean> =>
  (await it.anyone.get('/v1/imports').set('authorization', `Bearer ${secret}`)).status === 200;

test('a key is made, listed, rotated, given an end and revoked by its name', async () => {
  const made = await go([
    'create',
    'nightly import',
    '--scope',
    'import:plan',
    '--scope',
    'write',
    '--program',
    'kr-safm',
    '--expires',
    '90d',
  ]);
  expect([made.code, made.err]).toEqual([
    0,
    expect.stringMatching(/^Key nightly import \(\S+\), told only this once:\n$/),
  ]);
  const secret = made.out.trim();
  expect(made.out).toMatch(/^satk_[0-9A-Za-z]{49}\n$/);
  expect(await works(secret)).toBe(true);

  const [listed, rotated] = [await go(['list']), await go(['rotate', 'nightly import', '--overlap', '1h'])];
  expect([listed.code, listed.err]).toEqual([0, '']);
  expect(listed.out).toMatch(/^NAME +SCOPES +PROGRAM +STATUS +EXPIRES +LAST USED +HINT +ID\n/);
  expect(listed.out).toMatch(
    new RegExp(
      `^nightly import +import:plan,write +kr-safm +active +\\S+ +\\S+ +${secret.slice(0, 9)} `,
      'm',
    ),
  );
  expect(rotated.err).toMatch(/^The key before is valid until \S+Z\.\nKey nightly import /);
  const next = rotated.out.trim();
  expect([await works(secret), await works(next)]).toEqual([true, true]);

  const [expiring, never, taken, history] = [
    await go(['expire', 'nightly import', '2099-06-30']),
    await go(['expire', 'nightly import', 'never']),
    await go(['create', 'nightly import', '--scope', 'write']),
    await go(['history', 'nightly import']),
  ];
  expect([expiring.code, expiring.out, expiring.err]).toEqual([
    0,
    '',
    'Key nightly import expires at 2099-06-30T00:00:00.000000Z.\n',
  ]);
  expect([never.code, never.err]).toEqual([0, 'Key nightly import does not expire.\n']);
  expect([taken.code, taken.out, taken.err]).toEqual([1, '', expect.stringContaining('[already-exists]')]);
  expect(history.out.match(/changed|rotated|created/g)).toEqual(['changed', 'changed', 'rotated', 'created']);

  expect(await go(['revoke', 'nightly import'])).toEqual({
    code: 0,
    out: '',
    err: 'Key nightly import is revoked.\n',
  });
  expect([await works(secret), await works(next)]).toEqual([false, false]);
  const [valid, all] = await Promise.all([go(['list', '--json']), go(['list', '--all', '--json'])]);
  const names = ({ out }: Ended) => (JSON.parse(out) as { name: string }[]).map(({ name }) => name);
  expect(names(valid)).not.toContain('nightly import');
  expect(names(all)[0]).toBe('nightly import');
});

test('what does not fit, and a key that may not, are usage', async () => {
  const cases: [string[], RegExp, string?][] = [
    [['create', 'x'], /required option '--scope/],
    [['create', 'x', '--scope', 'read'], /import, import:plan, import:apply, write, admin/],
    [['create', 'x', '--scope', 'write', '--expires', 'soon'], /like 90d/],
    [['rotate', 'writer', '--overlap', 'long'], /24h/],
    [['revoke', 'nobody'], /There is no key called nobody/],
    [['list'], /lacks the scope `admin`/, keys.writer],
  ];
  const all = await Promise.all(cases.map(([words, , key]) => go(words, key)));
  expect(all.map(({ code, out }) => [code, out])).toEqual(cases.map(() => [2, '']));
  for (const [i, [, said]] of cases.entries()) expect(all[i]?.err).toMatch(said);
});
