/** What the README tells importers is run as it stands there, by a shell. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';
import { addressOf } from './cli-support.ts';

const it = tracker();
const root = new URL('../../', import.meta.url);
const readme = await readFile(new URL('README.md', root), 'utf8');
const guide = /## Importing\n([^]*?)\n## /.exec(readme)?.[1] ?? '';
const [byCurl = '', byCommandLine = ''] = [...guide.matchAll(/```sh\n([^]*?)```/g)].map(([, text]) => text);
const [ofKeys = ''] = /## Keys\n[^]*?```sh\n([^]*?)```/.exec(readme)?.slice(1) ?? [];
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tracker-guide-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function shell(script: string): Promise<{ stdout: string; stderr: string }> {
  const base = addressOf(it.app.server);
  const text = script
    .replaceAll('http://localhost:3000', base)
    .replaceAll('npx tracker', `node ${inject('program')}/dist/cli/main.js`);
  return promisify(execFile)('bash', ['-euo', 'pipefail', '-c', text], {
    cwd: dir,
    env: { PATH: process.env.PATH, KEY: keys.admin, TRACKER_URL: base },
  });
}

test('by curl: from the template to an applied correction', async () => {
  const { stdout } = await shell(byCurl);
  expect(stdout).toContain('round,consortium,criterion');
  expect(stdout).toContain('"note":{"from":null,"to":"Of 35 points"}');
  expect(stdout).toContain('"status":"applied"');
  const reply = await it.anyone
    .get('/v1/evaluations?round=kr-safm-round-1&consortium=lg-ai-research&criterion=r1-expert')
    .expect(200);
  expect(reply.body).toMatchObject({ data: [{ note: 'Of 35 points' }] });
});

test('by the command line: what is there already is left alone', async () => {
  const { stdout } = await shell(byCommandLine);
  expect(stdout).toMatch(/unchanged/);
  expect(await readFile(join(dir, 'scores.csv'), 'utf8')).toContain('Of 35 points');
});

test('keys are made, changed over and ended as the README says', async () => {
  const { stdout } = await shell(ofKeys);
  expect(stdout).toMatch(/^nightly +import +kr-safm +active /m);
  const { body } = await it.anyone
    .get('/v1/api-keys?name=nightly')
    .set('authorization', `Bearer ${keys.admin}`);
  expect(body.data).toMatchObject([{ status: 'revoked', version: 3 }]);
});
