/** Pieces of SQL that views share. Text that is composed here comes from declarations; ids only enter as parameters. */
import { raw, type Sql } from 'sql-template-tag';
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
