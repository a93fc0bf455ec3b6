/** The tokens of JSON (RFC 8259), and what to say where one is not as it should be. */

export interface Level {
  /** Of an object, the names it has had so far. */
  names?: Set<string>;
  /** Where in it we are. */
  key: string | number;
}

export type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | 'more';

export const wanted = (expected: Expected, level: Level | undefined): string =>
  expected === 'more'
    ? level
      ? `\`,\` or \`${level.names ? '}' : ']'}\``
      : 'nothing more'
    : {
        value: 'a value',
        'value or ]': 'a value or `]`',
        name: 'a name in quotes',
        'name or }': 'a name in quotes or `}`',
      }[expected];

export class SyntaxFault extends Error {
  /** The character at which the syntax breaks, from 0. */
  readonly at: number;

  constructor(text: string, at: number, expected: string) {
    super(`expected ${expected}, found ${foundAt(text, at)}`);
    this.at = at;
  }
}

/** What other languages call the three words of JSON. */
const words = new Map([
  ...['nan', 'none', 'nil', 'undefined', 'infinity', 'null'].map((word) => [word, 'null'] as const),
  ['true', 'true'] as const,
  ['false', 'false'] as const,
]);

function foundAt(text: string, at: number): string {
  if (at >= text.length) return 'the end';
  const word = /[A-Za-z]+/y;
  word.lastIndex = at;
  const [found] = word.exec(text.slice(0, at + 20)) ?? [];
  const meant = found === undefined ? undefined : words.get(found.toLowerCase());
  if (found !== undefined)
    return `\`${found}\`${meant !== undefined && meant !== found ? `; write \`${meant}\`` : ''}`;
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (character === "'") return "`'`; texts and names stand in double quotes";
  if (character < ' ')
    return character === '\n' || character === '\r' ? 'a line break' : 'a control character';
  return `\`${character}\``;
}

/** The place after the string that begins here. */
export function stringAt(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c === 34) return i + 1;
    if (c < 32)
      throw new SyntaxFault(
        text,
        i,
        'the closing quote; line breaks and tabs inside a text are written \\n and \\t',
      );
    if (c !== 92) continue;
    i += 1;
    if (text[i] === 'u') {
      if (!/^[0-9a-fA-F]{4}$/.test(text.slice(i + 1, i + 5)))
        throw new SyntaxFault(text, i + 1, 'four hexadecimal digits after \\u');
      i += 4;
    } else if (!'"\\/bfnrt'.includes(text[i] ?? 'end'))
      throw new SyntaxFault(text, i, 'one of " \\ / b f n r t u after \\; a backslash is written \\\\');
  }
  throw new SyntaxFault(text, text.length, 'the closing quote');
}

const word = /true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

/** The number, or one of the three words, that begins here. */
export function wordAt(text: string, start: number): string | undefined {
  word.lastIndex = start;
  return word.exec(text)?.[0];
}
