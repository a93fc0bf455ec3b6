/** SECURITY.md says where each risk is met and what each package is for: of what there is, and of all of it. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const policy = await readFile(new URL('SECURITY.md', root), 'utf8');
const rows = policy.split('\n').filter((line) => line.startsWith('| '));
const manifest = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as {
  dependencies: Record<string, string>;
};

test('each of the ten risks has a place where it is met, and a test that shows it', () => {
  const risks = rows.filter((row) => row.startsWith('| API'));
  expect(risks.map((row) => /^\| API(\d+) /.exec(row)?.[1])).toEqual(
    Array.from({ length: 10 }, (_, i) => String(i + 1)),
  );
  for (const row of risks) expect(row).toMatch(/`test\/[^`]+\.test\.ts`/);
});

test('the files that it names are there', () => {
  const named = [...policy.matchAll(/`((?:src|test)\/[^`]+)`/g)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});

test('every package that is needed at run time is justified, and no other', () => {
  const [, table = ''] = policy.split('| package |');
  const justified = [...table.matchAll(/^\| (`.+`) \| .{5,} \|$/gm)].flatMap(([, names = '']) =>
    [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  );
  expect(justified.sort()).toEqual(Object.keys(manifest.dependencies).sort());
});
