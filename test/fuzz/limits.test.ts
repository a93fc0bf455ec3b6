/** Every operation where reading needs a key and there is a limit to everything: what it says then is documented too. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import { shown } from './cases.ts';
import { operationsOf } from './document.ts';
import { meansOf, Session } from './session.ts';

const means = meansOf();
const operations = operationsOf(means.document);
const it = tracker({ PUBLIC_READ: false, RATE_LIMIT_READS: 5, RATE_LIMIT_WRITES: 2 });
let session: Session;
beforeAll(() => {
  session = new Session(it, means);
});
afterAll(() => {
  session.wire.close();
});
const triesMost = 20;

test.each(operations.map((operation) => [`${operation.method} ${operation.path}`, operation] as const))(
  '%s lets nobody in without a key, and nobody for ever with one',
  async (_, operation) => {
    const draft = shown(operation, []);
    const limited = operation.statuses.includes('429');
    const anonymous = await session.run(operation, { ...draft, key: 'none' }, 'no-such-thing');
    expect(anonymous.fault).toBeUndefined();
    if (operation.statuses.includes('401')) expect([401, 429]).toContain(anonymous.reply.status);
    else expect(anonymous.reply.status).toBe(200);

    const statuses: number[] = [];
    for (let n = 0; n < triesMost && statuses.at(-1) !== 429; n += 1) {
      const { reply, fault } = await session.run(operation, draft, 'no-such-thing');
      expect(fault).toBeUndefined();
      statuses.push(reply.status);
      if (reply.status === 429) expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect([statuses, statuses.at(-1) === 429]).toEqual([statuses, limited]);
  },
);
