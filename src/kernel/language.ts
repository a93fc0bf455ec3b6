import Negotiator from 'negotiator';

export const languages = ['en', 'ko', 'fr'] as const;
export type Language = (typeof languages)[number];

/** The language that names are given in: what `Accept-Language` prefers among ours, English if it names none. */
export function preferredLanguage(acceptLanguage: string | undefined): Language {
  const negotiator = new Negotiator({ headers: { 'accept-language': acceptLanguage } });
  // Regions are no different languages here: ko-KR is ko.
  for (const wanted of negotiator.languages()) {
    const base = wanted.split('-')[0]?.toLowerCase();
    if (wanted === '*') return 'en';
    const match = languages.find((language) => language === base);
    if (match) return match;
  }
  return 'en';
}
