/** Rounds that a test makes up, written over HTTP as a client would write them. */
import { expect } from 'vitest';
import type { Tracker } from '../tracker.ts';
import type { Rows } from './recompute.ts';

const sources = ['seed-004'];
export const create = async (it: Tracker, resource: string, body: object): Promise<void> => {
  const reply = await it.writer.post(`/v1/${resource}`).send({ ...body, sources });
  expect([resource, reply.status, reply.body.errors]).toEqual([resource, 201, undefined]);
};

export interface Round {
  /** Id of the criterion: its maximum (null: none, `gate`), what it is a part of (null: nothing), its weight. */
  criteria: Record<string, [number | null | 'gate', (string | null)?, number?]>;
  /** By team and criterion: points, null for withheld, a verdict. */
  teams: Record<string, Record<string, number | boolean | null>>;
  places?: number;
  /** By team: outcome, official rank, official total. */
  decisions?: Record<string, [string, number?, number?]>;
}

const evaluationOf = (score: number | boolean | null): object =>
  score === null
    ? { status: 'undisclosed' }
    : { status: 'disclosed', ...(typeof score === 'boolean' ? { passed: score } : { score }) };

/** Writes the round as the first of a programme of its own, and gives its rows with the ids as they are stored. */
export async function write(
  it: Tracker,
  p: string,
  { criteria, teams, places, decisions = {} }: Round,
): Promise<Rows> {
  await create(it, 'programs', { id: p, names: { en: p }, country: 'FR' });
  await create(it, 'rounds', {
    id: `${p}-r`,
    program: p,
    ordinal: 1,
    plannedAdvancing: places ?? null,
    state: 'open',
  });
  const rows: Rows = { criteria: [], evaluations: [], teams: Object.keys(teams).map((id) => `${p}-${id}`) };
  for (const [id, [most, parent = null, weight = null]] of Object.entries(criteria)) {
    const criterion = {
      id: `${p}-${id}`,
      parent: parent === null ? null : `${p}-${parent}`,
      maxScore: most === 'gate' ? null : most,
      weight,
      gate: most === 'gate',
    };
    await create(it, 'criteria', {
      ...criterion,
      program: p,
      round: `${p}-r`,
      stage: 'evaluation',
      names: { en: id },
    });
    rows.criteria.push(criterion);
  }
  for (const [id, scores] of Object.entries(teams)) {
    const consortium = `${p}-${id}`;
    await create(it, 'consortiums', { id: consortium, program: p, names: { en: id }, lead: 'kt' });
    await create(it, 'decisions', { program: p, consortium, outcome: 'selected', decidedOn: '2025-01-01' });
    for (const [name, score] of Object.entries(scores)) {
      const at = { round: `${p}-r`, consortium, criterion: `${p}-${name}` };
      await create(it, 'evaluations', { ...at, ...evaluationOf(score) });
      rows.evaluations.push({ ...at, score: typeof score === 'number' ? score : null });
    }
    const [outcome, officialRank = null, officialTotal = null] = decisions[id] ?? [];
    const result = { program: p, consortium, round: `${p}-r`, outcome, decidedOn: '2025-06-30' };
    if (outcome !== undefined) await create(it, 'decisions', { ...result, officialRank, officialTotal });
  }
  return rows;
}
