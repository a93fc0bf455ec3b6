/** What hostile and clumsy clients have tried: each once broke something. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { tracker } from '../tracker.ts';

const it = tracker();
const port = () => (it.app.server.address() as AddressInfo).port;

/** Sends bytes as they are and gives what comes back until the server closes. */
const raw = (bytes: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port(), '127.0.0.1', () => socket.write(bytes));
    let got = '';
    socket.on('data', (chunk: Buffer) => (got += chunk.toString()));
    socket.on('close', () => {
      resolve(got);
    });
    socket.on('error', reject);
  });

const post = 'POST /v1/calls HTTP/1.1\r\nHost: x\r\n';

test.each([
  ['a method that there is not', 'FOO / HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'malformed-request'],
  ['a line that is no request', 'hello\r\n\r\n', 400, 'malformed-request'],
  [
    'lengths that conflict',
    'POST /v1/calls HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    400,
    'malformed-request',
  ],
  [
    'a header field of 70 KB',
    `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(70_000)}\r\n\r\n`,
    431,
    'headers-too-large',
  ],
  ['no Host', 'GET /v1/calls HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'malformed-request'],
  [
    'two Hosts',
    'GET /v1/calls HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n',
    400,
    'malformed-request',
  ],
  ...Object.entries({
    'a field that is folded': 'GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n',
    'a length that is folded': `${post}Content-Length:\r\n 1\r\n\r\na`,
    'a coding that is folded': `${post}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`,
    'two lengths': `${post}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
    'the same length twice': `${post}Content-Length: 1\r\nContent-Length: 1\r\n\r\na`,
    'a list of lengths': `${post}Content-Length: 1, 1\r\n\r\na`,
    'a length with a sign': `${post}Content-Length: +1\r\n\r\na`,
    'a length beyond all numbers': `${post}Content-Length: 18446744073709551617\r\n\r\na`,
    'a coding that is not read': `${post}Transfer-Encoding: gzip, chunked\r\nConnection: close\r\n\r\n0\r\n\r\n`,
    'a coding twice': `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    'a coding that is none': `${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
    'a coding in HTTP/1.0':
      'POST /v1/calls HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'a chunk whose size is none': `${post}Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n`,
    'a blank before the colon': 'GET / HTTP/1.1\r\nHost: x\r\nX : a\r\n\r\n',
    'a field without a name': 'GET / HTTP/1.1\r\nHost: x\r\n: a\r\n\r\n',
    'a line that ends with LF': 'GET / HTTP/1.1\r\nHost: x\nX: a\r\n\r\n',
    'a line that ends with CR': 'GET / HTTP/1.1\r\nHost: x\rX: a\r\n\r\n',
    'a NUL in a field': 'GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n',
    'an empty Host': 'GET /v1/calls HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n',
    'a list of Hosts': 'GET /v1/calls HTTP/1.1\r\nHost: a, b\r\nConnection: close\r\n\r\n',
    'a Host with a user': 'GET /v1/calls HTTP/1.1\r\nHost: a@b\r\nConnection: close\r\n\r\n',
    'a version of old': 'GET /v1/calls\r\n\r\n',
    'a version to come': 'GET /v1/calls HTTP/2.0\r\nHost: x\r\nConnection: close\r\n\r\n',
    'the beginning of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'a tunnel': 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n',
    'two Hosts, far apart': `GET / HTTP/1.1\r\nHost: x\r\n${'a:b\r\n'.repeat(1_500)}Host: y\r\nConnection: close\r\n\r\n`,
  }).map(([name, bytes]): [string, string, number, string] => [name, bytes, 400, 'malformed-request']),
  [
    'an address of 9 KB',
    `GET /v1/calls?q=${'a'.repeat(9_000)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    414,
    'uri-too-long',
  ],
  [
    'an expectation',
    'GET /v1/calls HTTP/1.1\r\nHost: a\r\nExpect: x\r\nConnection: close\r\n\r\n',
    417,
    'expectation-failed',
  ],
])('%s is a problem', async (_, bytes, status, code) => {
  const [head = '', body = ''] = (await raw(bytes)).split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*content-type: application/problem\\+json`, 'i'));
  expect(body).toContain(`"code":"${code}"`);
  // Whoever asks about it can say which it was.
  const id = /^x-request-id: (\S{20,})\r?$/im.exec(head)?.[1];
  expect([id, head]).toEqual([expect.any(String), head]);
  expect(body).toContain(`"requestId":"${id}"`);
});

test('what cannot be read, sent while a reply is on its way, ends that and is not answered in its midst', async () => {
  const socket = connect(port(), '127.0.0.1', () =>
    socket.write('GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n'),
  );
  let got = '';
  socket.on('data', (chunk: Buffer) => (got += chunk.toString()));
  socket.once('data', () => socket.write('hello\r\n\r\n'));
  await once(socket, 'close');
  expect(got.match(/HTTP\/1\.1 [0-9]+/g)).toEqual(['HTTP/1.1 200']);
});

test('who is refused and does not hang up is hung up on', async () => {
  const open = () =>
    promisify((told: (error: Error | null, n: number) => void) => {
      it.app.server.getConnections(told);
    })();
  const sockets = ['hello\r\n\r\n', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n'].map((bytes) => {
    const socket = connect({ port: port(), host: '127.0.0.1', allowHalfOpen: true }, () =>
      socket.write(bytes),
    );
    return socket.on('error', () => undefined).resume();
  });
  await Promise.all(sockets.map((socket) => once(socket, 'end')));
  // Others of this file may be idle for a while.
  it.app.server.closeIdleConnections();
  await expect.poll(open, { timeout: 8_000 }).toBe(0);
  for (const socket of sockets) socket.destroy();
});

test('what is too large for HEAD is refused without a body, like any other HEAD', async () => {
  const got = await raw(`HEAD / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(70_000)}\r\n\r\n`);
  expect(got).toMatch(/^HTTP\/1.1 431 [^]*\r\n\r\n$/);
});

test.each(['TRACE', 'PROPFIND', 'LOCK'])(
  '%s of a path that exists is a 405 that names what works',
  async (method) => {
    const got = await raw(
      `${method} /v1/calls/initial-2025 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(got).toMatch(/^HTTP\/1.1 405 /);
    expect(got).toMatch(/allow: DELETE, GET, HEAD, OPTIONS, PATCH/i);
  },
);

test('a name with a line break is the name of nothing, on every kind of path', async () => {
  for (const path of ['/v1/imports/templates/%0A.csv', '/v1/imports/templates/%0A.json', '/v1/calls/%0A']) {
    const reply = await it.anyone.get(path);
    expect([path, reply.status]).toEqual([path, 404]);
  }
});

test.each(['%ED%A0%80', '%zz', '%'])('a query with %s is refused', async (bytes) => {
  const reply = await it.app.inject(`/v1/organizations?q=${bytes}`);
  expect([reply.statusCode, reply.json().code]).toEqual([400, 'malformed-request']);
});

test('HEAD of an export promises no length', async () => {
  const got = await raw('HEAD /v1/calls?format=csv HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  expect(got).toMatch(/^HTTP\/1.1 200 /);
  expect(got).not.toMatch(/content-length/i);
});

test('a forged cursor is refused or is a place in the list, and never a fault of the server', async () => {
  const forged = (values: unknown) => {
    const query = JSON.stringify(['/v1/evaluations', { sort: ['score'] }, '']);
    const seal = createHash('sha256')
      .update(JSON.stringify([query, values]))
      .digest('base64url')
      .slice(0, 16);
    return Buffer.from(JSON.stringify([1, values, seal])).toString('base64url');
  };
  const id = '01a205b3-d019-7588-9551-f83d51a42121';
  for (const values of [
    ['abc', id],
    ['5', 'no-uuid'],
    ['5', { a: 1 }],
    [['x'], id],
    ['5\0', id],
    [],
    ['5'],
    [null, null],
    ['5', null],
  ])
    for (const format of ['json', 'csv']) {
      const reply = await it.anyone
        .get('/v1/evaluations')
        .query({ sort: 'score', format, cursor: forged(values) });
      expect([values, format, reply.status, reply.body.code]).toEqual([
        values,
        format,
        400,
        'invalid-cursor',
      ]);
    }
});

test('a body that is wrong in ten thousand places is refused at once, with the first of them', async () => {
  const { example } = it.registry.get('milestones');
  for (const sources of [Array(20_000).fill('a'), Array.from({ length: 20_000 }, (_, i) => `x-${i}`)]) {
    const reply = await it.writer.post('/v1/milestones').send({ ...example, id: 'many', sources });
    expect([reply.status, reply.body.errors.length <= 200, reply.text.length < 100_000]).toEqual([
      422,
      true,
      true,
    ]);
  }
  const unknown = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`f${i}`, 1]));
  const reply = await it.writer.post('/v1/milestones').send({ ...example, ...unknown });
  expect([reply.status, reply.body.errors.length]).toEqual([422, 200]);
});

test('many who ask for what is not there at the same moment do not block each other', async () => {
  const replies = await Promise.all(
    Array.from({ length: 60 }, (_, i) =>
      it.writer
        .delete(`/v1/programs/nope-${i}`)
        .set('if-match', '*')
        .then(({ status }) => status),
    ),
  );
  expect(new Set(replies)).toEqual(new Set([404]));
});

test('readers of exports who do not read leave everybody else their connections', async () => {
  await it.sql(`INSERT INTO observations (id, subject_type, subject_id, indicator, value, unit, qualifier, note, sources)
    SELECT 'bulk-' || n, 'program', 'kr-safm', 'bulk', n, 'x', 'exact', repeat('long ', 200), '{seed-004}' FROM generate_series(1, 8000) n`);
  const sockets = Array.from({ length: 12 }, () => {
    const socket = connect(port(), '127.0.0.1', () =>
      socket.write('GET /v1/observations?format=ndjson HTTP/1.1\r\nHost: x\r\n\r\n'),
    );
    socket.on('error', () => undefined);
    return socket.pause();
  });
  const replies = await Promise.all(Array.from({ length: 20 }, () => it.anyone.get('/v1/calls')));
  for (const socket of sockets) socket.destroy();
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
  await it.sql(`DELETE FROM observations WHERE indicator = 'bulk'`);
});

test('what names a thing twice is given once', async () => {
  const { text } = await it.anyone.get('/v1/consortiums/upstage?include=lead,lead&fields=id');
  expect(text.match(/"lead"/g)).toHaveLength(1);
});

test('fields reach into lists of objects', async () => {
  const { body } = await it.anyone.get('/v1/consortiums/upstage?fields=id,members.organization,members.role');
  expect(new Set(body.members.flatMap(Object.keys))).toEqual(new Set(['organization', 'role']));
  const figure = await it.anyone.get('/v1/funding-figures/fund-kbs-2025-200b?fields=statedAlso.currency');
  expect(figure.body).toEqual({ statedAlso: [{ currency: 'USD' }] });
});

test('a blank before q in Accept changes nothing', async () => {
  const reply = await it.app.inject({
    url: '/v1/calls',
    headers: { accept: 'text/csv; q=0.1, application/json; q=0.9' },
  });
  expect(reply.headers['content-type']).toContain('application/json');
});

test('a conflict names the fields that are taken together', async () => {
  const bid = {
    ...it.registry.get('bids').example,
    id: 'second-bid',
    call: 'initial-2025',
    organization: 'kt',
  };
  const reply = await it.writer.post('/v1/bids').send(bid);
  expect([reply.status, reply.body.errors.map(({ pointer }: { pointer: string }) => pointer)]).toEqual([
    409,
    ['/program', '/call', '/organization'],
  ]);
});

test('texts that nobody can see and countries that there are not are refused', async () => {
  const { example } = it.registry.get('organizations');
  for (const en of [' ', '\u200b', '\ufeff', '\u0085', 'evil \u202e txt']) {
    const reply = await it.writer.post('/v1/organizations').send({ ...example, id: 'unseen', names: { en } });
    expect([en, reply.status, reply.body.errors?.[0].pointer]).toEqual([en, 422, '/names/en']);
  }
  const nowhere = await it.writer
    .post('/v1/organizations')
    .send({ ...example, id: 'nowhere', country: 'XX' });
  expect([nowhere.status, nowhere.body.errors[0].pointer]).toEqual([422, '/country']);
});

test('a page after a long text can be asked for', async () => {
  for (const n of [1, 2, 3]) {
    const note = `${n}${'가'.repeat(3900)}`;
    await it.writer
      .post('/v1/observations')
      .send({ ...it.registry.get('observations').example, id: `long-${n}`, indicator: 'long', note });
  }
  const first = await it.anyone.get('/v1/observations?indicator=long&sort=-note&limit=1');
  const second = await it.anyone
    .get('/v1/observations')
    .query({ indicator: 'long', sort: '-note', limit: 1, cursor: first.body.page.next });
  expect([first.body.data[0].id, second.body.data[0].id]).toEqual(['long-3', 'long-2']);
});

test('a published round stays whole: no failed gate for who advanced, no other yardstick, no extra winner', async () => {
  const gate = {
    ...it.registry.get('evaluations').example,
    consortium: 'upstage',
    criterion: 'r2-independence',
    passed: false,
  };
  const late = await it.writer.post('/v1/evaluations').send(gate);
  expect([late.status, late.body.code]).toEqual([422, 'gate-contradicts-decision']);
  const measured = await it.writer.patch('/v1/criteria/r2-expert').set('if-match', '*').send({ weight: 2 });
  expect([measured.status, measured.body.code]).toEqual([422, 'correction-required']);
  const said = { outcome: 'advanced', correction: true, reason: 'a test' };
  const motif = '/v1/decisions/01a205b3-d00f-7f97-b4ea-ccef4bc4e097';
  const extra = await it.writer.patch(motif).set('if-match', '*').send(said);
  expect([extra.status, extra.body.code]).toEqual([422, 'deviation-unexplained']);
});
