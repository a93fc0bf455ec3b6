/** What a statement does in a few words, as its span is called: `SELECT consortiums`, `INSERT evaluations`. */
import { LRUCache } from 'lru-cache';

export interface Summary {
  /** The first word of it. */
  operation: string;
  summary: string;
}

/** Texts, brackets and words; all else says nothing here. */
const token = /'(?:[^']|'')*'|[()]|[A-Za-z_][\w.]*/g;
const verbs = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY', 'ANALYZE']);
/** After which a table is named. */
const before = new Set(['FROM', 'JOIN', 'INTO', 'UPDATE', 'COPY', 'ANALYZE', 'ONLY']);
const noTable = new Set(['SET', 'OF', 'LATERAL', 'ONLY', 'SELECT', 'STDIN', 'STDOUT', 'AS']);
const tablesMost = 3;
/** Brackets in brackets, where a statement has all that it reads in there. */
const depthMost = 4;

/** There are combinations of filters without end. */
const known = new LRUCache<string, Summary>({ max: 1_000 });

export function summaryOf(text: string): Summary {
  let summary = known.get(text);
  if (!summary) known.set(text, (summary = summarize(text)));
  return summary;
}

interface Word {
  word: string;
  upper: string;
  depth: number;
  /** The word before it on its level, where no bracket is between. */
  previous: string;
  /** Whether a bracket comes next. */
  opens: boolean;
}

function summarize(text: string): Summary {
  const words = wordsOf(text);
  const operation = words[0]?.upper ?? '';
  const own = new Set(words.filter((_, i) => isDefinedAt(words, i)).map(({ word }) => word));
  for (let depth = 0; depth <= depthMost; depth += 1) {
    const told = toldIn(
      words.filter((one) => one.depth === depth),
      own,
    );
    if (told.length === 0) continue;
    if (operation === 'COPY') told[0] = operation;
    return { operation, summary: told.slice(0, 1 + tablesMost).join(' ') };
  }
  return { operation, summary: operation };
}

function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  let depth = 0;
  let previous = '';
  for (const [found] of text.matchAll(token)) {
    const last = words.at(-1);
    if (found === '(') {
      if (last) last.opens = true;
      depth += 1;
      previous = '';
    } else if (found === ')') {
      depth -= 1;
      previous = '';
    } else if (!found.startsWith("'")) {
      const upper = found.toUpperCase();
      words.push({ word: found, upper, depth, previous, opens: false });
      previous = previous === 'DISTINCT' && upper === 'FROM' ? '' : upper;
    }
  }
  return words;
}

/** `WITH name AS (`: what is called so by the statement alone is no table. */
function isDefinedAt(words: Word[], i: number): boolean {
  const [next, after] = [words[i + 1], words[i + 2]];
  return next?.upper === 'AS' && (next.opens || (after?.upper === 'MATERIALIZED' && after.opens));
}

/** The verbs of a level, each with its tables; one that has none says nothing. */
function toldIn(level: Word[], own: Set<string>): string[] {
  const told = level.flatMap(({ word, upper, previous, opens }) => {
    // `ON CONFLICT … DO UPDATE`, `FOR UPDATE`
    if (verbs.has(upper)) return ['DO', 'FOR', 'KEY'].includes(previous) ? [] : [upper];
    const names = before.has(previous) && !noTable.has(upper) && !own.has(word);
    // A function is called; after INTO and COPY columns are named.
    return names && (!opens || previous === 'INTO' || previous === 'COPY') ? [word] : [];
  });
  return told.filter((word, i) => !verbs.has(word) || !verbs.has(told[i + 1] ?? 'SELECT'));
}
