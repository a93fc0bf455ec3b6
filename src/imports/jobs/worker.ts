/** The thread of large imports: carries out one when told so, and says how it went. What fails ends it; see aside.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { Database } from '../../db/database.ts';
import { Disk } from '../../db/disk.ts';
import { Versions } from '../../db/versions.ts';
import type { Telemetry } from '../../telemetry/settings.ts';
import { loadRegistry } from '../../resource/registry.ts';
import { giveWay } from './give-way.ts';
import type { Outcome } from './queue.ts';
import { work } from './work.ts';

export interface Given {
  url: string;
  disk: SharedArrayBuffer | undefined;
  fileBytes: number;
  /** What the server knows of the tables, to be told what is written here. */
  versions: { tables: readonly string[]; numbers: SharedArrayBuffer } | undefined;
  telemetry: Telemetry | undefined;
}

/** An import to carry out, that the server stops, or that the thread is not needed any more. */
export type Told = { id: string } | 'stop' | 'end';

const { url, disk, fileBytes, versions, telemetry } = workerData as Given;
// One connection for the transaction, which takes as long as it takes; what is done beside it has its own anyway.
const db = new Database(url, 1, undefined, 0);
if (versions) db.versions = new Versions(versions.tables, versions.numbers);
if (disk) db.disk = new Disk(disk);
giveWay(db);
const tracing = telemetry && (await import('../../telemetry/open.ts')).openTracing(telemetry, db);
const workshop = { db, registry: await loadRegistry(), fileBytes, tracing };
const stop = new AbortController();
parentPort?.on('message', (told: Told) => {
  if (told === 'stop') stop.abort();
  else if (told === 'end') void tracing?.end().then(() => process.exit());
  else
    void traced(told.id).then((outcome) => {
      parentPort?.postMessage(outcome);
    });
});

function traced(id: string): Promise<Outcome> {
  const carriedOut = (): Promise<Outcome> => work(workshop, id, stop.signal);
  if (!tracing) return carriedOut();
  return tracing.job('import', { 'tracker.import.id': id }, async () => {
    const outcome = await carriedOut();
    tracing.note({ 'tracker.import.outcome': typeof outcome === 'string' ? outcome : outcome.status });
    return outcome;
  });
}
