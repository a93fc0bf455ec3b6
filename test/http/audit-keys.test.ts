/** The key that heads are signed with: given from outside, replaced, and none at all; on a log that begins empty. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect, test } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { publicHalf, signingKeyOf } from '../../src/kernel/signing-key.ts';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';

const made = (): KeyObject => generateKeyPairSync('ed25519').privateKey;
const first = made();
const it = tracker({ AUDIT_SIGNING_KEY: first }, { empty: true });

const kidOf = (signature: string): string =>
  (JSON.parse(Buffer.from(signature.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid;

test('an empty log has a head, and is in order', async () => {
  const { body } = await it.anyone.get('/v1/audit/head');
  const beginning = { position: 0, transaction: null, recordedAt: null, hash: '0'.repeat(64) };
  expect(body.data).toMatchObject(beginning);
  expect(kidOf(body.data.signature)).toBe(publicHalf(first).kid);
  const { body: found } = await it.anyone
    .get('/v1/audit/verify')
    .query({ position: 0, hash: beginning.hash })
    .set('authorization', `Bearer ${keys.admin}`);
  expect(found.data).toEqual({
    ok: true,
    checked: { transactions: 0, versions: 0 },
    head: beginning,
    break: null,
    exported: { position: 0, hash: beginning.hash, onChain: true },
  });
});

test('a key that was replaced stays among the published ones; servers without one share one of their own', async () => {
  const signedBy = async (key?: KeyObject): Promise<string> => {
    const config = { PUBLIC_READ: true, LOG_LEVEL: 'silent', CORS_ORIGINS: '*' } as const;
    const app = await buildApp({
      config: { ...config, BODY_LIMIT: 1024, IMPORT_BYTES: 1024, ...(key && { AUDIT_SIGNING_KEY: key }) },
      db: it.db,
      registry: it.registry,
    });
    const { signature } = (await app.inject('/v1/audit/head')).json<{ data: { signature: string } }>().data;
    await app.close();
    return kidOf(signature);
  };
  const second = made();
  expect(await signedBy(second)).toBe(publicHalf(second).kid);
  const [own, same] = await Promise.all([signedBy(), signedBy()]);
  expect(same).toBe(own);
  const { body } = await it.anyone.get('/v1/audit/keys');
  const kids = (body as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
  expect(kids).toEqual([own, publicHalf(second).kid, publicHalf(first).kid]);
});

test('the setting takes PEM, or base64 of that or of its bytes; any other key is refused without being repeated', () => {
  const pem = first.export({ format: 'pem', type: 'pkcs8' }).toString();
  const bytes = first.export({ format: 'der', type: 'pkcs8' }).toString('base64');
  for (const text of [pem, Buffer.from(pem).toString('base64'), bytes])
    expect(signingKeyOf(text)?.equals(first)).toBe(true);
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  for (const text of ['secret', other.export({ format: 'pem', type: 'pkcs8' }).toString()])
    expect(() => readConfig({ AUDIT_SIGNING_KEY: text })).toThrow(
      /^The settings do not fit: AUDIT_SIGNING_KEY must be an Ed25519 private key: PKCS#8 as PEM, or that in base64$/,
    );
});
