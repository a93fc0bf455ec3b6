import { expect, test } from 'vitest';
import { filtersOf, type Filter } from '../../src/resource/filter.ts';
import { valueAt } from '../../src/resource/write.ts';
import { tracker } from '../tracker.ts';

const it = tracker();
type Row = Record<string, unknown> & { id: string };

async function rows(path: string, query: object = {}): Promise<Row[]> {
  const reply = await it.anyone.get(`/v1/${path}`).query({ limit: 500, ...query });
  expect([path, query, reply.status]).toEqual([path, query, 200]);
  return reply.body.data;
}
const ids = (list: Row[]): string[] => list.map(({ id }) => id);
const all = (at: Row, path: string): unknown[] => [valueAt(at, path)].flat();

const sample: Record<string, string> = {
  integer: '3',
  decimal: '29.5',
  amount: '530000000000',
  boolean: 'true',
  date: '2025-08',
  instant: '2026-01-01T00:00:00Z',
  uuid: '01a205b3-d019-7588-9551-f83d51a42121',
  text: 'KR',
  ref: 'kr-safm',
  list: 'gpu',
};

/** A value that the filter takes, whichever rows have it. */
const valueFor = ({ at: { leaf, path } }: Filter): string => {
  if (leaf.kind === 'choice') return (leaf.schema as unknown as { options: string[] }).options[0] ?? '';
  if (path === 'language') return 'ko';
  if (path.endsWith('currency')) return 'KRW';
  if (path === 'evaluationCadence') return 'P6M';
  if (path === 'url' || path === 'website') return 'https://example.com/';
  if (path === 'indicator') return 'applicants';
  return sample[leaf.kind] ?? '';
};

test('every filter that a resource declares is accepted, beside another', async () => {
  for (const resource of it.registry.all) {
    const filters = filtersOf(resource);
    expect(filters.length).toBeGreaterThan(10);
    for (let i = 0; i < filters.length; i += 2) {
      const [filter, other] = [filters.at(i - 1), filters.at(i)] as [Filter, Filter];
      await rows(resource.name, {
        [filter.parameter]: valueFor(filter),
        [other.parameter]: valueFor(other),
        limit: 1,
      });
    }
  }
});

/** First and last day of the period that a date names. */
const period = (date: string): [string, string] => {
  const [year = '', month] = date.split('-');
  if (date.length === 10) return [date, date];
  if (month === undefined) return [`${year}-01-01`, `${year}-12-31`];
  const last = new Date(Date.UTC(2000, Number(month), 0));
  last.setUTCFullYear(Number(year), Number(month), 0);
  return [`${date}-01`, `${date}-${String(last.getUTCDate()).padStart(2, '0')}`];
};
const holds: Record<string, (stored: string, asked: string) => boolean> = {
  gte: (stored, asked) => period(stored)[0] >= period(asked)[0],
  gt: (stored, asked) => period(stored)[0] > period(asked)[1],
  lte: (stored, asked) => period(stored)[1] <= period(asked)[1],
  lt: (stored, asked) => period(stored)[1] < period(asked)[0],
};

test.each(
  ['models.releasedOn', 'sources.publishedOn', 'milestones.date', 'observations.observedOn'].flatMap(
    (field) => Object.keys(holds).map((operator) => [field, operator] as const),
  ),
)(
  '%s[%s] treats a date as the whole period that it names, up to the edges of the calendar',
  async (field, operator) => {
    const [path = '', name = ''] = field.split('.');
    const everything = await rows(path);
    const own = new Set(
      everything.map((row) => valueAt(row, name)).filter((date) => typeof date === 'string'),
    );
    const edges = ['0001', '0001-01-01', '2024-02', '2025', '2025-01', '2025-01-01', '2025-12', '2025-12-31'];
    for (const asked of [...edges, '9999', '9999-12', '9999-12-31', ...[...own].slice(0, 12)]) {
      const wanted = everything.filter((row) => {
        const stored = valueAt(row, name);
        return typeof stored === 'string' && holds[operator]?.(stored, asked);
      });
      const found = await rows(path, { [`${name}[${operator}]`]: asked, fields: 'id' });
      expect([asked, ids(found)]).toEqual([asked, ids(wanted)]);
    }
  },
);

test('numbers compare as numbers, and a score that is not known is neither above nor below', async () => {
  const everything = await rows('evaluations');
  const compare: Record<string, (a: number, b: number) => boolean> = {
    gte: (a, b) => a >= b,
    gt: (a, b) => a > b,
    lte: (a, b) => a <= b,
    lt: (a, b) => a < b,
  };
  for (const [operator, isTrue] of Object.entries(compare))
    for (const bound of [0, 9, 10, 29.5, 100, -1]) {
      const wanted = everything.filter(({ score }) => typeof score === 'number' && isTrue(score, bound));
      if (bound < 0) continue;
      expect([operator, bound, ids(await rows('evaluations', { [`score[${operator}]`]: bound }))]).toEqual([
        operator,
        bound,
        ids(wanted),
      ]);
    }
});

