/** The timeline of the real programme as it stood on former days. */
import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { lastDay, type Row } from '../funding-data.ts';
import { tracker } from '../tracker.ts';

const it = tracker();
const file = async (name: string): Promise<Row[]> =>
  parse(await readFile(new URL(`../../prisma/data/${name}.csv`, import.meta.url)), { columns: true });
const [members, bids] = await Promise.all([file('consortiums.members'), file('bids')]);

interface Item {
  id: string;
  date: string;
  kind: string;
  subject: { id: string };
  organizations: string[];
  moved: { to: string } | null;
}
const timeline = async (query = ''): Promise<{ items: Item[] }> => {
  const reply = await it.anyone.get(`/v1/programs/kr-safm/timeline${query}`);
  expect([query, reply.status]).toEqual([query, 200]);
  return reply.body.data;
};

test('as of 31 August 2025 nothing of 2026 is known, and what was known is what was dated till then', async () => {
  const past = (await timeline('?asOf=2025-08-31')).items;
  expect(past.every(({ date }) => lastDay(date) <= '2025-08-31')).toBe(true);
  // Moreh joined in 2026: in August 2025 its models were no part of this.
  const joined = (organization: string): boolean =>
    members.some((row) => row.organization === organization && (row.joinedOn ?? '') <= '2025-08-31') ||
    bids.some((row) => row.organization === organization && (row.decidedOn ?? '') <= '2025-08-31');
  const now = (await timeline()).items.filter(
    ({ date, kind, organizations }) =>
      lastDay(date) <= '2025-08-31' && (kind !== 'release' || organizations.every(joined)),
  );
  expect(past.map(({ id }) => id)).toEqual(now.map(({ id }) => id));
});

test('there is a timeline as of the days on which anything happened, each within the next', async () => {
  const every = [...new Set((await timeline()).items.map(({ date }) => lastDay(date)))].sort();
  // What is within the next but two would be lost on the way as well.
  const days = every.filter((_, i) => i % 3 === 0);
  let before: string[] = [];
  for (const day of days) {
    const { items } = await timeline(`?asOf=${day}`);
    // Who has left a consortium by then no longer belongs, as far as that day knows: with the joining the releases go.
    const ids = items.filter(({ kind }) => kind !== 'joined' && kind !== 'release').map(({ id }) => id);
    expect([day, before.filter((id) => !ids.includes(id))]).toEqual([day, []]);
    before = ids;
  }
  expect(every.length).toBeGreaterThan(50);
});

test('a plan is known from its first source on, and moves once its round has taken place', async () => {
  const plans = async (day: string): Promise<(string | null)[][]> =>
    (await timeline(`?kind=round-scheduled&asOf=${day}`)).items.map(({ subject, moved }) => [
      subject.id,
      moved?.to ?? null,
    ]);
  expect(await plans('2025-12-01')).toEqual([]);
  expect((await plans('2026-01-14'))[0]).toEqual(['kr-safm-round-1', null]);
  expect((await plans('2026-01-15'))[0]).toEqual(['kr-safm-round-1', '2026-01-15']);
});
