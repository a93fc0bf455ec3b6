/** `tracker audit head` and `tracker audit verify`: proof of what was published, kept and looked at again. */
import { readFile } from 'node:fs/promises';
import { CliError, exit, withLocalFile, type ExitCode } from './exit.ts';
import { number, tell, tellJson } from './output.ts';
import { save } from './save.ts';
import type { Session } from './session.ts';
import { auditHeadReply, verificationReply } from './wire.ts';

export interface HeadOptions {
  output?: string;
}

export async function auditHead({ client, interrupt }: Session, { output }: HeadOptions): Promise<ExitCode> {
  await client.call('/v1/audit/head', {}, (reply) => save(reply, output, interrupt.signal));
  return exit.done;
}

export interface VerifyOptions {
  head?: string;
  json?: true;
}

export async function auditVerify({ client }: Session, { head, json }: VerifyOptions): Promise<ExitCode> {
  const query = head === undefined ? new URLSearchParams() : await keptHead(head);
  const { data } = await client.read('/v1/audit/verify', verificationReply, { query });
  if (json) tellJson(data);
  else for (const line of findings(data)) tell(line);
  return data.ok ? exit.done : exit.rows;
}

/** Of a file that `tracker audit head` wrote. */
async function keptHead(path: string): Promise<URLSearchParams> {
  const text = await withLocalFile(path, () => readFile(path, 'utf8'));
  try {
    const { position, hash } = auditHeadReply.parse(JSON.parse(text)).data;
    return new URLSearchParams({ position: String(position), hash });
  } catch {
    throw new CliError(exit.usage, `${path}: this is no head as tracker audit head writes it`);
  }
}

/** What a verification found, be it told by a server or made here. */
interface Found {
  checked: { transactions: number; versions: number };
  head: { position: number; hash: string };
  break: {
    position: number | null;
    recordedAt: string | null;
    resource: string | null;
    id: string | null;
    version: number | null;
    kind: string;
    detail: string;
  } | null;
  exported: { position: number; onChain: boolean } | null;
}

export function* findings({ checked, head, break: found, exported }: Found): Generator<string> {
  const { transactions, versions } = checked;
  const amount = `${number(transactions)} transactions with ${number(versions)} versions`;
  if (found) {
    const { position, recordedAt, resource, id, version, kind, detail } = found;
    const row = [resource, id, version === null ? null : `version ${version}`];
    const place = [
      ...row,
      position === null ? null : `position ${position}`,
      recordedAt === null ? null : `recorded at ${recordedAt}`,
    ];
    yield `Broken, after ${amount} in order: ${detail} [${kind}]`;
    yield `    ${place.filter((part) => part !== null).join(', ')}`;
  } else yield `In order: ${amount}.`;
  yield `Head: position ${head.position}, ${head.hash}`;
  if (exported)
    yield exported.onChain
      ? `The head kept at position ${exported.position} still lies on the chain.`
      : `The head kept at position ${exported.position} does NOT lie on the chain: what was recorded up to there was rewritten.`;
}