test('different filters narrow together, several values of one widen', async () => {
  const everything = await rows('funding-figures');
  const wanted = everything.filter(
    (row) =>
      valueAt(row, 'subject.type') === 'program' &&
      ['KRW', 'USD'].includes(valueAt(row, 'money.currency') as string) &&
      all(row, 'scope.covers').some((item) => item === 'gpu' || item === 'total') &&
      row.rank !== 'deprecated',
  );
  expect(wanted.length).toBeGreaterThan(0);
  expect(
    ids(
      await rows('funding-figures', {
        'subject.type': 'program',
        'money.currency': 'KRW,USD',
        'scope.covers': 'gpu,total',
        'rank[ne]': 'deprecated',
      }),
    ),
  ).toEqual(ids(wanted));
});

test('null beside a value widens, and [ne]=null leaves what is known', async () => {
  const everything = await rows('decisions');
  expect(ids(await rows('decisions', { round: 'null,kr-safm-round-2' }))).toEqual(
    ids(everything.filter(({ round }) => round === null || round === 'kr-safm-round-2')),
  );
  expect(ids(await rows('decisions', { 'round[ne]': 'null' }))).toEqual(
    ids(everything.filter(({ round }) => round !== null)),
  );
  expect(ids(await rows('decisions', { 'round[ne]': 'null,kr-safm-round-2' }))).toEqual(
    ids(everything.filter(({ round }) => round !== null && round !== 'kr-safm-round-2')),
  );
});

test('an instant filters to the microsecond, in whatever offset it is given', async () => {
  const { body } = await it.writer
    .post('/v1/organizations')
    .send({ ...it.registry.get('organizations').example, id: 'just-now' });
  const at = String(body.createdAt);
  const own = { id: 'just-now' };
  expect(ids(await rows('organizations', { ...own, 'createdAt[gte]': at, 'createdAt[lte]': at }))).toEqual([
    'just-now',
  ]);
  expect(ids(await rows('organizations', { ...own, 'createdAt[gt]': at }))).toEqual([]);
  const seoul = new Date(Date.parse(at) + 9 * 3_600_000 - 1).toISOString().replace('Z', '+09:00');
  expect(ids(await rows('organizations', { ...own, 'createdAt[gt]': seoul }))).toEqual(['just-now']);
});

test.each([
  '0000-01-01T00:00:00Z',
  '2026-01-01T00:00:00+23:59',
  '2026-01-01T00:00:00-23:59',
  '9999-12-31T23:59:59-15:59',
  '2026-02-29T00:00:00Z',
  '2026-01-01',
  '2026-01-01T00:00:00',
  'infinity',
  'now',
])('an instant like %s is compared or refused, never a fault of the server', async (value) => {
  for (const operator of ['gte', 'lt']) {
    const reply = await it.anyone.get('/v1/sources').query({ [`createdAt[${operator}]`]: value, limit: 1 });
    expect([operator, reply.status < 500, reply.body.errors?.[0]?.parameter ?? 'createdAt']).toEqual([
      operator,
      true,
      expect.stringContaining('createdAt'),
    ]);
  }
});

test.each([
  ['sources', 'url', 'https://a\0b'],
  ['sources', 'url[ne]', 'urn:\0'],
  ['organizations', 'website', 'https://a\0b'],
  ['organizations', 'website', 'https://a\u0007b'],
])('a control character in %s?%s is refused as a value', async (path, parameter, value) => {
  const reply = await it.anyone.get(`/v1/${path}`).query({ [parameter]: value });
  expect([reply.status, reply.body.errors?.[0]?.parameter]).toEqual([400, parameter]);
});

test.each(['%', '_', '\\', '％', '＿', '﹪'])('q=%s finds only what contains it', async (q) => {
  expect(ids(await rows('organizations', { q }))).toEqual([]);
});

test('q finds a name in full width, in another case, without its accents, and by words in any order', async () => {
  const found = async (q: string) => ids(await rows('organizations', { q }));
  expect(await found('ＳＫ')).toEqual(await found('sk'));
  expect(await found('sk')).toContain('sk-telecom');
  expect(await found('telecom sk')).toEqual(await found('SK TELECOM'));
  expect(ids(await rows('programs', { q: 'modèle' }))).toEqual(ids(await rows('programs', { q: 'MODELE' })));
});
