import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hits, slipsBetween, slipsInto, type Text } from '../../src/views/search/rules.ts';

/** The definition, without any of the short cuts. */
function slips(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const [a0, a1, b0, b1] = [a.charAt(0), a.charAt(1), b.charAt(0), b.charAt(1)];
  const swapped = a1 !== '' && a0 === b1 && a1 === b0;
  return Math.min(
    slips(a.slice(1), b) + 1,
    slips(a, b.slice(1)) + 1,
    slips(a.slice(1), b.slice(1)) + (a0 === b0 ? 0 : 1),
    swapped ? slips(a.slice(2), b.slice(2)) + 1 : Infinity,
  );
}

test('slips are letters left out, added, exchanged or swapped, and counting stops at the limit', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });
  fc.assert(
    fc.property(word, word, fc.integer({ min: 0, max: 7 }), (a, b, most) => {
      expect(Math.min(slipsBetween(a, b, most), most + 1)).toBe(Math.min(slips(a, b), most + 1));
    }),
  );
});

test.each<[string, string, number | undefined]>([
  ['upsatge', 'upstage', 1],
  ['exoane', 'k exaone 236b a23b', 1],
  ['sktelekom', 'sk telecom', 1],
  ['lg reserch', 'lg ai research', 1],
  ['reserch lg', 'lg ai research', 1],
  ['hyperclvao', 'hyperclova x', 2],
  ['lg', 'kt', undefined],
  ['skt', 'kt', undefined],
  ['kakap', 'kakao', 1],
  ['naver', 'never mind', 1],
  ['kakao', 'naver', undefined],
])('%s is as near to "%s" as it should be', (asked, words, expected) => {
  expect(slipsInto(asked, words)).toBe(expected);
});

test('one slip in a word of five letters or more is always forgiven, wherever it stands in a name', () => {
  const letter = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g');
  const word = fc.string({ unit: letter, minLength: 5, maxLength: 12 });
  fc.assert(
    fc.property(
      word,
      fc.nat(),
      letter,
      fc.nat(3),
      fc.array(word, { maxLength: 3 }),
      (name, where, other, how, around) => {
        const at = where % (name.length - 1);
        const [before, after] = [name.slice(0, at), name.slice(at)];
        const slipped = [
          before + after.slice(1),
          before + other + after,
          before + other + after.slice(1),
          before + after.charAt(1) + after.charAt(0) + after.slice(2),
        ][how];
        fc.pre(slipped !== undefined && slipped.length >= 4);
        expect(slipsInto(slipped, [...around, name].join(' '))).toBeLessThanOrEqual(1);
      },
    ),
  );
});

const text = (given: Partial<Text>): Text => ({
  kind: 'model',
  id: 'id',
  name: 'Name',
  field: 'names.en',
  text: 'Name',
  words: 'name',
  tier: 1,
  place: 1,
  preference: 0,
  asked: 'name',
  ...given,
});

test('better matches come first, then the kinds in their order, then the ids; each row once', () => {
  const any = fc.record({
    id: fc.constantFrom('a', 'b', 'c'),
    place: fc.constantFrom(1, 2),
    tier: fc.constantFrom(1, 2, 3, 4),
    preference: fc.nat(3),
  });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 20 }), fc.integer({ min: 1, max: 8 }), (given, limit) => {
      const texts = given.map((one) => text({ ...one, kind: `kind-${one.place}` }));
      const found = hits(texts, limit);
      expect(found.length).toBe(
        Math.min(limit, new Set(given.map(({ id, place }) => `${place}/${id}`)).size),
      );
      const keys = found.map(({ score, kind, id }) => [String(1 - score), kind, id].join(' '));
      expect(keys).toEqual([...keys].sort());
      for (const { kind, id, score } of found) {
        const tiers = given
          .filter((one) => one.id === id && `kind-${one.place}` === kind)
          .map(({ tier }) => tier);
        expect(score).toBeCloseTo(1.1 - Math.min(...tiers) / 10, 5);
      }
    }),
  );
});

test('what only resembles comes last and only where it is close enough', () => {
  const found = hits(
    [
      text({ id: 'far', tier: null, asked: 'upsatge', words: 'up to date' }),
      text({ id: 'near', tier: null, asked: 'upsatge', words: 'upstage consortium' }),
      text({ id: 'has-it', tier: 4, asked: 'upsatge' }),
    ],
    10,
  );
  expect(found.map(({ id, match }) => [id, match])).toEqual([
    ['has-it', 'contained'],
    ['near', 'similar'],
  ]);
  expect(found[1]?.score).toBeLessThan(found[0]?.score ?? 0);
});
