/**
 * Reads of what was not asked for before, or whose reply was not kept: the product with its cache off beside the same by
 * hand, and the product on a tenth of the rows.
 */
import { burst, figures, latencies, perProcessorSecond, perSecond, type Target } from '../load.ts';
import type { Line } from '../table.ts';
import { inTurns, median, ratioOf } from '../turns.ts';
import { passedPrefix } from '../baseline/passed.ts';
import { pathsOf, placesAt, type Work } from './paths.ts';
import { refuseOther } from './same.ts';

export interface FirstReads {
  product: Target;
  byHand: Target;
  /** Others that answer some of the questions, asked as the one by hand. */
  peers: { name: string; target: Target; works: Work[] }[];
  small: Target;
  programs: { large: number; small: number };
  /** Of the deep page. */
  row: number;
  turns: number;
  seconds: number;
}

const atLeast: Record<Work, number> = {
  'item with includes': 2,
  'hot overview': 1.6,
  'filtered, sorted list of 50': 1.5,
  'deep page': 1.3,
  standings: 1,
};
/** What PostgreSQL writes as JSON and nobody has to compute. */
const passed = new Set<Work>(['item with includes', 'filtered, sorted list of 50', 'deep page']);
/** The overview is of the real programme, which is the same in both databases. */
const grows = new Set<Work>(['item with includes', 'filtered, sorted list of 50', 'deep page', 'standings']);

async function deepPaths({ product, small, row, programs }: FirstReads) {
  const places = await placesAt(product.served.base, row);
  const fewer = await placesAt(small.served.base, Math.round((row * programs.small) / programs.large));
  const byCursor = (all: typeof places) =>
    all.map(({ cursor }) => `/v1/evaluations?limit=50&cursor=${cursor}`);
  return {
    product: byCursor(places),
    byHand: places.map(({ after }) => `/v1/evaluations?limit=50&after=${after}`),
    small: byCursor(fewer),
  };
}

export async function firstReads(it: FirstReads): Promise<Line[]> {
  const { product, byHand, peers, small, programs, turns, seconds } = it;
  const deep = await deepPaths(it);
  const of = (paths: string[], fewer: string[]) => ({ product: paths, byHand: paths, small: fewer });
  const [large, less] = [pathsOf(programs.large), pathsOf(programs.small)];
  const lines: Line[] = [];
  const growth: Line[] = [];
  for (const work of Object.keys(atLeast) as Work[]) {
    const paths = work === 'deep page' ? deep : of(large[work], less[work]);
    await refuseOther([
      `${product.served.base}${paths.product[0] ?? ''}`,
      `${byHand.served.base}${paths.byHand[0] ?? ''}`,
    ]);
    const run = (target: Target, those: string[]) => () => burst(target, { paths: those }, seconds);
    const results = await inTurns(
      {
        product: run(product, paths.product),
        'by hand': run(byHand, paths.byHand),
        ...(passed.has(work) && {
          'passed through': run(
            byHand,
            paths.byHand.map((path) => `${passedPrefix}${path}`),
          ),
        }),
        ...(grows.has(work) && { small: run(small, paths.small) }),
        ...(work === 'standings' && {
          'its statement': run(
            byHand,
            paths.byHand.map((path) => path.replace('standings', 'facts')),
          ),
        }),
        ...Object.fromEntries(
          peers
            .filter(({ works }) => works.includes(work))
            .map(({ name, target }) => [name, run(target, paths.byHand)]),
        ),
      },
      turns,
    );
    lines.push({
      work: `${work}, first time`,
      of: '× by hand',
      measured: ratioOf(results, 'product', 'by hand', perSecond),
      atLeast: atLeast[work],
      seen: {
        'by processor time': ratioOf(results, 'product', 'by hand', perProcessorSecond),
        ...(passed.has(work) && {
          'passed through × by hand': ratioOf(results, 'passed through', 'by hand', perSecond),
        }),
        ...figures(results),
      },
    });
    if (grows.has(work))
      growth.push({
        work: `${work}, 10 × the rows`,
        of: '× slower',
        measured: ratioOf(results, 'small', 'product', perSecond),
        atMost: 1.3,
        seen: { 'by processor time': ratioOf(results, 'small', 'product', perProcessorSecond) },
      });
  }
  const url = (path: string): string => `${product.served.base}${path}`;
  const [first = [], far = []] = await latencies(
    [[url('/v1/evaluations?limit=50')], deep.product.map(url)],
    turns * 60,
  );
  lines.push({
    work: `p50 of a page at row ${it.row}`,
    of: '× that of the first',
    measured: median(far) / median(first),
    atMost: 1.1,
    seen: { 'first ms': median(first), 'deep ms': median(far) },
  });
  return [...lines, ...growth];
}
