/**
 * xoshiro128** of Blackman and Vigna, seeded by their splitmix64: small, well known, and the same on every machine,
 * which Math.random is not.
 */
type State = [number, number, number, number];

const mask = (1n << 64n) - 1n;

/** The first outputs of splitmix64. */
export function splitmix64(seed: bigint, outputs: number): bigint[] {
  return Array.from({ length: outputs }, (_, i) => {
    let word = (seed + 0x9e3779b97f4a7c15n * BigInt(i + 1)) & mask;
    word = ((word ^ (word >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
    word = ((word ^ (word >> 27n)) * 0x94d049bb133111ebn) & mask;
    return word ^ (word >> 31n);
  });
}

const seeded = (seed: number): State =>
  splitmix64(BigInt(seed), 2).flatMap((word) => [Number(word & 0xffffffffn), Number(word >> 32n)]) as State;

/** Whole numbers of 32 bits. */
export function wordsFrom(state: State): () => number {
  let [a, b, c, d] = state;
  return () => {
    const fives = Math.imul(b, 5);
    const word = Math.imul((fives << 7) | (fives >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return word;
  };
}

/** Uniform from 0 up to, but not, 1. */
export function uniformFrom(seed: number): () => number {
  const word = wordsFrom(seeded(seed));
  return () => word() / 4_294_967_296;
}
