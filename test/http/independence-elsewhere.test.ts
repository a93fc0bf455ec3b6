/** Independence in made-up programmes: chains, relatives and ties that the real one does not have. */
import { beforeAll, expect, test } from 'vitest';
import { tracker } from '../tracker.ts';

const it = tracker();

interface Bidder {
  organization: { id: string };
  outcome: { standing: string; bids: object[] };
  verdict: object;
  models: {
    id: string;
    through: object | null;
    basedOn: { id: string }[];
    restsOnForeign: boolean | null;
  }[];
  foreignPartners: { id: string; partner: { id: string } }[];
  gates: { rounds: object[] };
}

const bidders = async (of: string): Promise<Bidder[]> =>
  (await it.anyone.get(`/v1/programs/${of}/independence`)).body.data.bidders;

const program = 'fr-models';
const sources = ['seed-004'];
const add = async (resource: string, row: object): Promise<void> => {
  const reply = await it.writer.post(`/v1/${resource}`).send({ sources, ...row });
  expect([resource, reply.status, reply.body.detail]).toEqual([resource, 201, undefined]);
};
const organization = (id: string, country: string, parent?: string) =>
  add('organizations', { id, names: { en: id }, kind: 'company', country, ...(parent ? { parent } : {}) });
const made = (id: string, maker: string, trainedFromScratch: boolean | null, basedOn?: string) =>
  add('models', {
    id,
    organization: maker,
    names: { en: id },
    trainedFromScratch,
    ...(basedOn ? { basedOn } : {}),
  });

beforeAll(async () => {
  await add('programs', { id: program, names: { en: 'French models' }, country: 'FR' });
  await organization('fr-parent', 'US');
  await organization('fr-lead', 'FR', 'fr-parent');
  await organization('fr-inside', 'FR', 'fr-lead');
  await organization('fr-outside', 'FR', 'fr-lead');
  await organization('fr-quiet', 'FR');
  await add('calls', { id: 'fr-call', program, names: { en: 'Call' } });
  await add('consortiums', {
    id: 'fr-team',
    program,
    names: { en: 'Team' },
    lead: 'fr-lead',
    members: ['fr-lead', 'fr-inside'].map((member, i) => ({
      organization: member,
      role: i === 0 ? 'lead' : 'member',
      sources,
    })),
  });
  await add('bids', {
    id: 'fr-bid',
    program,
    call: 'fr-call',
    organization: 'fr-quiet',
    outcome: 'withdrawn',
  });
  await add('rounds', { id: 'fr-round', program, ordinal: 1, state: 'open' });
  await add('criteria', {
    id: 'fr-gate',
    program,
    round: 'fr-round',
    stage: 'evaluation',
    names: { en: 'Gate' },
    gate: true,
  });
  await add('decisions', { program, consortium: 'fr-team', outcome: 'selected', decidedOn: '2026-01-01' });
  await add('evaluations', {
    round: 'fr-round',
    consortium: 'fr-team',
    criterion: 'fr-gate',
    status: 'undisclosed',
  });
  await made('fr-root', 'fr-lead', true);
  await made('fr-fine-tuned', 'fr-lead', false, 'fr-root');
  await made('fr-again', 'fr-inside', null, 'fr-fine-tuned');
  await made('fr-unsaid', 'fr-lead', null);
  await made('fr-on-unsaid', 'fr-lead', false, 'fr-unsaid');
  await made('us-root', 'fr-parent', true);
  await made('fr-on-us', 'fr-lead', false, 'us-root');
  await made('fr-far', 'fr-lead', null, 'fr-on-us');
  await made('fr-not-related', 'fr-outside', true);
  await add('partnerships', {
    id: 'the-other-way',
    organization: 'kt',
    partner: 'fr-lead',
    kind: 'research',
  });
  await add('partnerships', {
    id: 'at-home',
    organization: 'fr-lead',
    partner: 'mistral-ai',
    kind: 'research',
  });
});

test('abroad is what is abroad for the bidder, however far down the chain', async () => {
  const [lead] = await bidders(program);
  expect(
    Object.fromEntries(
      (lead?.models ?? []).map(({ id, basedOn, restsOnForeign }) => [
        id,
        [basedOn.map((base) => base.id), restsOnForeign],
      ]),
    ),
  ).toEqual({
    'fr-root': [[], false],
    'fr-fine-tuned': [['fr-root'], false],
    'fr-again': [['fr-fine-tuned', 'fr-root'], false],
    'fr-unsaid': [[], null],
    'fr-on-unsaid': [['fr-unsaid'], null],
    'us-root': [[], true],
    'fr-on-us': [['us-root'], true],
    'fr-far': [['fr-on-us', 'us-root'], true],
  });
  expect(lead?.verdict).toMatchObject({
    ...{ models: 6, fromScratch: 1, onForeign: 2, notStated: 2 },
    related: { models: 2, fromScratch: 1, onForeign: 1, notStated: 0 },
  });
});

