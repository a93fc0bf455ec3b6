/** The README's examples are run as they stand there. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { settings } from '../../src/config.ts';
import { keys } from '../keys.ts';
import { tracker } from '../tracker.ts';

const it = tracker();
const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
const examples = [...readme.matchAll(/```console\n\$ curl (.+)\n([^]*?)```/g)].map(
  ([, command = '', output = '']) => ({ command, output }),
);

/** Shell words: single quotes, double quotes with $KEY, and bare ones. */
function words(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double?.replace('$KEY', keys.writer) ?? bare ?? '',
  );
}

async function run(command: string): Promise<string> {
  const [method, url, headers, body] = words(command).reduce<
    [string, string, [string, string][], string | undefined]
  >(
    ([m, u, h, b], word, i, all) => {
      const option = all[i - 1];
      if (option === '-X') return [word, u, h, b];
      if (option === '-H') return [m, u, [...h, word.split(/: /) as [string, string]], b];
      if (option === '-d') return [m, u, h, word];
      return word.startsWith('http') ? [m, word, h, b] : [m, u, h, b];
    },
    ['GET', '', [], undefined],
  );
  const { port } = it.app.server.address() as { port: number };
  const reply = await fetch(url.replace('localhost:3000', `127.0.0.1:${port}`), {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  return reply.text();
}

test('the README has examples', () => {
  expect(examples.length).toBeGreaterThanOrEqual(5);
});

test.each(examples)('curl $command gives what the README says', async ({ command, output }) => {
  // A terminal shows CRLF as the end of a line like any other.
  const got = (await run(command)).replaceAll('\r\n', '\n').replace(/"requestId":"[^"]+"/, '"requestId":"…"');
  expect(got.trim()).toBe(output.trim());
});

test('every setting is in the README, with its meaning', () => {
  for (const [name, { meaning }] of Object.entries(settings)) {
    const line = readme.split('\n').find((row) => row.startsWith(`| \`${name}\` |`));
    expect(line, name).toContain(meaning);
  }
});
