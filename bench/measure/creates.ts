/** Single rows, each in a request of its own, with history: through the product and through an INSERT by hand. */
import { spare } from '../data.ts';
import { burst, figures, perProcessorSecond, perSecond, type Target } from '../load.ts';
import { headers } from '../product.ts';
import type { Line } from '../table.ts';
import { inTurns, ratioOf } from '../turns.ts';

/** Each natural key once. */
export function evaluationBodies(): () => string {
  let n = 0;
  return () => {
    const at = n;
    n += 1;
    const round = `bw-r${(at % spare.rounds) + 1}`;
    return JSON.stringify({
      round,
      consortium: `bw-c${Math.floor(at / spare.rounds) % spare.consortiums}`,
      criterion: `${round}-k${Math.floor(at / spare.rounds / spare.consortiums)}`,
      status: 'disclosed',
      score: at % 100,
      evaluatedOn: '2026-01-15',
      disclosedOn: '2026-01-15',
      note: null,
      sources: ['msit-2026-08-18-round-2'],
    });
  };
}

export async function creates(
  product: Target,
  byHand: Target,
  turns: number,
  seconds: number,
): Promise<Line[]> {
  const requests = { paths: ['/v1/evaluations'], headers, body: evaluationBodies(), status: 201 };
  const results = await inTurns(
    {
      product: () => burst(product, requests, seconds),
      'by hand': () => burst(byHand, requests, seconds),
    },
    turns,
  );
  return [
    {
      work: 'single-row create',
      of: '× by hand',
      measured: ratioOf(results, 'product', 'by hand', perSecond),
      atLeast: 0.8,
      seen: {
        'by processor time': ratioOf(results, 'product', 'by hand', perProcessorSecond),
        ...figures(results),
      },
    },
  ];
}
