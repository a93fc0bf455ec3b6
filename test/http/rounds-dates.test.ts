/** The day that a round is published on: it fits what is known, and nobody is passed over by means of it. */
import { beforeEach, describe, expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import { create as write } from './made-round.ts';

const it = tracker();
const create = (resource: string, body: object): Promise<void> => write(it, resource, body);
let made = 0;
let p: string;

const decide = (consortium: string, outcome: string, decidedOn: string, round: string | null = `${p}-r1`) =>
  create('decisions', { program: p, consortium: `${p}-${consortium}`, outcome, decidedOn, round });
const publish = async (body: object, round = 'r1'): Promise<string[]> => {
  const reply = await it.writer.post(`/v1/rounds/${p}-${round}/publish`).send(body);
  if (reply.status === 200) return ['published'];
  return reply.body.errors
    .map(({ pointer, code, detail }: Record<string, string>) => `${code} ${pointer}: ${detail}`)
    .sort();
};
const day = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);

/** A round that was presented in June 2025, with two teams that were selected in January. */
beforeEach(async () => {
  p = `dated-${(made += 1)}`;
  await create('programs', { id: p, names: { en: p }, country: 'FR' });
  await create('rounds', { id: `${p}-r1`, program: p, ordinal: 1, presentedOn: '2025-06' });
  await create('rounds', { id: `${p}-r2`, program: p, ordinal: 2 });
  for (const team of ['a', 'b']) {
    await create('consortiums', { id: `${p}-${team}`, program: p, names: { en: team }, lead: 'kt' });
    await decide(team, 'selected', '2025-01-01', null);
  }
});

describe('a publication that lies too early', () => {
  test('passes nobody over, even where nobody has a decision yet', async () => {
    await it.writer
      .patch(`/v1/rounds/${p}-r1`)
      .set('if-match', '*')
      .send({ presentedOn: null, plannedAdvancing: null });
    expect(await publish({ publishedOn: '1999' })).toEqual([
      `publication-out-of-order /publishedOn: \`${p}-r1\` cannot be published on 1999: nobody was in before 2025-01-01`,
      `round-incomplete /state: \`${p}-a\` is in and has no decision in \`${p}-r1\`; decide, or say why in deviationReason`,
      `round-incomplete /state: \`${p}-b\` is in and has no decision in \`${p}-r1\`; decide, or say why in deviationReason`,
    ]);
  });

  test('passes nobody over who was selected later than the others, or who was judged', async () => {
    await create('consortiums', { id: `${p}-c`, program: p, names: { en: 'c' }, lead: 'kt' });
    await decide('c', 'selected', '2025-03-01', null);
    for (const team of ['a', 'b']) await decide(team, 'advanced', '2025-07-01');
    const missing = `round-incomplete /state: \`${p}-c\` is in and has no decision in \`${p}-r1\`; decide, or say why in deviationReason`;
    expect(await publish({ publishedOn: '2025-02-01' })).toEqual([
      expect.stringMatching(/^publication-out-of-order .*`dated-\d+-[ab]` was advanced in it on 2025-07-01/),
      expect.stringMatching(/^publication-out-of-order .* it was presented on 2025-06$/),
      missing,
    ]);
    expect(await publish({ publishedOn: '2025-07-01' })).toEqual([missing]);
    await create('consortiums', { id: `${p}-d`, program: p, names: { en: 'd' }, lead: 'kt' });
    await decide('d', 'added', '2025-09-01', null);
    await decide('c', 'eliminated', '2025-07-01');
    await create('criteria', {
      id: `${p}-total`,
      program: p,
      round: `${p}-r1`,
      stage: 'evaluation',
      names: { en: 'Total' },
    });
    const judged = { round: `${p}-r1`, consortium: `${p}-d`, criterion: `${p}-total`, status: 'undisclosed' };
    await create('evaluations', judged);
    expect(await publish({ publishedOn: '2025-07-01' })).toEqual([missing.replace('-c`', '-d`')]);
  });

  test.each([
    ['2025-05-31', 'it was presented on 2025-06'],
    ['2024', 'it was presented on 2025-06'],
    ['2025-06-30', '`a` was advanced in it on 2025-07-15'],
    ['2025-06', '`a` was advanced in it on 2025-07-15'],
  ])('is refused for %s', async (publishedOn, why) => {
    await decide('a', 'advanced', '2025-07-15');
    await decide('b', 'eliminated', '2025-07');
    const faults = await publish({ publishedOn });
    expect(faults.join('\n')).toContain(
      `/publishedOn: \`${p}-r1\` cannot be published on ${publishedOn}: ${why.replace('`a`', `\`${p}-a\``)}`,
    );
    expect(faults.filter((fault) => !fault.startsWith('publication-out-of-order'))).toEqual([]);
    expect(await publish({ publishedOn, deviationReason: 'whatever' })).toEqual(faults);
    await expect(
      it.sql(
        `UPDATE rounds SET state = 'published', published_on = '${publishedOn}', deviation_reason = 'x' WHERE id = '${p}-r1'`,
      ),
    ).rejects.toMatchObject({ code: 'TR001' });
  });

  test.each([['2025-07-15'], ['2025-07'], ['2025'], ['2025-07-16']])(
    'is not one where %s may be right',
    async (publishedOn) => {
      await decide('a', 'advanced', '2025-07-15');
      await decide('b', 'eliminated', '2025-07');
      expect(await publish({ publishedOn })).toEqual(['published']);
    },
  );

  test('of a later round lies before an earlier one', async () => {
    expect(await publish({ publishedOn: '2025-07-01', deviationReason: 'put off' })).toEqual(['published']);
    expect(await publish({ publishedOn: '2025-06-30', deviationReason: 'put off' }, 'r2')).toEqual([
      `publication-out-of-order /publishedOn: \`${p}-r2\` cannot be published on 2025-06-30: \`${p}-r1\` comes before it and was published on 2025-07-01`,
    ]);
    expect(await publish({ publishedOn: '2025', deviationReason: 'put off' }, 'r2')).toEqual(['published']);
  });
});

