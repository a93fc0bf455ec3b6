/** What a file may look like, and what its cells mean. */
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import { csv, faults, planned, send, type Form } from './importing.ts';

const it = tracker();
const read = async (path: string): Promise<Record<string, unknown>> => (await it.anyone.get(path)).body;

test('a CSV as a spreadsheet saves it: byte order mark, other order, line breaks in cells, lists, names', async () => {
  const file = csv(
    '\ufeffdescription,kind,partner,organization,sources,id',
    '"two\r\nlines, ""quoted""",cloud,SK텔레콤,kt,seed-001;seed-002,files-1',
    "'=1+1,cloud,skt,케이티,seed-001,files-2",
    '',
    ',,,,,',
    ',cloud,LG Ai Research,KT,seed-001,files-3',
  );
  const reply = await send(it, 'partnerships', file);
  expect([reply.status, reply.body.errors, reply.body.data.counts.create]).toEqual([201, undefined, 3]);
  expect(await read('/v1/partnerships/files-1')).toMatchObject({
    description: 'two\r\nlines, "quoted"',
    partner: 'sk-telecom',
    organization: 'kt',
    sources: ['seed-001', 'seed-002'],
    startedOn: null,
  });
  expect(await read('/v1/partnerships/files-2')).toMatchObject({
    description: '=1+1',
    partner: 'sk-telecom',
    organization: 'kt',
  });
  expect(await read('/v1/partnerships/files-3')).toMatchObject({
    description: null,
    partner: 'lg-ai-research',
  });
});

test('a reference may be an id, a natural key, a name in any language or an alias, but not an ambiguous one', async () => {
  const rows = await planned(
    it,
    'disclosures',
    csv(
      'program,round,disclosedOn,title,what,sources',
      '독파모,kr-safm/2,2026-09,Natural key,What,seed-001',
      'Sovereign AI Foundation Model project,kr-safm-round-1,2026-09,Name,What,seed-001',
      'kr-safm,kr-safm/22,2026-09,Misspelt,What,seed-001',
    ),
  );
  expect(rows.map(({ status, errors }) => [status, errors[0]?.code])).toEqual([
    ['create', undefined],
    ['create', undefined],
    ['error', 'unknown-reference'],
  ]);
  // A name that nobody bears is one fault, with the row that was meant; a slug it need not be.
  const scores = 'round,consortium,criterion,status,score,sources';
  const score = (name: string): string => `kr-safm/2,${name},r2-expert,disclosed,29,seed-004`;
  const unnamed = await send(
    it,
    'evaluations',
    csv(scores, ...['업스테이지', 'Upstage consortum', 'Somebody else'].map(score)),
  );
  expect(faults(unnamed).map(({ row, field, detail }) => [row, field, detail])).toEqual([
    [1, 'consortium', '`업스테이지`: no such consortium; did you mean `upstage`?'],
    [2, 'consortium', '`Upstage consortum`: no such consortium; did you mean `upstage`?'],
    [3, 'consortium', '`Somebody else`: no such consortium'],
  ]);
  const twin = (id: string): object => ({
    id,
    names: { en: 'Twin' },
    kind: 'startup',
    country: 'FR',
    sources: ['seed-001'],
  });
  expect((await send(it, 'organizations', [twin('twin-a'), twin('twin-b')])).status).toBe(201);
  const reply = await send(
    it,
    'partnerships',
    csv('organization,partner,kind,sources', 'twin,kt,cloud,seed-001'),
  );
  expect(faults(reply)).toMatchObject([
    {
      row: 1,
      line: 2,
      column: 1,
      field: 'organization',
      code: 'unknown-reference',
      value: 'twin',
      detail: '`twin` may mean twin-a or twin-b: give the id',
    },
  ]);
});

