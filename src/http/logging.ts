/**
 * The log: JSON lines with the id of the request. Neither bodies nor header fields are logged, nor what PostgreSQL quotes of
 * a row; keys in an address or as a host, where they do not belong but may be put, are left out.
 */
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import { likeKeys } from '../kernel/secret.ts';

const left = '…';
const telling = /key|token|secret|password|auth/i;

export const withoutKeys = (text: string): string => text.replace(likeKeys, left);

/** The address without the values of parameters that are called like secrets, and without what looks like a key. */
function loggedUrl(url: string): string {
  const [path = '', ...query] = withoutKeys(url).split('?');
  if (query.length === 0) return path;
  const told = query
    .join('?')
    .split('&')
    .map((parameter) => {
      const [name = ''] = parameter.split('=');
      return telling.test(name) ? `${name}=${left}` : parameter;
    });
  return `${path}?${told.join('&')}`;
}

/** Of an error of PostgreSQL also where it is from; but not its detail, which shows rows. */
const named = ['code', 'severity', 'table', 'column', 'constraint', 'routine'] as const;

function logged(error: Error): { type: string; message: string; stack: string } {
  const { name, message, stack = '' } = error;
  const fields = named.map((field) => [field, (error as Partial<pg.DatabaseError>)[field]] as const);
  return {
    type: name,
    message,
    stack,
    ...Object.fromEntries(fields.filter(([, value]) => typeof value === 'string')),
  };
}

export const logging = (level: string) => ({
  level,
  serializers: {
    // What is not named here is not logged: no header field, Authorization and Cookie least of all.
    req: ({ method, url, host, ip }: FastifyRequest) => ({
      method,
      url: loggedUrl(url),
      host: host.replace(likeKeys, left),
      remoteAddress: ip,
    }),
    err: logged,
  },
});
