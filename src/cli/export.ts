/** `tracker export` and `tracker template`: data to a file or to standard output. */
import { CliError, exit, type ExitCode } from './exit.ts';
import { formOf, formsOf, mediaTypes, type Form } from './form.ts';
import { save } from './save.ts';
import type { Session } from './session.ts';

export interface ExportOptions {
  format?: string;
  filter?: string[];
  sort?: string;
  fields?: string;
}

export async function exportRows(
  { client, interrupt }: Session,
  resource: string,
  path: string | undefined,
  { format, filter = [], sort, fields }: ExportOptions,
): Promise<ExitCode> {
  const form = formFor(path, format, ['csv', 'ndjson', 'parquet']);
  const query = filters(filter);
  if (sort !== undefined) query.set('sort', sort);
  if (fields !== undefined) query.set('fields', fields);
  query.set('format', form);
  const call = { query, headers: { accept: mediaTypes[form] } };
  await client.call(`/v1/${encodeURIComponent(resource)}`, call, (reply) =>
    save(reply, path, interrupt.signal),
  );
  return exit.done;
}

export async function template(
  { client, interrupt }: Session,
  resource: string,
  path: string | undefined,
  { format }: { format?: string },
): Promise<ExitCode> {
  const form = formFor(path, format, ['csv', 'json']);
  const call = { headers: { accept: `${mediaTypes[form]}, */*;q=0.1` } };
  const address = `/v1/imports/templates/${encodeURIComponent(resource)}.${form}`;
  await client.call(address, call, (reply) => save(reply, path, interrupt.signal));
  return exit.done;
}

function formFor(path: string | undefined, asked: string | undefined, possible: Form[]): Form {
  const form = asked === undefined ? (formOf(path ?? '').form ?? 'csv') : formsOf.get(asked);
  if (form === undefined || !possible.includes(form))
    throw new CliError(
      exit.usage,
      `${path ?? asked ?? ''}: there is ${possible.join(' and ')}: give --format.`,
    );
  return form;
}

/** Several values of one field are alternatives, which the API takes in one parameter. */
function filters(texts: string[]): URLSearchParams {
  const values = new Map<string, string[]>();
  for (const text of texts) {
    const [, field, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (field === undefined || value === undefined)
      throw new CliError(exit.usage, `--filter takes field=value, not ${text}`);
    values.set(field, [...(values.get(field) ?? []), value]);
  }
  return new URLSearchParams([...values].map(([field, all]): [string, string] => [field, all.join(',')]));
}
