import { describe, expect, test } from 'vitest';
import { tracker } from '../tracker.ts';

const it = tracker();

interface Hit {
  kind: string;
  id: string;
  href: string;
  name: string;
  matched: { text: string; field: string };
  match: string;
  score: number;
}
async function search(q: string, more: object = {}): Promise<Hit[]> {
  const reply = await it.anyone.get('/v1/search').query({ q, ...more });
  expect([q, reply.status]).toEqual([q, 200]);
  return reply.body.data;
}
const found = (hits: Hit[]): string[] => hits.map(({ kind, id }) => `${kind}/${id}`);

describe('what people type finds what they mean', () => {
  test.each([
    ['독파모', 'program/kr-safm', 'exact', 'alias'],
    ['SKT', 'organization/sk-telecom', 'exact', 'alias'],
    ['skt', 'organization/sk-telecom', 'exact', 'alias'],
    ['ＳＫＴ', 'organization/sk-telecom', 'exact', 'alias'],
    ['SK텔레콤', 'organization/sk-telecom', 'exact', 'names.ko'],
    ['SK 텔레콤', 'organization/sk-telecom', 'exact', 'names.ko'],
    ['sk-telecom', 'organization/sk-telecom', 'exact', 'names.en'],
    ['K-엑사원', 'model/k-exaone-236b-a23b', 'exact', 'alias'],
    ['K-EXAONE', 'model/k-exaone-236b-a23b', 'exact', 'alias'],
    ['k exaone', 'model/k-exaone-236b-a23b', 'exact', 'alias'],
    ['K–EXAONE 2.0', 'model/k-exaone-2-0-750b-a37b', 'exact', 'alias'],
    ['ministere des sciences et des tic', 'organization/msit', 'exact', 'names.fr'],
    ['MINISTÈRE DES SCIENCES', 'organization/msit', 'prefix', 'names.fr'],
    ['AX K1', 'model/a-x-k1', 'exact', 'names.en'],
    ['믿음', 'model/mi-dm', 'exact', 'alias'],
    ['하이퍼클로바', 'model/hyperclova-x', 'prefix', 'alias'],
    ['hyperclova', 'model/hyperclova-x', 'prefix', 'names.en'],
    ['research lg', 'organization/lg-ai-research', 'word', 'names.en'],
    ['exaon', 'model/exaone-3-5', 'prefix', 'names.en'],
    ['upsatge', 'organization/upstage', 'similar', 'names.en'],
    ['Naber', 'organization/naver', 'similar', 'names.en'],
    ['sk telekom', 'organization/sk-telecom', 'similar', 'names.en'],
    ['LG reserch', 'organization/lg-ai-research', 'similar', 'names.en'],
    ['micorsoft', 'organization/microsoft', 'similar', 'names.en'],
    ['엑사온', 'model/k-exaone-2-0-750b-a37b', 'similar', 'alias'],
    ['네이봐', 'organization/naver', 'similar', 'names.ko'],
    ['카카우', 'organization/kakao', 'similar', 'names.ko'],
    ['독파뫄', 'program/kr-safm', 'similar', 'alias'],
    ['모티브', 'organization/motif-technologies', 'similar', 'alias'],
    ['하이퍼클로봐', 'model/hyperclova-x', 'similar', 'alias'],
    ['하이퍼크로바', 'model/hyperclova-x', 'similar', 'alias'],
    ['업스태이지', 'organization/upstage', 'similar', 'names.ko'],
    ['SKT consortium', 'consortium/sk-telecom', 'word', 'names.en'],
    ['consortium skt', 'consortium/sk-telecom', 'word', 'names.en'],
    ['SKT 정예팀', 'consortium/sk-telecom', 'word', 'names.ko'],
    ['skt consortim', 'consortium/sk-telecom', 'similar', 'names.en'],
    ['Upstage Solar Pro 2', 'model/solar-pro-2', 'word', 'names.en'],
    ['round 1', 'round/kr-safm-round-1', 'exact', 'ordinal'],
    ['2차 평가', 'round/kr-safm-round-2', 'exact', 'ordinal'],
    ['phase 3', 'round/kr-safm-round-3', 'exact', 'ordinal'],
    ['독파모 round 2', 'round/kr-safm-round-2', 'word', 'ordinal'],
    ['Byline Network', 'source/byline-2025-07-21-applicants', 'word', 'publisher'],
    ['엑사원', 'model/k-exaone-2-0-750b-a37b', 'word', 'alias'],
    ['엑사', 'model/k-exaone-2-0-750b-a37b', 'contained', 'alias'],
  ])('%s', async (q, first, match, field) => {
    const [hit] = await search(q);
    expect([`${hit?.kind}/${hit?.id}`, hit?.match, hit?.matched.field]).toEqual([first, match, field]);
  });

  test('all models of a family, whichever way it is written', async () => {
    const family = [
      'hyperclova-x',
      'hyperclova-x-seed-omni-8b',
      'hyperclova-x-seed-think-14b',
      'hyperclova-x-seed-think-32b',
    ];
    for (const q of ['hyperclova', 'HyperCLOVA X', 'hyperclovax', 'Hyper-Clova'])
      expect(found(await search(q, { kind: 'model' }))).toEqual(family.map((id) => `model/${id}`));
    const both = ['k-exaone-236b-a23b', 'k-exaone-2-0-750b-a37b'].map((id) => `model/${id}`);
    for (const q of ['K-EXAONE', 'K-엑사원']) expect(found(await search(q)).slice(0, 2)).toEqual(both);
  });

  test('LG finds the organizations of that name, and everything once', async () => {
    const hits = await search('LG', { limit: 100 });
    const organizations = hits.filter(({ kind }) => kind === 'organization').map(({ id }) => id);
    expect(organizations.slice(0, 4)).toEqual(['lg-group', 'lg-ai-research', 'lg-cns', 'lg-uplus']);
    expect(new Set(found(hits)).size).toBe(hits.length);
  });
});

