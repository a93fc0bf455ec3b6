import { expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { hintOf, isMistyped, newSecret } from '../../src/kernel/secret.ts';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

test('secrets have a form that scanners find, and are all different', () => {
  const made = Array.from({ length: 500 }, newSecret);
  expect(new Set(made).size).toBe(500);
  for (const secret of made) {
    expect(secret).toMatch(/^satk_[0-9A-Za-z]{49}$/);
    expect([isMistyped(secret), hintOf(secret)]).toEqual([false, secret.slice(0, 9)]);
  }
});

test('one wrong, one missing, one more and two swapped characters are noticed', () => {
  const secret = newSecret();
  for (let i = 5; i < secret.length; i += 1) {
    const [before, own = '', after] = [secret.slice(0, i), secret[i], secret.slice(i + 1)];
    for (const wrong of alphabet.replace(own, '')) expect(isMistyped(before + wrong + after)).toBe(true);
    expect([isMistyped(before + after), isMistyped(`${before}${own}x${after}`)]).toEqual([true, true]);
    const next = after[0];
    if (next !== undefined && next !== own)
      expect(isMistyped(before + next + own + after.slice(1))).toBe(true);
  }
});

test('keys of other forms have no checksum, and nothing of them is shown', () => {
  for (const secret of [
    '0123456789012345678901234567890123',
    'sat_Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm8',
  ])
    expect([isMistyped(secret), hintOf(secret)]).toEqual([false, null]);
});

test('a setting with a key that has a typo is refused without being repeated', () => {
  const secret = newSecret();
  expect(readConfig({ BOOTSTRAP_ADMIN_KEY: secret }).BOOTSTRAP_ADMIN_KEY).toBe(secret);
  expect(() => readConfig({ BOOTSTRAP_ADMIN_KEY: `${secret}x` })).toThrow(
    /^The settings do not fit: BOOTSTRAP_ADMIN_KEY looks like a key of this tracker, and its checksum is not right$/,
  );
});
