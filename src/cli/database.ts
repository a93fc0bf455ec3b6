/** The commands that work on the database itself, on the machine that has it. What they need is loaded by whoever uses them. */
import type { Command } from 'commander';
import { StartupError } from '../kernel/startup-error.ts';
import { findings } from './audit.ts';
import { CliError, exit, withLocalFile, type ExitCode } from './exit.ts';
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
    .action(
      action<[MigrateOptions]>(({ interrupt }, options) =>
        onPlace(true, (url) => migrate(url, options, interrupt.signal)),
      ),
    );
  program
    .command('backup')
    .description(
      `Writes everything that the tracker knows to a file: rows, their history, the audit log, imports and keys. The server may run. ${where}`,
    )
    .argument('<file>', 'where to, such as tracker.backup.gz')
    .action(
      action<[string]>(({ interrupt }, file) => onPlace(false, (url) => backup(url, file, interrupt.signal))),
    );
  program
    .command('restore')
    .description(
      `Loads a backup into a new database, brings it up to date and recomputes the audit log. ${where} A DATA_DIR that is not there is made.`,
    )
    .argument('<file>', 'as tracker backup wrote it')
    .action(
      action<[string]>(({ interrupt }, file) => onPlace(true, (url) => restore(url, file, interrupt.signal))),
    );
}

async function backup(url: string, file: string, signal: AbortSignal): Promise<ExitCode> {
  const { writeBackup } = await import('../backup/write.ts');
  const { rows, head } = await withLocalFile(file, () => writeBackup(url, file, signal));
  tell(`${contents(rows)} in ${file}.`);
  tell(`Head: position ${head.position}, ${head.hash}`);
  return exit.done;
}

async function restore(url: string, file: string, signal: AbortSignal): Promise<ExitCode> {
  const { restore: load } = await import('../backup/restore.ts');
  const { header, totals, migrated, verification } = await withLocalFile(file, () => load(url, file, signal));
  tell(`Restored what was backed up at ${header.madeAt}: ${contents(totals.rows)}.`);
  if (migrated.length > 0) tell(`${count(migrated.length, 'migration')} applied since then.`);
  for (const line of findings(verification)) tell(line);
  return verification.ok ? exit.done : exit.rows;
}

function contents(rows: Record<string, number>): string {
  const all = Object.values(rows).reduce((before, one) => before + one, 0);
  return `${count(all, 'row')} of ${count(Object.keys(rows).length, 'table')}`;
}

interface MigrateOptions {
  login?: true;
}

async function migrate(url: string, { login }: MigrateOptions, signal: AbortSignal): Promise<ExitCode> {
  const { letLogIn, migrate: apply } = await import('../db/migrate.ts');
  const password = process.env.API_DATABASE_PASSWORD;
  if (login && !password)
    throw new CliError(exit.usage, '--login takes the password in API_DATABASE_PASSWORD.');
  const applied = await apply(url, { signal });
  if (login && password) await letLogIn(url, password);
  tell(applied.length === 0 ? 'Up to date.' : `${count(applied.length, 'migration')} applied.`);
  return exit.done;
}

/** Told by its name: its class is loaded by those who throw it. */
const isUnfit = (error: unknown): error is Error => error instanceof Error && error.name === 'Unfit';

/** What PostgreSQL refuses, and a connection that is lost. */
const isOfDatabase = (error: unknown): error is Error =>
  error instanceof Error && ('severity' in error || error.message.startsWith('Connection terminated'));

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
    if (error instanceof StartupError) throw new CliError(exit.unreachable, error.message);
    if (isUnfit(error)) throw new CliError(exit.usage, error.message);
    throw isOfDatabase(error)
      ? new CliError(exit.unreachable, `The database failed: ${error.message}`)
      : error;
  }
}
