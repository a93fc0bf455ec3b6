/**
 * The cells of one record of CSV (RFC 4180). A quote in the middle of a cell that has none at its beginning is a
 * character like any other; text after a closing quote is kept and told to `stray`, with the number of the cell.
 */
export function cellsOf(record: string, stray: (column: number) => void): string[] {
  if (!record.includes('"')) return record.split(',');
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    let quoted = '';
    if (record[at] === '"') {
      const close = closingQuote(record, at + 1);
      quoted = record.slice(at + 1, close).replaceAll('""', '"');
      at = close + 1;
      if (at < record.length && record[at] !== ',') stray(cells.length + 1);
    }
    const comma = record.indexOf(',', at);
    const rest = comma === -1 ? record.slice(at) : record.slice(at, comma);
    cells.push(quoted + rest);
    if (comma === -1) return cells;
    at = comma + 1;
  }
}

function closingQuote(record: string, from: number): number {
  let at = record.indexOf('"', from);
  while (at !== -1 && record[at + 1] === '"') at = record.indexOf('"', at + 2);
  return at === -1 ? record.length : at;
}
