/**
 * Two keys, each bound to a programme, try everything that writes on rows of the other programme and on rows of none,
 * by single writes and by files. What is in the database says whether anything got through, whatever the replies say.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';
import { shown } from './cases.ts';
import { operationsOf, type Operation } from './document.ts';
import { drafts, type Draft } from './requests.ts';
import { meansOf, Session } from './session.ts';
import { inSecond, post, secondProgramme } from './second-programme.ts';
import { seed } from './settings.ts';

const means = meansOf();
/** All that changes something, and what tells of imports and keys. */
const operations = operationsOf(means.document).filter(
  ({ method, path }) => method !== 'GET' || /^\/v1\/(imports|api-keys)(\/\{id\}|$)/.test(path),
);
const files = operations
  .filter(({ id, method, path }) => id !== 'createApiKey' && method === 'POST' && !/imports|\{/.test(path))
  .map(({ path }) => path.replace('/v1/', ''));
const each = 15;

describe.each(['kr-safm', 'second'])('a key that is bound to %s', (program) => {
  const it = tracker();
  let session: Session;
  let secret: string;
  /** What is told of others is as little theirs as what is changed. */
  const others: string[] = [];

  beforeAll(async () => {
    await secondProgramme(it);
    const scopes = ['write', 'import'];
    const other = program === 'second' ? 'kr-safm' : 'second';
    const own = await post(it, '/v1/api-keys', { name: 'own', scopes, program });
    const foreign = await post(it, '/v1/api-keys', { name: 'foreign', scopes, program: other });
    secret = own.secret;
    session = new Session(it, means, { full: secret });
    await session.stock.look();
    // Plans of nobody's programme, and of the other's: made with keys that may.
    const row = { ...it.registry.get('milestones').example, id: 'planned', program: other };
    for (const key of [keys.importer, foreign.secret]) {
      const plan = await post(it, '/v1/imports?resource=milestones&dryRun=true', [row], { key, status: 200 });
      others.push(plan.data.id);
    }
  });
  afterAll(() => {
    session.wire.close();
  });

  /** All that the key must not change: what belongs to the other programme or to none, who planned what, keys. */
  async function untouchable(): Promise<Record<string, unknown>> {
    const tables = await it.sql(
      `SELECT DISTINCT s.holder, coalesce(b.program, 'NULL::text') AS belongs
         FROM history.shapes s LEFT JOIN history.belonging b ON b.holder = s.holder`,
    );
    const parts = (tables as { holder: string; belongs: string }[]).map(
      ({ holder, belongs }) =>
        `SELECT '${holder}' AS name, jsonb_agg(to_jsonb(t) ORDER BY t::text) AS rows
           FROM ${holder} t WHERE ${belongs} IS DISTINCT FROM '${program}'`,
    );
    parts.push(
      `SELECT 'imports', jsonb_agg(jsonb_build_array(id, status) ORDER BY id) FROM imports WHERE program IS DISTINCT FROM '${program}'`,
      `SELECT 'keys', jsonb_agg(jsonb_build_array(id, hash::text, revoked_at, expires_at) ORDER BY id) FROM api_keys`,
    );
    const rows = await it.sql(parts.join(' UNION ALL '));
    return Object.fromEntries(rows.map(({ name, rows: content }) => [String(name), content]));
  }

  /** Ids of rows that the key has nothing to do with: some of the other programme, some of none. */
  async function foreign(path: string): Promise<string[]> {
    const { table } = it.registry.all.find(({ name }) => path.startsWith(`/v1/${name}/{id}`)) ?? {};
    if (table === undefined) return [];
    const [found] = await it.sql('SELECT program FROM history.belonging WHERE holder = $1', [table]);
    const rows = await it.sql(
      `SELECT id FROM ${table} t WHERE ${(found?.program as string | undefined) ?? 'NULL'} IS DISTINCT FROM '${program}' ORDER BY id LIMIT 5`,
    );
    return rows.map(({ id }) => String(id));
  }

  const crossed = (bytes: Buffer): Buffer =>
    Buffer.from(JSON.stringify(inSecond(JSON.parse(bytes.toString()))));

  const refused = new Map<string, number>();
  let written = 0;

  /** The request, if it was accepted. */
  async function attempt(operation: Operation, draft: Draft, prepared: string): Promise<string[]> {
    const told = await session.run(operation, { ...draft, key: 'full' }, prepared);
    if (told.fault !== undefined)
      throw new Error(`the reply ${told.fault}\n${session.wire.curl(told.outgoing)}`);
    if (told.reply.text.includes('"outside-program"'))
      refused.set(operation.id, (refused.get(operation.id) ?? 0) + 1);
    const accepted = told.reply.status < 300;
    if (accepted && others.some((id) => told.outgoing.path.includes(id)))
      throw new Error(
        `an import of somebody else was told or taken over\n${session.wire.curl(told.outgoing)}`,
      );
    if (!accepted || operation.method === 'GET') return [];
    written += 1;
    return [session.wire.curl(told.outgoing)];
  }

  test.each(operations.map((operation) => [`${operation.method} ${operation.path}`, operation] as const))(
    '%s',
    async (_, operation) => {
      const theirs = await foreign(operation.path);
      const draft = shown(operation, []);
      const { body } = draft;
      const bodies = body?.type.endsWith('json') ? [body.bytes, crossed(body.bytes)] : [];
      const all: Draft[] = [
        // Meant for a row of others as such, and for a new one.
        ...theirs.map((id) => ({ ...draft, path: { id }, headers: { 'if-match': '*' } })),
        draft,
        ...bodies.map((bytes) => ({ ...draft, body: body && { ...body, bytes } })),
        ...fc.sample(drafts(operation, session.source), { seed, numRuns: each }),
      ];
      // Rows to change are made by somebody who may, and before one looks.
      const prepared = operation.path.startsWith('/v1/imports') ? [...others] : [];
      if (prepared.length === 0 && operation.path.includes('{id}'))
        for (let n = 0; n < 3; n += 1) prepared.push((await session.stock.make(operation)).id);
      const before = await untouchable();
      const accepted: string[] = [];
      for (const [i, one] of all.entries())
        accepted.push(...(await attempt(operation, one, prepared[i % prepared.length] ?? '')));
      expect(await untouchable(), accepted.join('\n')).toEqual(before);
    },
  );

  test.each(files)('a file of %s: no row of others is written, planned or replaced', async (name) => {
    const { sourced } = it.registry.get(name);
    const path = `/v1/${name}`;
    const theirs = new Set(await foreign(`${path}/{id}`));
    const ids = session.stock.ids(`${path}/{id}`);
    const rows = session.source.rows(path).filter((_, i) => theirs.has(ids[i] ?? ''));
    const changed = rows.map((row) => ({ ...(row as object), ...(sourced && { sources: ['seed-001'] }) }));
    const before = await untouchable();
    const scope = `mode=replace-scope&maxDelete=1000&scope=program=${program === 'second' ? 'kr-safm' : 'second'}`;
    for (const query of ['dryRun=true', 'onError=skip', 'onError=abort', scope, `dryRun=true&${scope}`]) {
      const own = { authorization: `Bearer ${secret}`, 'idempotency-key': query };
      const sent = await it.anyone
        .post(`/v1/imports?resource=${name}&${query}`)
        .set(own)
        .send(query.includes('scope') ? changed.slice(0, 1) : changed);
      expect([query, sent.status < 500]).toEqual([query, true]);
      const { counts, problems, id } = (sent.body.data ?? {}) as {
        counts?: Record<string, number>;
        problems?: { code: string }[];
        id?: string;
      };
      const taken = (counts?.create ?? 0) + (counts?.update ?? 0) + (counts?.delete ?? 0);
      // What would be removed is counted, and is told to be others'.
      const told = problems?.some(({ code }) => code === 'outside-program') ?? false;
      expect([query, taken > 0 && !told]).toEqual([query, false]);
      if (id !== undefined) await it.anyone.post(`/v1/imports/${id}/apply`).set(own);
    }
    expect(await untouchable()).toEqual(before);
  });

  test('nothing of this was for nothing: the refusals were for the programme, and own rows were written', () => {
    const writing = operations.filter(
      ({ method, path }) => method !== 'GET' && !path.startsWith('/v1/api-keys'),
    );
    const never = writing.filter(({ id }) => !refused.has(id)).map(({ id }) => id);
    expect([never, written]).toEqual([[], expect.any(Number)]);
    expect(written).toBeGreaterThan(8);
  });
});
