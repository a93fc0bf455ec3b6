/** A key that is bound to a programme: what belongs to another, or to none, it neither writes nor takes over. */
import { beforeAll, expect, test } from 'vitest';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';
import { as, make } from './api-keys.ts';

const it = tracker();
/** Bound to the programme of the real data, and to another one. */
let own: string;
let foreign: string;

beforeAll(async () => {
  const second = { id: 'second', names: { en: 'Second' }, country: 'FR', sources: ['seed-004'] };
  const made = await it.writer
    .post('/v1/programs')
    .send({ ...it.registry.get('programs').example, ...second });
  expect(made.status).toBe(201);
  const scopes = ['write', 'import'];
  own = (await make(it, { scopes, program: 'kr-safm' })).secret;
  foreign = (await make(it, { scopes, program: 'second' })).secret;
});

/** The programme of a row, as the log has it: null where it belongs to no single one. */
async function programOf(table: string, id: string): Promise<unknown> {
  const [row] = await it.sql(
    `SELECT program FROM history.changes WHERE holder = $1 AND ids @> ARRAY[$2] ORDER BY n DESC LIMIT 1`,
    [table, id],
  );
  return row?.program;
}

const refusal = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code];
const outside = [403, 'outside-program'];

test('the guard tells the programme of a row as the log does', async () => {
  const holders = await it.sql(`
    SELECT h.holder, coalesce(b.program, 'NULL::text') AS program FROM (SELECT DISTINCT holder FROM history.shapes) h
      LEFT JOIN history.belonging b ON b.holder = h.holder`);
  expect(holders.length).toBeGreaterThan(it.registry.all.length);
  for (const { holder, program } of holders as Record<string, string>[]) {
    const differ = await it.sql(
      `SELECT t.id FROM ${holder} t JOIN history.changes c ON c.holder = $1 AND t.id::text = ANY (c.ids)
        WHERE c.operation = 'create' AND ${program} IS DISTINCT FROM c.program`,
      [holder],
    );
    expect([holder, differ]).toEqual([holder, []]);
  }
});

test('every operation on a row of another programme, or of none, is refused, whatever is sent', async () => {
  const versions = () =>
    it.sql(`SELECT count(*)::int AS rows, max(tx)::int AS last FROM history.transactions`);
  const before = await versions();
  for (const { name, table, exampleId, actions, sourced, example } of it.registry.all) {
    const path = `/v1/${name}/${exampleId}`;
    const { body: row } = await it.anyone.get(path);
    // What changes nothing is refused like what does.
    for (const body of [{}, sourced ? { sources: row.sources } : { language: row.language }]) {
      const patched = await as(it, foreign, 'patch', path).set('if-match', '*').send(body);
      expect([name, ...refusal(patched)]).toEqual([name, ...outside]);
    }
    expect(refusal(await as(it, foreign, 'patch', path).send({ nonsense: 1 }))).toEqual(outside);
    expect([name, ...refusal(await as(it, foreign, 'delete', path).set('if-match', '*'))]).toEqual([
      name,
      ...outside,
    ]);
    for (const { name: action } of actions)
      expect(refusal(await as(it, foreign, 'post', `${path}/${action}`).send({}))).toEqual(outside);
    expect([name, ...refusal(await as(it, foreign, 'post', `/v1/${name}`).send(example))]).toEqual([
      name,
      ...outside,
    ]);
    if ((await programOf(table, exampleId)) === null)
      expect([name, ...refusal(await as(it, own, 'delete', path).set('if-match', '*'))]).toEqual([
        name,
        ...outside,
      ]);
  }
  expect(await versions()).toEqual(before);
});

test('rows of its own programme are written like by any other key; the refusal names both programmes', async () => {
  let written = 0;
  for (const { name, table, exampleId, sourced, correctable } of it.registry.all) {
    if ((await programOf(table, exampleId)) !== 'kr-safm' || !sourced) continue;
    const path = `/v1/${name}/${exampleId}`;
    const { body: row } = await it.anyone.get(path);
    const sources = [...new Set([...(row.sources as string[]), 'seed-004'])];
    const patched = await as(it, own, 'patch', path)
      .set('if-match', '*')
      .send({
        sources: name === 'funding-figures' ? row.sources : sources,
        ...(correctable && { correction: true, reason: 'Checked' }),
      });
    expect([name, patched.status, patched.body.detail]).toEqual([name, 200, undefined]);
    written += 1;
  }
  expect(written).toBeGreaterThan(8);
  const refused = await as(it, foreign, 'delete', '/v1/milestones/ms-aaii-listing').set('if-match', '*');
  expect(refused.body.detail).toBe(
    'The key is bound to the programme `second`; this row belongs to `kr-safm`.',
  );
  const none = await as(it, own, 'post', '/v1/sources').send({});
  expect(none.body.detail).toBe(
    'The key is bound to the programme `kr-safm`; sources belong to no single programme.',
  );
});

