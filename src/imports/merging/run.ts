/**
 * One import, inside one transaction: the file is staged, matched and merged as a set. A dry run does the very same and
 * then takes it back, so that a plan cannot promise what applying would not do.
 */
import sql, { raw } from 'sql-template-tag';
import { unprepared, type Client } from '../../db/database.ts';
import type { Reader } from '../../db/moment.ts';
import { isRaceLost } from '../../db/transient.ts';
import { Problem, type Fault } from '../../kernel/problems.ts';
import type { Resource } from '../../resource/declare.ts';
import type { Registry } from '../../resource/registry.ts';
import { checkCodes, checkOpenReferences, checkScope, refuseExisting, refuseOtherIds } from './checks.ts';
import { explain } from './explain.ts';
import { Judge } from './judging.ts';
import { completeAgain, completeRows, keyOf, matchRows, refuseRepeated } from './match.ts';
import { findRest, MatchedAnew, mergeRows } from './merge.ts';
import { Names } from './names.ts';
import type { Order, Report } from './order.ts';
import type { FileRow } from '../reading/row.ts';
import { countOutcomes, recordRows, refuseOtherThanPlanned } from './record.ts';
import { resolvedScope } from './scope.ts';
import { checkProgram, refuseOutside, removedOutside } from './program.ts';
import { createStage, fillStage, stageOf, type Stage } from './stage.ts';
import { effects, roundsConcerned, standingsOf, type StandingsEffect } from './standings.ts';

/** How often a set is merged again because somebody else was quicker. */
const racesMost = 20;

/** Hears how far an import is; what it throws ends the import. */
export type Told = (step: {
  phase: 'reading' | 'checking' | 'writing';
  read?: number;
  valid?: number;
  written?: number;
}) => void;

export async function runImport(
  connected: Client,
  registry: Registry,
  asked: Order,
  rows: AsyncIterable<FileRow[]>,
  { told = () => undefined, patient = false }: { told?: Told; patient?: boolean } = {},
): Promise<Report> {
  const client = unprepared(connected);
  const { resource } = asked;
  await takeTurn(client, resource, patient);
  const names = await Names.load(client, resource, registry);
  const order = asked.scope
    ? { ...asked, scope: resolvedScope(resource, asked.scope, names, registry) }
    : asked;
  const stage = stageOf(resource);
  await createStage(client, stage);
  await fillStage(client, stage, new Judge(resource, registry, names), rows, (filled) => {
    told({ phase: 'reading', ...filled });
  });
  told({ phase: 'checking' });
  // Without `faults` the planner takes nearly all rows to have some, and plans for the few that have none.
  await client.query(
    sql`ANALYZE staged (n, faults, ${raw(
      keyOf(resource)
        .map(({ column }) => `"${column}"`)
        .join(', '),
    )})`,
  );
  await refuseRepeated(client, stage);
  await completeRows(client, stage);
  await checkCodes(client, stage);
  await checkOpenReferences(client, stage, names, registry);
  if (order.scope) await checkScope(client, stage, order.scope);
  await checkProgram(client, stage, order.program);
  return finish(client, registry, order, stage, told);
}

/** Another import of the resource is being written. */
export class TurnTaken extends Problem {
  readonly resource: Resource;

  constructor(resource: Resource) {
    super('unavailable', `Another import of ${resource.name} is being written; nothing was written.`, {
      headers: { 'retry-after': '10' },
    });
    this.resource = resource;
  }
}

/** Whether a turn could be had at this moment. */
export async function isTurnFree(reader: Reader, { name }: Resource): Promise<boolean> {
  const [turn] = await reader.query<{ free: boolean }>(
    sql`SELECT pg_try_advisory_xact_lock_shared(hashtextextended(${`import:${name}`}, 0)) AS free`,
  );
  return turn?.free ?? false;
}

/**
 * Imports of one resource go one after the other: they would only wait for each other's rows, or deadlock over them.
 * Whoever has no patience waits elsewhere, so that one large import does not hold up the connections that others need.
 */
async function takeTurn(client: Client, resource: Resource, patient: boolean): Promise<void> {
  const lock = sql`hashtextextended(${`import:${resource.name}`}, 0)`;
  const [turn] = await client.query<{ taken: boolean }>(
    patient
      ? sql`SELECT true AS taken FROM (SELECT pg_advisory_xact_lock(${lock})) AS waited`
      : sql`SELECT pg_try_advisory_xact_lock(${lock}) AS taken`,
  );
  if (!turn?.taken) throw new TurnTaken(resource);
}

