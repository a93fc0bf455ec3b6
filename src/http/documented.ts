/** What the descriptions of all operations share: header fields by reference, conditional requests. */
import { z } from 'zod';

const ref = (name: string): object => ({ $ref: `#/components/headers/${name}` });
export const responseHeaders = (...names: [string, string][]): object =>
  Object.fromEntries(
    [
      ['X-Request-Id', 'RequestId'] as const,
      ['Access-Control-Allow-Origin', 'AllowOrigin'] as const,
      ['RateLimit', 'RateLimit'] as const,
      ['RateLimit-Policy', 'RateLimitPolicy'] as const,
      ...names,
    ].map(([name, component]) => [name, ref(component)]),
  );
export const readHeaders: [string, string][] = [
  ['ETag', 'ETag'],
  ['Cache-Control', 'CacheControl'],
  ['Vary', 'Vary'],
];

export const entityTags = (description: string, example: string) =>
  z
    .string()
    .max(2000)
    .regex(/^(\*|(W\/)?"[^"]*"(, *(W\/)?"[^"]*")*)$/)
    .meta({ description, examples: [example] });
export const readFields = z.object({
  'If-None-Match': z
    .string()
    .max(16_384)
    .regex(/^[\t\x20-\x7e\x80-\xff]*$/)
    .optional()
    .meta({
      description:
        'The ETag that you have, several by comma, or `*`: the answer is 304 without a body while it is still right. What is no ETag is passed over.',
      examples: ['"0"'],
      param: { id: 'IfNoneMatch' },
    }),
});

export const notModified = {
  description: 'Nothing has changed since the ETag that you sent.',
  headers: responseHeaders(...readHeaders),
};