test('a subsidiary counts when it is in the consortium, and only then', async () => {
  const [lead] = await bidders(program);
  const through = Object.fromEntries((lead?.models ?? []).map((model) => [model.id, model.through]));
  expect(through['fr-root']).toBeNull();
  expect(through['fr-again']).toMatchObject({ id: 'fr-inside', relation: 'subsidiary' });
  expect(through['us-root']).toMatchObject({ id: 'fr-parent', relation: 'parent' });
  expect(Object.keys(through)).not.toContain('fr-not-related');
});

test('a lead that never bid is there; a partnership counts from either side; a withheld verdict stays withheld', async () => {
  const [lead, quiet] = await bidders(program);
  expect([lead?.organization.id, lead?.outcome.standing, lead?.outcome.bids]).toEqual([
    'fr-lead',
    'selected',
    [],
  ]);
  expect([quiet?.organization.id, quiet?.outcome.standing]).toEqual(['fr-quiet', 'withdrawn']);
  expect(lead?.foreignPartners.map(({ id, partner }) => [id, partner.id])).toEqual([['the-other-way', 'kt']]);
  expect(lead?.gates.rounds).toEqual([expect.objectContaining({ passed: null, status: 'undisclosed' })]);
});

test('a subsidiary counts while it is in the consortium, and for good with what it released in that time', async () => {
  const id = 'fr-membership';
  await add('programs', { id, names: { en: 'Membership' }, country: 'FR' });
  await organization('m-lead', 'FR');
  for (const one of ['stayed', 'left', 'joins-later']) await organization(`m-${one}`, 'FR', 'm-lead');
  const member = (of: string, joinedOn: string | null, leftOn: string | null = null) => ({
    ...{ organization: of, role: of === 'm-lead' ? 'lead' : 'member', joinedOn, leftOn, sources },
  });
  await add('consortiums', {
    ...{ id: 'm-team', program: id, names: { en: 'Team' }, lead: 'm-lead' },
    members: [
      member('m-lead', '2024-01-01'),
      member('m-stayed', '2024-06'),
      member('m-left', '2024-01-01', '2025-02-01'),
      member('m-joins-later', '2030-01-01'),
    ],
  });
  await add('decisions', { program: id, consortium: 'm-team', outcome: 'selected', decidedOn: '2024-01-01' });
  for (const [name, maker, releasedOn] of [
    ['stayed-before', 'm-stayed', '2023-05'],
    ['stayed-since', 'm-stayed', '2025-05'],
    ['stayed-undated', 'm-stayed', null],
    ['left-before', 'm-left', '2023-12-31'],
    ['left-while', 'm-left', '2025-01-31'],
    ['left-that-day', 'm-left', '2025-02-01'],
    ['left-after', 'm-left', '2025-03'],
    ['left-undated', 'm-left', null],
    ['not-yet', 'm-joins-later', '2025-01-01'],
  ] as const)
    await add('models', { id: `m-${name}`, organization: maker, names: { en: name }, releasedOn });
  const related = async (query = '') => {
    const { data } = (await it.anyone.get(`/v1/programs/${id}/independence${query}`)).body;
    return data.bidders[0].models.map((model: { id: string }) => model.id).sort();
  };
  expect(await related()).toEqual(['m-left-while', 'm-stayed-before', 'm-stayed-since', 'm-stayed-undated']);
  // On a day when both were in, what either had released by then.
  expect(await related('?asOf=2025-01-31')).toEqual(['m-left-before', 'm-left-while', 'm-stayed-before']);
  expect(await related('?asOf=2025-12-31')).not.toContain('m-left-after');
});

test('a programme without bidders has none', async () => {
  await add('programs', { id: 'empty-programme', names: { en: 'Empty' }, country: 'DE' });
  expect(await bidders('empty-programme')).toEqual([]);
});

test('a chain that leads back to itself, past all rules of the database, ends', async () => {
  await it.sql('ALTER TABLE models DISABLE TRIGGER USER');
  await it.sql(`UPDATE models SET based_on = 'fr-again' WHERE id = 'fr-root'`);
  const [lead] = await bidders(program);
  const chain = lead?.models.find(({ id }) => id === 'fr-root')?.basedOn.map(({ id }) => id);
  expect(chain).toEqual(['fr-again', 'fr-fine-tuned']);
  await it.sql(`UPDATE models SET based_on = NULL WHERE id = 'fr-root'`);
  await it.sql('ALTER TABLE models ENABLE TRIGGER USER');
});
