import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hits, type Text } from '../../src/views/search/rules.ts';
import { slipsBetween, slipsInto } from '../../src/views/search/slips.ts';

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
  ['round 2', 'round 1', undefined],
  ['motif 3', 'motif 2 12 7b', undefined],
])('%s is as near to "%s" as it should be', (asked, words, expected) => {
  expect(slipsInto(asked, words)).toBe(expected);
});

test.each<[string, string, number | undefined]>([
  ['엑사온', 'k 엑사원 2 0', 1],
  ['네이봐', '네이버', 1],
  ['카카우', '카카오', 1],
  ['독파뫄', '독파모', 1],
  ['모티브', '모티프 3', 1],
  ['하이퍼클로봐', '하이퍼클로바x', 2],
  ['하이퍼크로바', '하이퍼클로바', 1],
  // A syllable left out, and two that are swapped.
  ['하이퍼로바', '하이퍼클로바', 2],
  ['업스이테지', '업스테이지', 2],
  ['카카오', '네이버', undefined],
  ['업스테이지', '모티프테크놀로지', undefined],
  // Two syllables, or another one in a word of five, are another word.
  ['정보', '정부', undefined],
  ['서강대학교', '서울대학교', undefined],
])('%s is as near to "%s" as its letters are, not its syllables', (asked, words, expected) => {
  expect(slipsInto(asked, words)).toBe(expected);
});

test('one wrong letter in a Korean name of three syllables or more is forgiven, and never makes another name of it', () => {
  const syllable = fc
    .tuple(fc.nat(18), fc.nat(20), fc.nat(27))
    .map(([first, vowel, last]) => String.fromCharCode(0xac00 + (first * 21 + vowel) * 28 + last));
  const name = fc.array(syllable, { minLength: 3, maxLength: 6 });
  fc.assert(
    fc.property(name, name, fc.nat(), fc.nat(20), (given, other, where, vowel) => {
      const at = where % given.length;
      const code = (given[at] ?? '').charCodeAt(0) - 0xac00;
      const [first, last] = [Math.floor(code / 588), code % 28];
      const wrong = String.fromCharCode(0xac00 + (first * 21 + vowel) * 28 + last);
      const slipped = given.with(at, wrong).join('');
      expect(slipsInto(slipped, given.join(''))).toBeLessThanOrEqual(1);
      // Names that share no syllable are far apart.
      fc.pre(
        !other.some((one) =>
          given.some((mine) => mine.normalize('NFD').startsWith(one.charAt(0).normalize('NFD').charAt(0))),
        ),
      );
      expect(slipsInto(given.join(''), other.join(''))).toBeUndefined();
    }),
  );
});

test('words may be shared between a row and what it belongs to, if the row itself has one of them', () => {
  expect(slipsInto('skt consortim', 'sk telecom consortium', 'sk telecom skt')).toBe(1);
  expect(slipsInto('skt upstaeg', 'solar pro 2', 'upstage skt')).toBeUndefined();
  expect(slipsInto('upstaeg solarr', 'solar pro 2', 'upstage')).toBe(2);
  expect(slipsInto('upstaeg', 'solar pro 2', 'upstage')).toBeUndefined();
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
  beside: '',
  loss: 0,
  place: 1,
  preference: 0,
  asked: 'name',
  ...given,
});

test('better matches come first, then the kinds in their order, then the ids; each row once', () => {
  const any = fc.record({
    id: fc.constantFrom('a', 'b', 'c'),
    place: fc.constantFrom(1, 2),
    loss: fc.constantFrom(0, 5, 10, 20, 25, 30, 35),
    preference: fc.nat(3),
  });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 20 }), fc.integer({ min: 1, max: 8 }), (given, limit) => {
      const texts = given.map((one) => text({ ...one, kind: `kind-${one.place}` }));
      const found = hits(texts, limit);
      expect(found.length).toBe(
        Math.min(limit, new Set(given.map(({ id, place }) => `${place}/${id}`)).size),
      );
      const keys = found.map(({ score, kind, id }) => [(1 - score).toFixed(2), kind, id].join(' '));
      expect(keys).toEqual([...keys].sort());
      for (const { kind, id, score } of found) {
        const losses = given
          .filter((one) => one.id === id && `kind-${one.place}` === kind)
          .map(({ loss }) => loss);
        expect(score).toBeCloseTo(1 - Math.min(...losses) / 100, 5);
      }
    }),
  );
});

test('what only resembles comes last and only where it is close enough', () => {
  const found = hits(
    [
      text({ id: 'far', loss: null, asked: 'upsatge', words: 'up to date' }),
      text({ id: 'near', loss: null, asked: 'upsatge', words: 'upstage consortium' }),
      text({ id: 'has-it', loss: 30, asked: 'upsatge' }),
    ],
    10,
  );
  expect(found.map(({ id, match }) => [id, match])).toEqual([
    ['has-it', 'contained'],
    ['near', 'similar'],
  ]);
  expect(found[1]?.score).toBeLessThan(found[0]?.score ?? 0);
});