test('nothing is moved into its programme or out of it', async () => {
  const milestone = (id: string, program: string) => ({
    ...it.registry.get('milestones').example,
    id,
    program,
  });
  expect((await as(it, own, 'post', '/v1/milestones').send(milestone('mine', 'kr-safm'))).status).toBe(201);
  expect((await as(it, foreign, 'post', '/v1/milestones').send(milestone('theirs', 'second'))).status).toBe(
    201,
  );
  const move = (secret: string, path: string, body: object) =>
    as(it, secret, 'patch', `/v1/${path}`).set('if-match', '*').send(body);
  const out = await move(own, 'milestones/mine', { program: 'second' });
  expect([...refusal(out), out.body.detail]).toEqual([
    ...outside,
    'the key is bound to the programme `kr-safm`; this belongs to `second`',
  ]);
  expect(refusal(await move(foreign, 'milestones/mine', { program: 'second' }))).toEqual(outside);
  expect(
    (await it.writer.patch('/v1/milestones/mine').set('if-match', '*').send({ program: 'second' })).status,
  ).toBe(200);

  const figure = { ...it.registry.get('funding-figures').example };
  const claim = await as(it, own, 'post', '/v1/funding-figures').send({
    ...figure,
    id: 'claim',
    subject: { type: 'consortium', id: 'upstage' },
  });
  expect([claim.status, claim.body.detail]).toEqual([201, undefined]);
  for (const subject of [
    { type: 'organization', id: 'upstage' },
    { type: 'program', id: 'second' },
  ])
    expect(refusal(await move(own, 'funding-figures/claim', { subject }))).toEqual(outside);
  const alias = (entity: object) =>
    as(it, own, 'post', '/v1/aliases').send({
      entity,
      alias: 'Bound',
      language: 'en',
      sources: ['seed-004'],
    });
  expect(refusal(await alias({ type: 'organization', id: 'upstage' }))).toEqual(outside);
  expect((await alias({ type: 'consortium', id: 'upstage' })).status).toBe(201);
});

test('members are written with their consortium, and with no other', async () => {
  const { body } = await it.anyone.get('/v1/consortiums/upstage');
  const members = (body.members as object[]).slice(1);
  const patch = (secret: string) =>
    as(it, secret, 'patch', '/v1/consortiums/upstage').set('if-match', '*').send({ members });
  expect(refusal(await patch(foreign))).toEqual(outside);
  expect((await patch(own)).body.members).toEqual(members);
});

test('the database holds to it, whatever the API lets through', async () => {
  const bound = `SELECT set_config('tracker.program', 'second', false)`;
  await it.sql(bound);
  for (const statement of [
    `UPDATE milestones SET title = 'x' WHERE id = 'ms-aaii-listing'`,
    `UPDATE milestones SET program = 'kr-safm' WHERE program = 'second'`,
    `DELETE FROM consortium_members WHERE consortium = 'upstage'`,
    `UPDATE observations SET note = 'x' WHERE subject_type = 'round'`,
    `UPDATE sources SET title = 'x' WHERE id = 'seed-004'`,
    `UPDATE evaluations SET note = 'x' WHERE round = 'kr-safm-round-2'`,
  ])
    await expect(it.sql(statement), statement).rejects.toThrow('the key is bound to the programme `second`');
  await it.sql(`UPDATE milestones SET date = '2027-01' WHERE program = 'second'`);
  await it.sql(`SELECT set_config('tracker.program', '', false)`);
});

test('a key that is bound to nothing writes everywhere', async () => {
  for (const id of ['mine', 'theirs', 'ms-aaii-listing'])
    expect(
      (
        await as(it, keys.writer, 'patch', `/v1/milestones/${id}`)
          .set('if-match', '*')
          .send({ sources: ['seed-004'] })
      ).status,
    ).toBe(200);
});
