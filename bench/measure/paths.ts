/** What is asked for; of made-up programmes many of a kind, so that no single row is always the one. */
import { shape } from '../data.ts';

export type Work =
  'item with includes' | 'hot overview' | 'filtered, sorted list of 50' | 'deep page' | 'standings';

/** Spread over all programmes, the same each time. */
const some = <T>(programs: number, one: (program: number, i: number) => T): T[] =>
  Array.from({ length: 100 }, (_, i) => one((i * 7919) % programs, i));

export function pathsOf(programs: number): Record<Exclude<Work, 'deep page'>, string[]> {
  const team = (p: number, i: number): string => `bp${p}-c${i % shape.consortiums}`;
  const round = (p: number, i: number): string => `bp${p}-r${(i % shape.rounds) + 1}`;
  return {
    'item with includes': some(programs, (p, i) => `/v1/consortiums/${team(p, i)}?include=lead,members`),
    'hot overview': ['/v1/programs/kr-safm/overview'],
    'filtered, sorted list of 50': some(
      programs,
      (p, i) => `/v1/evaluations?round=${round(p, i)}&consortium=${team(p, i)}&sort=-score&limit=50`,
    ),
    standings: some(programs, (p, i) => `/v1/rounds/${round(p, i)}/standings`),
  };
}

interface Place {
  /** Of the product. */
  cursor: string;
  /** The id of the last row before it. */
  after: string;
}

interface Page {
  data: { id: string }[];
  page: { next: string | null };
}

/** Walks into the list of all evaluations, and tells the last places before the row that was asked for. */
export async function placesAt(base: string, row: number): Promise<Place[]> {
  const places: Place[] = [];
  let cursor = '';
  for (let walked = 0; walked < row; walked += 500) {
    const response = await fetch(
      `${base}/v1/evaluations?fields=id&limit=500${cursor && `&cursor=${cursor}`}`,
    );
    const { data, page } = (await response.json()) as Page;
    if (page.next === null) break;
    cursor = page.next;
    places.push({ cursor, after: data.at(-1)?.id ?? '' });
  }
  return places.slice(-20);
}
