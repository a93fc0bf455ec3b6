/** `tracker keys`: made, listed, rotated, expired and revoked. A secret is printed once, alone, on standard output. */
import { randomUUID } from 'node:crypto';
import { json } from './client.ts';
import { CliError, exit, type ExitCode } from './exit.ts';
import { say, table, tell, tellJson } from './output.ts';
import type { Session } from './session.ts';
import { done } from './settle.ts';
import {
  apiKeyHistoryReply,
  apiKeyReply,
  apiKeysReply,
  secretReply,
  type ApiKey,
  type NewSecret,
} from './wire.ts';

const base = '/v1/api-keys';
const pageSize = '500';

export interface KeysOptions {
  all?: true;
  json?: true;
}

export async function listKeys(session: Session, { all, json: asJson }: KeysOptions): Promise<ExitCode> {
  const keys = await allKeys(session, all ? {} : { status: 'active' });
  if (asJson) tellJson(keys);
  else for (const line of table([heads, ...keys.map(cellsOf)])) tell(line);
  return exit.done;
}

async function allKeys({ client }: Session, asked: Record<string, string>): Promise<ApiKey[]> {
  const keys: ApiKey[] = [];
  const query = new URLSearchParams({ limit: pageSize, ...asked });
  for (;;) {
    const { data, page } = await client.read(base, apiKeysReply, { query });
    keys.push(...data);
    if (page.next === null) return keys;
    query.set('cursor', page.next);
  }
}

const heads = ['NAME', 'SCOPES', 'PROGRAM', 'STATUS', 'EXPIRES', 'LAST USED', 'HINT', 'ID'];
const short = (instant: string | null | undefined): string => instant?.slice(0, 19) ?? '-';

const cellsOf = ({ name, scopes, program, status, expiresAt, lastUsedAt, hint, id }: ApiKey): string[] => [
  name,
  scopes.join(','),
  program ?? '-',
  status,
  short(expiresAt),
  short(lastUsedAt),
  hint ?? '-',
  id,
];

export interface CreateOptions {
  scope: string[];
  program?: string;
  expires?: string | null;
  json?: true;
}

export async function createKey(
  { client }: Session,
  name: string,
  { scope: scopes, program, expires: expiresAt = null, json: asJson }: CreateOptions,
): Promise<ExitCode> {
  const { headers, body } = json({ name, scopes, program: program ?? null, expiresAt });
  const made = await client.read(base, secretReply, {
    method: 'POST',
    headers: { ...headers, 'idempotency-key': randomUUID() },
    body,
  });
  return tellSecret(made, asJson);
}

export interface RotateOptions {
  overlap?: number;
  json?: true;
}

export async function rotateKey(
  session: Session,
  called: string,
  { overlap: overlapSeconds, json: asJson }: RotateOptions,
): Promise<ExitCode> {
  const { id } = await keyCalled(session, called);
  const { headers, body } = json(overlapSeconds === undefined ? {} : { overlapSeconds });
  const rotated = await session.client.read(`${base}/${id}/rotate`, secretReply, {
    method: 'POST',
    headers: { ...headers, 'idempotency-key': randomUUID() },
    body,
  });
  if (rotated.formerUntil != null) say(`The key before is valid until ${rotated.formerUntil}.`);
  return tellSecret(rotated, asJson);
}

/** Alone on its line, so that it can be put where it is needed without being shown. */
function tellSecret(key: NewSecret, asJson: true | undefined): ExitCode {
  // The reply to the first try was lost on its way, and it was in there.
  if (key.secret === null)
    throw new CliError(
      exit.unreachable,
      `The key ${key.name} has a new secret, but the reply with it was lost: tracker keys rotate ${key.id} --overlap 0`,
    );
  if (asJson) tellJson(key);
  else {
    say(`Key ${key.name} (${key.id}), told only this once:`);
    tell(key.secret);
  }
  return exit.done;
}

export async function expireKey(
  session: Session,
  called: string,
  expiresAt: string | null,
): Promise<ExitCode> {
  const { id, name } = await keyCalled(session, called);
  const { headers, body } = json({ expiresAt }, 'application/merge-patch+json');
  const call = { method: 'PATCH' as const, headers: { ...headers, 'if-match': '*' }, body };
  const now = await session.client.read(`${base}/${id}`, apiKeyReply, call);
  say(now.expiresAt == null ? `Key ${name} does not expire.` : `Key ${name} expires at ${now.expiresAt}.`);
  return exit.done;
}

export async function revokeKey(session: Session, called: string): Promise<ExitCode> {
  const { id, name } = await keyCalled(session, called);
  const call = { method: 'DELETE' as const, headers: { 'if-match': '*' } };
  await session.client.call(`${base}/${id}`, call, done);
  say(`Key ${name} is revoked.`);
  return exit.done;
}

export async function keyHistory(
  session: Session,
  called: string,
  { json: asJson }: { json?: true },
): Promise<ExitCode> {
  const { id } = await keyCalled(session, called);
  const query = new URLSearchParams({ limit: pageSize });
  const { data } = await session.client.read(`${base}/${id}/history`, apiKeyHistoryReply, { query });
  if (asJson) tellJson(data);
  else
    for (const line of table([
      ['AT', 'EVENT', 'BY', 'EXPIRES'],
      ...data.map(({ at, event, actor, actorName, expiresAt }) => [
        short(at),
        event,
        actorName ?? actor,
        short(expiresAt),
      ]),
    ]))
      tell(line);
  return exit.done;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** By its name, or by its id. */
async function keyCalled(session: Session, called: string): Promise<ApiKey> {
  if (uuid.test(called)) return session.client.read(`${base}/${called}`, apiKeyReply);
  const [found] = await allKeys(session, { name: called });
  if (!found) throw new CliError(exit.usage, `There is no key called ${called}: tracker keys list --all`);
  return found;
}
