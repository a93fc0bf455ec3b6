/**
 * Pipelining: statements go to the database together and come back together, since each way there and back costs both
 * sides more than a small statement does. They run one after the other; once one has failed, none that comes after it is
 * run. Each sees what those before it have done, as ever.
 */
import pg from 'pg';

export type Answers = Record<string, unknown>[][];

/** Told that a statement begins; what it gives is told that it has ended, and how. */
export type Follower = (text: string) => (error?: unknown) => void;

/** How pg sends a statement and reads its answer, whatever it is that it runs (its types do not say so). */
interface Query extends pg.Submittable {
  readonly name?: string;
  readonly text: string;
  prepare(connection: pg.Connection): void;
  handleRowDescription(message: unknown): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: pg.Connection): void;
  handleReadyForQuery(connection: pg.Connection): void;
}
type Submitting = pg.Connection & { submittedNamedStatements: Record<string, string> };

/** Takes the place of a query in pg, which calls all that is not private here. */
export class Pipeline implements pg.Submittable {
  /** The milliseconds after which the connection counts as lost, for all statements together: 0 for never. */
  readonly query_timeout: number;
  callback: (error?: Error) => void = () => undefined;
  follower: Follower | undefined;
  readonly #queries: Query[];
  readonly #answers: Answers = [];
  #failure: Error | undefined;
  #place = 0;
  #ended: ReturnType<Follower> | undefined;

  constructor(statements: pg.QueryConfig[], lostAfter: number) {
    this.query_timeout = lostAfter;
    this.#queries = statements.map((statement) => {
      const kept = (error: Error | undefined, answer?: { rows: Answers[number] }): void => {
        if (error) this.#failure ??= error;
        else this.#answers.push(answer?.rows ?? []);
      };
      return new pg.Query(statement, kept as never) as unknown as Query;
    });
  }

  /** Of the statement that is answered now. */
  get name(): string | undefined {
    return this.#queries[this.#place]?.name;
  }

  get text(): string {
    return this.#queries[this.#place]?.text ?? '';
  }

  sentBy(client: pg.ClientBase): Promise<Answers> {
    return new Promise((resolve, reject) => {
      this.callback = (error) => {
        if (error) reject(error);
        else resolve(this.#answers);
      };
      client.query(this);
    });
  }

  submit(connection: pg.Connection): void {
    // One Sync for all, at the end: until it comes the database passes over what follows an error.
    const unsynced = Object.create(connection, { sync: { value: () => undefined } }) as pg.Connection;
    this.#ended = this.follower?.(this.text);
    connection.stream.cork();
    for (const query of this.#queries) query.prepare(unsynced);
    (connection as unknown as { sync(): void }).sync();
    connection.stream.uncork();
  }

  handleRowDescription(message: unknown): void {
    this.#queries[this.#place]?.handleRowDescription(message);
  }

  handleDataRow(message: unknown): void {
    this.#queries[this.#place]?.handleDataRow(message);
  }

  handleCommandComplete(message: unknown, connection: pg.Connection): void {
    this.#queries[this.#place]?.handleCommandComplete(message, connection);
    this.#ended?.();
    this.#place += 1;
    this.#ended = this.#place < this.#queries.length ? this.follower?.(this.text) : undefined;
  }

  handleReadyForQuery(connection: pg.Connection): void {
    for (const query of this.#queries) query.handleReadyForQuery(connection);
    this.callback(this.#failure);
  }

  handleError(error: Error, connection: pg.Connection): void {
    const { submittedNamedStatements: submitted } = connection as Submitting;
    // Passed over, and not known to the database by their names.
    for (const { name } of this.#queries.slice(this.#place)) Reflect.deleteProperty(submitted, name ?? '');
    this.#ended?.(error);
    this.#ended = undefined;
    this.callback(error);
  }
}
