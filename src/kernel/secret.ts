/**
 * The form of an API key: a prefix that secret scanners look for (`satk_[0-9A-Za-z]{49}`), 256 random bits in 43
 * characters, and a checksum in 6, so that a typo is told from an unknown key without asking anybody.
 */
import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const prefix = 'satk_';
const randomLength = 43;
const checkLength = 6;
const whole = /^satk_[0-9A-Za-z]{49}$/;
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Letters and digits only: a double click selects all of it. */
function base62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; rest > 0n; rest /= 62n) text = (digits[Number(rest % 62n)] ?? '') + text;
  return text.padStart(length, '0');
}

const checkOf = (text: string): string => base62(BigInt(crc32(text)), checkLength);

export function newSecret(): string {
  const text = prefix + base62(BigInt(`0x${randomBytes(32).toString('hex')}`), randomLength);
  return text + checkOf(text);
}

/** Whether it was meant to be such a key and is none. Keys of other forms have no checksum to be judged by. */
export const isMistyped = (secret: string): boolean =>
  secret.startsWith(prefix) &&
  !(whole.test(secret) && secret.endsWith(checkOf(secret.slice(0, -checkLength))));

/** What looks like a key, wherever somebody puts it. */
export const likeKeys = /satk?_[0-9A-Za-z_-]+/g;

/** What may be shown of it, to tell which one it was: 24 of its 256 bits. Nothing of a key that somebody thought of. */
export const hintOf = (secret: string): string | null =>
  whole.test(secret) ? secret.slice(0, prefix.length + 4) : null;

/** What is stored of it. Enough as it is: nobody tries through 256 random bits. */
export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();
