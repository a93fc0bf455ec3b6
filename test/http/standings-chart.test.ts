/** The charts of a round: whose rows are drawn, how they are marked, and where the numbers come from. */
import { XMLParser } from 'fast-xml-parser';
import { expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import { create, write } from './made-round.ts';

const it = tracker();

const draw = async (path: string, query: object = {}): Promise<string> => {
  const reply = await it.anyone
    .get(`/v1/rounds/${path}`)
    .query({ format: 'svg', ...query })
    .buffer(true);
  expect([path, reply.status]).toEqual([path, 200]);
  return (reply.body as Buffer).toString();
};
function textsIn(svg: string): string[] {
  const found: string[] = [];
  const walk = (node: unknown): void => {
    if (typeof node === 'string' || typeof node === 'number') found.push(String(node));
    else if (typeof node === 'object' && node !== null) Object.values(node).forEach(walk);
  };
  walk(new XMLParser({ ignoreAttributes: true, processEntities: true }).parse(svg));
  return found;
}
const shown = async (path: string, query: object = {}): Promise<string> =>
  textsIn(await draw(path, query)).join(' ');

test('teams whose names begin alike have a row each, with their names in full', async () => {
  await write(it, 'alike', { criteria: { x: [10] }, teams: { a: { x: 9 }, b: { x: 4 } }, places: 1 });
  const names = ['National University Consortium Alpha', 'National University Consortium Beta'];
  for (const [i, id] of ['alike-a', 'alike-b'].entries())
    await it.sql('UPDATE consortiums SET name_en = $2 WHERE id = $1', [id, names[i]]);
  for (const view of ['standings', 'stability']) {
    const texts = await shown(`alike-r/${view}`);
    for (const name of names) expect(texts).toContain(name);
  }
  // However long they are, and however much of them is cut: two rows.
  const long = 'A consortium with a name that is much longer than what any picture for a phone has room for';
  for (const id of ['alike-a', 'alike-b'])
    await it.sql('UPDATE consortiums SET name_en = $2 WHERE id = $1', [id, `${long} ${id}`]);
  for (const view of ['standings', 'stability'])
    expect(
      textsIn(await draw(`alike-r/${view}`)).filter((text) => text.includes('A consortium')),
    ).toHaveLength(2);
});

test.each(['en', 'ko', 'fr'])('lang=%s: no name of a real team is cut', async (lang) => {
  for (const round of [1, 2])
    for (const view of ['standings', 'stability'])
      expect(await shown(`kr-safm-round-${round}/${view}`, { lang })).not.toContain('…');
});

test('the source line names where the scores and decisions come from', async () => {
  const line = async (path: string): Promise<string> => {
    const texts = textsIn(await draw(path));
    return texts.slice(texts.findIndex((text) => text.startsWith('Sources:'))).join(' ');
  };
  for (const view of ['standings', 'stability']) {
    expect(await line(`kr-safm-round-2/${view}`)).toContain('yna-2026-08-27-scores');
    expect(await line(`kr-safm-round-1/${view}`)).toContain('msit-2026-01-15-round-1');
    expect(await line(`kr-safm-round-2/${view}`)).not.toContain('seed-001');
  }
});

test('who is not decided yet is marked and written as such, in all three languages', async () => {
  await write(it, 'open', {
    criteria: { x: [10] },
    teams: { a: { x: 9.5 }, b: { x: 5 }, c: { x: 1 } },
    places: 1,
    decisions: { a: ['advanced'], c: ['eliminated'] },
  });
  const words = {
    en: ['total, goes on', 'total, out', 'total, not decided', '5, not decided', '9.5', '1, out'],
    ko: ['총점, 진출', '총점, 탈락', '총점, 미정', '5, 미정', '9.5', '1, 탈락'],
    fr: ['total, qualifié', 'total, éliminé', 'total, non décidé', '5, non décidé', '9,5', '1, éliminé'],
  };
  for (const [lang, expected] of Object.entries(words))
    expect(textsIn(await draw('open-r/standings', { lang }))).toEqual(expect.arrayContaining(expected));
  // A mark that nobody has is not explained either.
  expect(await shown('kr-safm-round-2/standings')).not.toContain('not decided');
});

test('a what-if is marked by the line that it gives, and says that it is one and with which weights', async () => {
  const path = 'kr-safm-round-2/standings';
  const texts = textsIn(await draw(path, { weights: 'r2-aaii:10' }));
  expect(texts).toEqual(expect.arrayContaining(['total, would go on', 'total, would be out']));
  // Motif would be first, so that another is out.
  const written = texts.filter((text) => text.endsWith(', would be out'));
  expect(written.filter((text) => /^[0-9]/.test(text))).toHaveLength(1);
  const all = texts.join(' ');
  expect(all).toContain('hypothetical');
  expect(all).toMatch(/Weights: .*× 10/);
  expect(all.indexOf('Motif')).toBeLessThan(all.indexOf('SK Telecom'));
  expect(await shown(path, { without: 'r2-benchmark' })).toMatch(/Without: Benchmark/);
  const french = await shown(path, { lang: 'fr', weights: 'r2-expert:0.5' });
  expect(french).toContain('hypothétique');
  expect(french).toContain('× 0,5');
});

test('French numbers have a comma, those of the axis too', async () => {
  const french = textsIn(await draw('kr-safm-round-2/standings', { lang: 'fr' }));
  expect(french).toEqual(expect.arrayContaining(['70,6', '69,9', '65,8, éliminé']));
  await write(it, 'small', { criteria: { x: [1] }, teams: { a: { x: 0.5 }, b: { x: 0.25 } } });
  const small = textsIn(await draw('small-r/standings', { lang: 'fr' }));
  expect(small.filter((text) => /[0-9]\.[0-9]/.test(text))).toEqual([]);
  expect(small).toContain('0,2');
});

test('where there is no plot there is no legend', async () => {
  for (const view of ['standings', 'stability']) {
    const svg = await draw(`kr-safm-round-3/${view}`);
    expect(svg).not.toMatch(/<circle|<path/);
    expect(textsIn(svg).join(' ')).toMatch(/No(thing|) /);
  }
  await create(it, 'programs', { id: 'bare', names: { en: 'bare' }, country: 'FR' });
  await create(it, 'rounds', { id: 'bare-r', program: 'bare', ordinal: 1, state: 'open' });
  expect(await shown('bare-r/standings')).toContain('Sources: seed-004');
});
