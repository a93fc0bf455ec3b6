/**
 * No regular expression of ours, and no pattern of the OpenAPI document, takes exponential time on any input: recheck
 * looks for one that does. Those that take more than linear time are listed, with the bound on what they are given.
 */
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { tracker } from '../tracker.ts';

// The analyser in JavaScript; otherwise it would look for one to run as a program.
process.env.RECHECK_SYNC_BACKEND = 'pure';
const { checkSync } = await import('recheck');

const it = tracker();
const src = fileURLToPath(new URL('../../src/', import.meta.url));

interface Expression {
  source: string;
  flags: string;
  at: string;
}

async function inSource(): Promise<Expression[]> {
  const found: Expression[] = [];
  for (const file of await readdir(src, { recursive: true })) {
    if (!file.endsWith('.ts') || file.startsWith('db/prisma/')) continue;
    const tree = ts.createSourceFile(file, await readFile(src + file, 'utf8'), ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        const end = node.text.lastIndexOf('/');
        found.push({ source: node.text.slice(1, end), flags: node.text.slice(end + 1), at: `src/${file}` });
      }
      if (ts.isNewExpression(node) && node.expression.getText(tree) === 'RegExp')
        throw new Error(`${file} makes an expression that cannot be checked`);
      ts.forEachChild(node, visit);
    };
    visit(tree);
  }
  return found;
}

function inDocument(node: unknown, at = ''): Expression[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]: [string, unknown]) =>
    name === 'pattern' && typeof value === 'string'
      ? [{ source: value, flags: 'u', at }]
      : inDocument(value, `${at}/${name}`),
  );
}
/** Its verdict follows from counted steps and its seed, and from no clock. */
const steps = { timeout: null, attackTimeout: null, incubationTimeout: null, seedingTimeout: null };

/** What is not linear, and why that does no harm. */
const bounded: Record<string, string> = {
  '\\.?0+$': 'an amount, which has at most 40 digits',
  '0*$': 'an amount, which has at most 40 digits',
  '0+$': 'an amount, which has at most 24 digits',
  '^-+|-+$': 'a name in which no two hyphens follow each other any more',
  '\\[(.*)\\]': 'the name of a parameter of ours',
  '_(check|fkey|key|printable)$|_after_.+$': 'the name of a constraint',
  '_([a-z_]+)_after_([a-z_]+)$': 'the name of a constraint',
  '\\[(.*?)\\]\\(.*?\\)': 'a text of ours',
  "(--[\\w-]+)=[^\\s']*": 'what somebody typed on a command line',
};

test('no expression and no pattern takes exponential time, and those of polynomial time read what is short', async () => {
  const document: unknown = (await it.anyone.get('/openapi.json')).body;
  const all = [...(await inSource()), ...inDocument(document)];
  expect(all.length).toBeGreaterThan(500);
  const distinct = new Map(all.map((one) => [`/${one.source}/${one.flags}`, one]));
  const found = [...distinct.values()].flatMap(({ source, flags, at }) => {
    const judged = checkSync(source, flags, steps);
    if (judged.status === 'safe') return [];
    const why = judged.status === 'unknown' ? judged.error.kind : judged.complexity.type;
    return why === 'polynomial' && source in bounded ? [] : [{ source, at, why }];
  });
  expect(found).toEqual([]);
}, 600_000);

test('an expression of exponential time would be found', () => {
  expect(checkSync('^(a+)+$', '')).toMatchObject({
    status: 'vulnerable',
    complexity: { type: 'exponential' },
  });
});
