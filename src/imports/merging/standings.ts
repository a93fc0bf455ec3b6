/** What an import does to the standings of the rounds that it concerns. */
import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Client } from '../../db/database.ts';
import type { Resource } from '../../resource/declare.ts';
import type { Registry } from '../../resource/registry.ts';
import type { StandingsAnswer } from '../../views/standings/answer.ts';
import standingsView from '../../views/standings/view.ts';

interface Standing {
  rank: unknown;
  total: unknown;
}

export interface StandingsEffect {
  round: string;
  /** The consortiums whose rank or total changes. */
  changes: { consortium: string; from: Standing | null; to: Standing | null }[];
}

/** How many rounds a report looks at. */
const roundsMost = 20;

/** The rounds that the staged rows belong to, as they were and as they will be. */
export async function roundsConcerned(
  client: Client,
  resource: Resource,
  removes: boolean,
): Promise<string[]> {
  const at =
    resource.name === 'rounds'
      ? 'id'
      : resource.leaves.find(({ leaf, rows }) => leaf.refersTo === 'rounds' && !leaf.derived && !rows)?.leaf
          .column;
  if (at === undefined) return [];
  const column = raw(`"${at}"`);
  const changed = sql`NOT EXISTS (SELECT FROM matched m WHERE m.n = s.n AND m.changes = '{}')`;
  const parts: Sql[] = [
    sql`SELECT s.${column}::text FROM staged s WHERE s.faults IS NULL AND ${changed}`,
    sql`SELECT t.${column}::text FROM ${raw(resource.table)} t JOIN matched m ON m.target = t.id WHERE m.changes <> '{}'`,
    ...(removes
      ? [sql`SELECT t.${column}::text FROM ${raw(resource.table)} t JOIN removed r ON r.target = t.id`]
      : []),
  ];
  const rows = await client.query<{ round: string }>(
    sql`SELECT DISTINCT u.round FROM (${join(parts, ' UNION ALL ')}) AS u(round) WHERE u.round IS NOT NULL ORDER BY u.round LIMIT ${roundsMost}`,
  );
  return rows.map(({ round }) => round);
}

type Table = Map<string, Standing>;

export async function standingsOf(
  client: Client,
  registry: Registry,
  rounds: string[],
): Promise<Map<string, Table>> {
  const tables = new Map<string, Table>();
  const gone = new AbortController().signal;
  for (const id of rounds) {
    const asked = { id, language: 'en' as const, query: {}, registry, base: '', gone };
    const [row] = await client.query<{ doc: string }>(standingsView.statement(asked));
    const answer = row && (await standingsView.answer(JSON.parse(row.doc), asked));
    const lines = (answer as StandingsAnswer | undefined)?.consortiums ?? [];
    tables.set(id, new Map(lines.map((line) => [line.id, { rank: line.rank, total: line.total }])));
  }
  return tables;
}

export function effects(before: Map<string, Table>, after: Map<string, Table>): StandingsEffect[] {
  return [...after].map(([round, table]) => {
    const was = before.get(round) ?? new Map<string, Standing>();
    const consortiums = [...new Set([...was.keys(), ...table.keys()])].sort();
    const changes = consortiums
      .map((consortium) => ({
        consortium,
        from: was.get(consortium) ?? null,
        to: table.get(consortium) ?? null,
      }))
      .filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to));
    return { round, changes };
  });
}