test('a slip does not open the gates: another name, another number and a common word are not found by it', async () => {
  const ids = async (q: string) => (await search(q, { limit: 100 })).map(({ id }) => id);
  expect(await ids('카카오')).not.toContain('naver');
  expect(await ids('네이버')).not.toContain('kakao');
  expect(await ids('서강대학교')).not.toContain('seoul-national-university');
  expect(found(await search('round 1', { kind: 'round' }))).toEqual(['round/kr-safm-round-1']);
  // What is named SKT is found by SKT; what only belongs to it is not.
  expect((await search('SKT', { limit: 100 })).map(({ kind }) => kind)).not.toContain('model');
  for (const q of ['카메라', '자동차', '노트북', '삼성전자', '하이닉스', '정보보호', '네트워크'])
    expect([q, await search(q)]).toEqual([q, []]);
});

test('entities come before documents that fit as well', async () => {
  const documents = ['milestone', 'disclosure', 'source'];
  for (const q of [
    '엑사원',
    '엑사',
    'exaone',
    'upstage',
    'naver',
    '모티프',
    'Korea',
    'SKT consortium',
    'round 1',
  ]) {
    const hits = (await search(q, { limit: 100 })).filter(({ match }) => match !== 'similar');
    const kinds = hits.map(({ kind, match }) => [match, documents.includes(kind)].join(' '));
    const firsts = kinds.filter((one, i) => kinds.indexOf(one) === i);
    // Of each way to match, the entities first; and no way comes twice.
    expect([q, firsts]).toEqual([q, kinds.filter((one, i) => one !== kinds[i - 1])]);
    for (const match of ['exact', 'word', 'contained']) {
      const [entity, document] = [false, true].map((is) => firsts.indexOf(`${match} ${is}`));
      if (entity !== -1 && document !== -1)
        expect([q, match, Number(entity) < Number(document)]).toEqual([q, match, true]);
    }
  }
});

