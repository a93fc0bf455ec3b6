/** The same GET again and again while nothing is written, and whether it has changed: beside Fastify that sends constants. */
import type { Requests } from '../generators.ts';
import { burst, perProcessorSecond, perSecond, type Target } from '../load.ts';
import type { Line } from '../table.ts';
import { inTurns, medianOf, ratioOf } from '../turns.ts';

export interface RepeatedReads {
  /** Both with and without a log of every request. */
  quiet: { product: Target; bare: Target };
  logging: { product: Target; bare: Target };
  paths: string[];
  turns: number;
  seconds: number;
}

export async function repeatedReads({
  quiet,
  logging,
  paths,
  turns,
  seconds,
}: RepeatedReads): Promise<Line[]> {
  const worst = new Map<string, Line>();
  for (const path of paths) {
    const etag = (await fetch(`${quiet.product.served.base}${path}`)).headers.get('etag') ?? '';
    const kinds: [string, Requests, number][] = [
      ['GET again', { paths: [path] }, 0.85],
      ['304', { paths: [path], headers: { 'if-none-match': etag }, status: 304 }, 0.8],
    ];
    for (const [kind, requests, withoutLog] of kinds) {
      const run = (target: Target) => () => burst(target, requests, seconds);
      const results = await inTurns(
        {
          'product, no log': run(quiet.product),
          'bare, no log': run(quiet.bare),
          'product, log': run(logging.product),
          'bare, log': run(logging.bare),
        },
        turns,
      );
      for (const [log, atLeast] of [
        ['no log', withoutLog],
        ['log', 0.7],
      ] as const) {
        const [product, bare] = [`product, ${log}`, `bare, ${log}`];
        const answered = ratioOf(results, product, bare, perSecond);
        // The one who asks may be slower than both who answer; then they seem alike.
        const possible = ratioOf(results, product, bare, perProcessorSecond);
        const line: Line = {
          work: `${kind}, ${log}`,
          of: '× bare Fastify',
          measured: Math.min(answered, possible),
          atLeast,
          seen: {
            path,
            answered,
            'by processor time': possible,
            'product/s': medianOf(results, product, perSecond),
            'bare/s': medianOf(results, bare, perSecond),
          },
        };
        if (line.measured < (worst.get(line.work)?.measured ?? Infinity)) worst.set(line.work, line);
      }
    }
  }
  return [...worst.values()];
}
