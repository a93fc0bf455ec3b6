/** What became, or would become, of the rows of an import: for people. */
import type { Client } from './client.ts';
import { count, number, tell } from './output.ts';
import { importPath, rowsReply, type Effect, type Import, type ImportRow } from './wire.ts';

/** How many rows are shown one by one. */
const shownMost = 10;

export async function tellSummary(client: Client, document: Import): Promise<void> {
  if (document.status === 'planned') {
    await tellRows(client, document, 'update', document.counts.update);
    await tellRows(client, document, 'delete', document.counts.delete);
  }
  for (const effect of document.standings ?? []) tellStandings(effect);
  tell(totals(document));
  if (document.status === 'planned') tell(howToApply(document));
}

async function tellRows(
  client: Client,
  { id, resource }: Import,
  status: 'update' | 'delete',
  many = 0,
): Promise<void> {
  if (many === 0) return;
  const query = new URLSearchParams({ status, limit: String(shownMost) });
  const { data } = await client.read(`${importPath(id)}/rows`, rowsReply, { query });
  for (const row of data) for (const line of rowLines(resource, row)) tell(line);
  if (many > data.length) tell(`  … and ${number(many - data.length)} more to ${status}`);
}

function rowLines(resource: string, { status, id, line, changes }: ImportRow): string[] {
  const head = `${status === 'delete' ? '-' : '~'} ${resource} ${id ?? ''}${typeof line === 'number' ? ` (line ${line})` : ''}`;
  return [
    head,
    ...Object.entries(changes ?? {}).map(
      ([field, { from, to }]) => `    ~ ${field}: ${shown(from)} → ${shown(to)}`,
    ),
  ];
}

function tellStandings({ round, changes }: Effect): void {
  if (changes.length === 0) {
    tell(`Standings of ${round}: no change`);
    return;
  }
  tell(`Standings of ${round}:`);
  for (const { consortium, from, to } of changes) {
    const parts = (['rank', 'total'] as const)
      .map((name) => [name, shown(from?.[name]), shown(to?.[name])] as const)
      .filter(([, before, after]) => before !== after)
      .map(([name, before, after]) => `${name} ${before} → ${after}`);
    tell(`    ~ ${consortium}: ${parts.join(', ')}`);
  }
}

function totals({ id, status, counts, resource }: Import): string {
  const { read = 0, create = 0, update = 0, unchanged = 0, delete: removed = 0, error = 0 } = counts;
  const of = `${resource}, import ${id}`;
  const rest = `${number(unchanged)} unchanged, ${number(error)} in error`;
  if (status === 'planned')
    return `Plan: ${number(create)} to create, ${number(update)} to update, ${number(removed)} to delete, ${rest} (${of})`;
  if (status === 'applied')
    return `Applied: ${number(create)} created, ${number(update)} updated, ${number(removed)} deleted, ${rest} (${of})`;
  if (status === 'queued' || status === 'running')
    return `${status === 'queued' ? 'Queued' : 'Running'} (${of})`;
  const what = { refused: 'Refused', failed: 'Failed', cancelled: 'Cancelled' }[status];
  const rows = read > 0 ? `: ${number(error)} of ${count(read, 'row')} in error` : '';
  return `${what}, nothing was written${rows} (${of})`;
}

function howToApply({ id, onError, counts, problems, expiresAt }: Import): string {
  if ((problems ?? []).length > 0 || ((counts.error ?? 0) > 0 && onError === 'abort'))
    return 'This plan cannot be applied: mend the file, or the options, and plan again.';
  return `Apply it with: tracker apply ${id}${expiresAt ? `   (until ${expiresAt.slice(0, 16)}Z)` : ''}`;
}

const longest = 200;

/** A value in one line; what lies between two ends as both, or as one where they are equal. */
function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return '(none)';
  if (typeof value === 'string') return value.length > longest ? `${value.slice(0, longest)}…` : value;
  if (Array.isArray(value)) return shown(value.map(shown).join('; '));
  const ends = endsOf(value);
  if (ends) return ends[0] === ends[1] ? ends[0] : `${ends[0]} to ${ends[1]}`;
  return shown(JSON.stringify(value));
}

function endsOf(value: unknown): [string, string] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('best' in value && 'worst' in value) return [shown(value.best), shown(value.worst)];
  if ('lowest' in value && 'highest' in value)
    return [shown(value.lowest), value.highest === null ? 'any' : shown(value.highest)];
  return undefined;
}