test('the kinds are named in the documentation, and they are the kinds that are found', async () => {
  const document = (await it.anyone.get('/openapi.json')).body;
  const parameters: { name: string; schema: { items?: { enum?: string[] } } }[] =
    document.paths['/v1/search'].get.parameters;
  const kinds = parameters.find(({ name }) => name === 'kind')?.schema.items?.enum ?? [];
  expect(kinds).toEqual([
    ...['program', 'organization', 'consortium', 'call', 'criterion', 'round', 'model', 'benchmark'],
    ...['milestone', 'disclosure', 'source'],
  ]);
  expect(document.components.schemas.SearchHit.properties.kind.enum).toEqual(kinds);
  for (const kind of kinds)
    expect([kind, (await search('a', { kind })).every((hit) => hit.kind === kind)]).toEqual([kind, true]);
  expect((await it.anyone.get('/v1/search').query({ q: 'a', kind: kinds.join(',') })).status).toBe(200);
});

test('hits are ranked: exact, prefix, word, contained, similar; then by kind and id', async () => {
  const kinds = it.registry.all.map(({ singular }) => singular);
  for (const q of ['LG', 'AI', 'exaone', 'motif', 'naver', 'exoane', '평가', 'a']) {
    const hits = await search(q, { limit: 100 });
    expect(hits.length).toBeGreaterThan(0);
    const keys = hits.map(({ score, kind, id }) => [
      ((1 - score) * 1000).toFixed(0).padStart(4, '0'),
      String(kinds.indexOf(kind)).padStart(2, '0'),
      id,
    ]);
    expect([q, keys]).toEqual([q, [...keys].sort((a, b) => (a.join(' ') < b.join(' ') ? -1 : 1))]);
    const order = ['exact', 'prefix', 'word', 'contained', 'similar'];
    const tiers = hits.map(({ match }) => order.indexOf(match));
    expect(tiers).toEqual([...tiers].sort());
  }
});

test('whatever any row is called finds that row, and the link leads to it', async () => {
  for (const { name, singular, search: paths } of it.registry.all) {
    const titled = paths.includes('title');
    if (!titled && !paths.includes('names.en')) continue;
    const rows: { id: string; title: string; names: Record<string, string | null> }[] = (
      await it.anyone.get(`/v1/${name}`).query({ limit: 4 })
    ).body.data;
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows)
      for (const called of titled ? [row.title] : Object.values(row.names)) {
        if (called === null) continue;
        const hits = await search(called.slice(0, 200), { kind: singular, limit: 100 });
        const hit = hits.find(({ id }) => id === row.id);
        expect([called, hit?.href]).toEqual([called, `/v1/${name}/${row.id}`]);
      }
    expect((await it.anyone.get(`/v1/${name}/${rows[0]?.id}`)).status).toBe(200);
  }
});

test('every alias finds what goes by it first among the exact hits', async () => {
  const aliases: { entity: { type: string; id: string }; alias: string }[] = (
    await it.anyone.get('/v1/aliases').query({ limit: 500 })
  ).body.data;
  for (const { entity, alias } of aliases) {
    const exact = (await search(alias, { kind: entity.type })).filter(({ match }) => match === 'exact');
    expect([alias, exact.map(({ id }) => id)]).toEqual([alias, expect.arrayContaining([entity.id])]);
  }
});

test('the name comes in the language asked for, what matched as it stands', async () => {
  const [korean] = await search('upstage', { lang: 'ko' });
  expect([korean?.name, korean?.matched.text]).toEqual(['업스테이지', 'Upstage']);
  const reply = await it.anyone.get('/v1/search?q=upstage').set('accept-language', 'ko');
  expect([reply.body.data[0].name, reply.headers['content-language']]).toEqual(['업스테이지', 'ko']);
});

