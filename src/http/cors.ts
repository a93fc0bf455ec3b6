/** Who may read replies from a page of another origin, and which of their fields. */
import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

const exposed = [
  'ETag',
  'Link',
  'Location',
  'X-Request-Id',
  'Content-Language',
  'Content-Disposition',
  'Idempotency-Replayed',
  'Preference-Applied',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'Allow',
];

/** `origins`: `*`, `none`, or some, separated by commas. */
export async function crossOrigin(app: FastifyInstance, origins: string): Promise<void> {
  await app.register(cors, {
    origin: origins === '*' ? '*' : origins !== 'none' && origins.split(','),
    methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'If-Match',
      'If-None-Match',
      'Idempotency-Key',
      'X-Request-Id',
      'Accept-Language',
      'traceparent',
      'tracestate',
      'Prefer',
      'Last-Event-ID',
    ],
    exposedHeaders: exposed,
    maxAge: 86_400,
    // An OPTIONS without Origin is no preflight: it is answered by the path's own OPTIONS, with Allow.
    strictPreflight: false,
  });
}

/** What replies say of it, in pairs, where they say the same to everybody; a 304 needs the first alone. */
export function saidToAll(origins: string): { allowed: string[]; exposed: string[] } | undefined {
  if (origins === 'none') return { allowed: [], exposed: [] };
  if (origins !== '*') return undefined;
  return {
    allowed: ['access-control-allow-origin', '*'],
    exposed: ['access-control-expose-headers', exposed.join(', ')],
  };
}
