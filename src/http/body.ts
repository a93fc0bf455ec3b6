/** Reading JSON bodies: bounded in depth, UTF-8 or nothing, and without text that could not be stored as it is. */
import type { FastifyInstance } from 'fastify';
import { Problem } from '../kernel/problems.ts';
import { pointerTo } from '../kernel/faults.ts';

const depthMost = 32;
const utf8 = new TextDecoder('utf-8', { fatal: true });

function tooDeep(text: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const character = text.charCodeAt(i);
    if (quoted) {
      if (character === 92) i += 1;
      else if (character === 34) quoted = false;
    } else if (character === 34) quoted = true;
    else if (character === 91 || character === 123) {
      depth += 1;
      if (depth > depthMost) return true;
    } else if (character === 93 || character === 125) depth -= 1;
  }
  return false;
}

const bad = (detail: string): Problem => new Problem('malformed-json', detail);

function checkTexts(value: unknown, path: PropertyKey[] = []): void {
  if (typeof value === 'string') {
    if (value.includes('\0')) throw bad(`The text at "${pointerTo(path)}" contains a NUL character.`);
    if (!value.isWellFormed())
      throw bad(`The text at "${pointerTo(path)}" contains half of a surrogate pair.`);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      if (key === '__proto__') throw bad(`"${pointerTo([...path, key])}" is not a field that may be sent.`);
      checkTexts(key, path);
      checkTexts(inner, [...path, key]);
    }
  }
}

function parseJson(bytes: Buffer): unknown {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw bad('The body is not UTF-8.');
  }
  if (text.trim() === '') throw bad('The body is empty.');
  if (tooDeep(text)) throw bad(`The body nests deeper than ${depthMost} levels.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw bad(`The body is not JSON: ${(error as Error).message.slice(0, 200)}`);
  }
  checkTexts(value);
  return value;
}

export function jsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'buffer' },
    (request, body, done) => {
      // Some clients send a Content-Type with every request; DELETE takes no body.
      if (request.method === 'DELETE' && body.length === 0) {
        done(null, undefined);
        return;
      }
      const charset = /charset="?([^";\s]+)/i.exec(request.headers['content-type'] ?? '')?.[1]?.toLowerCase();
      if (
        (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') ||
        (request.headers['content-encoding'] ?? 'identity') !== 'identity'
      ) {
        done(
          new Problem('unsupported-media-type', 'Send the body as plain UTF-8, without a Content-Encoding.'),
        );
        return;
      }
      try {
        done(null, parseJson(body as Buffer));
      } catch (error) {
        done(error as Error);
      }
    },
  );
}
