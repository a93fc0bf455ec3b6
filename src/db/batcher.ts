/**
 * Batching: the same statement, asked by several at the same time with other values, is run once for all of them. Most
 * of what a small read costs is the beginning and the end of its statement, here and in PostgreSQL. The first few go at
 * once; who comes while these are under way goes together with others as soon as one of them is back, or after some
 * milliseconds.
 */
import { AsyncResource } from 'node:async_hooks';
import { Sql } from 'sql-template-tag';

type Row = Record<string, unknown>;
type Value = string | number | boolean | null;

interface Asked {
  values: Value[];
  done: (rows: Row[]) => void;
  failed: (error: unknown) => void;
  /** What it is asked in, so that a trace shows the statement where it belongs. */
  within: AsyncResource;
}

interface Lane {
  statement: Sql;
  /** How many statements. */
  underWay: number;
  waiting: Asked[];
  patience: NodeJS.Timeout | undefined;
}

/** Measured: with one the connection is idle while its rows are read here, with more the groups are small. */
const underWayMost = 2;
const groupMost = 16;
/** Milliseconds. What takes longer is not quick today, and nobody waits behind it. */
const waitMost = 20;

export class Batcher {
  readonly #run: (statement: Sql) => Promise<Row[]>;
  /** By the text of the statement. */
  readonly #lanes = new Map<string, Lane>();

  constructor(run: (statement: Sql) => Promise<Row[]>) {
    this.#run = run;
  }

  /** For a statement that is quick whatever its values are, each of which is single and has a cast. */
  query<T extends Row>(statement: Sql): Promise<T[]> {
    const { text } = statement;
    let lane = this.#lanes.get(text);
    if (!lane) this.#lanes.set(text, (lane = { statement, underWay: 0, waiting: [], patience: undefined }));
    const at = lane;
    return new Promise<Row[]>((done, failed) => {
      const values = statement.values as Value[];
      at.waiting.push({ values, done, failed, within: new AsyncResource('Batcher') });
      if (at.underWay < underWayMost) this.#send(text, at);
      else this.#wait(text, at);
    }) as Promise<T[]>;
  }

  /** Until one of those under way is back, and not for long. */
  #wait(text: string, lane: Lane): void {
    lane.patience ??= setTimeout(() => {
      while (lane.waiting.length > 0) this.#send(text, lane);
    }, waitMost);
  }

  #send(text: string, lane: Lane): void {
    clearTimeout(lane.patience);
    lane.patience = undefined;
    const group = lane.waiting.splice(0, groupMost);
    if (lane.waiting.length > 0) this.#wait(text, lane);
    lane.underWay += 1;
    void this.#answer(lane.statement, group).finally(() => {
      lane.underWay -= 1;
      if (lane.waiting.length > 0) this.#send(text, lane);
      else if (lane.underWay === 0) this.#lanes.delete(text);
    });
  }

  async #answer(statement: Sql, group: Asked[]): Promise<void> {
    const [first] = group;
    if (!first) return;
    const isAlone = group.length === 1;
    const all = isAlone ? new Sql(statement.strings, first.values) : forAll(statement, group);
    try {
      const rows = await first.within.runInAsyncScope(this.#run, undefined, all);
      const found = isAlone ? [rows] : shared(rows as Found[], group.length);
      for (const [i, { done }] of group.entries()) done(found[i] ?? []);
    } catch (error) {
      // Nobody is refused for what another sent, or for how long all of them took together.
      if (!isAlone && ofOne.test((error as { code?: string }).code ?? ''))
        await Promise.all(group.map((one) => this.#answer(statement, [one])));
      else for (const { failed } of group) failed(error);
    }
  }
}

/** Classes of SQLSTATEs: data exceptions, and what an operator or a timeout has broken off. */
const ofOne = /^(22|57)/;

/** One row for each that asks, and to each what the statement finds with its values. `OFFSET 0`: planned as if alone. */
function forAll({ strings, values }: Sql, group: Asked[]): Sql {
  const names = values.map((_, i) => `v${i}`);
  const lists = names.map((_, i) => group.map((asked) => textOf(asked.values[i] ?? null)));
  const one = strings.map((part, i) => (i === 0 ? part : `ask.v${i - 1}${part}`)).join('');
  return new Sql(
    [
      'SELECT ask.n::int AS asked, found.* FROM unnest(',
      ...names.slice(1).map(() => '::text[], '),
      `::text[]) WITH ORDINALITY AS ask(${names.join(', ')}, n), LATERAL (${one} OFFSET 0) AS found`,
    ],
    lists,
  );
}

const textOf = (value: Value): string | null => (value === null ? null : String(value));

interface Found extends Row {
  /** Which of those who asked, counted from one. */
  asked: number;
}

/** To each what was found for it. */
function shared(rows: Found[], count: number): Row[][] {
  const found = Array.from({ length: count }, (): Row[] => []);
  for (const row of rows) found[row.asked - 1]?.push(row);
  return found;
}
