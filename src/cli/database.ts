/** The commands that work on the database itself, on the machine that has it. What they need is loaded by whoever uses them. */
import type { Command } from 'commander';
import { StartupError } from '../kernel/startup-error.ts';
import { CliError, exit, type ExitCode } from './exit.ts';
import { count, tell } from './output.ts';
import type { Action } from './session.ts';

const where =
  'The database is that of MIGRATION_DATABASE_URL or DATABASE_URL, as the owner of its tables, or else the one in DATA_DIR.';

export function addDatabaseCommands(program: Command, action: Action): void {
  program
    .command('migrate')
    .description(`Applies the migrations that are missing. ${where}`)
    .option(
      '--login',
      'let the role of the API, tracker_api, log in with the password in API_DATABASE_PASSWORD',
    )
    .action(action<[MigrateOptions]>((_session, options) => onPlace(true, (url) => migrate(url, options))));
}

interface MigrateOptions {
  login?: true;
}

async function migrate(url: string, { login }: MigrateOptions): Promise<ExitCode> {
  const { letLogIn, migrate: apply } = await import('../db/migrate.ts');
  const password = process.env.API_DATABASE_PASSWORD;
  if (login && !password)
    throw new CliError(exit.usage, '--login takes the password in API_DATABASE_PASSWORD.');
  const applied = await apply(url);
  if (login && password) await letLogIn(url, password);
  tell(applied.length === 0 ? 'Up to date.' : `${count(applied.length, 'migration')} applied.`);
  return exit.done;
}

async function onPlace(make: boolean, work: (url: string) => Promise<ExitCode>): Promise<ExitCode> {
  const [{ readConfig }, { openPlace }] = await Promise.all([
    import('../config.ts'),
    import('../db/place.ts'),
  ]);
  try {
    const place = await openPlace(readConfig(process.env), { make });
    try {
      return await work(place.url);
    } finally {
      await place.close();
    }
  } catch (error) {
    throw error instanceof StartupError ? new CliError(exit.unreachable, error.message) : error;
  }
}
