import { XMLParser } from 'fast-xml-parser';
import { SyntaxValidator } from 'fast-xml-validator';
import { expect, test } from 'vitest';
import { tracker } from '../tracker.ts';

const it = tracker();
const charts = [
  ['programs/kr-safm/funding', 'fund-nabo-213b6'],
  ['programs/kr-safm/timeline', 'kr-safm-round-1'],
  ['rounds/kr-safm-round-2/standings', '70.6'],
  ['rounds/kr-safm-round-2/stability', '100000'],
  ['benchmarks/aa-intelligence-index-2026-08/leaderboard', 'Claude Opus 5'],
] as const;
const words = { en: 'Sources:', ko: '출처:', fr: 'Sources:' };

const draw = async (path: string, query: object = {}) => {
  const reply = await it.anyone
    .get(`/v1/${path}`)
    .query({ format: 'svg', ...query })
    .buffer(true);
  expect([path, reply.status, reply.headers['content-type']]).toEqual([
    path,
    200,
    'image/svg+xml; charset=utf-8',
  ]);
  return (reply.body as Buffer).toString();
};
/** Every text in the picture, in order; fails where the picture is no XML. */
function textsIn(svg: string): string[] {
  const found: string[] = [];
  expect(SyntaxValidator.validate(svg)).toBe(true);
  const walk = (node: unknown): void => {
    if (typeof node === 'string' || typeof node === 'number') found.push(String(node));
    else if (typeof node === 'object' && node !== null) Object.values(node).forEach(walk);
  };
  walk(new XMLParser({ ignoreAttributes: true, processEntities: true }).parse(svg));
  return found;
}

test.each(charts)('%s is drawn in three languages, with title, units and sources', async (path) => {
  const titles = new Set<string>();
  for (const [lang, sources] of Object.entries(words)) {
    const svg = await draw(path, { lang });
    const texts = textsIn(svg);
    expect([path, lang, texts.some((text) => text.startsWith(sources))]).toEqual([path, lang, true]);
    expect(svg).toContain(`xml:lang="${lang}"`);
    // Nothing is fetched and nothing runs.
    expect(svg).not.toMatch(/<script|<image|href=|url\(|@import|on[a-z]+=/i);
    titles.add(/<title>([^<]+)/.exec(svg)?.[1] ?? '');
  }
  expect(titles.size).toBe(3);
});

test('a chart is what Accept asks for, tagged and cached like the JSON beside it', async () => {
  const path = '/v1/rounds/kr-safm-round-2/standings';
  const asked = await it.app.inject({ url: path, headers: { accept: 'image/svg+xml' } });
  expect([asked.statusCode, asked.headers['content-type']]).toEqual([200, 'image/svg+xml; charset=utf-8']);
  const again = await it.app.inject({
    url: path,
    headers: { accept: 'image/svg+xml', 'if-none-match': String(asked.headers.etag) },
  });
  expect([again.statusCode, again.body]).toEqual([304, '']);
  expect((await it.app.inject({ url: path, headers: { accept: '*/*' } })).headers['content-type']).toContain(
    'json',
  );
  expect((await it.anyone.get('/v1/programs/kr-safm/overview?format=svg')).status).toBe(400);
});

test('the standings show what is certain, what is not, and who is out', async () => {
  const second = textsIn(await draw('rounds/kr-safm-round-2/standings'));
  for (const shown of ['70.6', '69.9', '69', '65.8, out']) expect(second).toContain(shown);
  const first = textsIn(await draw('rounds/kr-safm-round-1/standings'));
  expect(first).toContain('90.2');
  expect(first).toContain('0–90.2, gate failed');
  const whatIf = textsIn(await draw('rounds/kr-safm-round-2/standings', { without: 'r2-benchmark' }));
  expect(whatIf.join(' ')).toContain('What-if');
  expect(whatIf.filter((text) => text === '48.4')).toHaveLength(2);
});

test('where nothing is known the chart says so', async () => {
  for (const path of [
    'rounds/kr-safm-round-3/standings',
    'rounds/kr-safm-round-3/stability',
    'benchmarks/mmlu/leaderboard?asOf=2000',
    'programs/kr-safm/funding?asOf=2000',
    'programs/kr-safm/timeline?asOf=2000',
  ]) {
    const [bare = '', query = ''] = path.split('?');
    const svg = await draw(bare, Object.fromEntries(new URLSearchParams(query)));
    expect([path, /No(thing|t| scores| results| claims)/.test(textsIn(svg).join(' '))]).toEqual([path, true]);
  }
});

test('a name is text in a picture, never markup', async () => {
  const hostile = '"><script>alert(1)</script>&amp; ]]>';
  await it.writer
    .post('/v1/benchmarks')
    .send({ ...it.registry.get('benchmarks').example, id: 'hostile', names: { en: hostile } });
  const svg = await draw('benchmarks/hostile/leaderboard');
  expect(svg).not.toContain('<script');
  expect(textsIn(svg).join(' ')).toContain('alert(1)');
});
