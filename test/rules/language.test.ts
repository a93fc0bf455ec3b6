import { expect, test } from 'vitest';
import { preferredLanguage } from '../../src/kernel/language.ts';

test.each([
  [undefined, 'en'],
  ['', 'en'],
  ['ko', 'ko'],
  ['ko-KR', 'ko'],
  ['fr-CH, fr;q=0.9, en;q=0.8', 'fr'],
  ['de, ko;q=0.5, en;q=0.4', 'ko'],
  ['de', 'en'],
  ['*', 'en'],
  ['en;q=0, fr', 'fr'],
  ['ko;q=0.1, fr;q=0.2', 'fr'],
])('Accept-Language %j gives names in %s', (field, language) => {
  expect(preferredLanguage(field)).toBe(language);
});
