/** The commands of `tracker keys`, and how spans and moments are written there. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  createKey,
  expireKey,
  keyHistory,
  listKeys,
  revokeKey,
  rotateKey,
  type CreateOptions,
  type KeysOptions,
  type RotateOptions,
} from './keys.ts';
import type { Action } from './session.ts';

const scopes = ['import', 'import:plan', 'import:apply', 'write', 'admin'];

export function addKeys(program: Command, action: Action): void {
  const keys = program
    .command('keys')
    .description('Makes, lists, rotates and revokes API keys. Needs a key with the scope admin.');
  keys
    .command('list')
    .description('Lists the keys that are valid, the newest first.')
    .option('--all', 'also those that have expired or were revoked')
    .option('--json', 'print them as JSON')
    .action(action<[KeysOptions]>(listKeys));
  keys
    .command('create')
    .description('Makes a key and prints it, this once.')
    .argument('<name>', 'what it is called, such as "nightly import"')
    .addOption(
      new Option('--scope <scope>', `what it may do (repeatable): ${scopes.join(', ')}`)
        .argParser(listed)
        .makeOptionMandatory(),
    )
    .option('--program <id>', 'bind it to a programme')
    .option('--expires <when>', 'until when it is valid: 90d, 2027-06-30 or an instant', moment)
    .option('--json', 'print it as JSON')
    .action(action<[string, CreateOptions]>(createKey));
  keys
    .command('rotate')
    .description('Gives a key a new secret and prints it, this once; the one before stays valid for a while.')
    .argument('<key>', 'its name or id')
    .option('--overlap <span>', 'how long: 24h unless told, 0 for one that has leaked', span)
    .option('--json', 'print it as JSON')
    .action(action<[string, RotateOptions]>(rotateKey));
  keys
    .command('expire')
    .description('Sets when a key expires.')
    .argument('<key>', 'its name or id')
    .argument('<when>', '90d, 2027-06-30, an instant, or never', moment)
    .action(action<[string, string | null]>(expireKey));
  keys
    .command('revoke')
    .description('Ends a key for good.')
    .argument('<key>', 'its name or id')
    .action(action<[string]>(revokeKey));
  keys
    .command('history')
    .description('Shows who made a key, rotated it, changed when it expires, revoked it.')
    .argument('<key>', 'its name or id')
    .option('--json', 'print it as JSON')
    .action(action<[string, { json?: true }]>(keyHistory));
}

function listed(value: string, before: string[] = []): string[] {
  if (!scopes.includes(value)) throw new InvalidArgumentError(`Allowed choices are ${scopes.join(', ')}.`);
  return [...before, value];
}

const seconds: Record<string, number> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** In seconds: `90d`, `24h`, `30m`, or seconds without a unit. */
function span(value: string): number {
  const [, amount, unit] = /^(\d{1,7})([smhd]?)$/.exec(value) ?? [];
  if (amount === undefined) throw new InvalidArgumentError('It must be like 90d, 24h, 30m or 0.');
  return Number(amount) * (seconds[unit ?? ''] ?? 1);
}

/** An instant; null where it never comes. A day counts from its beginning in UTC. */
function moment(value: string): string | null {
  if (value === 'never') return null;
  if (/^\d{1,7}[smhd]$/.test(value)) return new Date(Date.now() + span(value) * 1000).toISOString();
  const whole = /^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value}T00:00:00Z` : value;
  if (!/^\d{4}-\d{2}-\d{2}T/.test(whole) || Number.isNaN(Date.parse(whole)))
    throw new InvalidArgumentError('It must be like 90d, 2027-06-30, 2027-06-30T12:00:00Z or never.');
  return whole;
}
