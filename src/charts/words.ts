/** Words that every chart needs, in the three languages. */
import type { Language } from '../kernel/language.ts';

const named = 4;

const words: Record<Language, { sources: string; more: (n: number) => string; none: string; asOf: string }> =
  {
    en: { sources: 'Sources', more: (n) => `and ${n} more`, none: 'none', asOf: 'as of' },
    ko: { sources: '출처', more: (n) => `외 ${n}건`, none: '없음', asOf: '기준일' },
    fr: { sources: 'Sources', more: (n) => `et ${n} autres`, none: 'aucune', asOf: 'état au' },
  };

/** Which sources the numbers come from: the first few by their ids, and how many more. */
export function sourceLine(language: Language, ids: readonly string[], asOf?: string): string {
  const { sources, more, none, asOf: day } = words[language];
  const all = [...new Set(ids)];
  const shown = all.slice(0, named).join(', ') || none;
  const rest = all.length > named ? ` ${more(all.length - named)}` : '';
  return `${sources}: ${shown}${rest}.${asOf === undefined ? '' : ` (${day} ${asOf})`}`;
}
