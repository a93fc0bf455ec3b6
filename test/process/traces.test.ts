/** Traces of the program as it is started: what the settings do, what the log says, and that nothing is read without them. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { Collector } from '../collector.ts';
import { tracker } from '../tracker.ts';

const it = tracker();

interface Line {
  level: number;
  msg: string;
  reqId?: string;
  trace_id?: string;
  span_id?: string;
  spans?: number;
}

interface Ran {
  code: number | null;
  output: string;
  lines: Line[];
}

/** The program from its start to its end. */
async function ran(
  environment: Record<string, string>,
  use: (base: string) => Promise<void> = () => Promise.resolve(),
): Promise<Ran> {
  const child = spawn(process.execPath, ['dist/main.js'], {
    cwd: inject('program'),
    env: { PATH: process.env.PATH, PORT: '0', DATABASE_URL: it.apiUrl, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const closed = once(child, 'close') as Promise<[number | null]>;
  const listening = new Promise<string | undefined>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        const base = /^Health +(http:\S+)\/healthz/m.exec(output)?.[1];
        if (base !== undefined) resolve(base);
      });
    child.once('exit', () => {
      resolve(undefined);
    });
  });
  const base = await listening;
  try {
    if (base !== undefined) await use(base);
  } finally {
    child.kill('SIGTERM');
  }
  const [code] = await closed;
  const lines = output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);
  return { code, output, lines };
}

async function collecting(): Promise<Collector> {
  const collector = await Collector.start();
  onTestFinished(() => collector.stop());
  return collector;
}

/** The modules that a process has read, told by the engine itself when it ends; in what is bundled a line names each. */
async function modulesOf(environment: Record<string, string>): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'tracker-loaded-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await ran({ ...environment, NODE_V8_COVERAGE: directory }, async (base) => {
    expect((await fetch(`${base}/v1/rounds`)).status).toBe(200);
  });
  const urls = new Set<string>();
  for (const name of await readdir(directory)) {
    const { result } = JSON.parse(await readFile(join(directory, name), 'utf8')) as {
      result: { url: string }[];
    };
    for (const { url } of result) if (url.startsWith('file:')) urls.add(url);
  }
  const modules = await Promise.all(
    [...urls].map(async (url) => {
      const bundled = (await readFile(new URL(url), 'utf8')).matchAll(
        /^ *\/\/ ((?:node_modules|src)\/\S+)$/gm,
      );
      return [url, ...[...bundled].map(([, path = '']) => path)];
    }),
  );
  const all = modules.flat();
  expect(all.some((path) => path.includes('node_modules/fastify/'))).toBe(true);
  return all.filter((path) => /@opentelemetry|\/telemetry\/(?!settings)/.test(path));
}

test('nothing of it is loaded without an endpoint, nor where it is switched off', async () => {
  expect(await modulesOf({ OTEL_SERVICE_NAME: 'named' })).toEqual([]);
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
  expect(await modulesOf({ ...endpoint, OTEL_SDK_DISABLED: 'true' })).toEqual([]);
  // So the look would have seen it.
  expect(await modulesOf(endpoint)).not.toEqual([]);
});

test('what was traced has left when the program ends, with what the settings say; lines of the log have its ids', async () => {
  const collector = await collecting();
  const id = randomUUID();
  const { code, lines } = await ran(
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/under/`,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20the-token,x-more=1',
      OTEL_SERVICE_NAME: 'named',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,deployment.environment.name=here%20and%20now',
    },
    async (base) => {
      const fields = { 'x-request-id': id };
      expect((await fetch(`${base}/v1/rounds`, { headers: fields })).status).toBe(200);
      // This one is kept, and sent before there is a request.
      expect((await fetch(`${base}/v1/rounds`, { headers: fields })).status).toBe(200);
    },
  );
  expect(code).toBe(0);
  const spans = collector.spans.filter(({ attributes }) => attributes['tracker.request.id'] === id);
  expect(spans.map(({ attributes }) => attributes['tracker.cache'])).toEqual(['miss', 'hit']);
  // By a connection that was there before anything was traced.
  const statements = collector.spans.filter(({ parentSpanId }) => parentSpanId === spans[0]?.spanId);
  expect(statements.map(({ kind }) => kind)).toContain(3);
  expect(spans[0]?.resource).toMatchObject({
    'service.name': 'named',
    'deployment.environment.name': 'here and now',
  });
  expect(collector.headers).toMatchObject({ authorization: 'Bearer the-token', 'x-more': '1' });
  const told = lines.filter(({ reqId }) => reqId === id);
  expect(told.map(({ msg }) => msg)).toEqual(['request completed', 'request completed']);
  expect(new Set(told.map(({ trace_id, span_id }) => `${trace_id} ${span_id}`))).toEqual(
    new Set(spans.map(({ traceId, spanId }) => `${traceId} ${spanId}`)),
  );
});

test('a job of a thread that is about to end is told too', async () => {
  const collector = await collecting();
  const key = 'bootstrap-0123456789-0123456789-0123456789';
  await ran({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, BOOTSTRAP_ADMIN_KEY: key }, async (base) => {
    const reply = await fetch(`${base}/v1/imports?resource=organizations`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
        prefer: 'respond-async, wait=60',
      },
      body: JSON.stringify([
        { id: 'of-a-job', names: { en: 'x' }, kind: 'company', country: 'KR', sources: ['seed-001'] },
      ]),
    });
    expect(reply.status).toBe(201);
  });
  const job = collector.spans.find(({ name }) => name === 'import');
  const sender = collector.spans.find(({ name }) => name === 'POST /v1/imports');
  expect(job?.links).toMatchObject([{ traceId: sender?.traceId, spanId: sender?.spanId }]);
});

test.each([500, 'nothing'] as const)(
  'a collector that answers %s is told of once, costs no request, and does not keep the program from ending',
  async (answer) => {
    const collector = await collecting();
    collector.answer = answer;
    const { code, lines } = await ran(
      { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_TIMEOUT: '500', LOG_LEVEL: 'warn' },
      async (base) => {
        // More than are sent at once, so that it is tried several times.
        for (let i = 0; i < 1_200; i += 1) expect((await fetch(`${base}/healthz`)).status).toBe(200);
        await collector.until(() => collector.bytes.length > 0 || undefined);
      },
    );
    expect(code).toBe(0);
    const losses = lines.filter(({ msg }) => msg === 'spans were lost');
    expect(losses.map(({ level, spans }) => [level, (spans ?? 0) > 0])).toEqual([[40, true]]);
  },
);

test('what does not fit in the settings is one line with all other faults, and repeats no secret', async () => {
  const { code, output } = await ran({
    PORT: 'many',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'ftp://collector',
    OTEL_EXPORTER_OTLP_HEADERS: 'the-secret',
    OTEL_RESOURCE_ATTRIBUTES: 'a=%zz',
    OTEL_TRACES_SAMPLER: 'sometimes',
    OTEL_TRACES_SAMPLER_ARG: '1.5',
    OTEL_SDK_DISABLED: 'perhaps',
  });
  expect(code).toBe(1);
  expect(output.trim().split('\n')).toHaveLength(1);
  for (const name of [
    'PORT',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    'OTEL_EXPORTER_OTLP_HEADERS',
    'OTEL_RESOURCE_ATTRIBUTES',
    'OTEL_TRACES_SAMPLER',
    'OTEL_TRACES_SAMPLER_ARG',
    'OTEL_SDK_DISABLED',
  ])
    expect(output).toContain(`${name} must be`);
  expect(output).not.toContain('the-secret');
});
