/** The timeline as an Atom feed (RFC 4287): what was entered or changed last comes first. */
import type { Language } from '../../kernel/language.ts';
import type { Item } from './facts.ts';
import { uuidOf } from './identity.ts';
import { phrases, standing } from './phrases.ts';
import type { Timeline } from './rules.ts';

const entriesMax = 100;

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#13;',
};
/** What XML 1.0 cannot hold at all is left out. */
const escaped = (text: string): string =>
  text
    .replace(/[&<>"'\r]/g, (mark) => entities[mark] ?? '')
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '');

const idOf = (name: string): string => `urn:uuid:${uuidOf(name)}`;

function entry(item: Item, program: string, base: string, language: Language): string {
  const summary = [
    `${item.date}: ${item.title}`,
    ...standing(item, language),
    `${phrases[language].sources}: ${item.sources.join(', ')}`,
  ].join('. ');
  return `<entry>
<id>${idOf(`${program}/${item.id}`)}</id>
<title>${escaped(item.title)}</title>
<updated>${item.updatedAt}</updated>
<link rel="alternate" type="application/json" href="${escaped(base + item.subject.href)}"/>
<category term="${item.kind}"/>
<summary>${escaped(summary)}</summary>
</entry>
`;
}

/** By the last change; those of one moment, such as a whole import, by their own date. */
const newestFirst = (items: Item[]): Item[] =>
  items
    .toReversed()
    .toSorted((a, b) => (a.updatedAt < b.updatedAt ? 1 : a.updatedAt > b.updatedAt ? -1 : 0))
    .slice(0, entriesMax);

interface Place {
  base: string;
  language: Language;
  /** What was asked for, of which `format` says nothing about the content. */
  query: object;
}

/** The same for the same question, in whatever order it was put. */
const asked = (query: object, language: Language): URLSearchParams =>
  new URLSearchParams(
    Object.entries({ ...query, lang: language })
      .filter(([name]) => name !== 'format')
      .map(([name, value]): [string, string] => [
        name,
        String(Array.isArray(value) ? [...new Set(value)].sort() : value),
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/**
 * Every question and language is a feed of its own. An event is the same entry in all of them, so that a reader who
 * follows several sees it once.
 */
export function feedOf({ program, items }: Timeline, { base, language, query }: Place): string {
  const entries = newestFirst(items);
  const question = asked(query, language).toString();
  const at = `${base}/v1/programs/${program.id}`;
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${language}">
<id>${idOf(`${program.id}/timeline?${question}`)}</id>
<title>${escaped(phrases[language].timeline(program.name))}</title>
<updated>${entries[0]?.updatedAt ?? program.updatedAt}</updated>
<author><name>Sovereign AI tracker</name><uri>${escaped(base)}</uri></author>
<link rel="self" type="application/atom+xml" href="${escaped(`${at}/feed.atom?${question}`)}"/>
<link rel="alternate" type="application/json" href="${escaped(`${at}/timeline?${question}`)}"/>
${entries.map((item) => entry(item, program.id, base, language)).join('')}</feed>
`;
}
