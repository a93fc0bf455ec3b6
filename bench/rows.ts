/** Rows of evaluations as files hold them, for the programmes that data.ts makes. */
import { shape } from './data.ts';

const sources = ['msit-2026-08-18-round-2'];
const upTo = (end: number): number[] => Array.from({ length: end }, (_, i) => i);

/** Reproducible scores (a linear congruential generator). */
function scores(): () => number {
  let state = 1;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * 1000) / 10;
  };
}

const day = '2026-01-15';
const header = 'round,consortium,criterion,status,score,evaluatedOn,disclosedOn,sources\r\n';

/** What `copy` fills. */
export const copied = 'round, consortium, criterion, status, score, evaluated_on, disclosed_on, sources';

/** Evaluations in each form, some thousand at a time; `copy` is what COPY reads. */
export function* evaluations(form: 'csv' | 'ndjson' | 'json' | 'copy', programs: number): Generator<string> {
  const score = scores();
  if (form === 'csv') yield header;
  let first = true;
  for (const p of upTo(programs))
    for (const r of upTo(shape.rounds)) {
      const lines = upTo(shape.consortiums).flatMap((c) =>
        upTo(shape.criteria).map((k) => {
          const row = [
            `bp${p}-r${r + 1}`,
            `bp${p}-c${c}`,
            `bp${p}-r${r + 1}-k${k}`,
            'disclosed',
            score(),
          ] as const;
          if (form === 'csv') return `${[...row, day, day, sources[0]].join(',')}\r\n`;
          if (form === 'copy') return `${[...row, day, day, `{${sources[0] ?? ''}}`].join('\t')}\n`;
          const [round, consortium, criterion, status, value] = row;
          return JSON.stringify({
            round,
            consortium,
            criterion,
            status,
            score: value,
            evaluatedOn: day,
            disclosedOn: day,
            sources,
          });
        }),
      );
      if (form === 'json') {
        yield `${first ? '[' : ','}${lines.join(',')}`;
        first = false;
      } else yield form === 'ndjson' ? `${lines.join('\n')}\n` : lines.join('');
    }
  if (form === 'json') yield ']';
}
