/** Evaluations: the best of a round and consortium, a page deep in the list, and a new one. */
import type { FastifyInstance } from 'fastify';
import { recorded, type Ask, type Recorded } from './ask.ts';

interface Evaluation extends Recorded {
  id: string;
  round: string;
  consortium: string;
  criterion: string;
  status: string;
  score: string | null;
  passed: boolean | null;
  evaluated_on: string | null;
  disclosed_on: string | null;
  note: string | null;
}

const columns =
  'id, round, consortium, criterion, status, score, passed, evaluated_on, disclosed_on, note, sources, created_at, updated_at, version';
const best = `SELECT ${columns} FROM evaluations WHERE round = $1 AND consortium = $2 ORDER BY score DESC NULLS LAST, id LIMIT $3`;
const from = `SELECT ${columns} FROM evaluations WHERE id > $1 ORDER BY id LIMIT $2`;
const insert = `
  INSERT INTO evaluations (round, consortium, criterion, status, score, evaluated_on, disclosed_on, note, sources)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING ${columns}`;

const evaluationOf = (row: Evaluation) => ({
  id: row.id,
  round: row.round,
  consortium: row.consortium,
  criterion: row.criterion,
  status: row.status,
  score: row.score === null ? null : Number(row.score),
  passed: row.passed,
  evaluatedOn: row.evaluated_on,
  disclosedOn: row.disclosed_on,
  note: row.note,
  ...recorded(row),
});

const json = 'application/json; charset=utf-8';
const firstId = '00000000-0000-0000-0000-000000000000';

interface Query {
  round?: string;
  consortium?: string;
  limit?: string;
  /** The id of the last row, in the clear. */
  after?: string;
}

export function evaluationRoutes(app: FastifyInstance, ask: Ask): void {
  app.get<{ Querystring: Query }>('/v1/evaluations', async ({ query }, reply) => {
    const limit = Number(query.limit);
    const rows =
      query.round === undefined
        ? await ask<Evaluation>('from', from, [query.after ?? firstId, limit + 1])
        : await ask<Evaluation>('best', best, [query.round, query.consortium, limit + 1]);
    const page = rows.slice(0, limit).map(evaluationOf);
    const next = rows.length > limit ? page.at(-1)?.id : null;
    return reply.type(json).send(JSON.stringify({ data: page, page: { limit, next } }));
  });

  app.post<{ Body: Record<string, unknown> }>('/v1/evaluations', async ({ body }, reply) => {
    const { round, consortium, criterion, status, score, evaluatedOn, disclosedOn, note, sources } = body;
    const values = [round, consortium, criterion, status, score, evaluatedOn, disclosedOn, note, sources];
    const [row] = await ask<Evaluation>('insert', insert, values);
    return reply
      .code(201)
      .type(json)
      .send(JSON.stringify(row && evaluationOf(row)));
  });
}
