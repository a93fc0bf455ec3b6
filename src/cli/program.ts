/** The commands and their options. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { version } from '../version.ts';
import { applyPlan, type ApplyOptions } from './apply.ts';
import { auditHead, auditVerify, type HeadOptions, type VerifyOptions } from './audit.ts';
import { Client } from './client.ts';
import { addDatabaseCommands } from './database.ts';
import { CliError, exit, exitHelp, type ExitCode } from './exit.ts';
import { exportRows, template, type ExportOptions } from './export.ts';
import { sayRefusal } from './faults.ts';
import { importFile, type ImportOptions } from './import.ts';
import { Interrupt } from './interrupt.ts';
import { addKeys } from './keys-command.ts';
import { say } from './output.ts';
import { Refusal } from './refusal.ts';
import type { Action, Session } from './session.ts';
import { cancel, status, type StatusOptions } from './status.ts';

interface Globals {
  url: URL;
  key?: string;
  retries: number;
}

/** Runs one command line to its exit code. */
export async function run(words: readonly string[]): Promise<ExitCode> {
  const interrupt = new Interrupt();
  let code: ExitCode = exit.done;
  const program = build(interrupt, (ended) => (code = ended));
  try {
    await program.parseAsync(words);
    return code;
  } catch (error) {
    if (interrupt.signal.aborted) {
      say('Interrupted. Running the same command again is safe.');
      return exit.interrupted;
    }
    return told(error);
  }
}

function told(error: unknown): ExitCode {
  // Commander has said it.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exit.done : exit.usage;
  if (error instanceof Refusal) {
    sayRefusal(error);
    return error.exitCode;
  }
  if (!(error instanceof CliError)) throw error;
  say(error.message);
  return error.code;
}

