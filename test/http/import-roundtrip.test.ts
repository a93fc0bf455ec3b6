import { expect, test } from 'vitest';
import type { Resource } from '../../src/resource/declare.ts';
import { tracker, type Tracker } from '../tracker.ts';
import { send, type Form } from './importing.ts';

const forms: Form[] = ['csv', 'ndjson', 'json'];
const it = tracker();
const empty = Object.fromEntries(forms.map((form) => [form, tracker({}, { empty: true })])) as Record<
  Form,
  Tracker
>;

/** All rows of a resource as a file; of JSON the lists of all pages together. */
async function exported(from: Tracker, { name }: Resource, form: Form, fields?: string[]): Promise<string> {
  const only = fields ? `&fields=${fields.join(',')}` : '';
  if (form !== 'json') return (await from.app.inject(`/v1/${name}?format=${form}${only}`)).body;
  const rows: unknown[] = [];
  for (let cursor = ''; ;) {
    const { body } = await from.anyone.get(`/v1/${name}?limit=100${only}${cursor}`);
    rows.push(...(body.data as unknown[]));
    if (body.page.next === null) return JSON.stringify(rows);
    cursor = `&cursor=${String(body.page.next)}`;
  }
}

test('an export of every resource comes back and changes nothing', async () => {
  for (const [i, resource] of it.registry.all.entries()) {
    // By turns: that each form says the same of each resource is shown below.
    const form = forms[i % forms.length] ?? 'csv';
    const file = await exported(it, resource, form);
    const reply = await send(it, resource.name, file, {}, { form });
    expect([resource.name, form, reply.status, reply.body.errors]).toEqual([
      resource.name,
      form,
      201,
      undefined,
    ]);
    const { read, unchanged } = reply.body.data.counts as { read: number; unchanged: number };
    expect([resource.name, form, unchanged]).toEqual([resource.name, form, read]);
    expect(read).toBeGreaterThan(0);
  }
});

/** What a result is: it is told of a round when all that led to it is there. */
const result = ['state', 'publishedOn'];

/** Resources after those that they refer to; those that refer to each other as the contract lists them. */
function inOrder(all: Resource[]): Resource[] {
  const done: Resource[] = [];
  const visit = (resource: Resource): void => {
    if (done.includes(resource)) return;
    for (const other of all)
      if (other !== resource && it.registry.referrers(other.name).some((by) => by.resource === resource))
        visit(other);
    done.push(resource);
  };
  all.forEach(visit);
  return done;
}

/** What the server gives to a row anew, wherever it is written. */
const without = (resource: Resource, file: string): object[] =>
  (JSON.parse(file) as Record<string, unknown>[])
    .map(({ id, createdAt: _, updatedAt: __, version: ___, ...row }) =>
      resource.id === 'uuid' ? row : { id, ...row },
    )
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

test.each(forms)(
  'all resources, exported as %s and imported into an empty tracker, are the same there',
  async (form) => {
    const other = empty[form];
    const take = async (resource: Resource, fields?: string[]): Promise<void> => {
      const file = await exported(it, resource, form, fields);
      const reply = await send(other, resource.name, file, {}, { form });
      expect([resource.name, reply.status, reply.body.errors]).toEqual([resource.name, 201, undefined]);
    };
    const rounds = it.registry.get('rounds');
    // A round that is published is whole, so it is planned first, and published when its decisions are there.
    for (const resource of inOrder(it.registry.all))
      await take(
        resource,
        resource === rounds ? Object.keys(rounds.fields).filter((name) => !result.includes(name)) : undefined,
      );
    await take(rounds);
    for (const resource of it.registry.all)
      expect(without(resource, await exported(other, resource, 'json'))).toEqual(
        without(resource, await exported(it, resource, 'json')),
      );
  },
);
