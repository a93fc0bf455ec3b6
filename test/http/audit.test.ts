/** The audit log in order: whatever is written, its heads can be kept, checked and found again. */
import { createPublicKey, verify, type JsonWebKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';
import { deleted, fine, headNow, made, organization, renamed, verification } from './auditing.ts';
import { send } from './importing.ts';

const it = tracker();

describe('in order', () => {
  test('the seeded data, single writes, an import and a delete', async () => {
    await fine(it);
    await made(it, 'audit-a');
    await renamed(it, 'audit-a', 'Renamed');
    await made(it, 'audit-b');
    await renamed(it, 'audit-b', 'Renamed');
    await deleted(it, 'audit-b');
    await made(it, 'audit-b');
    const rows = Array.from({ length: 30 }, (_, i) => organization(`audit-row-${i}`));
    expect((await send(it, 'organizations', rows)).status).toBe(201);
    const again = rows.slice(0, 10).map((row) => ({ ...row, names: { en: 'Another' } }));
    expect((await send(it, 'organizations', again)).status).toBe(201);
    const found = await verification(it);
    expect(found).toMatchObject({ ok: true, break: null, exported: null });
    const [{ transactions, versions }] = (await it.sql(
      `SELECT (SELECT count(*) FROM history.transactions)::int AS transactions,
              (SELECT sum(cardinality(ids)) FROM history.changes WHERE operation <> 'delete')::int AS versions`,
    )) as [{ transactions: number; versions: number }];
    expect(found.checked).toEqual({ transactions, versions });
    expect(found.head.position).toBe(transactions);
  });

  test('a head that was exported earlier still lies on the chain, another does not', async () => {
    const { position, hash } = await headNow(it);
    await renamed(it, 'audit-a', 'Once more');
    const later = await headNow(it);
    expect(later.position).toBe(position + 1);
    expect(await verification(it, { position, hash })).toMatchObject({
      ok: true,
      exported: { position, hash, onChain: true },
    });
    for (const other of [
      { position, hash: later.hash },
      { position: later.position + 1, hash },
    ])
      expect(await verification(it, other)).toMatchObject({
        ok: false,
        break: null,
        exported: { ...other, onChain: false },
      });
    expect((await it.anyone.get('/v1/audit/head').query({ position })).body.data.hash).toBe(hash);
    expect((await it.anyone.get('/v1/audit/head?position=0')).body.data).toMatchObject({
      transaction: null,
      recordedAt: null,
      hash: '0'.repeat(64),
    });
    expect((await it.anyone.get('/v1/audit/head?position=999999')).status).toBe(404);
  });

  test('writers at work are in nobody’s way', async () => {
    let over = false;
    const writing = [0, 1, 2].map(async (writer) => {
      for (let i = 0; !over; i += 1) {
        await made(it, `audit-${writer}-${i}`);
        await renamed(it, `audit-${writer}-${i}`, 'Renamed');
        await deleted(it, `audit-${writer}-${i}`);
      }
    });
    for (let i = 0; i < 5; i += 1) await Promise.all([fine(it), fine(it), headNow(it)]);
    over = true;
    await Promise.all(writing);
    await fine(it);
  });

  test('what was recorded is sealed in the background', async () => {
    await renamed(it, 'audit-a', 'Later');
    const unsealed = async (): Promise<boolean> =>
      (await it.sql(`SELECT EXISTS (SELECT FROM history.unsealed('infinity')) AS some`))[0]?.some === true;
    await expect.poll(unsealed, { timeout: 60_000, interval: 200 }).toBe(false);
  });
});

test('the signature is good by the keys that are published, and for nothing else', async () => {
  const { signature, ...head } = await headNow(it);
  const set = (await it.anyone.get('/v1/audit/keys')).body as { keys: (JsonWebKey & { kid: string })[] };
  const [protectedHeader = '', payload = '', bytes = ''] = signature.split('.');
  const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
  const { alg, kid } = read(protectedHeader) as { alg: string; kid: string };
  const jwk = set.keys.find((key) => key.kid === kid) ?? {};
  const good = (text: string): boolean =>
    verify(
      null,
      Buffer.from(text),
      createPublicKey({ key: jwk, format: 'jwk' }),
      Buffer.from(bytes, 'base64url'),
    );
  expect([alg, good(`${protectedHeader}.${payload}`), good(`${protectedHeader}.${payload}x`)]).toEqual([
    'EdDSA',
    true,
    false,
  ]);
  expect(read(payload)).toEqual({ ...head, iat: expect.any(Number) as number });
  expect(JSON.stringify(set)).not.toContain('"d"');
});

test('heads and keys are for everybody, verifying is for administrators', async () => {
  const verifying = it.anyone.get('/v1/audit/verify');
  expect((await verifying).status).toBe(401);
  expect((await it.writer.get('/v1/audit/verify')).status).toBe(403);
  expect((await it.anyone.get('/v1/audit/keys')).status).toBe(200);
  for (const query of ['position=1', `hash=${'0'.repeat(64)}`, 'position=1&hash=12', 'position=-1']) {
    const { status, body } = await it.anyone
      .get(`/v1/audit/verify?${query}`)
      .set('authorization', `Bearer ${keys.admin}`);
    expect([query, status, body.code]).toEqual([query, 400, 'invalid-parameter']);
  }
});

test('nobody writes on the chain by hand, not even with plain SQL', async () => {
  await made(it, 'audit-hand');
  for (const statement of [
    `INSERT INTO history.chain (position, tx, recorded_at, hash) VALUES (1000000, 1000000, now(), '\\x00')`,
    `UPDATE history.chain SET hash = '\\x00'`,
    `DELETE FROM history.chain`,
    `TRUNCATE history.chain`,
  ])
    await expect(it.sql(statement)).rejects.toThrow(/history.chain/);
  await fine(it);
});
