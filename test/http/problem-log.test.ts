/** What is written to the log when a request is refused or fails. */
import fastify from 'fastify';
import { expect, test } from 'vitest';
import { problems } from '../../src/http/problem.ts';
import { Problem } from '../../src/kernel/problems.ts';

test('a refusal for now is logged as a warning without a stack, a failure as an error with one', async () => {
  const lines: { level: number; msg: string; err?: { stack: string } }[] = [];
  const stream = { write: (line: string) => lines.push(JSON.parse(line) as (typeof lines)[number]) };
  const app = fastify({ logger: { level: 'warn', stream } });
  problems(app);
  app.get('/busy', () => {
    throw new Problem('unavailable', 'Too many.', { headers: { 'retry-after': '2' } });
  });
  app.get('/broken', () => {
    throw new Error('broken');
  });
  const busy = await app.inject('/busy');
  expect([busy.statusCode, busy.headers['retry-after']]).toEqual([503, '2']);
  expect((await app.inject('/broken')).statusCode).toBe(500);
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
    [40, 'refused for now'],
    [50, 'request failed'],
  ]);
  expect(JSON.stringify(lines[0])).not.toMatch(/stack/);
  expect(lines[1]?.err?.stack).toContain('broken');
  await app.close();
});
