/**
 * Writes openapi.json and openapi.yaml from the routes that the application really has; `--check` only compares and
 * fails where the committed files are not what the code says. Needs no database: nothing is asked.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { buildApp } from '../src/app.ts';
import { Database } from '../src/db/database.ts';
import { loadRegistry } from '../src/resource/registry.ts';

const db = new Database('postgresql://localhost/nobody-connects', 1);
const app = await buildApp({
  config: {
    PUBLIC_READ: true,
    LOG_LEVEL: 'silent',
    CORS_ORIGINS: '*',
    BODY_LIMIT: 1_048_576,
    IMPORT_BYTES: 16_777_216,
  },
  db,
  registry: await loadRegistry(),
});
async function made(path: string): Promise<string> {
  const { statusCode, body } = await app.inject(path);
  if (statusCode !== 200) throw new Error(`${path} answers ${statusCode}: ${body}`);
  return body;
}
const json = `${JSON.stringify(JSON.parse(await made('/openapi.json')), null, 1)}\n`;
const yaml = await made('/openapi.yaml');
await app.close();
await db.end();

let drifted = false;
for (const [name, text] of Object.entries({ 'openapi.json': json, 'openapi.yaml': yaml })) {
  const file = new URL(name, import.meta.url);
  if (!process.argv.includes('--check')) {
    await writeFile(file, text);
    continue;
  }
  const committed = await readFile(file, 'utf8').catch(() => '');
  if (committed === text) continue;
  drifted = true;
  const before = committed.split('\n');
  const line = text.split('\n').findIndex((one, i) => one !== before[i]);
  console.error(
    `openapi/${name} is not what the code says, from line ${line + 1} on; run \`npm run openapi\`.`,
  );
  console.error(`- ${before[line] ?? ''}\n+ ${text.split('\n')[line] ?? ''}`);
}
process.exit(drifted ? 1 : 0);
