import { expect, test } from 'vitest';
import { didYouMean } from '../../src/kernel/nearest.ts';

test('a slip of the pen is understood', () => {
  expect(didYouMean('sktelecom', ['kt', 'sk-telecom', 'naver-cloud'])).toBe('; did you mean `sk-telecom`?');
});

test('a word that resembles nothing is not guessed at', () => {
  expect(didYouMean('completely-different', ['kt', 'sk-telecom'])).toBe('');
});
