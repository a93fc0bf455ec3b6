/** Made-up programmes of the shape of a real one: each has 50 consortiums and 5 rounds of 20 criteria. */
const sources = ['msit-2026-08-18-round-2'];
const rounds = [1, 2, 3, 4, 5];
const upTo = (end: number): number[] => Array.from({ length: end }, (_, i) => i);

type Rows = Record<string, unknown>[];

export const evaluationsOf = (programs: number): number => programs * 5 * 50 * 20;

/** What the evaluations refer to, in an order in which it can be imported. */
export function base(programs: number): [string, Rows][] {
  const all = upTo(programs);
  const names = (en: string): { en: string } => ({ en });
  return [
    ['programs', all.map((p) => ({ id: `bp${p}`, names: names(`Bench ${p}`), country: 'KR', sources }))],
    [
      'organizations',
      upTo(50).map((o) => ({
        id: `bo${o}`,
        names: names(`Bench Org ${o}`),
        kind: 'company',
        country: 'KR',
        sources,
      })),
    ],
    [
      'consortiums',
      all.flatMap((p) =>
        upTo(50).map((c) => ({
          id: `bp${p}-c${c}`,
          program: `bp${p}`,
          names: names(`Bench ${p} team ${c}`),
          lead: `bo${c}`,
          members: [],
          sources,
        })),
      ),
    ],
    [
      'rounds',
      all.flatMap((p) =>
        rounds.map((r) => ({ id: `bp${p}-r${r}`, program: `bp${p}`, ordinal: r, state: 'planned', sources })),
      ),
    ],
    [
      'criteria',
      all.flatMap((p) =>
        rounds.flatMap((r) =>
          upTo(20).map((k) => ({
            id: `bp${p}-r${r}-k${k}`,
            program: `bp${p}`,
            round: `bp${p}-r${r}`,
            stage: 'evaluation',
            names: names(`Criterion ${k}`),
            maxScore: 100,
            gate: false,
            sources,
          })),
        ),
      ),
    ],
    [
      'decisions',
      all.flatMap((p) =>
        upTo(50).map((c) => ({
          program: `bp${p}`,
          round: null,
          consortium: `bp${p}-c${c}`,
          outcome: 'selected',
          decidedOn: '2025-08-04',
          sources,
        })),
      ),
    ],
  ];
}

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

/** Evaluations in each form, some thousand at a time; `copy` is what COPY reads. */
export function* evaluations(form: 'csv' | 'ndjson' | 'json' | 'copy', programs: number): Generator<string> {
  const score = scores();
  if (form === 'csv') yield header;
  let first = true;
  for (const p of upTo(programs))
    for (const r of rounds) {
      const lines = upTo(50).flatMap((c) =>
        upTo(20).map((k) => {
          const row = [`bp${p}-r${r}`, `bp${p}-c${c}`, `bp${p}-r${r}-k${k}`, 'disclosed', score()] as const;
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
