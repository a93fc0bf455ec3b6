/** A second programme, with one row of each kind that belongs to a programme. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { keys } from '../keys.ts';
import type { Tracker } from '../tracker.ts';

export interface Posted {
  id: string;
  secret: string;
  data: { id: string };
}

export async function post(
  it: Tracker,
  path: string,
  body: object,
  { key = keys.admin, status = 201 }: { key?: string; status?: number } = {},
): Promise<Posted> {
  const fields = { authorization: `Bearer ${key}`, 'idempotency-key': randomUUID() };
  const reply = await it.anyone.post(path).set(fields).send(body);
  expect([path, reply.status, reply.body]).toEqual([path, status, expect.anything()]);
  return reply.body as Posted;
}

const sources = ['seed-004'];
const names = { en: 'Second' };

/** In an order in which each finds what it refers to. */
const rows: Record<string, object> = {
  calls: { program: 'second', id: 'second-call', names },
  rounds: { program: 'second', id: 'second-round', ordinal: 1 },
  criteria: {
    program: 'second',
    id: 'second-criterion',
    round: 'second-round',
    stage: 'evaluation',
    names,
    maxScore: 10,
  },
  consortiums: {
    program: 'second',
    id: 'second-team',
    names,
    lead: 'kt',
    members: [{ organization: 'kt', role: 'lead', sources }],
  },
  bids: {
    program: 'second',
    id: 'second-bid',
    call: 'second-call',
    organization: 'kt',
    outcome: 'shortlisted',
  },
  decisions: { program: 'second', consortium: 'second-team', outcome: 'selected', decidedOn: '2026-01-01' },
  evaluations: {
    round: 'second-round',
    consortium: 'second-team',
    criterion: 'second-criterion',
    status: 'disclosed',
    score: 5,
  },
  aliases: { entity: { type: 'consortium', id: 'second-team' }, alias: 'Bis', language: 'en' },
};

export async function secondProgramme(it: Tracker): Promise<void> {
  await post(it, '/v1/programs', { id: 'second', names, country: 'FR', sources });
  for (const [name, row] of Object.entries(rows)) await post(it, `/v1/${name}`, { ...row, sources });
  await post(it, '/v1/criteria', { ...rows.criteria, id: 'second-criterion-free', sources });
  for (const name of ['milestones', 'disclosures', 'funding-figures', 'observations']) {
    const { example } = it.registry.get(name);
    const own = {
      ...('program' in example ? { program: 'second' } : { subject: { type: 'program', id: 'second' } }),
      ...('round' in example && { round: 'second-round' }),
      ...('id' in example && { id: `second-${name}` }),
    };
    await post(it, `/v1/${name}`, { ...example, ...own });
  }
}

/** A row that would belong to the programme of the real data, as it would be if it belonged to the second. */
export function inSecond(row: unknown): unknown {
  const others: Record<string, unknown> = {
    program: 'second',
    round: 'second-round',
    criterion: 'second-criterion-free',
    id: 'in-second',
    title: 'In the second',
    criteria: [],
    call: 'second-call',
    consortium: 'second-team',
    subject: { type: 'program', id: 'second' },
    entity: { type: 'program', id: 'second' },
  };
  const members = Object.entries(row as object).map(([name, value]): [string, unknown] => [
    name,
    others[name] ?? value,
  ]);
  return Object.fromEntries(members);
}
