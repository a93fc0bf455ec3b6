/**
 * The lines that a COPY sends, as a stream, for pg's `client.query`. PostgreSQL sends each as a message of its own, of
 * five bytes and the line; pg would make an object of each. Here the bytes of many are moved together where they lie,
 * and go on in large pieces. What else comes by the connection meanwhile is pg's to read.
 */
import { Readable } from 'node:stream';
import type pg from 'pg';

type Take = (bytes: Buffer) => void;

const [copyData, comma, cr, lf] = [0x64, 0x2c, 0x0d, 0x0a];
const headLength = 5;
/** A piece has this much, and at most as much more as is read at once. */
const pieceBytes = 65_536;

const patienceMs = 60_000;
const lookEveryMs = 5_000;

/** In any form but CSV lines are sent on as they are. */
export interface CsvLines {
  /**
   * How many cells at the end of each line are instants and numbers, and nothing else. PostgreSQL writes an instant in
   * its own way in a quarter of the time that it takes for that of RFC 3339, which here it gets on its way.
   */
  lastCells: number;
}

const instant = /([0-9]{4,6}-[0-9]{2}-[0-9]{2}) ([0-9:]{8})(?:\.([0-9]{1,6}))?\+00/g;
const inRfc3339 = (cells: string): string =>
  cells.replace(instant, (_, day, time, part = '') => `${day}T${time}.${(part as string).padEnd(6, '0')}Z`);

/** A line grows by its CR and by the fractions that its instants had not: by less than a quarter, and one head. */
const slackFor = (bytes: number): number => (bytes >> 2) + 16;

export class CopyOut extends Readable {
  /** Where it is looked for in statements of pg. */
  readonly text: string;
  readonly #csv: CsvLines | undefined;
  readonly #watch: NodeJS.Timeout;
  #socket: pg.Connection['stream'] | undefined;
  #others: Take = () => undefined;
  /** A head that has not come whole. */
  #head: Buffer | undefined;
  /** Of the message that has begun: the bytes that are still to come, and whether it is a line. */
  #left = 0;
  #isLine = false;
  /** What is ready lies at its beginning; of that, so much are whole lines. */
  #piece = Buffer.allocUnsafe(0);
  #length = 0;
  #whole = 0;
  #isFirst = true;
  #lastCells = { seen: '', sent: '' };
  #waitsSince: number | undefined;

  constructor(text: string, csv?: CsvLines) {
    super({ highWaterMark: 2 * pieceBytes });
    this.text = text;
    this.#csv = csv;
    // Who takes nothing is given up, since it holds one of the few connections that there are for exports.
    this.#watch = setInterval(() => {
      if (performance.now() - (this.#waitsSince ?? Infinity) > patienceMs)
        this.destroy(new Error('the reader has stopped reading'));
    }, lookEveryMs).unref();
  }

  /** Called by pg when it is the turn of this statement, as are those whose names begin with `handle`. */
  submit(connection: pg.Connection): void {
    const socket = (this.#socket = connection.stream);
    this.#others = socket.listeners('data')[0] as Take;
    socket.off('data', this.#others).on('data', this.#take);
    connection.query(this.text);
  }

  handleCommandComplete(): void {
    this.#send();
    this.push(null);
    // For what ends the statement, however much of the lines still waits to be read.
    this.#socket?.resume();
  }

  handleReadyForQuery(): void {
    this.#giveBack();
  }

  handleError(error: Error): void {
    this.#giveBack();
    this.destroy(error);
  }

  override _read(): void {
    this.#waitsSince = undefined;
    this.#socket?.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearInterval(this.#watch);
    done(error);
  }

  #giveBack(): void {
    this.#socket?.off('data', this.#take).on('data', this.#others).resume();
    this.#socket = undefined;
  }

  readonly #take = (chunk: Buffer): void => {
    const bytes = this.#head ? Buffer.concat([this.#head, chunk]) : chunk;
    const shift = this.#place(bytes);
    let from = 0;
    for (;;) {
      const to = from + Math.min(this.#left, bytes.length - from);
      this.#left -= to - from;
      if (!this.#isLine) this.#others(bytes.subarray(from, to));
      else if (to > from) this.#keep(shift + from, shift + to);
      from = to;
      // As many are left when a message is not there to its end.
      if (bytes.length - from < headLength) break;
      this.#isLine = bytes[from] === copyData;
      this.#left = 1 + bytes.readUInt32BE(from + 1);
      // pg needs the heads of what is for pg.
      if (this.#isLine) [from, this.#left] = [from + headLength, this.#left - headLength];
    }
    this.#head = from < bytes.length ? bytes.subarray(from) : undefined;
    if (this.#isFirst || this.#length >= pieceBytes) this.#send();
  };

  /** Puts the bytes a little behind those that are ready, and says where. */
  #place(bytes: Buffer): number {
    const room = slackFor(this.#length - this.#whole + bytes.length);
    if (this.#length + room + bytes.length > this.#piece.length) {
      this.#send();
      const begun = this.#piece.subarray(0, this.#length);
      this.#piece = Buffer.allocUnsafe(Math.max(2 * pieceBytes, 2 * (begun.length + room + bytes.length)));
      this.#piece.set(begun);
    }
    this.#piece.set(bytes, this.#length + room);
    return this.#length + room;
  }

  /** Moves that part of a line to what is ready. */
  #keep(from: number, to: number): void {
    this.#piece.copyWithin(this.#length, from, to);
    this.#length += to - from;
    if (this.#left > 0) return;
    if (this.#csv) this.#length = this.#inCsv(this.#csv, this.#length - 1);
    this.#whole = this.#length;
  }

  /** The line that has come whole, without its end, gets its instants and its end. */
  #inCsv({ lastCells }: CsvLines, end: number): number {
    const piece = this.#piece;
    const to = lastCells > 0 ? this.#withInstants(lastCells, end) : end;
    piece[to] = cr;
    piece[to + 1] = lf;
    return to + 2;
  }

  #withInstants(lastCells: number, end: number): number {
    const piece = this.#piece;
    let start = end;
    for (let left = lastCells; start > this.#whole; start -= 1)
      if (piece[start - 1] === comma && --left === 0) break;
    const seen = piece.toString('latin1', start, end);
    // Lines that were written together have the same.
    if (seen !== this.#lastCells.seen) this.#lastCells = { seen, sent: inRfc3339(seen) };
    return start + piece.write(this.#lastCells.sent, start, 'latin1');
  }

  #send(): void {
    if (this.#whole === 0) return;
    this.#isFirst = false;
    const ready = this.#piece.subarray(0, this.#whole);
    this.#piece = this.#piece.subarray(this.#whole);
    this.#length -= this.#whole;
    this.#whole = 0;
    if (this.push(ready)) return;
    this.#waitsSince = performance.now();
    this.#socket?.pause();
  }
}
