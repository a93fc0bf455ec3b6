/** `tracker status` and `tracker cancel`. */
import { exit, type ExitCode } from './exit.ts';
import { say, table, tell, tellJson } from './output.ts';
import { report } from './report.ts';
import type { Session } from './session.ts';
import { done } from './settle.ts';
import { importPath, importReply, importsReply, type Import } from './wire.ts';

export interface StatusOptions {
  json?: true;
}

const newest = 20;

export async function status(
  session: Session,
  id: string | undefined,
  options: StatusOptions,
): Promise<ExitCode> {
  if (id !== undefined) {
    const { data } = await session.client.read(importPath(id), importReply);
    return report(session, { document: data, replayed: undefined }, data.resource, options);
  }
  const query = new URLSearchParams({ limit: String(newest) });
  const { data } = await session.client.read('/v1/imports', importsReply, { query });
  if (options.json) tellJson(data);
  else for (const line of table([heads, ...data.map(cellsOf)])) tell(line);
  return exit.done;
}

const heads = ['ID', 'RESOURCE', 'STATUS', 'CREATED', 'ROWS', '+', '~', '-', '=', '!'];

const cellsOf = ({ id, resource, status, counts, createdAt }: Import): string[] => [
  id,
  resource,
  status,
  createdAt.slice(0, 19),
  ...[counts.read, counts.create, counts.update, counts.delete, counts.unchanged, counts.error].map((value) =>
    String(value ?? ''),
  ),
];

export async function cancel({ client }: Session, id: string): Promise<ExitCode> {
  await client.call(importPath(id), { method: 'DELETE' }, done);
  say(`Import ${id} is cancelled, unless it was just done: tracker status ${id}`);
  return exit.done;
}
