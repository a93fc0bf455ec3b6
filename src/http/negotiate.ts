import Negotiator from 'negotiator';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../kernel/problems.ts';

export const mediaTypes = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson; charset=utf-8',
  parquet: 'application/vnd.apache.parquet',
  svg: 'image/svg+xml; charset=utf-8',
  ics: 'text/calendar; charset=utf-8',
  atom: 'application/atom+xml; charset=utf-8',
} as const;
export type Format = keyof typeof mediaTypes;

const bare = (format: Format): string => mediaTypes[format].split(';')[0] ?? '';

/** As most programs ask, and told without taking it apart. */
const takesAnything = (accept: string | undefined): boolean => accept === undefined || accept === '*/*';

/** The form of the reply: `format=` if it is given, else what `Accept` likes best, else JSON. */
export function formatOf<F extends Format>(
  request: FastifyRequest,
  asked: string | undefined,
  offered: readonly F[],
): F {
  if (asked !== undefined) return asked as F;
  const [first] = offered;
  if (first !== undefined && takesAnything(request.headers.accept)) return first;
  // Parameters (charset, header) describe what we send anyway and decide nothing; only `q` does.
  const accept = request.headers.accept?.replace(/;(?!\s*q\s*=)[^;,]*/gi, '');
  const negotiator = new Negotiator({ headers: { accept } });
  const best = negotiator.mediaType(offered.map(bare));
  const format = offered.find((candidate) => bare(candidate) === best);
  if (!format)
    throw new Problem('not-acceptable', `This resource can be given as ${offered.map(bare).join(', ')}.`);
  return format;
}
