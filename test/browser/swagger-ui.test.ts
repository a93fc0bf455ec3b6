/** What an analyst does in a browser: opens the documentation, authorizes, and tries every reading operation. */
import { mkdir } from 'node:fs/promises';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenApi } from '../conformance.ts';
import { keys } from '../keys.ts';
import { exampleId as exampleKey } from '../../src/keys/schema.ts';
import { loadViews } from '../../src/views/routes.ts';
import { tracker } from '../tracker.ts';

const it = tracker();
let browser: Browser;
let page: Page;
let base: string;
const strangers: string[] = [];
const complaints: string[] = [];
const pictures = new URL('../../.tmp/screenshots/', import.meta.url);

beforeAll(async () => {
  await mkdir(pictures, { recursive: true });
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const { port } = it.app.server.address() as { port: number };
  base = `http://127.0.0.1:${port}`;
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.on('request', (request) => {
    if (!request.url().startsWith(base) && !/^(data|blob):/.test(request.url()))
      strangers.push(request.url());
  });
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
});
afterAll(() => browser.close());

/** The import of the examples: those of a tracker are its own, so that none is there before somebody imports. */
async function anImport(): Promise<void> {
  const sources = await it.importer
    .post('/v1/imports?resource=sources')
    .set({ 'content-type': 'application/x-ndjson', 'idempotency-key': 'example' })
    .send(`${JSON.stringify({ id: 'seed-001' })}\n`);
  const { id } = (sources.body as { data: { id: string } }).data;
  await it.sql(`UPDATE imports SET id = '0199f6a2-7c1e-7d34-9a51-0c8c3f3f6b1d' WHERE id = $1`, [id]);
}

const picture = (name: string): Promise<Buffer> =>
  page.screenshot({ path: new URL(`${name}.png`, pictures).pathname });

test('the documentation opens, keeps a key over a reload, and can be filtered', async () => {
  await page.goto(`${base}/docs`);
  await page.locator('.opblock-tag').first().waitFor();
  await picture('docs');
  await page.getByRole('button', { name: 'Authorize' }).click();
  await page.locator('.auth-container input').fill(keys.admin);
  await page.locator('.auth-container button[type=submit]').click();
  await page.locator('.auth-container').getByText('Logout').waitFor();
  await page.locator('.btn-done').click();
  await page.reload();
  await page.locator('.authorize.locked').first().waitFor();
  await page.locator('.operation-filter-input').fill('benchmark-results');
  await page.locator('#operations-tag-programs').waitFor({ state: 'detached' });
  expect(await page.locator('.opblock-tag').count()).toBe(1);
  await page.locator('.operation-filter-input').fill('');
});

test('every reading operation works as it stands, with its own example', async () => {
  const document = (await (await fetch(`${base}/openapi.json`)).json()) as OpenApi & {
    paths: Record<string, { get?: { operationId: string; tags: string[] } }>;
  };
  const operations = Object.values(document.paths).flatMap(({ get }) => (get ? [get] : []));
  const views = await loadViews();
  const apart = ['imports', 'changes', 'audit', 'api-keys'];
  const others = operations.filter(({ tags }) => !apart.includes(tags[0] ?? ''));
  expect(others.length).toBe(it.registry.all.length * 3 + views.length + 4);
  await anImport();
  await it.sql(`INSERT INTO api_keys (id, name, hash, scopes) VALUES ($1, 'example', 'none', '{write}')`, [
    exampleKey,
  ]);
  const seen: [string, string | null][] = [];
  let shown = '';
  for (const { operationId, tags } of operations) {
    const tag = tags[0] ?? '';
    // One section at a time: with all of them open Swagger UI draws hundreds of operations anew at each step.
    if (tag !== shown) await page.locator('.operation-filter-input').fill(tag);
    shown = tag;
    const section = page.locator(`#operations-tag-${tag}`);
    await section.waitFor();
    if ((await section.getAttribute('data-is-open')) === 'false') await section.click();
    const operation = page.locator(`#operations-${tag}-${operationId}`);
    await operation.locator('.opblock-summary-control').click();
    await operation.locator('.execute').click();
    const status = operation.locator('.live-responses-table tbody .response-col_status').first();
    await status.waitFor();
    seen.push([operationId, (await status.textContent())?.trim().slice(0, 3) ?? null]);
    if (operationId === 'listEvaluations' || operationId === 'getConsortium') {
      await status.scrollIntoViewIfNeeded();
      await picture(operationId);
    }
    await operation.locator('.opblock-summary-control').click();
  }
  await page.locator('.operation-filter-input').fill('');
  expect(seen).toEqual(operations.map(({ operationId }) => [operationId, '200']));
});

test('a link leads straight to an operation', async () => {
  await page.goto('about:blank');
  await page.goto(`${base}/docs#/bids/listBids`);
  await page.locator('#operations-bids-listBids .execute').waitFor();
});

test('nothing is loaded from another host, and the pages make no complaint', () => {
  expect(strangers).toEqual([]);
  expect(complaints).toEqual([]);
});

test.each([1280, 360])('the pages for people fit a screen of %i pixels', async (width) => {
  await page.setViewportSize({ width, height: 800 });
  for (const [name, path] of [
    ['front', '/'],
    ['problems', '/problems'],
    ['problem', '/problems/source-required'],
  ] as const) {
    await page.goto(`${base}${path}`);
    await picture(`${name}-${width}`);
    expect([path, await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')]).toEqual([
      path,
      true,
    ]);
  }
});
