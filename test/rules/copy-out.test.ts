/** The messages of a COPY, cut into reads of every length, as they come by a busy connection. */
import { EventEmitter } from 'node:events';
import type pg from 'pg';
import { expect, test } from 'vitest';
import { CopyOut, type CsvLines } from '../../src/db/copy-out.ts';

const message = (kind: string, content: string): Buffer => {
  const bytes = Buffer.from(content);
  const head = Buffer.alloc(5, kind);
  head.writeUInt32BE(bytes.length + 4, 1);
  return Buffer.concat([head, bytes]);
};

class Socket extends EventEmitter {
  isPaused = false;
  pause(): this {
    this.isPaused = true;
    return this;
  }
  resume(): this {
    this.isPaused = false;
    return this;
  }
}

/** What the reader gets and what pg gets, when the messages come in reads of that length. */
async function readIn(length: number, messages: Buffer[], csv?: CsvLines): Promise<[string, string]> {
  const socket = new Socket();
  const others: Buffer[] = [];
  socket.on('data', (bytes: Buffer) => others.push(bytes));
  const copy = new CopyOut('COPY', csv);
  copy.submit({ stream: socket, query: () => undefined } as unknown as pg.Connection);
  const bytes = Buffer.concat(messages);
  for (let at = 0; at < bytes.length; at += length) socket.emit('data', bytes.subarray(at, at + length));
  copy.handleCommandComplete();
  copy.handleReadyForQuery();
  socket.emit('data', Buffer.from('later'));
  return [Buffer.concat(await copy.toArray()).toString(), Buffer.concat(others).toString()];
}

const lines = [
  'id,note,createdAt,updatedAt,version\n',
  'a,"two\nlines, and 2026-11-24 00:00:00+00",2026-11-24 01:02:03.000001+00,2026-11-24 01:02:03.5+00,1\n',
  'b,한글,2026-11-24 00:00:00+00,2026-11-25 00:00:00+00,12\n',
  'c,,2026-11-24 00:00:00+00,2026-11-25 00:00:00+00,12\n',
  'd,,,,\n',
];
const sent =
  'id,note,createdAt,updatedAt,version\r\n' +
  'a,"two\nlines, and 2026-11-24 00:00:00+00",2026-11-24T01:02:03.000001Z,2026-11-24T01:02:03.500000Z,1\r\n' +
  'b,한글,2026-11-24T00:00:00.000000Z,2026-11-25T00:00:00.000000Z,12\r\n' +
  'c,,2026-11-24T00:00:00.000000Z,2026-11-25T00:00:00.000000Z,12\r\n' +
  'd,,,,\r\n';
const notice = message('N', 'a notice among the lines');
const done = Buffer.concat([message('c', ''), message('C', 'COPY 4')]);

test('the lines are the same however they come, and what else comes is for pg', async () => {
  const copied = lines.map((line) => message('d', line));
  const messages = [message('H', 'begin'), ...copied.slice(0, 2), notice, ...copied.slice(2), done];
  const forPg = Buffer.concat([message('H', 'begin'), notice, done, Buffer.from('later')]).toString();
  for (let length = 1; length <= Buffer.concat(messages).length; length += 1) {
    expect([length, ...(await readIn(length, messages, { lastCells: 3 }))]).toEqual([length, sent, forPg]);
    expect([length, ...(await readIn(length, messages))]).toEqual([length, lines.join(''), forPg]);
  }
});

test('without instants at its end a line only gets its CR', async () => {
  const text = 'a,2026-11-24 00:00:00+00\n';
  const [got] = await readIn(1_000, [message('d', text), done], { lastCells: 0 });
  expect(got).toBe('a,2026-11-24 00:00:00+00\r\n');
});

test('lines that grow, and lines longer than what is read at once, stay whole', async () => {
  const short = '2026-11-24 00:00:00+00,2026-11-25 00:00:00+00\n';
  const many = Array.from({ length: 9_000 }, () => message('d', short));
  const long = 'x'.repeat(300_000);
  const messages = [...many, message('d', `${long},2026-11-24 00:00:00+00\n`), ...many, done];
  const grown = '2026-11-24T00:00:00.000000Z,2026-11-25T00:00:00.000000Z\r\n'.repeat(9_000);
  const [got] = await readIn(65_536, messages, { lastCells: 2 });
  expect(got === `${grown}${long},2026-11-24T00:00:00.000000Z\r\n${grown}`).toBe(true);
});