describe('a publication in the future', () => {
  test('is refused, but for a day on which it is already tomorrow somewhere', async () => {
    const deviationReason = 'put off';
    for (const publishedOn of ['9999-12-31', '9999', day(3), day(800).slice(0, 7)])
      expect(await publish({ publishedOn, deviationReason })).toEqual([
        `publication-out-of-order /publishedOn: \`${p}-r1\` cannot be published on ${publishedOn}: that lies in the future`,
      ]);
    expect(await publish({ publishedOn: day(1), deviationReason })).toEqual(['published']);
  });

  test('is refused for a new row, a correction and in SQL', async () => {
    await publish({ publishedOn: '2025-07-01', deviationReason: 'put off' });
    const said = { publishedOn: '9999', correction: true, reason: 'a test' };
    const corrected = await it.writer.patch(`/v1/rounds/${p}-r1`).set('if-match', '*').send(said);
    expect([corrected.status, corrected.body.code]).toEqual([422, 'publication-out-of-order']);
    await publish({ publishedOn: '2025-08-01', deviationReason: 'put off' }, 'r2');
    const row = { id: `${p}-r3`, program: p, ordinal: 3, state: 'published', publishedOn: '9999' };
    const born = await it.writer
      .post('/v1/rounds')
      .send({ ...row, deviationReason: 'put off', sources: ['seed-004'] });
    expect([born.status, born.body.code]).toEqual([422, 'publication-out-of-order']);
    await expect(
      it.sql(
        `SET LOCAL tracker.correction = 'x'; UPDATE rounds SET published_on = '9999-12' WHERE id = '${p}-r1'`,
      ),
    ).rejects.toMatchObject({ code: 'TR001' });
  });

  test('is none where the clock of this machine lies behind what the round itself cites', async () => {
    await it.sql(
      `INSERT INTO sources (id, kind, title, language, published_on) VALUES ('${p}-release', 'official', 'x', 'en', '${day(30)}')`,
    );
    await it.writer
      .patch(`/v1/rounds/${p}-r1`)
      .set('if-match', '*')
      .send({ sources: [`${p}-release`] });
    expect(await publish({ publishedOn: day(31), deviationReason: 'put off' })).toHaveLength(1);
    expect(await publish({ publishedOn: day(30), deviationReason: 'put off' })).toEqual(['published']);
  });
});

test('a team that came after a round is not expected in it, whatever day is given for it later', async () => {
  for (const team of ['a', 'b']) await decide(team, 'advanced', '2025-07-01');
  await create('consortiums', { id: `${p}-late`, program: p, names: { en: 'late' }, lead: 'kt' });
  await decide('late', 'added', '2025-08-01', null);
  expect(await publish({ publishedOn: '2025-07-01' })).toEqual(['published']);
  const said = { publishedOn: '2025-09-01', correction: true, reason: 'a test' };
  const moved = await it.writer.patch(`/v1/rounds/${p}-r1`).set('if-match', '*').send(said);
  expect([moved.status, moved.body.code, moved.body.errors[0].pointer]).toEqual([
    422,
    'round-incomplete',
    '/state',
  ]);
});
