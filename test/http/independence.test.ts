import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { tracker } from '../tracker.ts';

const it = tracker();

interface Model {
  id: string;
  trainedFromScratch: boolean | null;
  through: { id: string; relation: string } | null;
  basedOn: { id: string; name: string | null; organization: { country: string } | null; foreign: boolean }[];
  restsOnForeign: boolean | null;
  sources: string[];
}
interface Bidder {
  organization: { id: string; name: string; country: string };
  outcome: {
    standing: string;
    since: string;
    consortiums: { id: string; rationale: string | null; sources: string[] }[];
    bids: { id: string; outcome: string; reason: string | null; sources: string[] }[];
  };
  verdict: Record<string, unknown>;
  models: Model[];
  foreignMembers: {
    consortium: string;
    organization: { id: string; country: string };
    role: string;
    joinedOn: string | null;
    leftOn: string | null;
    sources: string[];
  }[];
  foreignPartners: { id: string; partner: { id: string; country: string }; sources: string[] }[];
  gates: {
    selection: {
      bid: string;
      criterion: { id: string };
      passed: boolean | null;
      outcome: string;
      sources: string[];
    }[];
    rounds: {
      round: string;
      criterion: { id: string };
      passed: boolean | null;
      status: string | null;
      sources: string[];
    }[];
  };
}

async function bidders(query = '', program = 'kr-safm'): Promise<Bidder[]> {
  const reply = await it.anyone.get(`/v1/programs/${program}/independence${query}`);
  expect([query, reply.status]).toEqual([query, 200]);
  return reply.body.data.bidders;
}
async function bidder(id: string, query = '', program = 'kr-safm'): Promise<Bidder> {
  const found = (await bidders(query, program)).find(({ organization }) => organization.id === id);
  if (!found) throw new Error(`${id} is not among the bidders`);
  return found;
}
const model = ({ models }: Bidder, id: string): Model | undefined => models.find((one) => one.id === id);
const own = ({ models }: Bidder): string[] =>
  models.filter(({ through }) => through === null).map(({ id }) => id);

