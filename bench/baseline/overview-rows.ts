/** The rows of the overview, as they come, and what is made of them. */
interface Named {
  id: string;
  name: string;
}
export interface ConsortiumRow {
  id: string;
  name_en: string;
  sources: string[];
  lead: string;
  lead_name: string;
}
export interface MemberRow {
  consortium: string;
  organization: string;
  name_en: string;
  role: string;
  joined_on: string | null;
  left_on: string | null;
}
export interface DecisionRow {
  consortium: string;
  round: string | null;
  ordinal: number | null;
  outcome: string;
  decided_on: string;
  official_rank: number | null;
  official_total: string | null;
}
export interface BidRow {
  id: string;
  call: string;
  outcome: string;
  decided_on: string | null;
  reason: string | null;
  organization: string;
  name_en: string;
  criteria: string[];
  sources: string[];
}
export interface RoundRow {
  id: string;
  ordinal: number;
  state: string;
  presented_on: string | null;
  published_on: string | null;
  scheduled_on: string | null;
  planned_advancing: number | null;
  advancing: number;
  evaluated: number;
  undisclosed: number;
  sources: string[];
}

const named = (id: string, name: string): Named => ({ id, name });
const statuses: Record<string, string> = { added: 'selected', advanced: 'active' };
const statusOf = (decision: DecisionRow | undefined): string | null =>
  decision ? (statuses[decision.outcome] ?? decision.outcome) : null;

/** `decided`: about this one, the earliest first. */
export function consortiumOf(row: ConsortiumRow, belonging: MemberRow[], decided: DecisionRow[]) {
  const status = statusOf(decided.at(-1));
  const since = decided.slice(decided.findLastIndex((one) => statusOf(one) !== status) + 1);
  const last = decided.reduce<DecisionRow | undefined>(
    (latest, one) => ((one.ordinal ?? 0) > (latest?.ordinal ?? 0) ? one : latest),
    undefined,
  );
  const results = decided.filter(({ round }) => round === last?.round);
  const total = results.findLast((one) => one.official_total !== null)?.official_total;
  return {
    id: row.id,
    name: row.name_en,
    status,
    statusSince: since.map((one) => one.decided_on).sort()[0] ?? null,
    lead: named(row.lead, row.lead_name),
    members: belonging.map((member) => ({
      organization: named(member.organization, member.name_en),
      role: member.role,
      joinedOn: member.joined_on,
      leftOn: member.left_on,
    })),
    latestResult: last
      ? {
          round: last.round,
          rank: results.findLast((one) => one.official_rank !== null)?.official_rank ?? null,
          total: total === undefined || total === null ? null : Number(total),
        }
      : null,
    sources: row.sources,
  };
}

export const bidOf = (row: BidRow, names: Map<string, string>) => ({
  id: row.id,
  call: row.call,
  outcome: row.outcome,
  decidedOn: row.decided_on,
  reason: row.reason,
  organization: named(row.organization, row.name_en),
  criteria: [...row.criteria].sort().map((id) => named(id, names.get(id) ?? '')),
  sources: row.sources,
});

export const roundOf = (row: RoundRow) => ({
  id: row.id,
  ordinal: row.ordinal,
  state: row.state,
  presentedOn: row.presented_on,
  publishedOn: row.published_on,
  actualAdvancing: row.state === 'published' ? row.advancing : null,
  evaluated: row.evaluated,
  scheduledOn: row.scheduled_on,
  plannedAdvancing: row.planned_advancing,
  undisclosed: row.undisclosed,
  sources: row.sources,
});
