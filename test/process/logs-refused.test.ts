/** Where nobody takes the log, or nothing holds it, requests are answered all the same, and the program ends when it is told to. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { tracker } from '../tracker.ts';

const it = tracker();

/** Its standard output is a pipe, unless it is told another place. */
function launch(output: 'pipe' | number, [command = '', ...words]: string[]) {
  const child = spawn(command, words, {
    cwd: inject('program'),
    env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'info', DATABASE_URL: it.apiUrl },
    stdio: ['ignore', output, 'pipe'],
  });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return child;
}

const program = [process.execPath, 'dist/main.js'];
const baseIn = (text: string): string | undefined => /^Health +(http:\S+)\/healthz/m.exec(text)?.[1];

/** Its exit code, if the signal ends it in good time. */
async function stopped(child: ChildProcess): Promise<unknown> {
  const end = once(child, 'exit', { signal: AbortSignal.timeout(10_000) });
  child.kill('SIGTERM');
  return (await end)[0];
}

const padding = 'x'.repeat(8_000);

/** So many lines of more than 8,000 bytes, with numbers from `first` on. */
async function ask(base: string, count: number, first = 0): Promise<void> {
  for (let n = first; n < first + count; n += 1) {
    const reply = await fetch(`${base}/none?n=${n}&${padding}`, { signal: AbortSignal.timeout(10_000) });
    expect(reply.status).toBe(404);
    await reply.arrayBuffer();
  }
}

/** The numbers of the lines, of which each must be whole. */
const numbersIn = (text: string): number[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { req?: { url: string } })
    .flatMap(({ req }) => /n=(\d+)&/.exec(req?.url ?? '')?.[1] ?? [])
    .map(Number);

/** A server by whose pipe more has been sent than there is room for. */
async function blocked(count: number) {
  const child = launch('pipe', program);
  const { stdout } = child;
  if (!stdout) throw new Error('has no output');
  let text = '';
  stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  while (baseIn(text) === undefined) await once(stdout, 'data');
  stdout.pause();
  await ask(baseIn(text) ?? '', count);
  return { child, stdout, output: () => text };
}

test('the program ends although nobody takes its output', async () => {
  const { child } = await blocked(100);
  expect(await stopped(child)).toBe(0);
});

test('what could not be taken for a while is there to the last line', async () => {
  const { child, stdout, output } = await blocked(100);
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  stdout.resume();
  expect((await closed)[0]).toBe(0);
  expect(numbersIn(output())).toEqual(Array.from({ length: 100 }, (_, n) => n));
});

test('a file that cannot grow costs no request, is told of once, and is written again when it can be', async () => {
  const path = join(tmpdir(), `tracker-log-${process.pid}`);
  await writeFile(path, '');
  const file = await open(path, 'a');
  onTestFinished(async () => {
    await file.close();
    await rm(path);
  });
  const most = 64 * 1024;
  const limited = ['bash', '-c', `ulimit -f ${most / 1024}; exec "$0" "$@"`, ...program];
  const child = launch(file.fd, limited);
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const log = () => readFile(path, 'utf8');
  await expect.poll(async () => baseIn(await log()), { timeout: 60_000 }).toBeDefined();
  const base = baseIn(await log()) ?? '';
  await ask(base, 10);
  await expect.poll(() => said, { timeout: 10_000 }).toContain('EFBIG');
  await ask(base, 3, 10);
  expect((await log()).length).toBe(most);
  await truncate(path);
  await expect.poll(async () => numbersIn(await log()).at(-1), { timeout: 10_000 }).toBe(12);
  expect(said.match(/EFBIG/g)).toHaveLength(1);
  await ask(base, 10, 13);
  await expect.poll(() => said.match(/EFBIG/g)?.length, { timeout: 10_000 }).toBe(2);
  expect(await stopped(child)).toBe(0);
});
