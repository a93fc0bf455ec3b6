/** The timeline as iCalendar and as Atom, read by parsers that others wrote. */
import type { AddressInfo } from 'node:net';
import { XMLParser } from 'fast-xml-parser';
import { SyntaxValidator } from 'fast-xml-validator';
import ICAL from 'ical.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { tracker } from '../tracker.ts';

const it = tracker();
const sent = async (path: string, body: object): Promise<void> => {
  const reply = await it.writer.post(`/v1/${path}`).send(body);
  expect([path, reply.status, reply.body.detail]).toEqual([path, 201, undefined]);
};
const text = async (path: string): Promise<string> => {
  const reply = await it.anyone.get(`/v1/programs/${path}`);
  expect([path, reply.status]).toEqual([path, 200]);
  return reply.text;
};

interface Item {
  id: string;
  date: string;
  kind: string;
  title: string;
  status: string;
  subject: { href: string };
}
const timeline = async (query = '', program = 'kr-safm'): Promise<Item[]> =>
  (await it.anyone.get(`/v1/programs/${program}/timeline${query}`)).body.data.items;

const awkward =
  'Sums, parts; a \\ backslash, <b> & "quotes" ’\n둘째 줄은 한글로 길게 이어지고 또 이어져서 접혀야 한다 👩‍🔬 end';

beforeAll(async () => {
  for (const id of ['xx-awkward', 'xx-void'])
    await sent('programs', {
      id,
      names: { en: 'Sums, & <parts>; all', ko: '가나다' },
      country: 'CH',
      sources: ['seed-004'],
    });
  const milestone = { program: 'xx-awkward', kind: 'other', sources: ['seed-004'] };
  await sent('milestones', { ...milestone, id: 'xx-words', date: '2026-02-28', title: awkward });
  await sent('milestones', { ...milestone, id: 'xx-end', date: '9999-12-31', title: 'The last day' });
  await sent('milestones', { ...milestone, id: 'xx-month', date: '2026-02', title: 'Some day in February' });
  const plan = { program: 'xx-awkward', state: 'planned', sources: ['seed-004'] };
  await sent('rounds', { ...plan, ordinal: 1, scheduledOn: '2026-12-31' });
});

