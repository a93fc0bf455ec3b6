/** Content codings: what a client takes, and the bytes in it. */
import { pipeline, type Readable } from 'node:stream';
import { promisify } from 'node:util';
import { brotliCompress, constants, createBrotliCompress, createGzip, gzip } from 'node:zlib';
import Negotiator from 'negotiator';

export const codings = ['br', 'gzip'] as const;
export type Coding = (typeof codings)[number];

const offered = [...codings, 'identity'];
/** Less is sent in one packet anyway. */
const bytesLeast = 1_024;

/** The coding that `Accept-Encoding` likes best; undefined for none. */
export function codingOf(field: string | undefined, bytes = Infinity): Coding | undefined {
  if (field === undefined || bytes < bytesLeast) return undefined;
  const before = liked.get(field);
  if (before !== undefined) return before ?? undefined;
  const best = new Negotiator({ headers: { 'accept-encoding': field } }).encoding(offered);
  const coding = best === 'br' || best === 'gzip' ? best : undefined;
  if (liked.size >= likedMost) liked.clear();
  liked.set(field, coding ?? null);
  return coding;
}

/** Browsers send one of few fields. */
const liked = new Map<string, Coding | null>();
const likedMost = 200;

const brotli = promisify(brotliCompress);
const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };
const zip = promisify(gzip);

export const coded = (body: Buffer, coding: Coding): Promise<Buffer> =>
  coding === 'br' ? brotli(body, quality) : zip(body);

/** What is sent as it comes. */
export const streamed = (body: Readable, coding: Coding | undefined): Readable =>
  coding === undefined
    ? body
    : pipeline(body, coding === 'br' ? createBrotliCompress(quality) : createGzip(), () => undefined);

/** A strong ETag names bytes, so each coding has its own (RFC 9110, 8.8.3). */
export const tagIn = (etag: string, coding: Coding | undefined): string =>
  coding === undefined ? etag : `${etag.slice(0, -1)}~${coding}"`;
export const tagWithout = (etag: string): string => etag.replace(/~(?:br|gzip)"$/, '"');
