/** Loads the data set under prisma/data. Running it again adds what is missing and changes nothing. */
import { readFile } from 'node:fs/promises';
import sql, { raw } from 'sql-template-tag';
import { packageFolder } from '../kernel/package.ts';
import { StartupError } from '../kernel/startup-error.ts';
import { faultsOf } from '../kernel/faults.ts';
import { documentOf } from './csv-row.ts';
import type { Resource } from './declare.ts';
import type { Registry } from './registry.ts';
import { insertions, type Document } from './write.ts';
import type { Client, Database } from '../db/database.ts';

const folder = new URL('prisma/data/', packageFolder);

async function readCsv(file: string): Promise<Record<string, string>[] | undefined> {
  // A database is filled once; other starts do without.
  const { parse } = await import('csv-parse/sync');
  try {
    return parse(await readFile(new URL(file, folder)), { columns: true, bom: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The documents of one resource. A list of objects may stand in a file of its own, one line an object. */
async function seedDocuments(resource: Resource): Promise<Document[]> {
  const documents = ((await readCsv(`${resource.name}.csv`)) ?? []).map((cells) =>
    documentOf(resource, cells),
  );
  for (const [name, field] of Object.entries(resource.fields)) {
    if (field.type !== 'rows' || !field.table) continue;
    const parent = field.table.parent;
    const lines = (await readCsv(`${resource.name}.${name}.csv`)) ?? [];
    for (const document of documents) {
      const own = lines.filter((line) => line[parent] === document.id);
      if (own.length > 0) document[name] = own.map((line) => ({ ...memberOf(resource, name, line) }));
    }
  }
  return documents;
}

function memberOf(resource: Resource, name: string, line: Record<string, string>): Document {
  const cells = Object.fromEntries(
    Object.entries(line).map(([key, cell]) => [
      `${name}.${key}`,
      key === 'sources' ? cell.replaceAll(';', ' ') : cell,
    ]),
  );
  const [member] = documentOf(resource, cells)[name] as Document[];
  return member ?? {};
}

/** Resources before those that refer to them. */
function inDependencyOrder(registry: Registry): Resource[] {
  const done: Resource[] = [];
  const visit = (resource: Resource): void => {
    if (done.includes(resource)) return;
    for (const other of registry.all)
      if (other !== resource && registry.referrers(other.name).some((holder) => holder.resource === resource))
        visit(other);
    done.push(resource);
  };
  registry.all.forEach(visit);
  return done;
}

/** The rows that are not there yet, checked against the schema and complete. */
async function missing(client: Client, resource: Resource): Promise<Document[]> {
  const documents = await seedDocuments(resource);
  const ids = documents.map(({ id }) => String(id));
  const there = new Set(
    (
      await client.query<{ id: string }>(
        sql`SELECT id::text AS id FROM ${raw(resource.table)} WHERE id::text = ANY (${ids}::text[])`,
      )
    ).map(({ id }) => id),
  );
  return documents
    .filter(({ id }) => !there.has(String(id)))
    .map((document) => {
      const { id, ...body } = document;
      const input = resource.id === 'uuid' ? body : document;
      const parsed = resource.schemas.create.safeParse(input);
      if (!parsed.success)
        throw new StartupError(
          `prisma/data/${resource.name}.csv, ${String(id)}: ${faultsOf(parsed.error, input, 'pointer')
            .map(({ pointer, detail }) => `${pointer ?? ''} ${detail}`)
            .join('; ')}`,
        );
      return { ...parsed.data, id };
    });
}

/** All of the data set or nothing. Gives the number of rows added per resource. */
export async function seed(db: Database, registry: Registry): Promise<Record<string, number>> {
  const added: Record<string, number> = {};
  await db.transaction(
    async (client) => {
      await client.query(sql`SELECT pg_advisory_xact_lock(hashtextextended('seed', 0))`);
      for (const resource of inDependencyOrder(registry)) {
        const rows = await missing(client, resource);
        if (rows.length > 0) await client.pipelined(insertions(resource, rows));
        added[resource.name] = rows.length;
      }
    },
    { actor: 'seed' },
  );
  return added;
}

export async function isEmpty(db: Database): Promise<boolean> {
  const [row] = await db.query<{ empty: boolean }>(
    sql`SELECT NOT EXISTS (SELECT FROM sources) AND NOT EXISTS (SELECT FROM programs) AS empty`,
  );
  return row?.empty ?? false;
}
