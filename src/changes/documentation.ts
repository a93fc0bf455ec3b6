/** The public description of the change feed. */
import { z } from 'zod';
import { responseHeaders } from '../http/documented.ts';
import type { Operation } from '../http/openapi.ts';
import type { Registry } from '../resource/registry.ts';
import { changesReply } from './entry.ts';
import { changesParameters, eventsParameters, lastEvent } from './request.ts';

export const changesTag = {
  name: 'changes',
  description: 'What was changed, in order, for whoever keeps a copy or shows the news.',
};
const tags = [changesTag.name];

export const changesOperation = (registry: Registry): Operation => ({
  operationId: 'listChanges',
  summary: 'What was changed since',
  description: `Every change of every row, whoever made it, in the order in which it was recorded: each once, none left out, also while others write. Read page after page with \`since\` and what \`page.next\` says; it is there on an empty page too and can be kept for as long as you like, with other filters as well.

To **keep a copy**: read from the beginning until \`page.more\` is false, then ask again with \`wait=60\`, which answers as soon as something is written. An entry names the row and its version; \`href\` leads to what it said then. A row that one transaction changed twice has two entries with the same \`transaction\`, of which only the last was ever to be seen.`,
  tags,
  requestParams: { query: z.strictObject(changesParameters(registry)) },
  responses: {
    200: {
      description: 'The changes.',
      headers: responseHeaders(['Cache-Control', 'CacheControl'], ['Link', 'Link']),
      content: { 'application/json': { schema: changesReply } },
    },
  },
  problems: ['invalid-parameter', 'invalid-cursor'],
});

export const eventsOperation = (registry: Registry): Operation => ({
  operationId: 'followChanges',
  summary: 'What is changed, as it happens',
  description: `The same as server-sent events: an event \`change\` for each, with the entry of \`/v1/changes\` as its data and its cursor as \`id\`. Whoever comes again with \`Last-Event-ID\`, as browsers do by themselves, goes on where the stream broke off. Where nothing happens a comment comes every 15 seconds. Where reading takes a key, the stream ends when that is revoked or expires.`,
  tags,
  requestParams: { query: z.strictObject(eventsParameters(registry)), header: lastEvent },
  responses: {
    200: {
      description: 'The events.',
      headers: responseHeaders(['Cache-Control', 'CacheControl']),
      content: {
        'text/event-stream': {
          schema: z
            .string()
            .max(2_147_483_647)
            .regex(/^[^]*$/)
            .meta({ description: 'Server-sent events, each with JSON as its data.' }),
        },
      },
    },
  },
  unasked: true,
  problems: ['invalid-parameter', 'invalid-cursor'],
});
