/**
 * A view answers a question from several resources. Like a resource it is declared once; its route, its parameters,
 * time travel, caching and documentation are made from the declaration.
 *
 * Its statement asks the database, in one snapshot of the present or of the moment asked for. `answer` is a pure rule over
 * what was read. Each form writes the answer: JSON in the envelope {data, meta}, or a chart, a calendar, a feed.
 */
import type { Sql } from 'sql-template-tag';
import type { z } from 'zod';
import type { Format } from '../http/negotiate.ts';
import type { Parameters } from '../http/query.ts';
import type { Language } from '../kernel/language.ts';
import type { ProblemCode } from '../kernel/problems.ts';
import type { MomentQuery } from '../resource/moment.ts';
import type { Registry } from '../resource/registry.ts';

export interface Asked<Query> {
  /** The id in the path; empty where the path has none. */
  id: string;
  language: Language;
  query: Query & MomentQuery;
  registry: Registry;
  /** Scheme and host that the client used, for forms that need whole addresses. */
  base: string;
  /** Tells when whoever asked has left, so that long work can end. */
  gone: AbortSignal;
}

export interface Form<Answer, Query> {
  description: string;
  write(answer: Answer, asked: Asked<Query>): string | Promise<string>;
}

export interface ViewDeclaration<Facts, Answer, Query> {
  /** For example `/v1/rounds/:id/standings`. */
  path: string;
  /** Where it stands in the documentation. */
  order: number;
  operationId: string;
  summary: string;
  description: string;
  /** The resource whose row the id in the path names; none where the path has no id. */
  of?: string;
  parameters: Parameters;
  /** Query string of the example, for a view that needs one. */
  exampleQuery?: string;
  /** For how many reads it counts, if for more than is usual. */
  cost?: number;
  /** Refusals beyond those that every view can give. */
  problems?: readonly ProblemCode[];
  /** Asks the database: one row with what was found as JSON in `doc`; none where the row in the path does not exist. */
  statement(asked: Asked<Query>): Sql;
  /** A string is JSON already. */
  answer(facts: Facts, asked: Asked<Query>): Answer | Promise<Answer>;
  /** The schema of `data`; none for a view that has no JSON form. */
  data?: z.ZodType;
  forms?: Partial<Record<Format, Form<Answer, Query>>>;
}

/** With its types folded away, as the routes keep it: what the statement found goes to the `answer` declared beside it. */
export type View = ViewDeclaration<unknown, unknown, object>;

export const declareView = <Facts, Answer, Query extends object = object>(
  declaration: ViewDeclaration<Facts, Answer, Query>,
): View => declaration;

export const formatsOf = ({ data, forms }: View): Format[] => [
  ...(data ? (['json'] as const) : []),
  ...(Object.keys(forms ?? {}) as Format[]),
];