describe('the real programme', () => {
  const orNull = (cell: string | undefined) => (cell === '' ? null : cell);
  const file = async (name: string): Promise<Record<string, string>[]> =>
    parse(await readFile(new URL(`../../prisma/data/${name}.csv`, import.meta.url)), { columns: true });

  test('everybody who bid is there once, with all bids, models and ties abroad that the data have', async () => {
    const [bids, models, partnerships, organizations] = await Promise.all(
      ['bids', 'models', 'partnerships', 'organizations'].map(file),
    );
    const country = new Map(organizations?.map(({ id, country }) => [id, country]));
    const listed = await bidders();
    expect(listed.map(({ organization }) => organization.id).sort()).toEqual(
      [...new Set(bids?.map(({ organization }) => organization))].sort(),
    );
    for (const one of listed) {
      const { id } = one.organization;
      const mine = (rows: Record<string, string>[] | undefined) =>
        rows?.filter(({ organization }) => organization === id).map((row) => row.id);
      expect(one.organization.country).toBe(country.get(id));
      expect(one.outcome.bids.map((bid) => bid.id).sort()).toEqual(mine(bids)?.sort());
      expect(own(one).sort()).toEqual(mine(models)?.sort());
      const abroad = partnerships?.filter(
        ({ organization, partner }) =>
          (organization === id || partner === id) &&
          country.get(organization ?? '') !== country.get(partner ?? ''),
      );
      expect(one.foreignPartners.map((tie) => tie.id).sort()).toEqual(abroad?.map((tie) => tie.id).sort());
      const scratch = models?.filter(
        (row) => row.organization === id && row.trainedFromScratch === 'true',
      ).length;
      expect([id, one.verdict.models, one.verdict.fromScratch]).toEqual([id, mine(models)?.length, scratch]);
    }
  });

  test('who is in comes first, then who was eliminated, then everybody else, by id', async () => {
    expect((await bidders()).map(({ organization }) => organization.id)).toEqual([
      ...['lg-ai-research', 'sk-telecom', 'upstage'],
      ...['motif-technologies', 'naver-cloud', 'nc-ai'],
      ...['bionexus', 'junction-med', 'kaist', 'kakao', 'konan-technology', 'kt', 'lunit'],
      ...['pion-corporation', 'sionic-ai', 'trillion-labs'],
    ]);
  });

  test('KT was excluded for want of models from scratch; SOTA K rests on GPT-4o of OpenAI', async () => {
    const kt = await bidder('kt');
    expect([kt.outcome.standing, kt.outcome.since]).toEqual(['excluded', '2025-08-04']);
    expect(kt.outcome.bids.map(({ outcome }) => outcome)).toEqual(['excluded', 'declined']);
    expect(kt.outcome.bids[0]?.reason).toContain('Microsoft');
    expect(model(kt, 'sota-k')).toMatchObject({
      trainedFromScratch: false,
      restsOnForeign: true,
      basedOn: [{ id: 'gpt-4o', foreign: true, organization: { id: 'openai', country: 'US' } }],
    });
    expect(kt.foreignPartners.map(({ partner }) => partner.id)).toEqual(['microsoft', 'openai']);
    expect(kt.gates.selection).toEqual([
      expect.objectContaining({
        criterion: expect.objectContaining({ id: 'sel-from-scratch' }),
        passed: false,
        outcome: 'excluded',
      }),
    ]);
    expect(kt.verdict).toMatchObject({
      models: 4,
      fromScratch: 0,
      onForeign: 1,
      notStated: 3,
      partnersAbroad: 2,
      gatesFailed: 1,
    });
  });

  test('Kakao was excluded beside a partnership with OpenAI, and of no model is it said what it rests on', async () => {
    const kakao = await bidder('kakao');
    expect(kakao.outcome.standing).toBe('excluded');
    expect(kakao.foreignPartners.map(({ id }) => id)).toEqual(['kakao-openai']);
    expect(kakao.models.map(({ restsOnForeign }) => restsOnForeign)).toEqual(kakao.models.map(() => null));
    expect(kakao.gates.selection).toMatchObject([{ criterion: { id: 'sel-from-scratch' }, passed: false }]);
    expect(kakao.verdict.gatesFailed).toBe(1);
  });

  test('SK Telecom has A.X 4.0 on Qwen 2.5 beside A.X 3.1, K1 and K2 from scratch', async () => {
    const skt = await bidder('sk-telecom');
    expect(model(skt, 'a-x-4-0')).toMatchObject({
      restsOnForeign: true,
      basedOn: [{ id: 'qwen-2-5', foreign: true, organization: { id: 'alibaba', country: 'CN' } }],
    });
    for (const id of ['a-x-3-1', 'a-x-k1', 'a-x-k2'])
      expect(model(skt, id)).toMatchObject({ trainedFromScratch: true, restsOnForeign: false, basedOn: [] });
    expect(skt.verdict).toMatchObject({ models: 6, fromScratch: 4, onForeign: 2, notStated: 0 });
    expect(skt.outcome.standing).toBe('active');
  });

  test('who was selected passed the gate that it was selected by, and who declined was not judged', async () => {
    const lg = await bidder('lg-ai-research');
    expect(lg.gates.selection).toMatchObject([{ criterion: { id: 'sel-from-scratch' }, passed: true }]);
    expect(lg.verdict.gatesFailed).toBe(0);
    for (const { gates } of await bidders())
      for (const { outcome, passed } of gates.selection)
        if (['withdrawn', 'declined'].includes(outcome)) expect(passed).toBeNull();
  });

  test('members and advisors of a consortium from abroad are shown with their part and period, and counted', async () => {
    const [members, organizations, consortiums] = await Promise.all(
      ['consortiums.members', 'organizations', 'consortiums'].map(file),
    );
    const country = new Map(organizations?.map((row) => [row.id, row.country]));
    for (const one of await bidders()) {
      const teams = consortiums?.filter(({ lead }) => lead === one.organization.id).map(({ id }) => id);
      const abroad = members?.filter(
        (row) =>
          teams?.includes(row.consortium) && country.get(row.organization) !== one.organization.country,
      );
      expect(
        one.foreignMembers
          .map((row) => [row.consortium, row.organization.id, row.role, row.joinedOn, row.leftOn])
          .sort(),
      ).toEqual(
        abroad
          ?.map((row) => [
            row.consortium,
            row.organization,
            row.role,
            orNull(row.joinedOn),
            orNull(row.leftOn),
          ])
          .sort(),
      );
      expect(one.verdict.membersAbroad).toBe(new Set(abroad?.map(({ organization }) => organization)).size);
    }
    const skt = await bidder('sk-telecom');
    expect(
      skt.foreignMembers.map(({ organization, role }) => [organization.id, organization.country, role]),
    ).toEqual([
      ['uw-madison', 'US', 'advisor'],
      ['new-york-university', 'US', 'advisor'],
    ]);
    expect((await bidder('upstage', '?asOf=2025-09-01')).foreignMembers).toEqual([]);
  });

  test('Naver Cloud built on the encoder of Qwen, failed the gate and is out', async () => {
    const naver = await bidder('naver-cloud');
    expect(model(naver, 'hyperclova-x-seed-think-32b')).toMatchObject({
      restsOnForeign: true,
      basedOn: [{ id: 'qwen-2-5-vision-encoder', foreign: true }],
    });
    expect(model(naver, 'hyperclova-x')?.through).toMatchObject({ id: 'naver', relation: 'parent' });
    expect(naver.gates.rounds).toEqual([
      expect.objectContaining({
        round: 'kr-safm-round-1',
        passed: false,
        status: 'disclosed',
        evaluatedOn: '2026-01-15',
      }),
    ]);
    expect(naver.outcome.standing).toBe('eliminated');
    expect(naver.outcome.consortiums[0]?.rationale).toContain('independence');
    expect(naver.verdict.gatesFailed).toBe(1);
  });

  test('a model of the parent is listed with whose it is and counted apart', async () => {
    const motif = await bidder('motif-technologies');
    expect(model(motif, 'llama-3-motif-102b')).toMatchObject({
      through: { id: 'moreh', country: 'KR', relation: 'parent' },
      restsOnForeign: true,
    });
    expect(motif.verdict).toMatchObject({
      models: 4,
      onForeign: 0,
      related: { models: 1, fromScratch: 0, onForeign: 1, notStated: 0 },
    });
  });

  test('a gate whose verdict nobody stated is there as unknown, not as passed', async () => {
    const lg = await bidder('lg-ai-research');
    expect(
      lg.gates.rounds.map(({ round, passed, status, sources }) => ({ round, passed, status, sources })),
    ).toEqual(
      ['kr-safm-round-1', 'kr-safm-round-2'].map((round) => ({
        round,
        passed: null,
        status: null,
        sources: [],
      })),
    );
  });

  test('every fact names its sources', async () => {
    for (const one of await bidders()) {
      const facts = [
        ...one.outcome.bids,
        ...one.outcome.consortiums,
        ...one.models,
        ...one.foreignPartners,
        ...one.foreignMembers,
        ...one.gates.selection,
        ...one.gates.rounds.filter(({ status }) => status !== null),
      ];
      for (const { sources } of facts) expect(sources.length).toBeGreaterThan(0);
    }
  });

  test('on 1 December 2025 no gate has spoken, later models are absent and Motif is an excluded bidder', async () => {
    const naver = await bidder('naver-cloud', '?asOf=2025-12-01');
    expect([naver.outcome.standing, naver.gates.rounds]).toEqual(['selected', []]);
    expect(own(naver)).toEqual([]);
    expect(own(await bidder('sk-telecom', '?asOf=2025-12-01'))).not.toContain('a-x-k1');
    expect(own(await bidder('sk-telecom', '?asOf=2025-12-30'))).toContain('a-x-k1');
    const motif = await bidder('motif-technologies', '?asOf=2025-12-01');
    expect([motif.outcome.standing, motif.outcome.consortiums]).toEqual(['excluded', []]);
    expect((await bidders('?asOf=2025-12-01')).map(({ organization }) => organization.id)).not.toContain(
      'trillion-labs',
    );
    expect(await bidders('?asOf=2025-07-01')).toEqual([]);
  });

  test('a base that was not public yet is known by its id alone, and nothing is concluded from it', async () => {
    // No source that names Qwen 2.5 appeared before September 2025.
    const skt = await bidder('sk-telecom', '?asOf=2025-08-10');
    expect(model(skt, 'a-x-4-0')).toMatchObject({
      basedOn: [{ id: 'qwen-2-5', name: null, organization: null, foreign: null, sources: [] }],
      restsOnForeign: null,
    });
  });

  test('names come in the language asked for', async () => {
    expect((await bidder('sk-telecom', '?lang=ko')).organization.name).toBe('SK텔레콤');
  });
});

test('a programme that does not exist is a 404 that names the nearest', async () => {
  for (const id of ['kr-saffm', 'No Such', '%00', 'x'.repeat(90)])
    expect([id, (await it.anyone.get(`/v1/programs/${encodeURIComponent(id)}/independence`)).status]).toEqual(
      [id, 404],
    );
  expect((await it.anyone.get('/v1/programs/kr-saffm/independence')).body.detail).toContain('`kr-safm`');
});

test('every unknown parameter and bad value is reported at once', async () => {
  const reply = await it.anyone.get('/v1/programs/kr-safm/independence?asof=2025&lang=xx&asOf=2025-13');
  expect(reply.status).toBe(400);
  const named = reply.body.errors.map(({ parameter }: { parameter: string }) => parameter);
  expect(new Set(named)).toEqual(new Set(['asof', 'lang', 'asOf']));
});
