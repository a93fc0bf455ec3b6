/** Numbers in words and in pictures, as the language writes them. */
import type { Language } from './language.ts';
import { lazily } from './lazily.ts';

const formatter = (language: Language) =>
  lazily(() => new Intl.NumberFormat(language, { maximumFractionDigits: 6 }));
const formatters = { en: formatter('en'), ko: formatter('ko'), fr: formatter('fr') };

export const numberIn = (language: Language): ((value: number) => string) => {
  const format = formatters[language]();
  return (value) => format.format(value);
};

/** French puts a comma into numbers, and so something else between them. */
export const listed = (items: readonly string[], language: Language): string =>
  items.join(language === 'fr' ? ' ; ' : ', ');
