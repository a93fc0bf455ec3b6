/** The chart of the claims: what is written in it, in each language, and that nothing of it is cut off. */
import { XMLParser } from 'fast-xml-parser';
import { expect, test } from 'vitest';
import type { Funding } from '../funding-data.ts';
import { tracker } from '../tracker.ts';

const it = tracker();
const draw = async (query: object = {}): Promise<string> => {
  const reply = await it.anyone
    .get('/v1/programs/kr-safm/funding')
    .query({ format: 'svg', ...query })
    .buffer(true);
  expect(reply.status).toBe(200);
  return String(reply.body);
};

interface Text {
  text: string;
  x: number;
  anchor: string;
}
/** The texts of the plot, with the place where each stands. */
function plotTexts(svg: string): Text[] {
  const found: Text[] = [];
  const parser = new XMLParser({ ignoreAttributes: false, preserveOrder: true, trimValues: false });
  const walk = (nodes: Record<string, unknown>[], anchor: string): void => {
    for (const node of nodes) {
      const attributes = (node[':@'] ?? {}) as Record<string, string>;
      const own = attributes['@_text-anchor'] ?? anchor;
      if (Array.isArray(node.text)) {
        const [, x = 'NaN'] = /translate\(([-0-9.]+)/.exec(attributes['@_transform'] ?? '') ?? [];
        const text = (node.text as { '#text'?: string | number }[])
          .map((part) => String(part['#text'] ?? ''))
          .join('');
        found.push({ text: text.replaceAll('&#160;', ' '), x: Number(x), anchor: own });
      }
      for (const [name, children] of Object.entries(node))
        if (name !== ':@' && name !== 'text' && Array.isArray(children)) walk(children as never, own);
    }
  };
  walk(parser.parse(svg) as never, 'start');
  return found.filter(({ x }) => !Number.isNaN(x));
}

const json = async (query: object): Promise<Funding> =>
  (await it.anyone.get('/v1/programs/kr-safm/funding').query(query)).body.data;

test.each(['en', 'ko', 'fr'])('no text of the plot is cut off at an edge (%s)', async (lang) => {
  const texts = plotTexts(await draw({ lang }));
  expect(texts.length).toBeGreaterThan(40);
  for (const { text, x, anchor } of texts.filter((one) => one.anchor === 'middle')) {
    // Hangul are as wide as the text is high, figures and Latin letters two thirds of it at most.
    const width = Array.from(text).reduce((sum, one) => sum + (/[가-힣]/.test(one) ? 11 : 7), 0);
    expect([text, anchor, x - width / 2 >= -3, x + width / 2 <= 359]).toEqual([text, anchor, true, true]);
  }
  expect(texts.filter(({ text }) => text.endsWith('…'))).toEqual([]);
});

test.each([
  ['en', ['≈190B', '193.6B', '1T', '1.75B', '158.6B']],
  ['ko', ['≈1900억', '1936억', '1조', '17.5억', '1586억']],
  ['fr', ['≈190 Md', '193,6 Md', '1 Bn', '1,75 Md', '158,6 Md']],
])('every amount is written beside its dot, as %s writes numbers', async (lang, amounts) => {
  const texts = plotTexts(await draw({ lang })).map(({ text }) => text);
  expect(texts).toEqual(expect.arrayContaining(amounts));
});

test.each(['en', 'ko', 'fr'])('each scope that is drawn is written out whole (%s)', async (lang) => {
  // A long one takes several lines.
  const texts = plotTexts(await draw({ lang })).map(({ text }) => text);
  const { groups } = await json({ lang });
  for (const { chosenScope, scopes } of groups)
    expect(texts.join(' ')).toContain(chosenScope?.scope.words ?? scopes[0]?.scope.words);
});

test('the title names the programme, and the preferred amount of each group is said', async () => {
  const svg = await draw();
  expect(svg).toContain('<title>Sovereign AI Foundation Model project: claims about the money</title>');
  const texts = plotTexts(svg)
    .map(({ text }) => text)
    .join(' ');
  for (const heading of [
    'GPU support · preferred 158.6B',
    'Motif Technologies consortium: data support · none preferred',
    'Upstage consortium: investment · preferred 560B',
  ])
    expect(texts).toContain(heading);
});

test('without a claim the chart names the programme and no unit', async () => {
  const svg = await draw({ asOf: '2000' });
  expect(svg).toContain('<title>Sovereign AI Foundation Model project: claims about the money</title>');
  expect(svg).toContain('<desc>By subject and scope.</desc>');
  expect(svg).toContain('No claims are known.');
});
