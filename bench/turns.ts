/**
 * Contenders take turns, and each turn begins with another one: what disturbs the machine for a while disturbs them all.
 * Ratios are made within a turn, and their median counts. The first turn only warms them up.
 */
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export type Turns<T> = Map<string, T[]>;

export async function inTurns<T>(
  contenders: Record<string, () => Promise<T>>,
  turns: number,
): Promise<Turns<T>> {
  const names = Object.keys(contenders);
  const results: Turns<T> = new Map(names.map((name) => [name, []]));
  for (let turn = 0; turn <= turns; turn += 1)
    for (const i of names.keys()) {
      const name = names[(i + turn) % names.length] ?? '';
      const result = await contenders[name]?.();
      if (result !== undefined && turn > 0) results.get(name)?.push(result);
    }
  return results;
}

export const medianOf = <T>(results: Turns<T>, name: string, figure: (one: T) => number): number =>
  median((results.get(name) ?? []).map(figure));

/** Of the first to the second; a turn in which nobody was answered says nothing. */
export function ratioOf<T>(results: Turns<T>, a: string, b: string, figure: (one: T) => number): number {
  const others = results.get(b) ?? [];
  const ratios = (results.get(a) ?? []).map((one, i) => figure(one) / figure(others[i] ?? one));
  return median(ratios.filter((ratio) => Number.isFinite(ratio) && ratio > 0));
}