describe('the calendar', () => {
  const calendar = async (path: string): Promise<ICAL.Component> =>
    new ICAL.Component(ICAL.parse(await text(path)) as unknown[]);
  const events = async (path: string): Promise<ICAL.Event[]> =>
    (await calendar(path)).getAllSubcomponents('vevent').map((component) => new ICAL.Event(component));
  const shown = [
    'call-closed',
    'decision',
    'disclosure',
    'milestone',
    'round-presented',
    'round-published',
    'round-scheduled',
  ];

  test('it has the rounds, deadlines, milestones, decisions and disclosures with a full date, for all day', async () => {
    const found = await events('kr-safm/calendar.ics');
    const expected = (await timeline()).filter(
      ({ kind, date }) => shown.includes(kind) && date.length === 10,
    );
    expect(found.map(({ summary, startDate }) => `${startDate.toString()} ${summary}`)).toEqual(
      expected.map(({ date, title }) => `${date} ${title}`),
    );
    expect(found.length).toBeGreaterThan(60);
    for (const { startDate, endDate } of found) {
      expect([startDate.isDate, endDate.isDate]).toEqual([true, true]);
      expect(endDate.subtractDate(startDate).toSeconds()).toBe(86_400);
    }
  });

  test('what took place is confirmed, what moved is cancelled, the rest is tentative, and each leads to its row', async () => {
    const { port } = it.app.server.address() as AddressInfo;
    const found = await events('kr-safm/calendar.ics');
    const expected = (await timeline()).filter(
      ({ kind, date }) => shown.includes(kind) && date.length === 10,
    );
    expect(
      found.map(({ component }) => [
        component.getFirstPropertyValue('status'),
        component.getFirstPropertyValue('url'),
        component.getFirstPropertyValue('categories'),
      ]),
    ).toEqual(
      expected.map(({ status, subject, kind }) => [
        status === 'took-place' ? 'CONFIRMED' : status === 'moved' ? 'CANCELLED' : 'TENTATIVE',
        `http://127.0.0.1:${port}${subject.href}`,
        kind,
      ]),
    );
    const [round] = await events('xx-awkward/calendar.ics?kind=round-scheduled');
    expect(round?.component.getFirstPropertyValue('status')).toBe('TENTATIVE');
    expect([round?.startDate.toString(), round?.endDate.toString()]).toEqual(['2026-12-31', '2027-01-01']);
  });

  test('lines have at most 75 octets, end in CRLF, and no character is split', async () => {
    const body = await text('xx-awkward/calendar.ics');
    expect(body.endsWith('END:VCALENDAR\r\n')).toBe(true);
    expect(body.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    const lines = body.split('\r\n');
    expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(75);
    expect(body).not.toContain('\ufffd');
    expect(lines.some((line) => line.startsWith(' '))).toBe(true);
  });

  test('commas, semicolons, backslashes and line ends come back as they were', async () => {
    const found = await events('xx-awkward/calendar.ics');
    expect(found.map(({ summary }) => summary)).toEqual([awkward, 'Round 1 planned', 'The last day']);
    // The parser leaves what begins with X- as it is written.
    const named = async (query: string) =>
      (await calendar(`xx-awkward/calendar.ics${query}`)).getFirstPropertyValue('x-wr-calname');
    expect(await named('')).toBe('Sums\\, & <parts>\\; all');
    expect(await named('?lang=ko')).toBe('가나다');
  });

  test('after the last day of the calendar there is none: the event has no end', async () => {
    const last = (await events('xx-awkward/calendar.ics')).at(-1);
    expect([last?.startDate.toString(), last?.component.hasProperty('dtend')]).toEqual(['9999-12-31', false]);
  });

  test('the same event keeps its UID when it changes, and every event has its own', async () => {
    const uids = async (): Promise<string[]> =>
      (await events('xx-awkward/calendar.ics')).map(({ uid }) => uid);
    const before = await uids();
    const patch = it.writer.patch('/v1/milestones/xx-words').set('if-match', '*');
    expect((await patch.send({ date: '2026-02-27' })).status).toBe(200);
    expect(await uids()).toEqual(before);
    const all = [...before, ...(await events('kr-safm/calendar.ics')).map(({ uid }) => uid)];
    expect(new Set(all).size).toBe(all.length);
  });

  test('a calendar in which nothing changed is the same to the byte, and is not sent twice', async () => {
    const first = await it.anyone.get('/v1/programs/kr-safm/calendar.ics');
    expect(first.headers['content-type']).toBe('text/calendar; charset=utf-8');
    const again = await it.anyone
      .get('/v1/programs/kr-safm/calendar.ics')
      .set('if-none-match', first.headers.etag ?? '');
    expect(again.status).toBe(304);
  });

  test('a programme without events has a calendar that is valid and empty', async () => {
    const empty = await calendar('xx-void/calendar.ics');
    expect(empty.getAllSubcomponents('vevent')).toEqual([]);
    // RFC 5545, 3.6: a calendar has at least one component.
    expect(empty.getAllSubcomponents().length).toBe(1);
    expect(empty.getFirstPropertyValue('version')).toBe('2.0');
  });

  test('filters and asOf hold here too', async () => {
    const some = await events('kr-safm/calendar.ics?kind=decision&organization=upstage&from=2026');
    expect(some.map(({ summary }) => summary)).toEqual([
      'Upstage consortium advances in round 1',
      'Upstage consortium advances in round 2',
    ]);
    const past = await events('kr-safm/calendar.ics?asOf=2025-08-31');
    expect(past.every(({ startDate }) => startDate.toString() <= '2025-08-31')).toBe(true);
    expect(past.length).toBeGreaterThan(10);
  });
});

describe('the feed', () => {
  interface Link {
    '@rel': string;
    '@href': string;
  }
  interface Entry {
    id: string;
    title: string;
    updated: string;
    link: Link;
    category: { '@term': string };
    summary: string;
  }
  interface Feed {
    id: string;
    title: string;
    updated: string;
    author: { name: string };
    link: Link[];
    entry?: Entry[];
  }
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseTagValue: false,
    isArray: (name) => name === 'entry',
  });
  const feed = async (path: string): Promise<Feed> => {
    const body = await text(path);
    expect(SyntaxValidator.validate(body)).toBe(true);
    return (parser.parse(body) as { feed: Feed }).feed;
  };
  const linked = (links: Link[], rel: string): string =>
    links.find((link) => link['@rel'] === rel)?.['@href'] ?? '';

  test('it has what a feed must have, and says where it is', async () => {
    const found = await feed('kr-safm/feed.atom?kind=decision,round-published&lang=ko');
    expect([found.title, found.author.name]).toEqual([
      '일정: 독자 AI 파운데이션 모델 프로젝트',
      'Sovereign AI tracker',
    ]);
    const self = new URL(linked(found.link, 'self'));
    expect(self.pathname + decodeURIComponent(self.search)).toBe(
      '/v1/programs/kr-safm/feed.atom?kind=decision,round-published&lang=ko',
    );
    expect((await it.anyone.get(self.pathname + self.search)).headers['content-type']).toBe(
      'application/atom+xml; charset=utf-8',
    );
    expect(new URL(linked(found.link, 'alternate')).pathname).toBe('/v1/programs/kr-safm/timeline');
    const expected = await timeline('?kind=decision,round-published&lang=ko');
    // All came in with one import: then the latest by its own date is first.
    expect(found.entry?.map(({ title }) => title)).toEqual(expected.toReversed().map(({ title }) => title));
    expect(
      found.entry?.map((entry) => [entry.category['@term'], new URL(entry.link['@href']).pathname]),
    ).toEqual(expected.toReversed().map(({ kind, subject }) => [kind, subject.href]));
    expect(found.entry?.every(({ summary, title }) => summary.includes(title))).toBe(true);
  });

  test('it has at most 100 entries, each with an id of its own that never changes', async () => {
    const found = await feed('kr-safm/feed.atom');
    const ids = [found.id, ...(found.entry ?? []).map(({ id }) => id)];
    expect(ids.length).toBe(101);
    expect(new Set(ids).size).toBe(101);
    for (const id of ids)
      expect(id).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-/);
    expect((await feed('kr-safm/feed.atom')).entry?.map(({ id }) => id)).toEqual(ids.slice(1));
  });

  test('what was written last comes first, however long ago it happened', async () => {
    const old = { program: 'kr-safm', kind: 'other', date: '1999', title: 'Long ago', sources: ['seed-004'] };
    await sent('milestones', { ...old, id: 'xx-long-ago' });
    const found = await feed('kr-safm/feed.atom');
    expect(found.entry?.[0]?.title).toBe('Long ago');
    expect(found.updated).toBe(found.entry?.[0]?.updated);
    const times = (found.entry ?? []).map(({ updated }) => updated);
    expect(times).toEqual(times.toSorted().toReversed());
    for (const time of times) expect(new Date(time).toISOString().slice(0, 23)).toBe(time.slice(0, 23));
  });

  test('marks, quotes and Korean come back as they were', async () => {
    const found = await feed('xx-awkward/feed.atom');
    expect(found.entry?.map(({ title }) => title)).toContain(awkward);
    expect(found.title).toBe('Timeline: Sums, & <parts>; all');
  });

  test('a programme without events has a feed that is valid and empty', async () => {
    const found = await feed('xx-void/feed.atom');
    expect(found.entry).toBeUndefined();
    expect(found.updated).toMatch(/^\d{4}-\d{2}-\d{2}T.*Z$/);
  });
});

test.each(['calendar.ics', 'feed.atom'])('%s refuses what it cannot answer', async (path) => {
  const status = async (query: string, accept = '*/*', program = 'kr-safm'): Promise<number> =>
    (await it.anyone.get(`/v1/programs/${program}/${path}${query}`).set('accept', accept)).status;
  expect(await status('', 'application/json')).toBe(406);
  expect(await status('', '*/*', 'kr-none')).toBe(404);
  expect(await status('?kind=nonsense')).toBe(400);
  expect(await status('?organization=nobody-at-all')).toBe(400);
  expect(await status('?from=2026&to=2025')).toBe(400);
  expect(await status('?since=2026')).toBe(400);
  if (path === 'calendar.ics') expect(await status('?kind=funding')).toBe(400);
});
