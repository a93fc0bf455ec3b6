/** The forms of files, told from their names. */
export const mediaTypes = {
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
  json: 'application/json',
  parquet: 'application/vnd.apache.parquet',
} as const;

export type Form = keyof typeof mediaTypes;

/** By the ending of a name, or by what `--format` says. */
export const formsOf: ReadonlyMap<string, Form> = new Map([
  ['csv', 'csv'],
  ['ndjson', 'ndjson'],
  ['jsonl', 'ndjson'],
  ['json', 'json'],
  ['parquet', 'parquet'],
]);

export function formOf(path: string): { form: Form | undefined; gzip: boolean } {
  const [, ending = '', packed] = /\.([a-z]+)(\.gz)?$/i.exec(path) ?? [];
  return { form: formsOf.get(ending.toLowerCase()), gzip: packed !== undefined || /\.gz$/i.test(path) };
}
