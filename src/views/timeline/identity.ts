import { createHash } from 'node:crypto';

/** Any UUID that nobody else uses would do; it must only never change. */
const namespace = Buffer.from('6f3d1c7a52e94b0d8c5ea1f09b7d4e62', 'hex');

/** The same name always gives the same UUID (RFC 9562, version 5), whatever host it is asked at. */
export function uuidOf(name: string): string {
  const hash = createHash('sha1').update(namespace).update(name).digest().subarray(0, 16);
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
