/** The statements of the overview: `$1` is a programme. */
export const program = `
  SELECT p.*, o.name_en AS agency_name FROM programs p LEFT JOIN organizations o ON o.id = p.agency WHERE p.id = $1`;

export const consortiums = `
  SELECT c.id, c.name_en, c.sources, c.lead, o.name_en AS lead_name
    FROM consortiums c JOIN organizations o ON o.id = c.lead WHERE c.program = $1 ORDER BY c.id`;

export const members = `
  SELECT m.consortium, m.organization, o.name_en, m.role, m.joined_on, m.left_on
    FROM consortium_members m JOIN consortiums c ON c.id = m.consortium JOIN organizations o ON o.id = m.organization
   WHERE c.program = $1 ORDER BY m.role <> 'lead', o.name_en COLLATE "default"`;

export const decisions = `
  SELECT d.consortium, d.round, r.ordinal, d.outcome, d.decided_on, d.official_rank, d.official_total
    FROM decisions d LEFT JOIN rounds r ON r.id = d.round
   WHERE d.program = $1 ORDER BY period_end(d.decided_on), decision_order(d.outcome), d.id`;

export const bids = `
  SELECT b.id, b.call, b.outcome, b.decided_on, b.reason, b.organization, o.name_en, b.criteria, b.sources
    FROM bids b JOIN organizations o ON o.id = b.organization WHERE b.program = $1 ORDER BY b.decided_on, b.id`;

export const criteria = `
  SELECT k.id, k.name_en FROM criteria k WHERE k.id IN (SELECT unnest(b.criteria) FROM bids b WHERE b.program = $1) ORDER BY k.id`;

export const rounds = `
  SELECT r.*, (SELECT count(DISTINCT d.consortium)::int FROM decisions d WHERE d.round = r.id AND d.outcome IN ('advanced', 'champion')) AS advancing,
         e.evaluated, e.undisclosed
    FROM rounds r
    LEFT JOIN LATERAL (SELECT count(DISTINCT e.consortium)::int AS evaluated, count(*) FILTER (WHERE e.status = 'undisclosed')::int AS undisclosed
                         FROM evaluations e WHERE e.round = r.id) e ON true
   WHERE r.program = $1 ORDER BY r.ordinal`;

export const calls = `SELECT count(*)::int AS calls FROM calls WHERE program = $1`;

export const next = `
  SELECT date, kind, id FROM (
    SELECT r.scheduled_on AS date, 'round' AS kind, r.id FROM rounds r WHERE r.program = $1 AND r.state <> 'published'
    UNION ALL SELECT k.closed_on, 'call', k.id FROM calls k WHERE k.program = $1) dates
   WHERE period_end(date) >= (now() AT TIME ZONE 'UTC')::date ORDER BY period_end(date), kind, id LIMIT 1`;
