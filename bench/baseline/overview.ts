/** The front page of a programme, all its parts asked for at once; the money is grouped by the product's own rules. */
import type { FastifyInstance } from 'fastify';
import { loadRegistry } from '../../src/resource/registry.ts';
import type { FundingFacts } from '../../src/views/funding/sql.ts';
import { fundingStatement } from '../../src/views/funding/sql.ts';
import { overviewOf } from '../../src/views/overview/rules.ts';
import type { Ask } from './ask.ts';
import * as rows from './overview-rows.ts';
import * as statements from './overview-sql.ts';

interface ProgramRow {
  id: string;
  name_en: string;
  country: string;
  objective: string | null;
  announced_on: string | null;
  evaluation_cadence: string | null;
  initial_consortiums: number | null;
  target_finalists: number | null;
  agency: string | null;
  agency_name: string | null;
  sources: string[];
}

const isIn = new Set(['selected', 'active', 'champion']);

export async function overviewRoute(app: FastifyInstance, ask: Ask): Promise<void> {
  const registry = await loadRegistry();
  const funding = (id: string): Promise<{ doc: string }[]> => {
    const { signal } = new AbortController();
    const asked = { id, language: 'en', query: {}, registry, base: '', gone: signal } as const;
    const { text, values } = fundingStatement(asked);
    return ask('funding', text, values);
  };
  app.get<{ Params: { id: string } }>('/v1/programs/:id/overview', async ({ params: { id } }, reply) => {
    const [[program], consortiums, members, decisions, bids, criteria, rounds, [calls], [next], [money]] =
      await Promise.all([
        ask<ProgramRow>('program', statements.program, [id]),
        ask<rows.ConsortiumRow>('o-consortiums', statements.consortiums, [id]),
        ask<rows.MemberRow>('o-members', statements.members, [id]),
        ask<rows.DecisionRow>('o-decisions', statements.decisions, [id]),
        ask<rows.BidRow>('o-bids', statements.bids, [id]),
        ask<{ id: string; name_en: string }>('o-criteria', statements.criteria, [id]),
        ask<rows.RoundRow>('o-rounds', statements.rounds, [id]),
        ask<{ calls: number }>('o-calls', statements.calls, [id]),
        ask<{ date: string; kind: string; id: string }>('o-next', statements.next, [id]),
        funding(id),
      ]);
    if (!program) return reply.code(404).send();
    const names = new Map(criteria.map((one) => [one.id, one.name_en]));
    const bidsOf = (...outcomes: string[]) =>
      bids.filter(({ outcome }) => outcomes.includes(outcome)).map((bid) => rows.bidOf(bid, names));
    const teams = consortiums.map((row) =>
      rows.consortiumOf(
        row,
        members.filter(({ consortium }) => consortium === row.id),
        decisions.filter(({ consortium }) => consortium === row.id),
      ),
    );
    const active = teams.filter(({ status }) => isIn.has(status ?? '')).length;
    const isOver =
      decisions.some(({ outcome }) => outcome === 'champion') || (decisions.length > 0 && active === 0);
    const begun = calls && calls.calls > 0 ? 'selecting' : 'announced';
    const facts = {
      program: {
        id: program.id,
        name: program.name_en,
        country: program.country,
        objective: program.objective,
        announcedOn: program.announced_on,
        evaluationCadence: program.evaluation_cadence,
        initialConsortiums: program.initial_consortiums,
        targetFinalists: program.target_finalists,
        status: isOver ? 'concluded' : active > 0 ? 'running' : begun,
        activeConsortiums: active,
        agency: program.agency === null ? null : { id: program.agency, name: program.agency_name },
        sources: program.sources,
      },
      consortiums: teams.sort(
        (a, b) =>
          Number(a.status === 'eliminated') - Number(b.status === 'eliminated') || (a.id < b.id ? -1 : 1),
      ),
      excluded: bidsOf('excluded', 'not-shortlisted'),
      stayedOut: bidsOf('withdrawn', 'declined'),
      rounds: rounds.map(rows.roundOf),
      funding: JSON.parse(money?.doc ?? 'null') as FundingFacts,
      next: next ?? null,
    };
    return reply
      .type('application/json; charset=utf-8')
      .send(JSON.stringify({ data: overviewOf(facts, 'en') }));
  });
}
