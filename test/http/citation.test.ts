/** How replies are cited: a permalink that gives the same for ever, whoever follows it. */
import pg from 'pg';
import { expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import { moment } from './moments.ts';

const it = tracker();

interface Cited {
  body: Record<string, unknown>;
  text: string;
  link: string;
}
/** What a client with these fields gets, and its permalink. */
async function cited(address: string, fields: Record<string, string> = {}): Promise<Cited> {
  const reply = await it.anyone.get(address).set(fields).buffer(true);
  expect([address, reply.status]).toEqual([address, 200]);
  const link = /<([^>]+)>; rel="cite-as"/.exec(reply.headers.link ?? '')?.[1] ?? '';
  // An image comes as bytes.
  if (Buffer.isBuffer(reply.body)) return { body: {}, text: reply.body.toString(), link };
  const { meta: _, ...body } = reply.body as Record<string, unknown>;
  return { body, text: reply.text, link };
}
const change = async (body: object): Promise<void> => {
  const { etag = '' } = (await it.anyone.get('/v1/organizations/kt')).headers;
  expect((await it.writer.patch('/v1/organizations/kt').set('if-match', etag).send(body)).status).toBe(200);
};

test('items and views say how they are cited, and the citation stays what it was', async () => {
  const item = await cited('/v1/organizations/kt?lang=fr');
  const view = await cited('/v1/programs/kr-safm/overview');
  await change({ names: { fr: 'Autrement' } });
  expect((await cited('/v1/organizations/kt?lang=fr')).body).not.toEqual(item.body);
  expect((await cited(item.link)).body).toEqual(item.body);
  expect((await cited(view.link)).body).toEqual(view.body);
  expect((await cited(view.link)).link).toBe(view.link);
});

test('a citation names the language and the form that the fields of the request chose', async () => {
  const korean = { 'accept-language': 'ko' };
  const item = await cited('/v1/organizations/kt', korean);
  expect(item.body.name).toBe('케이티');
  expect((await cited(item.link)).body).toEqual(item.body);
  const standings = '/v1/rounds/kr-safm-round-2/standings';
  const chart = await cited(standings, { ...korean, accept: 'image/svg+xml' });
  expect(chart.text).toContain('<svg');
  expect((await cited(chart.link)).text).toBe(chart.text);
  const data = await cited(standings);
  expect((await cited(data.link, { ...korean, accept: 'image/svg+xml' })).body).toEqual(data.body);
});

test('a version is cited by the moment that it stands for', async () => {
  await change({ website: 'https://first.example' });
  const { version } = (await cited('/v1/organizations/kt')).body;
  await moment();
  await change({ website: 'https://second.example' });
  const former = await cited(`/v1/organizations/kt?version=${String(version)}`);
  expect(former.body.website).toBe('https://first.example');
  expect(former.link).not.toContain('version=');
  expect((await cited(former.link)).body).toEqual(former.body);
});

test('what is cited is what was read, also while somebody is about to commit for an earlier moment', async () => {
  const other = new pg.Client({ connectionString: it.url });
  await other.connect();
  await other.query(`BEGIN; UPDATE organizations SET name_en = 'KT Corporation' WHERE id = 'kt'`);
  await other.query('SET CONSTRAINTS ALL IMMEDIATE');
  const read = await Promise.all(['/v1/organizations/kt', '/v1/search?q=kt'].map((on) => cited(on)));
  await other.query('COMMIT');
  await other.end();
  for (const { body, link } of read) expect((await cited(link)).body).toEqual(body);
  expect((await cited('/v1/organizations/kt')).body.name).toBe('KT Corporation');
});
