/** Rows that break a rule, of one value or of the whole: each is named with its line, its field and what is wrong. */
import { beforeAll, expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import { countOf, csv, faults, rowsOf, send } from './importing.ts';
import { create, write } from './made-round.ts';

const it = tracker();

beforeAll(async () => {
  await write(it, 'ie', {
    criteria: { t: [100], a: [60, 't'], b: [40, 't'], g: ['gate'] },
    teams: { x: {}, y: {}, z: {} },
  });
  await write(it, 'ot', { criteria: { t: [100] }, teams: { x: {} } });
  await create(it, 'criteria', {
    id: 'r3-total',
    program: 'kr-safm',
    round: 'kr-safm-round-3',
    stage: 'evaluation',
    names: { en: 'Total' },
    maxScore: 100,
  });
});

/** Each bad row with [field, code] of its faults. */
const evaluations: [string, ...[string, string][]][] = [
  ['ie-r,ie-x,ie-a,disclosed,30,,seed-004'],
  ['ie-r,ie-x,ie-t,disclosed,101,,seed-004', ['score', 'score-out-of-range']],
  ['ie-r,ie-y,ie-t,disclosed,50,,seed-004', ['score', 'parts-exceed-whole']],
  ['ie-r,ie-y,ie-a,disclosed,40,,seed-004'],
  ['ie-r,ie-y,ie-b,disclosed,30,,seed-004'],
  ['ie-r,ot-x,ie-a,disclosed,30,,seed-004', ['consortium', 'program-mismatch']],
  ['ie-r,ie-z,ot-t,disclosed,30,,seed-004', ['criterion', 'program-mismatch']],
  ['kr-safm-round-3,naver-cloud,r3-total,disclosed,30,,seed-004', ['consortium', 'consortium-eliminated']],
  ['kr-safm-round-2,upstage,r2-independence,disclosed,,true,seed-004', ['correction', 'correction-required']],
  ['ie-r,ie-x,ie-g,disclosed,1,,seed-004', ['passed', 'gate-takes-passed']],
  ['ie-r,ie-x,ie-b,disclosed,,,seed-004', ['score', 'score-required']],
  ['ie-r,ie-z,ie-b,undisclosed,3,,seed-004', ['status', 'invalid-value']],
  ['ie-r,ie-z,ie-a,disclosed,-1,,seed-004', ['score', 'out-of-range']],
  ['ie-r,ie-zz,ie-a,disclosed,1,,seed-004', ['consortium', 'unknown-reference']],
  [
    'ie-r,ie-z,ie-t,disclosd,high,perhaps,',
    ['status', 'invalid-value'],
    ['score', 'invalid-type'],
    ['passed', 'invalid-type'],
    ['sources', 'source-required'],
  ],
  ['ie-r,ie-z,ie-g,disclosed,,true,seed-004;seed-444', ['sources', 'unknown-reference']],
  ['ie-r,ie-x,ie-a,disclosed,31,,seed-004', ['round + consortium + criterion', 'repeated-key']],
];
const header = 'round,consortium,criterion,status,score,passed,sources';
const file = csv(header, ...evaluations.map(([line]) => line));
const expected = evaluations.flatMap(([, ...bad], i) =>
  bad.map(([field, code]) => [i + 1, i + 2, field, code]),
);

const sorted = (list: unknown[][]): string[] => list.map((fault) => JSON.stringify(fault)).sort();

test('every fault of every row is told, in the order of the file, and nothing is written', async () => {
  const before = await countOf(it, 'evaluations');
  const reply = await send(it, 'evaluations', file);
  expect([reply.status, reply.body.code]).toEqual([422, 'import-refused']);
  const got = faults(reply).map(({ row, line, field, code }) => [row, line, field, code]);
  expect(got.map(([row]) => row)).toEqual(got.map(([row]) => row).sort((a, b) => Number(a) - Number(b)));
  expect(sorted(got)).toEqual(sorted(expected));
  expect(reply.body.detail).toBe('14 of 17 rows do not fit; nothing was written.');
  expect(await countOf(it, 'evaluations')).toBe(before);
  expect(faults(reply).find(({ row, field }) => row === 15 && field === 'score')).toMatchObject({
    value: 'high',
  });
  // The cell of a fault, as a spreadsheet counts them.
  for (const { column, field = '' } of faults(reply))
    expect([field, column]).toEqual([field, header.split(',').indexOf(field) + 1 || undefined]);
  const details = faults(reply).map(({ detail }) => detail);
  for (const meant of ['ie-z', 'disclosed', 'seed-004'])
    expect(details.some((detail) => detail.includes(`did you mean \`${meant}\`?`))).toBe(true);
});

test('with onError=skip the good rows are written and no other', async () => {
  const before = await countOf(it, 'evaluations');
  const reply = await send(it, 'evaluations', file, { onError: 'skip' });
  expect([reply.status, reply.body.data.status]).toEqual([201, 'applied']);
  expect(reply.body.data.counts).toEqual({
    read: 17,
    create: 3,
    update: 0,
    unchanged: 0,
    delete: 0,
    error: 14,
  });
  expect(reply.body.data.errors).toHaveLength(expected.length);
  expect((await rowsOf(it, reply, { status: 'error' })).map(({ row }) => row)).toEqual(
    evaluations.flatMap(([, ...bad], i) => (bad.length > 0 ? [i + 1] : [])),
  );
  expect(await countOf(it, 'evaluations')).toBe(before + 3);
});

const sources = ['seed-004'];
const names = { en: 'A' };
/** Rows of a resource, and [row, field, code] of the faults that they have together. */
const refused: [string, object[], [number, string, string][]][] = [
  [
    'decisions',
    [
      { program: 'ie', round: 'ie-r', consortium: 'ie-x', outcome: 'advanced', decidedOn: '2024-12-01' },
      { program: 'ie', round: null, consortium: 'ie-y', outcome: 'advanced', decidedOn: '2025-06-30' },
      {
        program: 'kr-safm',
        round: 'kr-safm-round-1',
        consortium: 'sk-telecom',
        outcome: 'advanced',
        decidedOn: '2026-01-14',
      },
    ],
    [
      [1, 'outcome', 'decision-out-of-order'],
      [2, 'round', 'invalid-value'],
      [3, 'correction', 'correction-required'],
    ],
  ],
  [
    'consortiums',
    [
      {
        id: 'ie-overlap',
        program: 'ie',
        names,
        lead: 'kt',
        members: [
          { organization: 'kt', role: 'lead', joinedOn: '2026-01', leftOn: '2026-06', sources },
          { organization: 'kt', role: 'member', joinedOn: '2026-03', sources },
        ],
      },
      {
        id: 'ie-reversed',
        program: 'ie',
        names,
        lead: 'kt',
        members: [{ organization: 'kt', role: 'lead', joinedOn: '2026-06', leftOn: '2026-01-31', sources }],
      },
      {
        id: 'ie-lead',
        program: 'ie',
        names,
        lead: 'no-such',
        members: [{ organization: 'no-such', role: 'lead', sources: ['no-such'] }],
      },
    ],
    [
      [1, 'members', 'membership-overlap'],
      [2, 'members.leftOn', 'invalid-value'],
      [3, 'lead', 'unknown-reference'],
      [3, 'members.organization', 'unknown-reference'],
      [3, 'members.sources', 'unknown-reference'],
    ],
  ],
  [
    'funding-figures',
    [
      { id: 'ie-f1', money: { amount: '0', currency: 'KRW' } },
      { id: 'ie-f2', money: { amount: '1', currency: 'KRX' } },
      {
        id: 'ie-f3',
        money: { amount: '1', currency: 'KRW' },
        statedAlso: [{ amount: '1', currency: 'USX' }],
      },
      { id: 'ie-f4', money: { amount: '1', currency: 'KRW' }, rank: 'preferred' },
      { id: 'ie-f5', money: { amount: '1', currency: 'KRW' }, sources: ['seed-001', 'seed-002'] },
      { id: 'ie-f6', money: { amount: 1, currency: 'KRW' }, subject: { type: 'program', id: 'sk-telecom' } },
    ].map((row) => ({ subject: { type: 'program', id: 'ie' }, kind: 'budget', ...row })),
    [
      [1, 'money.amount', 'invalid-value'],
      [2, 'money.currency', 'unknown-currency'],
      [3, 'statedAlso.currency', 'unknown-currency'],
      [4, 'rankReason', 'invalid-value'],
      [5, 'sources', 'out-of-range'],
      [6, 'money.amount', 'invalid-type'],
      [6, 'subject.id', 'unknown-reference'],
    ],
  ],
  [
    'organizations',
    [
      { id: 'ie-o1', names, kind: 'company', country: 'XX' },
      { id: 'ie-o2', names, kind: 'company', country: 'KR', parent: 'ie-o3' },
      { id: 'ie-o3', names, kind: 'company', country: 'KR', parent: 'ie-o2' },
      { id: 'ie-o4', names, kind: 'company', country: 'KR', parent: 'sk-telecon' },
      { id: 'Not A Slug', names, kind: 'company', country: 'KR' },
    ],
    [
      [1, 'country', 'invalid-value'],
      [2, 'parent', 'circular-reference'],
      [3, 'parent', 'circular-reference'],
      [4, 'parent', 'unknown-reference'],
      [5, 'id', 'invalid-value'],
    ],
  ],
  [
    'models',
    [
      { id: 'ie-m1', organization: 'kt', names, basedOn: 'ie-m1' },
      { id: 'ie-m2', organization: 'kt', names, parameters: 5, activeParameters: 6 },
      { id: 'ie-m3', organization: 'kt', names, basedOn: 'qwen-2-55' },
      { id: 'ie-m4', organization: 'kt', names, modalities: ['text', 'text'] },
    ],
    [
      [1, 'basedOn', 'circular-reference'],
      [2, 'activeParameters', 'invalid-value'],
      [3, 'basedOn', 'unknown-reference'],
      [4, 'modalities', 'invalid-value'],
    ],
  ],
  [
    'bids',
    [
      { id: 'ie-b1', program: 'kr-safm', call: 'initial-2025', organization: 'kt', outcome: 'declined' },
      { id: 'ie-b2', program: 'ie', call: 'initial-2025', organization: 'saltlux', outcome: 'declined' },
      {
        id: 'ie-b3',
        program: 'kr-safm',
        call: 'additional-2026',
        organization: 'saltlux',
        outcome: 'declined',
      },
      {
        id: 'ie-b4',
        program: 'kr-safm',
        call: 'additional-2026',
        organization: 'saltlux',
        outcome: 'declined',
      },
    ],
    [
      [1, 'program + call + organization', 'already-exists'],
      [2, 'call', 'program-mismatch'],
      [3, 'program + call + organization', 'already-exists'],
      [4, 'program + call + organization', 'already-exists'],
    ],
  ],
  [
    'rounds',
    [
      { id: 'ie-other-id', program: 'ie', ordinal: 1 },
      { id: 'ie-r', program: 'ie', ordinal: 2 },
      { id: 'ie-r3', program: 'ie', ordinal: 3, state: 'published' },
    ],
    [
      [1, 'id', 'id-is-fixed'],
      [2, 'id', 'already-exists'],
      [3, 'publishedOn', 'invalid-value'],
    ],
  ],
  [
    'criteria',
    [
      { id: 'ie-c1', program: 'ie', round: 'ie-r', stage: 'evaluation', names, gate: true, maxScore: 5 },
      { id: 'ie-c2', program: 'ie', round: 'ot-r', stage: 'evaluation', names },
      { id: 'ie-c3', program: 'ie', stage: 'evaluation', names },
      { id: 'ie-c4', program: 'kr-safm', round: 'kr-safm-round-2', stage: 'evaluation', names },
    ],
    [
      [1, 'maxScore', 'gate-has-no-score'],
      [2, 'round', 'program-mismatch'],
      [3, 'round', 'invalid-value'],
      [4, 'correction', 'correction-required'],
    ],
  ],
  [
    'calls',
    [
      { id: 'ie-call', program: 'ie', names, openedOn: '2026-02', closedOn: '2026-01' },
      { id: 'ie-call-2', program: 'ie', names: { en: '\u0000' } },
    ],
    [
      [1, 'closedOn', 'invalid-value'],
      [2, 'names.en', 'unstorable-text'],
    ],
  ],
];

test.each(refused)('%s: each rule names the rows that break it', async (resource, rows, wanted) => {
  const before = await countOf(it, resource);
  const reply = await send(
    it,
    resource,
    rows.map((row) => ({ sources, ...row })),
  );
  expect([reply.status, reply.body.code]).toEqual([422, 'import-refused']);
  const found = faults(reply).map(({ row, field, code }) => [row, field, code]);
  expect(sorted(found)).toEqual(sorted(wanted));
  expect(faults(reply).every(({ pointer = '', row = 0 }) => pointer.startsWith(`/${row - 1}`))).toBe(true);
  expect(await countOf(it, resource)).toBe(before);
  const skipped = await send(
    it,
    resource,
    rows.map((row) => ({ sources, ...row })),
    { onError: 'skip' },
  );
  expect([skipped.status, skipped.body.data.counts.error]).toEqual([
    201,
    new Set(wanted.map(([row]) => row)).size,
  ]);
});

test('where a row of the file makes one wrong that is not in it, that one is named, and nothing is written', async () => {
  const champion = {
    program: 'kr-safm',
    round: 'kr-safm-round-1',
    consortium: 'sk-telecom',
    outcome: 'champion',
    decidedOn: '2026-01-15',
    sources,
  };
  const reply = await send(it, 'decisions', [champion]);
  expect([reply.status, faults(reply).map(({ code }) => code)]).toEqual([422, ['decision-out-of-order']]);
  expect(faults(reply)[0]?.detail).toMatch(/^decisions\/[0-9a-f-]{36}: /);
});

test('a cell that is empty and must not be is called that, and no null', async () => {
  const file = csv('id,names.en,kind,country,sources', 'ie-bare,,,KR,seed-001');
  expect(faults(await send(it, 'organizations', file)).map(({ column, detail }) => [column, detail])).toEqual(
    [
      [2, 'an empty cell is not of type string'],
      [3, 'an empty cell is not one of company, startup, research-lab, university, ministry, agency'],
    ],
  );
});
