/**
 * A large import keeps this thread and its session of the database busy, each a processor; others would wait for their turn.
 * So both give way to whoever has something short to do. Only where the system knows niceness by thread, and the sessions
 * are processes of this machine.
 */
import { constants, platform, setPriority } from 'node:os';
import { processOf, type Database } from '../../db/database.ts';

const isPossible = platform() === 'linux';

export function giveWay(db: Database): void {
  if (!isPossible) return;
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  // The embedded server runs here; of another one nobody knows where its processes are.
  if (db.diskAt === undefined) return;
  db.pool.on('connect', (client) => {
    try {
      setPriority(processOf(client), constants.priority.PRIORITY_BELOW_NORMAL);
    } catch {
      // It is somebody else's process, or gone: the import goes on as it is.
    }
  });
}
