/**
 * One quick look at a JSON text, for what JSON.parse does not tell: how deep it nests, how many members its objects
 * have in all (fewer are left where a name is repeated), and whether anything in it needs a closer look.
 */
export interface Scan {
  deepest: number;
  members: number;
  /** An escaped character by its number, a long number or a power, a name that no field has. */
  odd: boolean;
}

export function scan(text: string): Scan {
  let odd = text.includes('__proto__');
  let deepest = 0;
  let members = 0;
  let depth = 0;
  /** Characters of the number in hand. */
  let digits = 0;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c === 34) {
      digits = 0;
      for (i += 1; i < text.length; i += 1) {
        const inner = text.charCodeAt(i);
        if (inner === 34) break;
        if (inner !== 92) continue;
        i += 1;
        if (text.charCodeAt(i) === 117) odd = true;
      }
    } else if ((c >= 48 && c <= 57) || c === 46) {
      digits += 1;
      if (digits > 15) odd = true;
    } else {
      if (digits > 0 && (c === 101 || c === 69)) odd = true;
      digits = 0;
      if (c === 58) members += 1;
      else if (c === 123 || c === 91) {
        depth += 1;
        if (depth > deepest) deepest = depth;
      } else if (c === 125 || c === 93) depth -= 1;
    }
  }
  return { deepest, members, odd };
}

/** Members of all objects in a value that JSON.parse gave. */
export function membersIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') members += membersIn(item);
    return members;
  }
  for (const name in value) {
    const inner = (value as Record<string, unknown>)[name];
    members += typeof inner === 'object' ? 1 + membersIn(inner) : 1;
  }
  return members;
}
