/** Files that do not fit into memory at once: received part by part, kept as long as they are needed. */
import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';
import {
  apply,
  countOf,
  ended,
  holdTurn,
  ndjson,
  organizations,
  partsOf,
  rowsLike,
  send,
} from './import-jobs.ts';

const it = tracker({ IMPORT_BYTES: 8_388_608 });

/** More than 4 MiB in not many rows. */
const rows = 2_250;
const large = (prefix: string): string =>
  ndjson(organizations(prefix, rows, { website: `https://example.com/${'x'.repeat(1_900)}` }));

function begin(key: string): ClientRequest {
  const { port } = it.app.server.address() as AddressInfo;
  return request({
    port,
    method: 'POST',
    path: '/v1/imports?resource=organizations',
    headers: {
      authorization: `Bearer ${keys.importer}`,
      'content-type': 'application/x-ndjson',
      'idempotency-key': key,
    },
  });
}

async function write(sending: ClientRequest, text: string): Promise<void> {
  if (!sending.write(text)) await once(sending, 'drain');
}

async function answered(sending: ClientRequest): Promise<{
  status: number | undefined;
  body: {
    code?: string;
    data: { status: string; progress: { totalBytes: number }; links: { self: string } };
  };
}> {
  const [reply] = (await once(sending, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of reply.setEncoding('utf8')) text += String(chunk);
  return { status: reply.statusCode, body: JSON.parse(text) };
}

test('a body over 4 MiB is kept part by part, imported whole, and its parts are removed', async () => {
  const file = large('parts');
  const giveBack = await holdTurn(it);
  const sending = begin('parts');
  const reply = answered(sending);
  for (let at = 0; at < file.length; at += 100_000) await write(sending, file.slice(at, at + 100_000));
  sending.end();
  const { status, body } = await reply;
  expect([status, body.data.status, body.data.progress.totalBytes]).toEqual([202, 'queued', file.length]);
  const { self } = body.data.links;
  expect(await partsOf(it, self)).toBe(Math.ceil(file.length / 1_048_576));
  await giveBack();
  expect(await ended(it, self)).toMatchObject({ status: 'applied', counts: { read: rows, create: rows } });
  expect([await rowsLike(it, 'parts'), await countOf(it, 'import_files')]).toEqual([rows, 0]);
});

test('the same key and file again, while it runs and after, is the same reply and one import', async () => {
  const file = large('again');
  const giveBack = await holdTurn(it);
  const first = await send(it, file, { key: 'again' });
  const during = await send(it, file, { key: 'again' });
  await giveBack();
  await ended(it, first.headers.location ?? '');
  const after = await send(it, file, { key: 'again' });
  for (const reply of [during, after]) {
    expect([reply.status, reply.headers['idempotency-replayed']]).toEqual([202, 'true']);
    expect([reply.body, reply.headers.location]).toEqual([first.body, first.headers.location]);
  }
  const other = await send(it, large('other'), { key: 'again' });
  expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused']);
  expect(await countOf(it, 'import_files')).toBe(0);
  expect(await countOf(it, 'imports', `id >= '${first.body.data.id}'`)).toBe(1);
  expect([await rowsLike(it, 'again'), await rowsLike(it, 'other')]).toEqual([rows, 0]);
});

test('a plan of a large file in few rows is applied from its parts, as a job', async () => {
  const plan = await send(it, large('plan'), {
    key: 'plan',
    prefer: 'respond-async, wait=60',
    query: { dryRun: 'true' },
  });
  expect([plan.status, plan.body.data.counts.create]).toEqual([200, rows]);
  const reply = await apply(it, plan.headers.location ?? '', 'plan-apply');
  expect(reply.status).toBe(202);
  expect(await ended(it, reply.headers.location ?? '')).toMatchObject({ status: 'applied' });
  expect([await rowsLike(it, 'plan'), await countOf(it, 'import_files')]).toEqual([rows, 0]);
});

test('a connection that drops in the middle leaves neither rows nor parts nor an import', async () => {
  const imports = await countOf(it, 'imports');
  const file = large('dropped');
  const sending = begin('dropped');
  sending.on('error', () => undefined);
  await write(sending, file.slice(0, 4_400_000));
  await expect.poll(() => countOf(it, 'import_files')).toBeGreaterThan(0);
  sending.destroy();
  await expect.poll(() => countOf(it, 'import_files'), { timeout: 10_000 }).toBe(0);
  expect([await countOf(it, 'imports'), await rowsLike(it, 'dropped')]).toEqual([imports, 0]);
  const retry = await send(it, file, { key: 'dropped', prefer: 'respond-async, wait=60' });
  expect([retry.status, await rowsLike(it, 'dropped')]).toEqual([201, rows]);
});

test('a file that is longer than files may be is refused on the same connection, and its parts are removed', async () => {
  const sending = begin('endless');
  sending.on('error', () => undefined);
  const reply = answered(sending);
  const file = large('endless');
  await write(sending, file);
  // Just over the limit: a server that closes while more is on its way may take its own answer along.
  await write(sending, file.slice(0, 8_388_608 - Buffer.byteLength(file) + 1));
  const { status, body } = await reply;
  sending.destroy();
  expect([status, body.code]).toEqual([413, 'body-too-large']);
  expect([await countOf(it, 'import_files'), await rowsLike(it, 'endless')]).toEqual([0, 0]);
});
