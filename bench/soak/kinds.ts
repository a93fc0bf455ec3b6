/** What a busy day has of everything, well-meant and not, at a pace that two cores can hold together with whoever asks. */
import { setTimeout as delay } from 'node:timers/promises';
import { shape } from '../data.ts';
import { evaluationBodies } from '../measure/creates.ts';
import { headers } from '../product.ts';
import { evaluations } from '../rows.ts';
import { ask, type Asking, type Reply, type Tally } from './tally.ts';

export interface Kind {
  name: string;
  perSecond: number;
  /** 200 unless told. */
  expected?: number[];
  /** Under way at most; what would come on top is left out, and counted. */
  most?: number;
  run: (base: string, n: number, tally: Tally, expected: readonly number[]) => Promise<unknown>;
}

const json = { ...headers, 'content-type': 'application/json' };
const sources = ['msit-2026-08-18-round-2'];
const overview = '/v1/programs/kr-safm/overview';

/** One request for each; `n` counts them. */
const simple = (
  name: string,
  perSecond: number,
  asking: (n: number) => Asking,
  expected: number[] = [200],
): Kind => ({
  name,
  perSecond,
  expected,
  run: (base, n, tally) => tally.note(expected, () => ask(base, asking(n))),
});

const organizations = (name: string, count: number): string =>
  Array.from(
    { length: count },
    (_, i) =>
      `${JSON.stringify({ id: `${name}-${i}`, names: { en: `${name} ${i}` }, kind: 'company', country: 'KR', sources })}\n`,
  ).join('');

const importing = (resource: string, key: string, body: string): Asking => ({
  path: `/v1/imports?resource=${resource}`,
  method: 'POST',
  headers: { ...headers, 'content-type': 'application/x-ndjson', 'idempotency-key': key },
  body,
  wantsBody: true,
});

/** Two programmes have 10,000; each file says otherwise than the last when they were disclosed. */
const scores = [...evaluations('ndjson', 2)].join('');
const changedScores = (n: number): string =>
  scores.replaceAll('"disclosedOn":"2026-01-15"', `"disclosedOn":"2026-01-${16 + (n % 2)}"`);

const fieldOf = (reply: Reply, name: string): string => String(reply.headers[name] ?? '');

/** A row is made, and changed by whoever has read it. */
async function createAndPatch(base: string, body: string, creates: Tally, patches: Tally): Promise<void> {
  const made = await creates.note([201], () =>
    ask(base, { path: '/v1/evaluations', method: 'POST', headers: json, body }),
  );
  if (made?.status !== 201) return;
  const patch = {
    path: fieldOf(made, 'location'),
    method: 'PATCH',
    headers: { ...json, 'if-match': fieldOf(made, 'etag') },
    body: '{"note":"Changed once"}',
  };
  await patches.note([200], () => ask(base, patch));
}

const lookEvery = 500;

/** Sends 10,000 rows, and looks until it has ended. */
async function job(base: string, n: number): Promise<Reply | undefined> {
  const sent = await ask(base, importing('evaluations', `large-${n}`, changedScores(n)));
  if (sent?.status !== 202) return sent;
  for (;;) {
    const now = await ask(base, { path: fieldOf(sent, 'location'), headers, wantsBody: true });
    if (now?.status !== 200) return now;
    const { status } = (JSON.parse(now.body) as { data: { status: string } }).data;
    if (status === 'applied') return now;
    if (status !== 'queued' && status !== 'running') throw new Error(`the job is ${status}`);
    await delay(lookEvery);
  }
}

const programs = 20;
const program = (n: number): string => `bp${(n * 7919) % programs}`;
const round = (n: number): string => `${program(n)}-r${1 + (n % shape.rounds)}`;
const team = (n: number): string => `${program(n)}-c${n % shape.consortiums}`;

let etag = '';

export const kinds = (patches: Tally): Kind[] => {
  const body = evaluationBodies();
  return [
    simple('item', 15, (n) => ({ path: `/v1/consortiums/${team(n)}?include=lead,members` })),
    simple('list', 10, (n) => ({
      path: `/v1/evaluations?round=${round(n)}&consortium=${team(n)}&sort=-score&limit=50`,
    })),
    simple('view', 4, (n) => ({ path: `/v1/rounds/${round(n)}/standings` })),
    simple('chart', 2, (n) => ({
      path: `/v1/rounds/kr-safm-round-${1 + (n % 2)}/standings?format=svg&lang=${['en', 'ko', 'fr'][n % 3] ?? ''}`,
    })),
    simple('the same again', 30, () => ({ path: overview })),
    {
      name: 'not modified',
      perSecond: 20,
      // It has changed whenever somebody has imported an organization.
      expected: [200, 304],
      run: async (base, _n, tally, expected) => {
        const reply = await tally.note(expected, () =>
          ask(base, { path: overview, headers: { 'if-none-match': etag } }),
        );
        if (reply) etag = fieldOf(reply, 'etag');
      },
    },
    simple('never asked before', 15, (n) => ({
      path: `/v1/evaluations?round=${round(n)}&score[gte]=${n / 10_000}&limit=10`,
    })),
    simple('no such row', 10, (n) => ({ path: `/v1/organizations/nobody-${n}` }), [404]),
    simple('cache buster', 10, (n) => ({ path: `${overview}?_=${n}` }), [400]),
    simple('export', 0.1, () => ({ path: '/v1/evaluations?format=csv' })),
    simple('export, slow reader', 0.1, (n) => ({
      path: `/v1/evaluations?round=${round(n)}&format=ndjson`,
      bytesPerSecond: 50_000,
    })),
    simple('export, reader hangs up', 0.3, (n) => ({
      path: `/v1/evaluations?format=${n % 2 === 0 ? 'csv' : 'parquet'}`,
      hangsUpAfter: 100_000,
    })),
    {
      name: 'create',
      perSecond: 2,
      run: (base, _n, tally) => createAndPatch(base, body(), tally, patches),
    },
    simple(
      'import at once',
      0.2,
      (n) => importing('organizations', `small-${n}`, organizations(`small-${n}`, 50)),
      [201],
    ),
    {
      name: 'import as a job',
      perSecond: 1 / 60,
      most: 1,
      run: (base, n, tally) => tally.note([200], () => job(base, n)),
    },
  ];
};
