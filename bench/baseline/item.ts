/** One consortium with its lead and its members, as /v1/consortiums/{id}?include=lead,members gives it. */
import type { FastifyInstance } from 'fastify';
import { recorded, type Ask, type Recorded } from './ask.ts';

interface Organization extends Recorded {
  id: string;
  name_en: string;
  name_ko: string | null;
  name_fr: string | null;
  kind: string;
  country: string;
  parent: string | null;
  website: string | null;
}
interface Consortium extends Recorded {
  id: string;
  program: string;
  name_en: string;
  name_ko: string | null;
  name_fr: string | null;
  lead: string;
  strategy: string | null;
  outcome: string | null;
  since: string | null;
}
interface Member {
  organization: string;
  role: string;
  joined_on: string | null;
  left_on: string | null;
  sources: string[];
}

const consortium = `
  SELECT c.*, latest.outcome, (SELECT min(d.decided_on) FROM decisions d WHERE d.consortium = c.id AND NOT EXISTS (
           SELECT FROM decisions o WHERE o.consortium = d.consortium AND replace(o.outcome, 'added', 'selected') <> replace(d.outcome, 'added', 'selected')
              AND (period_end(o.decided_on), decision_order(o.outcome), o.id) > (period_end(d.decided_on), decision_order(d.outcome), d.id))) AS since
    FROM consortiums c
    LEFT JOIN LATERAL (SELECT d.outcome FROM decisions d WHERE d.consortium = c.id
                        ORDER BY period_end(d.decided_on) DESC, decision_order(d.outcome) DESC, d.id DESC LIMIT 1) latest ON true
   WHERE c.id = $1`;
const members = `
  SELECT m.organization, m.role, m.joined_on, m.left_on, m.sources FROM consortium_members m
   WHERE m.consortium = $1 ORDER BY m.role <> 'lead', m.joined_on, m.organization, m.id`;
const organizations = `
  SELECT o.* FROM organizations o
   WHERE o.id IN (SELECT lead FROM consortiums WHERE id = $1 UNION ALL SELECT organization FROM consortium_members WHERE consortium = $1)
   ORDER BY o.id`;

const statuses: Record<string, string> = { added: 'selected', advanced: 'active' };
const names = (row: Pick<Organization, 'name_en' | 'name_ko' | 'name_fr'>) => ({
  names: { en: row.name_en, ko: row.name_ko, fr: row.name_fr },
  name: row.name_en,
});
const organizationOf = (row: Organization) => ({
  id: row.id,
  ...names(row),
  kind: row.kind,
  country: row.country,
  parent: row.parent,
  website: row.website,
  ...recorded(row),
});

export function itemRoute(app: FastifyInstance, ask: Ask): void {
  app.get<{ Params: { id: string } }>('/v1/consortiums/:id', async ({ params: { id } }, reply) => {
    const [[row], belonging, known] = await Promise.all([
      ask<Consortium>('consortium', consortium, [id]),
      ask<Member>('members', members, [id]),
      ask<Organization>('organizations', organizations, [id]),
    ]);
    if (!row) return reply.code(404).send();
    const lead = known.find((one) => one.id === row.lead);
    const ids = new Set(belonging.map(({ organization }) => organization));
    return reply.type('application/json; charset=utf-8').send(
      JSON.stringify({
        id: row.id,
        program: row.program,
        ...names(row),
        lead: row.lead,
        strategy: row.strategy,
        members: belonging.map((member) => ({
          organization: member.organization,
          role: member.role,
          joinedOn: member.joined_on,
          leftOn: member.left_on,
          sources: member.sources,
        })),
        status: row.outcome === null ? null : (statuses[row.outcome] ?? row.outcome),
        statusSince: row.since,
        ...recorded(row),
        included: {
          lead: lead ? organizationOf(lead) : null,
          members: known.filter((one) => ids.has(one.id)).map(organizationOf),
        },
      }),
    );
  });
}
