/** The database that the settings name, as its owner: by address, or that of the data directory, running or not. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { StartupError } from '../kernel/startup-error.ts';
import { connected } from './migrate.ts';

export interface Place {
  url: string;
  close: () => Promise<void>;
}

/** `make`: where there is no data directory it is made. */
export async function openPlace(config: Config, { make }: { make: boolean }): Promise<Place> {
  const given = config.MIGRATION_DATABASE_URL ?? config.DATABASE_URL;
  if (given !== undefined) return { url: given, close: () => Promise.resolve() };
  const dataDir = config.DATA_DIR;
  if (!make && !existsSync(join(dataDir, 'postgres', 'PG_VERSION')))
    throw new StartupError(`There is no database in ${dataDir}: set DATA_DIR, or DATABASE_URL.`);
  const { runningUrl, startEmbedded } = await import('./embedded.ts');
  const running = runningUrl(dataDir);
  if (running !== undefined && (await answers(running)))
    return { url: running, close: () => Promise.resolve() };
  const server = await startEmbedded({ dataDir });
  return { url: server.url, close: () => server.stop() };
}

const answers = (url: string): Promise<boolean> =>
  connected(url).then(
    async (client) => {
      await client.end();
      return true;
    },
    () => false,
  );
