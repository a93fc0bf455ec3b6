/** What the database refuses, as the problem that a client is told about. Names of constraints say which field. */
import pg from 'pg';
import { Problem, refuse, isProblemCode, type Fault } from '../kernel/problems.ts';
import type { Resource } from './declare.ts';

/** What a rule of the database says: which row, which column (or wire path), what is wrong. */
export interface DatabaseFault {
  row: string;
  field: string;
  code: string;
  detail: string;
}

export function asProblem(error: unknown, resource: Resource): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  const constraint = error.constraint ?? '';
  switch (error.code) {
    case 'TR001':
      return refuse(
        (JSON.parse(error.detail ?? '[]') as DatabaseFault[]).map((fault) => asFault(resource, fault)),
        'validation-failed',
      );
    case '23505':
      return new Problem('already-exists', duplicate(resource, constraint));
    case '23001':
    case '23503':
      return foreignKey(resource, constraint, error.detail ?? '');
    case '23P01':
      return refuse(
        [
          {
            pointer: '/members',
            code: 'membership-overlap',
            detail: 'two memberships of one organization overlap in time',
          },
        ],
        'validation-failed',
      );
    case '23514':
    case '23502':
      return refuse(
        [
          {
            pointer: pointerOf(resource, error.column ?? constraint),
            code: 'invalid-value',
            detail: checkWords(constraint, error),
          },
        ],
        'validation-failed',
      );
    default:
      return error;
  }
}

export const asFault = (resource: Resource, { field, code, detail }: DatabaseFault): Fault => ({
  // `correction` is no column, and some rules name a wire path themselves.
  pointer: field === 'correction' ? '/correction' : pointerOf(resource, field),
  code: isProblemCode(code) ? code : 'invalid-value',
  detail,
});

/** The field whose column (or wire name) stands in the text: `evaluations_max_score_check` → `/maxScore`. */
function pointerOf(resource: Resource, text: string): string {
  if (text === 'evaluations_withheld_has_no_score') return '/status';
  if (text === 'rounds_published_check') return '/publishedOn';
  if (text === 'corrections_reason_printable') return '/reason';
  const name = text.startsWith(`${resource.table}_`) ? text.slice(resource.table.length + 1) : text;
  const column = name.replace(/_(check|fkey|key|printable)$|_after_.+$/, '');
  const at = resource.leaves.find(
    ({ leaf, path, rows }) => !rows && (leaf.column === column || path === column),
  );
  if (at) return `/${at.path.replaceAll('.', '/')}`;
  // A subject has a foreign key for each type that it may have.
  const subject = Object.entries(resource.fields).find(
    ([field, value]) => value.type === 'group' && value.subject && column.startsWith(`${field}_`),
  );
  if (subject) return `/${subject[0]}/id`;
  const rows = Object.entries(resource.fields).find(
    ([field, value]) =>
      value.type === 'rows' && (column.startsWith(field) || text.startsWith(value.table?.name ?? '\0')),
  );
  return rows ? `/${rows[0]}` : '';
}

function duplicate(resource: Resource, constraint: string): string {
  if (constraint === `${resource.table}_pkey`) return `${resource.name} already has a row with this id`;
  return `${resource.name} already has a row with the same ${constraint.replace(`${resource.table}_`, '').replace(/_key$/, '').replaceAll('_', ' ')}`;
}

const foreignWords = {
  'unknown-currency': 'there is no such currency in ISO 4217',
  'program-mismatch': 'the row that is named belongs to another programme',
  'unknown-reference': 'there is no such row to refer to',
};

function foreignKey(resource: Resource, constraint: string, said: string): Problem {
  // "still" is left out where the key says RESTRICT.
  if (/ is (still )?referenced from /.test(said))
    return refuse(
      [{ pointer: '/program', code: 'program-mismatch', detail: 'rows of its programme refer to it' }],
      'validation-failed',
    );
  const pointer = pointerOf(resource, constraint);
  const code = constraint.endsWith('_currency_fkey')
    ? 'unknown-currency'
    : // Whether the row exists is looked up before this is told; a key that names the programme too fails for that.
      said.startsWith('Key (program, ')
      ? 'program-mismatch'
      : 'unknown-reference';
  return refuse([{ pointer, code, detail: foreignWords[code] }], 'validation-failed');
}

function checkWords(constraint: string, error: pg.DatabaseError): string {
  const order = /_([a-z_]+)_after_([a-z_]+)$/.exec(constraint);
  if (order) return 'the end lies before the beginning';
  if (constraint.endsWith('_printable'))
    return 'must contain something that can be seen, and no control characters';
  if (constraint.endsWith('_country_check')) return 'there is no such country in ISO 3166-1';
  const known: Record<string, string> = {
    evaluations_withheld_has_no_score: 'an undisclosed evaluation has neither score nor passed',
    decisions_round_check: 'advanced, eliminated and champion name their round; selected and added have none',
    criteria_round_check:
      'a criterion of an evaluation names the round that it is used in; one of a selection has none',
    rounds_published_check: 'a round is published exactly when it has a publishedOn date',
    funding_figures_one_source: 'a figure is one source’s claim: exactly one source',
    funding_figures_rank_reason_check: 'a figure that is preferred or deprecated says why in rankReason',
    models_active_parameters_check: 'activeParameters must be positive and at most parameters',
  };
  return known[constraint] ?? `the value does not fit (${constraint || error.message})`;
}
