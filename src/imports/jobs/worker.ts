/** The thread of large imports: carries out one when told so, and says how it went. What fails ends it; see aside.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { Database } from '../../db/database.ts';
import { Disk } from '../../db/disk.ts';
import { Versions } from '../../db/versions.ts';
import { loadRegistry } from '../../resource/registry.ts';
import { giveWay } from './give-way.ts';
import { work } from './work.ts';

export interface Given {
  url: string;
  disk: SharedArrayBuffer | undefined;
  fileBytes: number;
  /** What the server knows of the tables, to be told what is written here. */
  versions: { tables: readonly string[]; numbers: SharedArrayBuffer } | undefined;
}

/** An import to carry out, or that the server stops. */
export type Told = { id: string } | 'stop';

const { url, disk, fileBytes, versions } = workerData as Given;
// One connection for the transaction, which takes as long as it takes; what is done beside it has its own anyway.
const db = new Database(url, 1, undefined, 0);
if (versions) db.versions = new Versions(versions.tables, versions.numbers);
if (disk) db.disk = new Disk(disk);
giveWay(db);
const workshop = { db, registry: await loadRegistry(), fileBytes };
const stop = new AbortController();
parentPort?.on('message', (told: Told) => {
  if (told === 'stop') stop.abort();
  else
    void work(workshop, told.id, stop.signal).then((outcome) => {
      parentPort?.postMessage(outcome);
    });
});
