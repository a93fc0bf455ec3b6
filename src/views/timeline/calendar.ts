/** The timeline as iCalendar (RFC 5545): all-day events, so that no time zone plays a part. */
import type { Language } from '../../kernel/language.ts';
import type { Item, Kind, Status } from './facts.ts';
import { uuidOf } from './identity.ts';
import { dayAfter } from './period.ts';
import { phrases, standing } from './phrases.ts';
import type { Timeline } from './rules.ts';

export const calendarKinds = [
  'call-closed',
  'decision',
  'disclosure',
  'milestone',
  'round-presented',
  'round-published',
  'round-scheduled',
] as const satisfies readonly Kind[];

const escaped = (text: string): string => text.replace(/[\\;,]/g, '\\$&').replace(/\r\n|\r|\n/g, '\\n');

const octetsMax = 75;

/** Lines of at most 75 octets; a character is never split. */
function folded(line: string): string {
  const lines: string[] = [];
  let [now, octets] = ['', 0];
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > octetsMax) {
      lines.push(now);
      // The blank that marks a continued line counts.
      [now, octets] = [' ', 1];
    }
    now += character;
    octets += size;
  }
  return [...lines, now].join('\r\n');
}

const compact = (date: string): string => date.replaceAll('-', '');
/** `20260818T120000Z`; the fraction of a second has no place in it. */
const stamp = (instant: string): string => `${instant.slice(0, 19).replace(/[-:]/g, '')}Z`;

/** What is not confirmed is tentative; what was put off is not going to be on this day. */
const inCalendars: Record<Status, string> = {
  planned: 'TENTATIVE',
  passed: 'TENTATIVE',
  moved: 'CANCELLED',
  'took-place': 'CONFIRMED',
};

function event(item: Item, program: string, base: string, language: Language): string[] {
  const description = [
    ...standing(item, language),
    `${phrases[language].sources}: ${item.sources.map((id) => `${base}/v1/sources/${id}`).join(' ')}`,
  ].join('\n');
  const end = dayAfter(item.date);
  return [
    'BEGIN:VEVENT',
    `UID:${uuidOf(`${program}/${item.id}`)}`,
    `DTSTAMP:${stamp(item.updatedAt)}`,
    `LAST-MODIFIED:${stamp(item.updatedAt)}`,
    `DTSTART;VALUE=DATE:${compact(item.date)}`,
    // Exclusive; an event without it lasts its one day.
    ...(end === undefined ? [] : [`DTEND;VALUE=DATE:${compact(end)}`]),
    `SUMMARY:${escaped(item.title)}`,
    `DESCRIPTION:${escaped(description)}`,
    `CATEGORIES:${item.kind}`,
    `STATUS:${inCalendars[item.status]}`,
    'TRANSP:TRANSPARENT',
    `URL:${base}${item.subject.href}`,
    'END:VEVENT',
  ];
}

/** A calendar must have a component (RFC 5545, 3.6); where there is no event, this one stands in and means nothing. */
const nothing = [
  'BEGIN:VTIMEZONE',
  'TZID:UTC',
  'BEGIN:STANDARD',
  'DTSTART:19700101T000000',
  'TZOFFSETFROM:+0000',
  'TZOFFSETTO:+0000',
  'END:STANDARD',
  'END:VTIMEZONE',
];

export function calendarOf({ program, items }: Timeline, base: string, language: Language): string {
  const events = items
    .filter(({ kind, date }) => (calendarKinds as readonly Kind[]).includes(kind) && date.length === 10)
    .flatMap((item) => event(item, program.id, base, language));
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Sovereign AI tracker//Timeline//EN',
    'CALSCALE:GREGORIAN',
    `X-WR-CALNAME:${escaped(program.name)}`,
    ...(events.length > 0 ? events : nothing),
    'END:VCALENDAR',
  ]
    .map((line) => `${folded(line)}\r\n`)
    .join('');
}
