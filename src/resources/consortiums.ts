import { declare } from '../resource/declare.ts';
import { choice, date, derived, names, ref, refs, rows, text } from '../resource/fields.ts';

/** The last thing that was decided about a consortium. The order of one day is fixed by decision_order() in SQL. */
export const latestOutcome = (row: string): string =>
  `(SELECT d.outcome FROM decisions d WHERE d.consortium = ${row}.id
     ORDER BY period_end(d.decided_on) DESC, decision_order(d.outcome) DESC, d.id DESC LIMIT 1)`;

const statusOf = (outcome: string): string =>
  `CASE ${outcome} WHEN 'added' THEN 'selected' WHEN 'advanced' THEN 'active' ELSE ${outcome} END`;

export default declare({
  name: 'consortiums',
  singular: 'consortium',
  order: 3,
  description:
    'The teams of a programme, with their members and where they stand. The status is never written: it follows from the decisions.',
  id: 'slug',
  exampleId: 'sk-telecom',
  fields: {
    program: ref('The programme it takes part in.', 'programs', { example: 'kr-safm' }),
    ...names({ en: 'SK Telecom consortium', ko: 'SK텔레콤 정예팀' }),
    lead: ref('The organization that leads it.', 'organizations', { example: 'sk-telecom' }),
    strategy: text('What it sets out to build and how, in our words.', { max: 4000, nullable: true }),
    members: rows(
      'Who belongs to it and for how long. A row that has left keeps its period; the same organization may come back later.',
      {
        organization: ref('The member.', 'organizations', { example: 'krafton' }),
        role: choice('What it does there.', ['lead', 'member', 'advisor'], { example: 'member' }),
        joinedOn: date('First day; null if it is not known.', { nullable: true, example: '2025-08-04' }),
        leftOn: date('Day of leaving; null while it belongs.', { from: 'joinedOn', nullable: true }),
        sources: refs('Ids of the sources for this membership.', 'sources', {
          min: 1,
          example: ['sktelecom-2025-08-04-press'],
        }),
      },
      {
        table: {
          name: 'consortium_members',
          parent: 'consortium',
          order: `m.role <> 'lead', m.joined_on, m.organization, m.id`,
        },
        example: [
          {
            organization: 'sk-telecom',
            role: 'lead',
            joinedOn: '2025-08-04',
            leftOn: null,
            sources: ['seed-004'],
          },
        ],
      },
    ),
    status: derived(
      choice(
        'Where it stands: selected (in, not yet through a round), active (came through a round), eliminated, champion; null before any decision.',
        ['selected', 'active', 'eliminated', 'champion'],
        { nullable: true, example: 'active' },
      ),
      (row) => `(SELECT ${statusOf('latest.outcome')} FROM (SELECT ${latestOutcome(row)} AS outcome) latest)`,
    ),
    statusSince: derived(
      date('The date of the decision that gave it this status.', { nullable: true, example: '2026-01-15' }),
      (row) => `(SELECT min(d.decided_on) FROM decisions d WHERE d.consortium = ${row}.id AND NOT EXISTS (
          SELECT FROM decisions other WHERE other.consortium = d.consortium AND ${statusOf('other.outcome')} <> ${statusOf('d.outcome')}
             AND (period_end(other.decided_on), decision_order(other.outcome), other.id) > (period_end(d.decided_on), decision_order(d.outcome), d.id)))`,
    ),
  },
  referredBy: {
    decisions: ['decisions', 'consortium'],
    evaluations: ['evaluations', 'consortium'],
    bids: ['bids', 'consortium'],
    fundingFigures: ['funding-figures', 'subject.id'],
  },
  example: {
    id: 'example-team',
    program: 'kr-safm',
    names: { en: 'Example team', ko: '예시 팀' },
    lead: 'kt',
    strategy: 'Shows what a new consortium looks like.',
    members: [{ organization: 'kt', role: 'lead', joinedOn: '2026-11', sources: ['seed-004'] }],
    sources: ['seed-004'],
  },
});
