/**
 * A large import keeps this thread and its session of the database busy, each a processor; others would wait for their turn.
 * So both give way to whoever has something short to do. Only where the system knows niceness by thread, and the sessions
 * are processes of this machine.
 */
import { platform, setPriority } from 'node:os';
import { processOf, type Database } from '../../db/database.ts';

const isPossible = platform() === 'linux';
/** A third of what others get, where all want the processor at once: it must not starve either. */
const niceness = 5;

export function giveWay(db: Database): void {
  if (!isPossible) return;
  setPriority(niceness);
  // The embedded server runs here; of another one nobody knows where its processes are.
  if (!db.disk) return;
  db.pool.on('connect', (client) => {
    try {
      setPriority(processOf(client), niceness);
    } catch {
      // It is somebody else's process, or gone: the import goes on as it is.
    }
  });
}