test('kind narrows, limit cuts, and the same question gives the same answer', async () => {
  const all = await search('motif', { limit: 100 });
  const models = await search('motif', { limit: 100, kind: 'model' });
  expect(models.length).toBeGreaterThan(3);
  expect(found(models)).toEqual(found(all.filter(({ kind }) => kind === 'model')));
  expect((await search('motif', { kind: 'model,organization' })).map(({ kind }) => kind)).toContain(
    'organization',
  );
  expect(await search('motif', { limit: 2 })).toEqual(all.slice(0, 2));
  expect(await search('a')).toHaveLength(20);
  expect(await search('motif', { limit: 100 })).toEqual(all);
});

test('nothing found is an empty list', async () => {
  for (const q of ['zzzzzzzzzzzz', 'qqq', '낫싱']) expect([q, await search(q)]).toEqual([q, []]);
});

test('wildcards, quotes and punctuation are letters like any other, which nobody is called by', async () => {
  for (const q of [
    '%',
    '_',
    '%%%',
    '\\',
    "'; DROP TABLE models; --",
    '"',
    '(',
    '[a-z]*',
    '.*',
    '()',
    '   ',
    '$1',
    '\u200b',
  ])
    expect([q, (await search(q)).filter(({ match }) => match === 'exact')]).toEqual([q, []]);
  expect(await search('%')).toEqual([]);
  expect(found(await search('%upstage_'))[0]).toBe('organization/upstage');
  expect(found(await search('up\tstage\n'))[0]).toBe('organization/upstage');
  expect((await it.anyone.get('/v1/models?limit=1')).body.data).toHaveLength(1);
});

test.each([
  'a'.repeat(200),
  'ﷺ'.repeat(200),
  '가나다 '.repeat(50),
  'a b c d e f g '.repeat(14),
  '🇰🇷',
  'İ',
  'ß',
])('an odd question is answered: %s', async (q) => {
  expect((await it.anyone.get('/v1/search').query({ q })).status).toBe(200);
});

test('what was not public yet is absent', async () => {
  const models = async (asOf: string) =>
    (await search('K-EXAONE', { kind: 'model', asOf })).map(({ id }) => id);
  expect(await models('2026-08-01')).toEqual(expect.arrayContaining(['k-exaone-2-0-750b-a37b']));
  expect(await models('2026-01-01')).not.toContain('k-exaone-2-0-750b-a37b');
  expect(await models('2026-01-01')).toContain('k-exaone-236b-a23b');
  expect((await search('모티프', { kind: 'consortium', asOf: '2026-01-01' })).map(({ id }) => id)).toEqual(
    [],
  );
  expect(found(await search('독파모', { asOf: '2025-12-01' }))[0]).toBe('program/kr-safm');
});

test('a question is required, and every fault is named', async () => {
  const faults = async (query: string): Promise<{ parameter: string; code: string; detail: string }[]> => {
    const reply = await it.anyone.get(`/v1/search${query}`);
    expect([query, reply.status]).toEqual([query, 400]);
    return reply.body.errors;
  };
  expect(await faults('')).toEqual([{ parameter: 'q', code: 'required', detail: '`q` is required' }]);
  expect((await faults('?kind=Model&limit=0&lang=de&Q=x')).map(({ parameter }) => parameter).sort()).toEqual([
    ...['Q', 'kind', 'lang', 'limit', 'q'],
  ]);
  const kinds = await faults('?q=kt&kind=modell,organization,bid');
  expect(kinds.map(({ parameter, code }) => [parameter, code])).toEqual(
    Array(2).fill(['kind', 'invalid-value']),
  );
  expect(kinds[0]?.detail).toContain('did you mean `model`');
  for (const query of [
    '?q=',
    `?q=${'x'.repeat(201)}`,
    '?q=%00',
    '?q=%1b',
    '?q=a&q=b',
    '?q=a&limit=101',
    '?q=a&limit=1.5',
  ])
    await faults(query);
});
