/**
 * The tracker's one CSV form (RFC 4180): columns named by JSON path, lists joined by `;`, an empty cell is null.
 * A text that a spreadsheet would take for a formula is kept from running by a leading apostrophe, which reading
 * takes away again. The same guard stands in SQL (resource/columns.ts), because exports never pass through Node.
 */
const guarded = /^'+[=+\-@\t\r\n＝＋－＠]/;

export const unguardCell = (cell: string): string => (guarded.test(cell) ? cell.slice(1) : cell);
