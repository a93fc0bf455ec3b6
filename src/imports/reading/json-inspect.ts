/**
 * A closer look at a JSON text, token by token: where its syntax breaks and what was expected there, and what in it
 * could not be kept as it is. Takes its time, so only texts that JSON.parse refuses or that look odd come here.
 */
import { isExact } from './number.ts';
import { shortened, type RowFaultCode } from './row.ts';
import { stringAt, SyntaxFault, wanted, wordAt, type Expected, type Level } from './json-token.ts';

export interface Oddity {
  path: (string | number)[];
  code: RowFaultCode;
  detail: string;
  value?: unknown;
}

/** Gives the place where the syntax breaks, if it does. Only for texts that do not nest deeply. */
export function inspect(text: string, tell: (oddity: Oddity) => void): SyntaxFault | undefined {
  try {
    new Inspection(text, tell).run();
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxFault) return error;
    throw error;
  }
}

class Inspection {
  readonly #text: string;
  readonly #tell: (oddity: Oddity) => void;
  readonly #levels: Level[] = [];
  #at = 0;
  #expected: Expected = 'value';

  constructor(text: string, tell: (oddity: Oddity) => void) {
    this.#text = text;
    this.#tell = tell;
  }

  run(): void {
    for (;;) {
      while (' \t\r\n'.includes(this.#text[this.#at] ?? 'end')) this.#at += 1;
      const level = this.#levels.at(-1);
      if (this.#at >= this.#text.length && this.#expected === 'more' && !level) return;
      if (this.#expected === 'more') this.#more(level);
      else if (this.#expected.startsWith('name')) this.#name(level);
      else this.#value(level);
    }
  }

  #refuse(level: Level | undefined): never {
    throw new SyntaxFault(this.#text, this.#at, wanted(this.#expected, level));
  }

  #path(): (string | number)[] {
    return this.#levels.map(({ key }) => key);
  }

  #more(level: Level | undefined): void {
    const c = this.#text[this.#at];
    if (!level) this.#refuse(level);
    if (c === ',') {
      this.#expected = level.names ? 'name' : 'value';
      if (typeof level.key === 'number') level.key += 1;
    } else if (c === (level.names ? '}' : ']')) this.#levels.pop();
    else this.#refuse(level);
    this.#at += 1;
  }

  #name(level: Level | undefined): void {
    const c = this.#text[this.#at];
    if (c === '}' && this.#expected === 'name or }') {
      this.#levels.pop();
      this.#expected = 'more';
      this.#at += 1;
      return;
    }
    if (c !== '"' || !level?.names) this.#refuse(level);
    const name = this.#string();
    level.key = name;
    if (name === '__proto__')
      this.#odd('unknown-field', '`__proto__` is not a field that may be sent', undefined);
    else if (level.names.has(name))
      this.#odd('repeated-field', `\`${String(shortened(name, 80))}\` is given twice`, undefined);
    this.#judge(name);
    level.names.add(name);
    while (' \t\r\n'.includes(this.#text[this.#at] ?? 'end')) this.#at += 1;
    if (this.#text[this.#at] !== ':') throw new SyntaxFault(this.#text, this.#at, '`:`');
    this.#at += 1;
    this.#expected = 'value';
  }

  #value(level: Level | undefined): void {
    const c = this.#text[this.#at];
    if (c === ']' && this.#expected === 'value or ]') {
      this.#levels.pop();
      this.#at += 1;
    } else if (c === '{' || c === '[') {
      this.#levels.push(c === '{' ? { names: new Set(), key: '' } : { key: 0 });
      this.#expected = c === '{' ? 'name or }' : 'value or ]';
      this.#at += 1;
      return;
    } else if (c === '"') this.#judge(this.#string());
    else {
      const word = wordAt(this.#text, this.#at);
      if (!word) this.#refuse(level);
      if (/[0-9]/.test(word) && !isExact(word))
        this.#odd(
          'inexact-number',
          'the number has more digits than can be kept: about 15 are; or is too large',
          word,
        );
      this.#at += word.length;
    }
    this.#expected = 'more';
  }

  #string(): string {
    const end = stringAt(this.#text, this.#at);
    const value = JSON.parse(this.#text.slice(this.#at, end)) as string;
    this.#at = end;
    return value;
  }

  #judge(value: string): void {
    if (value.includes('\0')) this.#odd('unstorable-text', 'the text contains a NUL character', value);
    else if (!value.isWellFormed())
      this.#odd('unstorable-text', 'the text contains half of a surrogate pair', value);
  }

  #odd(code: RowFaultCode, detail: string, value: unknown): void {
    this.#tell({ path: this.#path(), code, detail, ...(value === undefined ? {} : { value }) });
  }
}
