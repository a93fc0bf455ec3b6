/**
 * The tracker's one CSV form (RFC 4180): columns named by JSON path, lists joined by `;`, an empty cell is null.
 * A text that a spreadsheet would take for a formula is kept from running by a leading apostrophe, which reading
 * takes away again. The same guard stands in SQL (resource/columns.ts), because exports never pass through Node.
 */
const guarded = /^'+[=+\-@\t\r\n＝＋－＠]/;

export const guardCell = (text: string): string =>
  /^'*[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;

export const unguardCell = (cell: string): string => (guarded.test(cell) ? cell.slice(1) : cell);

/** A cell of RFC 4180. */
export const quotedCell = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
