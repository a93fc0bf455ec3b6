/** The routes of the views, and the only place where they are registered. */
import { readdir } from 'node:fs/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import sql, { type Sql } from 'sql-template-tag';
import { citedAt, readAt } from '../db/moment.ts';
import type { Reads } from '../db/reads.ts';
import { formatOf, mediaTypes, type Format } from '../http/negotiate.ts';
import { queryReader } from '../http/query.ts';
import { cite } from '../http/citation.ts';
import { goneOf } from '../http/gone.ts';
import { listTag, sendTagged, varies } from '../http/reply.ts';
import { codeAt } from '../kernel/package.ts';
import { lazily } from '../kernel/lazily.ts';
import { languageOf } from '../resource/query.ts';
import { isSettled, metaMember, momentOf, type MomentQuery } from '../resource/moment.ts';
import { isPossibleId, notFound } from '../resource/not-found.ts';
import type { Context } from '../resource/reading.ts';
import { operationOf, parametersOf } from './documentation.ts';
import { formatsOf, type Asked, type View } from './view.ts';

/** In reads: a view asks many tables, and draws. One that is kept costs as little as anything else. */
const usualCost = 5;

/** One folder each under src/views, found by looking. */
export async function loadViews(): Promise<View[]> {
  const names = (await readdir(codeAt('views/'), { withFileTypes: true })).filter((entry) =>
    entry.isDirectory(),
  );
  const modules = await Promise.all(
    names.map(
      ({ name }) => import(codeAt(`views/${name}/view.ts`).href) as Promise<{ default: View | View[] }>,
    ),
  );
  return modules.flatMap((module) => module.default).sort((a, b) => a.order - b.order);
}

export function viewRoutes(app: FastifyInstance, context: Context, views: View[]): void {
  for (const view of views)
    app.get(
      view.path,
      { config: { operation: () => operationOf(view, context.registry), cached: true } },
      viewHandler(view, context),
    );
}

interface ViewQuery extends MomentQuery {
  format?: Format;
  lang?: 'en' | 'ko' | 'fr';
}

function viewHandler(view: View, context: Context) {
  const reader = lazily(() => queryReader<ViewQuery>(parametersOf(view)));
  const formats = formatsOf(view);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const query = reader().read(request.query as Record<string, unknown>);
    const format = formatOf(request, query.format, formats);
    request.charge(view.cost ?? usualCost);
    const { id = '' } = request.params as { id?: string };
    const language = languageOf(request, query);
    const { registry, publicRead } = context;
    const base = `${request.protocol}://${request.host}`;
    const asked: Asked<object> = { id, language, query, registry, base, gone: goneOf(reply) };
    const { facts, knownAt } = await factsOf(view, context, asked, request.recording?.reads);
    const answer = await view.answer(facts, asked);
    const body = await written(view, format, answer, asked);
    varies(reply, publicRead, ['Accept', 'Accept-Language'], { immutable: isSettled(query) });
    cite(request, reply, { lang: language, ...(formats.length > 1 && { format }), knownAt });
    void reply.header('content-language', language);
    return sendTagged(request, reply, { body, type: mediaTypes[format], etag: listTag(body) });
  };
}

/** In one statement with the moment to cite it by. The text is read when all of it is there: what waits grows old. */
const cited = (view: View, asked: Asked<object>): Sql =>
  sql`SELECT found.doc::text AS doc, ${citedAt} AS "citedAt" FROM (${view.statement(asked)}) AS found`;

interface Facts {
  facts: unknown;
  /** The moment to cite them by. */
  knownAt: string;
}

async function factsOf(
  view: View,
  { db, registry }: Context,
  asked: Asked<object>,
  reads: Reads | undefined,
): Promise<Facts> {
  const resource = view.of === undefined ? undefined : registry.get(view.of);
  if (resource && !isPossibleId(resource, asked.id))
    throw await notFound(db, resource, asked.id, asked.query);
  const { query } = asked;
  const [row] = await readAt(
    db,
    momentOf(query),
    (reader) => reader.query<{ doc: string; citedAt: string }>(cited(view, asked)),
    reads,
  );
  if (!row)
    throw resource ? await notFound(db, resource, asked.id, query) : new Error(`${view.path} found nothing`);
  return { facts: JSON.parse(row.doc), knownAt: query.knownAt ?? row.citedAt };
}

async function written(view: View, format: Format, answer: unknown, asked: Asked<object>): Promise<string> {
  const form = view.forms?.[format];
  if (form) return form.write(answer, asked);
  const data = typeof answer === 'string' ? answer : JSON.stringify(answer);
  return `{"data":${data}${metaMember(asked.query)}}`;
}
