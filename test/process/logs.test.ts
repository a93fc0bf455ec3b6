/** What the log of the program says, and what it must never say. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get, request } from 'node:http';
import { expect, inject, test } from 'vitest';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';

const it = tracker();

interface Line {
  level: number;
  reqId?: string;
  msg?: string;
  req?: { method: string; url: string; host: string; remoteAddress: string };
  res?: { statusCode: number };
  responseTime?: number;
  err?: { message: string; stack: string };
}

/** The output of a server from its start to its end, at the most talkative unless told. */
async function outputOf(use: (base: string) => Promise<void>, level = 'trace'): Promise<string> {
  const child = spawn(process.execPath, ['dist/main.js'], {
    cwd: inject('program'),
    env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: level, DATABASE_URL: it.apiUrl },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const listening = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        const base = /^Health +(http:\S+)\/healthz/m.exec(output)?.[1];
        if (base !== undefined) resolve(base);
      });
    child.once('exit', () => {
      reject(new Error(output));
    });
  });
  const closed = once(child, 'close');
  try {
    await use(await listening);
  } finally {
    child.kill('SIGTERM');
    await closed;
  }
  return output;
}

const linesOf = (output: string): Line[] =>
  output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);

test('a request is one line, also where its reply was kept, or its client has not waited for it', async () => {
  const output = await outputOf(async (base) => {
    const ask = (id: string, path: string, signal?: AbortSignal) =>
      fetch(`${base}${path}`, { headers: { 'x-request-id': id }, ...(signal && { signal }) });
    expect((await ask('first', '/v1/rounds')).status).toBe(200);
    expect((await ask('kept', '/v1/rounds')).status).toBe(200);
    expect((await ask('absent', '/v1/rounds/none')).status).toBe(404);
    const waiting = ask('left', '/v1/changes?since=now&wait=20', AbortSignal.timeout(200));
    await expect(waiting).rejects.toThrow();
    // A stream, which nobody reads to its end.
    const stream = new AbortController();
    expect((await ask('cut', '/v1/events', stream.signal)).status).toBe(200);
    stream.abort();
  }, 'info');
  const told = (id: string) => linesOf(output).filter(({ reqId }) => reqId === id);
  const of = { method: 'GET', url: '/v1/rounds', remoteAddress: '127.0.0.1' };
  for (const id of ['first', 'kept'])
    expect(told(id)).toMatchObject([{ msg: 'request completed', req: of, res: { statusCode: 200 } }]);
  expect(told('first').map(({ responseTime }) => typeof responseTime)).toEqual(['number']);
  expect(told('absent')).toMatchObject([{ msg: 'request completed', res: { statusCode: 404 } }]);
  expect(told('left').map(({ msg, res }) => [msg, res])).toEqual([['request aborted', undefined]]);
  expect(told('cut')).toMatchObject([{ msg: 'request aborted', res: { statusCode: 200 } }]);
});

test('whoever hangs up within a body is told of in one line, and not as a failure', async () => {
  const output = await outputOf(async (base) => {
    const body = { 'content-type': 'application/json', 'content-length': '1000' };
    const headers = { ...body, authorization: `Bearer ${keys.writer}`, expect: '100-continue' };
    const posting = request(`${base}/v1/organizations`, {
      method: 'POST',
      headers: { ...headers, 'x-request-id': 'half' },
    });
    const closed = new Promise((resolve) => posting.on('error', () => undefined).once('close', resolve));
    posting.flushHeaders();
    await once(posting, 'continue');
    posting.write('{"id":');
    // Whoever asks later and has the reply has come after its key was looked up and its body begun.
    await fetch(`${base}/v1/organizations?limit=1`, { headers: { authorization: headers.authorization } });
    posting.destroy();
    await closed;
  }, 'info');
  const told = linesOf(output).filter(({ reqId }) => reqId === 'half');
  expect(told.map(({ level, msg }) => [level, msg])).toEqual([[30, 'request aborted']]);
});

test('each request is logged with its id and its address, without keys and without what was sent', async () => {
  await it.sql(`
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'it fails' USING ERRCODE = 'XX000', DETAIL = 'Failing row contains ' || to_jsonb(NEW)::text; END $$;
    CREATE TRIGGER fail BEFORE INSERT ON organizations FOR EACH ROW WHEN (NEW.id = 'failing') EXECUTE FUNCTION fail()`);
  const bearer = { authorization: `Bearer ${keys.writer}`, cookie: 'session=the-cookie' };
  const output = await outputOf(async (base) => {
    const row = { names: { en: 'the-body' }, kind: 'company', country: 'KR', sources: ['seed-001'] };
    const post = (id: string, names: object = row.names) =>
      fetch(`${base}/v1/organizations`, {
        method: 'POST',
        headers: { ...bearer, 'content-type': 'application/json', 'x-request-id': `post-${id}` },
        body: JSON.stringify({ ...row, id, names }),
      });
    expect((await post('logged')).status).toBe(201);
    expect((await post('refused', { en: 7, xx: 'the-body' })).status).toBe(422);
    expect((await post('failing')).status).toBe(500);
    for (const query of [
      `kind=company&limit=1`,
      `key=${keys.writer}`,
      `name=${keys.writer}`,
      'api_key=the-key&x',
      'access_token=the-key',
      '?Authorization=the-key',
    ])
      await fetch(`${base}/v1/organizations?${query}`, { headers: bearer });
    await fetch(`${base}/${keys.writer}`);
    const mixedUp = await fetch(`${base}/v1/calls`, { headers: { 'x-request-id': keys.writer } });
    expect(mixedUp.headers.get('x-request-id')).not.toBe(keys.writer);
    await once(get(base, { headers: { host: keys.writer } }), 'response');
    await fetch(`${base}/%zz?key=the-key`);
  });
  const lines = linesOf(output);
  expect(lines.filter(({ reqId }) => reqId === 'post-logged').length).toBeGreaterThanOrEqual(2);
  const urls = lines.flatMap(({ req }) => req?.url ?? []);
  expect(urls).toEqual(
    expect.arrayContaining([
      '/v1/organizations',
      '/v1/organizations?kind=company&limit=1',
      '/v1/organizations?key=…',
      '/v1/organizations?name=…',
      '/v1/organizations?api_key=…&x',
      '/…',
    ]),
  );
  const failure = lines.find(({ reqId, err }) => reqId === 'post-failing' && err !== undefined);
  expect([failure?.level, failure?.err?.message]).toEqual([50, 'it fails']);
  expect(failure?.err?.stack).toContain('it fails');
  for (const secret of [keys.writer, 'the-cookie', 'the-body', 'the-key'])
    expect(output).not.toContain(secret);
});