function build(interrupt: Interrupt, ended: (code: ExitCode) => void): Command {
  const program = new Command('tracker')
    .description(
      'Imports, exports, proofs and keys of a sovereign-AI tracker, over its HTTP API; backups of its database.',
    )
    .version(version)
    .exitOverride()
    // What follows a misspelt `--key=` is not repeated.
    .configureOutput({
      outputError: (text, write) => {
        write(text.replace(/(--[\w-]+)=[^\s']*/g, '$1=…'));
      },
    })
    .showHelpAfterError('(tracker --help, or tracker <command> --help, tells more)')
    .addHelpText('after', `\n${exitHelp}`)
    .configureHelp({ showGlobalOptions: true });
  program
    .addOption(
      new Option('--url <address>', 'where the tracker is')
        .env('TRACKER_URL')
        .argParser(address)
        .default(new URL('http://127.0.0.1:3000'), 'http://127.0.0.1:3000'),
    )
    .addOption(
      new Option('--key <key>', 'the key to the API; better given in the environment')
        .env('TRACKER_KEY')
        .argParser(key),
    )
    .addOption(
      new Option('--retries <n>', 'how often to try again where the server is away or busy')
        .argParser(whole)
        .default(6),
    );

  const action: Action =
    <A extends unknown[]>(work: (session: Session, ...rest: A) => Promise<ExitCode>) =>
    async (...rest: [...A, ...unknown[]]): Promise<void> => {
      const { url, key, retries } = program.opts<Globals>();
      const client = new Client({ url, key, retries, signal: interrupt.signal });
      const given = rest.slice(0, -1) as A;
      ended(await work({ client, interrupt }, ...given));
    };

  program
    .command('import')
    .summary('import a file of rows, or plan it')
    .description(
      'Imports a file of rows, all of it or nothing. The key that keeps it from being imported twice is made from its content and the options, so that running it again is harmless.',
    )
    .argument('<resource>', 'what the rows are, such as evaluations')
    .argument('<file>', '.csv, .ndjson, .jsonl or .json, and .gz after it; - reads standard input')
    .addOption(
      new Option('--format <form>', 'the form of the file, where its ending does not tell').choices([
        'csv',
        'ndjson',
        'json',
      ]),
    )
    .option('--dry-run', 'make a plan and change nothing')
    .addOption(
      new Option('--mode <mode>', 'what happens to keys that exist').choices([
        'insert',
        'upsert',
        'replace-scope',
      ]),
    )
    .option(
      '--scope <field=value>',
      'for replace-scope: the rows that the file stands for (repeatable)',
      listed,
    )
    .option('--max-delete <n>', 'for replace-scope: how many rows may be removed', whole)
    .addOption(
      new Option('--on-error <reaction>', 'what one bad row does to the others').choices(['abort', 'skip']),
    )
    .option('--correction <reason>', 'change published rounds, and why')
    .option('--idempotency-key <key>', 'instead of the key made from the content', key)
    .option('--errors <file>', 'write the rows in error there, as CSV to mend and send again')
    .option('--json', 'print the import as JSON')
    .option('--no-wait', 'print the id and do not wait for the end of a large import')
    .action(action<[string, string, ImportOptions]>(importFile));
  program
    .command('apply')
    .description('Carries out a plan, exactly as it was shown or not at all.')
    .argument('<importId>', 'the plan', importId)
    .option('--idempotency-key <key>', 'instead of the key made from the id', key)
    .option('--errors <file>', 'write the rows in error there, as CSV to mend and send again')
    .option('--json', 'print the import as JSON')
    .option('--no-wait', 'print the id and do not wait for the end of a large import')
    .action(action<[string, ApplyOptions]>(applyPlan));
  program
    .command('export')
    .description('Writes all rows of a resource, or those of a filter, as CSV, NDJSON or Parquet.')
    .argument('<resource>', 'such as evaluations')
    .argument('[file]', 'where to; standard output unless given')
    .addOption(
      new Option('--format <form>', 'csv unless the ending of the file tells').choices([
        'csv',
        'ndjson',
        'parquet',
      ]),
    )
    .option(
      '--filter <field=value>',
      'as the API has it, also score[gte]=20 or asOf=2025-12-01 (repeatable)',
      listed,
    )
    .option('--sort <fields>', 'such as -score,consortium')
    .option('--fields <fields>', 'only these, such as id,name')
    .action(action<[string, string | undefined, ExportOptions]>(exportRows));
  program
    .command('template')
    .description('Writes a file to begin with: a header and one example row, or the JSON Schema of a row.')
    .argument('<resource>', 'such as evaluations')
    .argument('[file]', 'where to; standard output unless given')
    .addOption(
      new Option('--format <form>', 'csv unless the ending of the file tells').choices(['csv', 'json']),
    )
    .action(action<[string, string | undefined, { format?: string }]>(template));
  program
    .command('status')
    .description('Shows an import, or the newest ones.')
    .argument('[importId]', 'which', importId)
    .option('--json', 'print it as JSON')
    .action(action<[string | undefined, StatusOptions]>(status));
  program
    .command('cancel')
    .description('Asks the server to cancel an import that is queued or running.')
    .argument('<importId>', 'which', importId)
    .action(action<[string]>(cancel));
  const audit = program.command('audit').description('Proves what was published, and that it still stands.');
  audit
    .command('head')
    .description('Writes the signed head of the audit log: keep it to prove later what was recorded by now.')
    .option('--output <file>', 'where to; standard output unless given')
    .action(action<[HeadOptions]>(auditHead));
  audit
    .command('verify')
    .description(
      'Recomputes the audit log and names the first break, with the exit code 1. Needs a key with the scope admin.',
    )
    .option('--head <file>', 'whether this head, kept earlier, still lies on the chain')
    .option('--json', 'print what was found as JSON')
    .action(action<[VerifyOptions]>(auditVerify));
  addKeys(program, action);
  addDatabaseCommands(program, action);
  return program;
}

const listed = (value: string, before: string[] = []): string[] => [...before, value];

function whole(value: string): number {
  if (!/^\d{1,7}$/.test(value)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(value);
}

function importId(value: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value))
    throw new InvalidArgumentError('It must be the id of an import: tracker status lists them.');
  return value;
}

/** Refused without repeating it: it may be a secret. */
function key(value: string): string {
  if (!/^[\x21-\x7e]+$/.test(value))
    throw new CliError(exit.usage, 'A key consists of visible ASCII characters.');
  return value;
}

function address(value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new CliError(
      exit.usage,
      '--url takes an address such as https://tracker.example, without user and password.',
    );
  return url;
}
