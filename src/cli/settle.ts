/** An import from the request to its end, whether the server answers at once or goes on by itself. */
import { setTimeout as pause } from 'node:timers/promises';
import { parsed, type Call } from './client.ts';
import { say } from './output.ts';
import type { ProgressReport } from './progress.ts';
import { isReplayed, Refusal } from './refusal.ts';
import type { Session } from './session.ts';
import { importPath, importReply, isOver, type Import } from './wire.ts';

export interface Settled {
  document: Import;
  /** The server repeated the answer to an earlier request with the same key: one of this run, or of one before. */
  replayed: 'this run' | 'before' | undefined;
}

const betweenLooks = 1000;

export async function settle(
  session: Session,
  path: string,
  call: Call,
  { wait, progress }: { wait: boolean; progress: ProgressReport },
): Promise<Settled> {
  try {
    const { document: first, replayed } = await asked(session, path, call);
    progress.end();
    // The answer of back then says that it is queued; it may be over by now.
    const document = replayed && !isOver(first) ? await look(session, first.id) : first;
    if (!wait || isOver(document)) return { document, replayed };
    if (replayed) say(`This is being imported already, as import ${document.id}.`);
    return { document: await follow(session, document, progress), replayed: undefined };
  } finally {
    progress.end();
  }
}

async function asked({ client }: Session, path: string, call: Call): Promise<Settled> {
  try {
    return await client.call(path, call, async (reply, tries) => ({
      document: (await parsed(reply, importReply)).data,
      replayed: isReplayed(reply) ? (tries > 1 ? 'this run' : 'before') : undefined,
    }));
  } catch (error) {
    if (!(error instanceof Refusal) || error.problem.import === undefined) throw error;
    const { data } = await client.read(error.problem.import, importReply);
    return { document: data, replayed: error.replayed ? 'before' : undefined };
  }
}

const look = async ({ client }: Session, id: string): Promise<Import> =>
  (await client.read(importPath(id), importReply)).data;

function follow(session: Session, { id }: Import, progress: ProgressReport): Promise<Import> {
  const { client, interrupt } = session;
  say(`Import ${id} goes on at the server; Ctrl-C asks it to cancel.`);
  const cancel = (): void => {
    progress.end();
    say('Asking the server to cancel; Ctrl-C again quits at once, and the server goes on.');
    client.call(importPath(id), { method: 'DELETE' }, done).catch((error: unknown) => {
      if (error instanceof Error && !interrupt.signal.aborted) say(`It was not cancelled: ${error.message}`);
    });
  };
  return interrupt.instead(cancel, async () => {
    for (;;) {
      const document = await look(session, id);
      if (isOver(document)) return document;
      progress.show(document.progress ?? { phase: document.status });
      await pause(betweenLooks, undefined, { signal: interrupt.signal });
    }
  });
}

/** For a reply that says all by its status. */
export const done = async (reply: Response): Promise<void> => {
  await reply.text();
};
