/** Whom to tell of a weakness (RFC 9116). */
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { tracker } from '../tracker.ts';

const it = tracker({ SECURITY_CONTACT: ['mailto:security@example.org', 'https://example.org/report'] });
const silent = tracker({ PUBLIC_READ: false });
const path = '/.well-known/security.txt';

test('it names the contacts in their order, and is valid for months, though less than a year', async () => {
  const { status, text, headers } = await it.anyone.get(path);
  expect([status, headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
  const [first, second, expires, ...more] = text.split('\n');
  expect([first, second, more]).toEqual([
    'Contact: mailto:security@example.org',
    'Contact: https://example.org/report',
    [''],
  ]);
  const [, instant = ''] = /^Expires: (\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z)$/.exec(expires ?? '') ?? [];
  const days = (Date.parse(instant) - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(90);
  expect(days).toBeLessThan(365);
});

test('without a contact there is no such file', async () => {
  const { status, body } = await silent.anyone.get(path);
  expect([status, body.code]).toEqual([404, 'not-found']);
});

test.each([
  'security@example.org',
  'http://example.org',
  'mailto:a@example.org\nContact: mailto:b@example.org',
  'mailto:',
])('%j is no contact', (contact) => {
  expect(() => readConfig({ SECURITY_CONTACT: contact })).toThrow(
    /SECURITY_CONTACT must be https:, mailto: or tel:/,
  );
});
