/** What zod found wrong, in the words and places of our own errors. */
import type { z } from 'zod';
import { didYouMean } from './nearest.ts';
import type { Fault } from './problems.ts';

type Issue = z.core.$ZodIssue;

export const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

const at = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inner, part) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[part] : undefined,
    value,
  );

const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? value : value === undefined ? 'nothing' : JSON.stringify(value);
  return `\`${text.length > 80 ? `${text.slice(0, 80)}…` : text}\``;
};

/** A body can be wrong in a hundred thousand places; nobody reads more than this. */
const issuesMost = 200;

export function faultsOf(
  error: z.ZodError,
  input: unknown,
  place: 'pointer' | 'parameter',
  known?: (path: readonly PropertyKey[]) => string[],
): Fault[] {
  // One mistake may break several rules for a value: a date of 13 months is neither of the form nor in the calendar.
  const told = new Set<string>();
  return error.issues.slice(0, issuesMost).flatMap((issue) => {
    const where =
      place === 'pointer' ? { pointer: pointerTo(issue.path) } : { parameter: String(issue.path[0] ?? '') };
    if (issue.code === 'unrecognized_keys')
      return issue.keys.slice(0, issuesMost).map((key) => ({
        ...(place === 'pointer' ? { pointer: pointerTo([...issue.path, key]) } : { parameter: key }),
        code: 'unknown-field',
        detail: `there is no field ${shown(key)}${didYouMean(key, known?.(issue.path) ?? [])}`,
      }));
    const spot = pointerTo(issue.path);
    if (told.has(spot)) return [];
    told.add(spot);
    return [{ ...where, ...worded(issue, at(input, issue.path)) }];
  });
}

function worded(issue: Issue, value: unknown): { code: string; detail: string } {
  const name = String(issue.path.at(-1) ?? 'the body');
  const missing = value === undefined || value === null;
  if (name === 'sources' && (missing || (issue.code === 'too_small' && Array.isArray(value))))
    return { code: 'source-required', detail: 'name at least one source: the id of a row of /v1/sources' };
  if (value === undefined && issue.code !== 'custom')
    return { code: 'required', detail: `\`${name}\` is required${hint(issue)}` };
  switch (issue.code) {
    case 'invalid_type':
      return {
        code: 'invalid-type',
        detail: `${shown(value)} is not ${issue.expected === 'int' ? 'a whole number' : `of type ${issue.expected}`}`,
      };
    case 'invalid_value':
      return {
        code: 'invalid-value',
        detail: `${shown(value)} is not one of ${listed(issue.values)}${didYouMean(String(value), issue.values.map(String))}`,
      };
    case 'invalid_union':
      return firstOfUnion(issue, value);
    case 'too_small':
      return {
        code: 'out-of-range',
        detail: `${shown(value)} is too ${sized(issue.origin, 'few', 'short', 'small')}: at least ${String(issue.minimum)}`,
      };
    case 'too_big':
      return {
        code: 'out-of-range',
        detail: `${shown(value)} is too ${sized(issue.origin, 'many', 'long', 'large')}: at most ${String(issue.maximum)}`,
      };
    default:
      return {
        code: 'invalid-value',
        detail: `${shown(value)} ${issue.message.startsWith('Invalid') ? `is not valid: ${issue.message}` : issue.message}`,
      };
  }
}

/** A union here is always "a value, or the word null": what is wrong with the value is what helps. */
function firstOfUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  value: unknown,
): { code: string; detail: string } {
  const [first] = issue.errors[0] ?? [];
  return first
    ? worded({ ...first, path: issue.path }, value)
    : { code: 'invalid-value', detail: `${shown(value)} does not fit` };
}

const hint = (issue: Issue): string =>
  issue.code === 'invalid_value' ? `: one of ${listed(issue.values)}` : '';
const listed = (values: readonly unknown[]): string =>
  values.length > 12 ? `${values.slice(0, 12).join(', ')}, …` : values.join(', ');
const sized = (origin: string, list: string, text: string, number: string): string =>
  origin === 'array' ? list : origin === 'string' ? text : number;
