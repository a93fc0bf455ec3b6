/** Pieces of SQL that views share. Text that is composed here comes from declarations; ids only enter as parameters. */
import sql, { raw, type Sql } from 'sql-template-tag';
import type { Language } from '../kernel/language.ts';
import { documentColumns } from '../resource/columns.ts';
import type { Asked } from './view.ts';

/** The select list of some fields of a resource, as its own item gives them. */
export const fieldsOf = (
  { registry, language }: Pick<Asked<unknown>, 'registry' | 'language'>,
  resource: string,
  row: string,
  ...fields: string[]
): Sql => raw(documentColumns(registry.get(resource), row, language, fields).join(', '));

/** The name of a row in the language asked for. */
export const nameOf = (row: string, language: Language): Sql =>
  raw(language === 'en' ? `${row}.name_en` : `coalesce(${row}.name_${language}, ${row}.name_en)`);

/** An organization with its name and country, as JSON; null where the key is. */
export const organizationOf = (key: Sql, language: Language): Sql =>
  sql`(SELECT row_to_json(n) FROM (SELECT o.id, ${nameOf('o', language)} AS name, o.country FROM organizations o WHERE o.id = ${key}) n)`;

/** The organizations that lead a consortium of a programme, belong to one, or bid in it: a subquery of their ids. */
export const participantsOf = (program: Sql): Sql => sql`
  SELECT c.lead FROM consortiums c WHERE c.program = ${program}
  UNION SELECT m.organization FROM consortium_members m JOIN consortiums c ON c.id = m.consortium WHERE c.program = ${program}
  UNION SELECT b.organization FROM bids b WHERE b.program = ${program}`;
