/** The timeline as an Atom feed (RFC 4287): what was entered or changed last comes first. */
import type { Language } from '../../kernel/language.ts';
import type { Item } from './facts.ts';
import { uuidOf } from './identity.ts';
import { phrases } from './phrases.ts';
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
  const { planned, movedTo, sources } = phrases[language];
  const summary = [
    `${item.date}: ${item.title}`,
    ...(item.planned ? [planned] : []),
    ...(item.moved ? [movedTo(item.moved.to)] : []),
    `${sources}: ${item.sources.join(', ')}`,
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
  /** Path and query of the feed itself. */
  self: string;
  language: Language;
}

export function feedOf({ program, items }: Timeline, { base, self, language }: Place): string {
  const entries = newestFirst(items);
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${language}">
<id>${idOf(`${program.id}/timeline`)}</id>
<title>${escaped(phrases[language].timeline(program.name))}</title>
<updated>${entries[0]?.updatedAt ?? program.updatedAt}</updated>
<author><name>Sovereign AI tracker</name><uri>${escaped(base)}</uri></author>
<link rel="self" type="application/atom+xml" href="${escaped(base + self)}"/>
<link rel="alternate" type="application/json" href="${escaped(`${base}/v1/programs/${program.id}/timeline`)}"/>
${entries.map((item) => entry(item, program.id, base, language)).join('')}</feed>
`;
}
