/** Counting draws: who got which rank, who was inside, and which weights made somebody first. */

/** Alternatives by parts; a score that is known has the same number on both sides. */
export interface Model {
  lowest: number[][];
  highest: number[][];
  /** Who failed no gate. Places are counted among all, but who failed one gets none. */
  passed: boolean[];
  places: number | null;
}

export function utility(scores: Float64Array, weights: ArrayLike<number>): number {
  let sum = 0;
  for (let part = 0; part < weights.length; part += 1) sum += (scores[part] ?? 0) * (weights[part] ?? 0);
  return sum;
}

/** Counts the draws. Those who tie share the ranks they hold together, each an equal part of each. */
export class Tally {
  readonly ranks: number[][];
  readonly inside: number[];
  readonly #weights: number[][];
  readonly #first: number[];
  readonly #order: number[];
  readonly #utilities: Float64Array;
  readonly #model: Model;

  constructor(model: Model, parts: number) {
    const none = (size: number): number[] => new Array<number>(size).fill(0);
    const size = model.lowest.length;
    this.#model = model;
    this.ranks = model.lowest.map(() => none(size));
    this.inside = none(size);
    this.#weights = model.lowest.map(() => none(parts));
    this.#first = none(size);
    this.#order = none(size).map((_, i) => i);
    this.#utilities = new Float64Array(size);
  }

  add(scores: Float64Array[], weights: Float64Array): void {
    for (let i = 0; i < scores.length; i += 1) this.#utilities[i] = utility(scores[i] ?? weights, weights);
    this.#sort();
    const size = this.#order.length;
    for (let start = 0, end = 0; start < size; start = end) {
      end = start + 1;
      while (end < size && this.#at(end) === this.#at(start)) end += 1;
      this.#share(start, end, weights);
    }
  }

  central(): (number[] | null)[] {
    return this.#weights.map((sums, i) => {
      const first = this.#first[i] ?? 0;
      return first > 0 ? sums.map((sum) => sum / first) : null;
    });
  }

  #at(position: number): number {
    return this.#utilities[this.#order[position] ?? 0] ?? 0;
  }

  /** By insertion: the order of one draw is close to that of the next. */
  #sort(): void {
    const order = this.#order;
    const utilities = this.#utilities;
    for (let i = 1; i < order.length; i += 1) {
      const moved = order[i] ?? 0;
      const value = utilities[moved] ?? 0;
      let at = i;
      for (; at > 0 && (utilities[order[at - 1] ?? 0] ?? 0) < value; at -= 1) order[at] = order[at - 1] ?? 0;
      order[at] = moved;
    }
  }

  /** One group of equals, from one position up to another. */
  #share(start: number, end: number, weights: Float64Array): void {
    const part = 1 / (end - start);
    const inside = Math.min(Math.max((this.#model.places ?? 0) - start, 0), end - start) * part;
    for (let position = start; position < end; position += 1) {
      const member = this.#order[position] ?? 0;
      const ranks = this.ranks[member] ?? [];
      for (let rank = start; rank < end; rank += 1) ranks[rank] = (ranks[rank] ?? 0) + part;
      if (start === 0) this.#win(member, part, weights);
      if (this.#model.passed[member]) this.inside[member] = (this.inside[member] ?? 0) + inside;
    }
  }

  #win(member: number, part: number, weights: Float64Array): void {
    this.#first[member] = (this.#first[member] ?? 0) + part;
    const sums = this.#weights[member] ?? [];
    for (let i = 0; i < weights.length; i += 1) sums[i] = (sums[i] ?? 0) + part * (weights[i] ?? 0);
  }
}