async function finish(
  client: Client,
  registry: Registry,
  order: Order,
  stage: Stage,
  told: Told,
): Promise<Report> {
  const removes = order.scope !== undefined;
  let races = 0;
  for (;;) {
    await matchRows(client, stage);
    if (await refuseOtherIds(client, stage)) await matchRows(client, stage);
    if (await refuseOutside(client, stage, order.program)) await matchRows(client, stage);
    if (order.mode === 'insert' && (await refuseExisting(client, stage))) await matchRows(client, stage);
    if (order.scope) await findRest(client, stage.resource, order.scope);
    const foreign = order.scope ? await removedOutside(client, stage, order.program) : [];
    const counts = await countOutcomes(client, removes);
    const asPlanned = async (): Promise<void> => {
      if (order.plan !== undefined) await refuseOtherThanPlanned(client, order.plan, stage, removes);
    };
    const refused = async (faults: Fault[]): Promise<Report> => {
      await asPlanned();
      await recordRows(client, order, stage, removes, order.dryRun ? undefined : 'error');
      return { status: order.dryRun ? 'planned' : 'refused', counts, standings: [], faults };
    };
    const stops = counts.error > 0 && order.onError === 'abort';
    // Rows that are in error would be taken for rows that the file lacks: what it removes is not known before they are mended.
    if (stops && order.scope) {
      await client.query(sql`TRUNCATE removed`);
      counts.delete = 0;
      return refused([]);
    }
    if (foreign.length > 0) return refused(foreign);
    if (counts.delete > order.maxDelete) return refused([tooMany(counts.delete, order.maxDelete)]);
    const merged = await tryMerge(
      client,
      registry,
      order,
      stage,
      { takeBack: order.dryRun || stops, tellEffects: order.dryRun && !stops },
      (written) => {
        told({ phase: 'writing', written });
      },
    );
    if (stops && 'effects' in merged) return refused([]);
    if ('effects' in merged) {
      await asPlanned();
      await recordRows(client, order, stage, removes);
      return { status: order.dryRun ? 'planned' : 'applied', counts, standings: merged.effects, faults: [] };
    }
    if (merged.faults.length > 0)
      // Of a row in error it is told already what is wrong.
      return refused(stops ? merged.faults.filter((fault) => !('row' in fault)) : merged.faults);
    // Each round of explaining takes rows out, so only races could go on for ever.
    if (!merged.raced) continue;
    races += 1;
    await completeAgain(client, stage);
    if (races === racesMost)
      throw new Problem('unavailable', 'Others keep writing the same rows; nothing was written.', {
        headers: { 'retry-after': '5' },
      });
  }
}

/** What a plan would do to the standings; or the faults of the file as a whole, none where rows were marked instead. */
async function tryMerge(
  client: Client,
  registry: Registry,
  order: Order,
  stage: Stage,
  { takeBack, tellEffects }: { takeBack: boolean; tellEffects: boolean },
  written: (rows: number) => void,
): Promise<{ effects: StandingsEffect[] } | { faults: Fault[]; raced: boolean }> {
  const rounds = tellEffects ? await roundsConcerned(client, stage.resource, order.scope !== undefined) : [];
  const before = await standingsOf(client, registry, rounds);
  await client.query(sql`SAVEPOINT merge`);
  try {
    await mergeRows(client, stage, { ...(order.scope ? { scope: order.scope } : {}), written });
    const after = await standingsOf(client, registry, rounds);
    await client.query(sql`${raw(takeBack ? 'ROLLBACK TO SAVEPOINT merge' : 'RELEASE SAVEPOINT merge')}`);
    return { effects: effects(before, after) };
  } catch (error) {
    // Where that fails too, the connection is gone, and why is what the first error says.
    await client.query(sql`ROLLBACK TO SAVEPOINT merge`).catch(() => {
      throw error;
    });
    if (error instanceof MatchedAnew || isRaceLost(error)) return { faults: [], raced: true };
    const explained = await explain(client, stage, registry, error, order.scope !== undefined);
    return explained === 'raced' ? { faults: [], raced: true } : { faults: explained, raced: false };
  }
}

const tooMany = (found: number, most: number): Fault => ({
  parameter: 'maxDelete',
  code: 'too-many-deletions',
  detail: `${found} rows of the scope are not in the file and would be removed; \`maxDelete\` allows ${most}`,
});
