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

  const rotated = await go(['rotate', 'nightly import', '--overlap', '1h']);
  expect(rotated.err).toMatch(/^The key before is valid until \S+Z\.\nKey nightly import /);
  const next = rotated.out.trim();
  expect([await works(secret), await works(next)]).toEqual([true, true]);

  const [expiring, taken, listed] = await Promise.all([
    go(['expire', 'nightly import', '2099-06-30']),
    go(['create', 'nightly import', '--scope', 'write']),
    go(['list']),
  ]);
  expect(expiring).toEqual({
    code: 0,
    out: '',
    err: 'Key nightly import expires at 2099-06-30T00:00:00.000000Z.\n',
  });
  expect([taken.code, taken.out, taken.err]).toEqual([1, '', expect.stringContaining('[already-exists]')]);
  expect([listed.code, listed.err]).toEqual([0, '']);
  expect(listed.out).toMatch(/^NAME +SCOPES +PROGRAM +STATUS +EXPIRES +LAST USED +HINT +ID\n/);
  expect(listed.out).toMatch(
    new RegExp(`^nightly import +import:plan,write +kr-safm +active +\\S+ +\\S+ +${next.slice(0, 9)} `, 'm'),
  );

  expect(await go(['revoke', 'nightly import'])).toEqual({
    code: 0,
    out: '',
    err: 'Key nightly import is revoked.\n',
  });
  expect([await works(secret), await works(next)]).toEqual([false, false]);
  const [history, all] = await Promise.all([
    go(['history', 'nightly import']),
    go(['list', '--all', '--json']),
  ]);
  expect(history.out.match(/revoked|changed|rotated|created/g)).toEqual([
    'revoked',
    'changed',
    'rotated',
    'created',
  ]);
  expect(JSON.parse(all.out)[0]).toMatchObject({ name: 'nightly import', status: 'revoked' });
});

test('what does not fit, and a key that may not, are usage', async () => {
  const cases: [string[], RegExp, string?][] = [
    [['create', 'x', '--scope', 'read'], /import, import:plan, import:apply, write, admin/],
    [['create', 'x', '--scope', 'write', '--expires', 'soon'], /like 90d/],
    [['revoke', 'nobody'], /There is no key called nobody/],
    [['list'], /lacks the scope `admin`/, keys.writer],
  ];
  const all = await Promise.all(cases.map(([words, , key]) => go(words, key)));
  expect(all.map(({ code, out }) => [code, out])).toEqual(cases.map(() => [2, '']));
  for (const [i, [, said]] of cases.entries()) expect(all[i]?.err).toMatch(said);
});