test('the three forms say the same, packed or not', async () => {
  const row = {
    id: 'forms',
    names: { en: 'Forms', ko: '형식' },
    kind: 'company',
    country: 'KR',
    sources: ['seed-001'],
  };
  const files: [Form, string][] = [
    ['json', JSON.stringify([row], null, 2)],
    ['ndjson', `${JSON.stringify(row)}\n`],
    ['csv', 'id,names.en,names.ko,kind,country,sources\nforms,Forms,형식,company,KR,seed-001'],
  ];
  expect((await send(it, 'organizations', [row])).body.data.counts.create).toBe(1);
  for (const [form, text] of files)
    for (const [file, fields] of [
      [text, {}],
      [gzipSync(text), { 'content-encoding': 'gzip' }],
    ] as const) {
      const reply = await send(it, 'organizations', file, {}, { form, fields });
      expect([form, reply.status, reply.body.data.counts.unchanged]).toEqual([form, 201, 1]);
    }
});

test('an empty cell or null empties a field of an existing row, and what a file lacks stays as it is', async () => {
  const whole = {
    id: 'partly',
    names: { en: 'Partly', ko: '부분' },
    kind: 'company',
    country: 'KR',
    parent: 'kt',
    website: 'https://example.com',
    sources: ['seed-001', 'seed-002'],
  };
  const files: [Form, string][] = [
    ['csv', csv('id,website,names.ko', 'partly,,')],
    ['json', '[{"id": "partly", "website": null, "names": {"ko": null}}]'],
    ['ndjson', '{"id": "partly", "website": null, "names": {"ko": null}}'],
  ];
  for (const [form, file] of files) {
    expect((await send(it, 'organizations', [whole])).status).toBe(201);
    const [row] = await planned(it, 'organizations', file, {}, { form });
    expect([form, row?.status, row?.changes]).toEqual([
      form,
      'update',
      { website: { from: 'https://example.com', to: null }, 'names.ko': { from: '부분', to: null } },
    ]);
    expect((await send(it, 'organizations', file, {}, { form })).status).toBe(201);
    expect(await read('/v1/organizations/partly')).toMatchObject({
      ...whole,
      website: null,
      names: { en: 'Partly', ko: null },
    });
  }
  // Of a new row the same file lacks too much.
  const reply = await send(it, 'organizations', csv('id,website', 'partly-new,'));
  expect(
    faults(reply)
      .map(({ field, code }) => [field, code])
      .sort(),
  ).toEqual([
    ['country', 'required'],
    ['kind', 'required'],
    ['names', 'required'],
    ['sources', 'source-required'],
  ]);
});

test('members are replaced as a list; those that stay are not written again', async () => {
  const members = await it.sql(
    `SELECT id, organization FROM consortium_members WHERE consortium = 'upstage' ORDER BY id`,
  );
  const team = await read('/v1/consortiums/upstage');
  const kept = (team.members as { organization: string }[]).filter(
    ({ organization }) => organization !== 'vuno',
  );
  const file = [{ id: 'upstage', members: kept }];
  const [row] = await planned(it, 'consortiums', file);
  expect([row?.status, Object.keys(row?.changes ?? {})]).toEqual(['update', ['members']]);
  expect((await send(it, 'consortiums', file)).status).toBe(201);
  expect((await read('/v1/consortiums/upstage')).members).toEqual(kept);
  expect(
    await it.sql(`SELECT id, organization FROM consortium_members WHERE consortium = 'upstage' ORDER BY id`),
  ).toEqual(members.filter(({ organization }) => organization !== 'vuno'));
});

test('what the server gives is passed over: ids of numbered rows, versions, times, derived fields', async () => {
  const [row] = await planned(
    it,
    'aliases',
    csv(
      'id,entity.type,entity.id,alias,language,sources,createdAt,updatedAt,version',
      'nonsense,organization,sk-telecom,SKT,en,seed-004,yesterday,,99',
    ),
  );
  expect([row?.errors, Object.keys(row?.changes ?? {}).every((name) => name === 'sources')]).toEqual([
    [],
    true,
  ]);
});
