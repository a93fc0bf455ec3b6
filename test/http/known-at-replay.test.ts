/** Whatever was said is said again: replies are kept as they come, and asked for later with `knownAt`. */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import { searched } from '../searches.ts';
import { csv, send } from './importing.ts';
import { create } from './made-round.ts';
import { moment } from './moments.ts';

const it = tracker();

const program = 'replayed';
const sources = ['seed-004'];
const ids = ['a', 'b', 'c', 'd'].map((letter) => `replayed-${letter}`);

/** What is asked each time: items, lists with filters, search and order, exports, views, charts; some of the far past. */
const asked = [
  ...ids.map((id) => `/v1/milestones/${id}?include=program,sources`),
  '/v1/milestones?program=replayed&sort=-title&count=exact',
  '/v1/milestones?q=moved&fields=id,title,version,updatedAt',
  '/v1/milestones?program=replayed&format=csv',
  '/v1/milestones?program=replayed&format=ndjson&sort=date',
  '/v1/consortiums?program=replayed&include=lead',
  '/v1/evaluations?round=replayed-r1&sort=-score',
  '/v1/programs/replayed/overview?lang=fr',
  '/v1/programs/replayed/timeline',
  '/v1/programs/replayed/timeline?format=svg&lang=ko',
  '/v1/programs/replayed/calendar.ics',
  '/v1/rounds/replayed-r1/standings',
  '/v1/rounds/replayed-r1/stability',
  '/v1/rounds/replayed-r1/standings?asOf=2026-05-15',
  '/v1/organizations/kt',
  '/v1/search?q=moved',
];

type Step =
  | { kind: 'create' | 'remove'; id: string; title: string }
  | { kind: 'patch' | 'plain'; id: string; title: string }
  | { kind: 'import' | 'scope'; ids: string[]; title: string }
  | { kind: 'score'; team: string; score: number }
  | { kind: 'members'; team: string; members: string[] }
  | { kind: 'rename'; title: string };

const id = fc.constantFrom(...ids);
const title = fc.constantFrom('moved', 'Moved again', 'été', '공개', '=1+1', 'a;b');
const team = fc.constantFrom('replayed-x', 'replayed-y');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom('create' as const, 'remove' as const), id, title }),
  fc.record({ kind: fc.constantFrom('patch' as const, 'plain' as const), id, title }),
  fc.record({
    kind: fc.constantFrom('import' as const, 'scope' as const),
    ids: fc.uniqueArray(id, { minLength: 1 }),
    title,
  }),
  fc.record({ kind: fc.constant('score' as const), team, score: fc.integer({ min: 0, max: 40 }) }),
  fc.record({
    kind: fc.constant('members' as const),
    team,
    members: fc.uniqueArray(fc.constantFrom('naver', 'kakao', 'upstage')),
  }),
  fc.record({ kind: fc.constant('rename' as const), title }),
);

const milestone = (of: string, name: string) => ({
  id: of,
  program,
  date: '2026-05',
  kind: 'other',
  title: name,
  sources,
});

async function patch(path: string, body: object): Promise<void> {
  const { etag } = (await it.anyone.get(path)).headers;
  if (etag) await it.writer.patch(path).set('if-match', etag).send(body);
}

async function take(one: Step): Promise<void> {
  if (one.kind === 'create') await it.writer.post('/v1/milestones').send(milestone(one.id, one.title));
  if (one.kind === 'patch') await patch(`/v1/milestones/${one.id}`, { title: one.title });
  if (one.kind === 'plain')
    await it.sql('UPDATE milestones SET title = $2 WHERE id = $1', [one.id, one.title]);
  if (one.kind === 'rename') await patch('/v1/organizations/kt', { names: { fr: one.title } });
  if (one.kind === 'remove') {
    const { etag } = (await it.anyone.get(`/v1/milestones/${one.id}`)).headers;
    if (etag) await it.writer.delete(`/v1/milestones/${one.id}`).set('if-match', etag);
  }
  if (one.kind === 'score') {
    const row = [
      'replayed-r1',
      one.team,
      'replayed-k',
      'disclosed',
      one.score,
      '2026-05',
      '2026-06',
      'seed-004',
    ];
    await send(
      it,
      'evaluations',
      csv('round,consortium,criterion,status,score,evaluatedOn,disclosedOn,sources', row.join(',')),
    );
  }
  if (one.kind === 'members')
    await patch(`/v1/consortiums/${one.team}`, {
      members: one.members.map((organization) => ({
        organization,
        role: 'member',
        joinedOn: null,
        leftOn: null,
        sources,
      })),
    });
  if (one.kind === 'import')
    await send(
      it,
      'milestones',
      one.ids.map((of) => milestone(of, one.title)),
    );
  if (one.kind === 'scope')
    await send(
      it,
      'milestones',
      one.ids.map((of) => milestone(of, one.title)),
      { mode: 'replace-scope', scope: `program=${program}`, maxDelete: 9 },
    );
}

/** The part of a reply that must be the same: of an item all but `meta`, of a list its rows and their number. */
function said(body: unknown, text: string): unknown {
  if (typeof body !== 'object' || body === null || Object.keys(body).length === 0) return text;
  const {
    meta: _,
    page,
    instance: __,
    requestId: ___,
    detail: ____,
    ...rest
  } = body as Record<string, unknown>;
  return { ...rest, ...(page ? { total: (page as { total?: number }).total } : {}) };
}

async function ask(path: string): Promise<unknown> {
  const reply = await it.anyone.get(path).buffer(true);
  return [reply.status, said(reply.body, reply.text)];
}

const kept: { path: string; at: string; answer: unknown }[] = [];

beforeAll(async () => {
  await create(it, 'programs', { id: program, names: { en: 'Replayed' }, country: 'FR' });
  await create(it, 'rounds', { id: 'replayed-r1', program, ordinal: 1, state: 'open' });
  await create(it, 'criteria', {
    id: 'replayed-k',
    program,
    round: 'replayed-r1',
    stage: 'evaluation',
    names: { en: 'k' },
    maxScore: 40,
    gate: false,
  });
  for (const one of ['replayed-x', 'replayed-y']) {
    await create(it, 'consortiums', { id: one, program, names: { en: one }, lead: 'kt' });
    await create(it, 'decisions', { program, consortium: one, outcome: 'selected', decidedOn: '2026-01' });
  }
});

const later = (path: string, at: string): string => `${path}${path.includes('?') ? '&' : '?'}knownAt=${at}`;

test('a reply of any moment is given again, whatever was written since', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 4, maxLength: 10 }),
      fc.infiniteStream(fc.nat()),
      async (steps, picks) => {
        for (const one of steps) {
          await take(one);
          const pick = (): number => picks.next().value as number;
          const paths = [
            asked[pick() % asked.length],
            asked[pick() % asked.length],
            asked[pick() % asked.length],
          ] as string[];
          const answers: unknown[] = [];
          for (const path of paths) answers.push(await ask(path));
          const at = await moment();
          paths.forEach((path, i) => kept.push({ path, at, answer: answers[i] }));
          const old = kept[pick() % kept.length];
          if (old)
            expect([old.path, old.at, await ask(later(old.path, old.at))]).toEqual([
              old.path,
              old.at,
              old.answer,
            ]);
        }
      },
    ),
    searched(6),
  );
});

test('and so are all of them at the end', { timeout: 120_000 }, async () => {
  for (const { path, at, answer } of kept)
    expect([path, at, await ask(later(path, at))]).toEqual([path, at, answer]);
});
