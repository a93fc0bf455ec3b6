/**
 * Every operation of the OpenAPI document is asked, rightly and wrongly, some ten thousand times in all. FUZZ_SEED
 * chooses other requests, FUZZ_REQUESTS another number of them.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tracker } from '../tracker.ts';
import { operationsOf } from './document.ts';
import { cases } from './cases.ts';
import { drafts, type Draft } from './requests.ts';
import { meansOf, Session, type Told } from './session.ts';
import { requests, seed } from './settings.ts';

const means = meansOf();
const { statistics } = means;
const operations = operationsOf(means.document);
const each = Math.ceil(requests / operations.length);

const groups = new Map<string, typeof operations>();
for (const operation of operations)
  groups.set(operation.tag, [...(groups.get(operation.tag) ?? []), operation]);

describe.each([...groups])('%s', (_, group) => {
  const it = tracker();
  let session: Session;
  beforeAll(async () => {
    session = new Session(it, means);
    await session.stock.look();
  });
  afterAll(() => {
    session.wire.close();
  });

  test.each(group.map((operation) => [`${operation.method} ${operation.path}`, operation] as const))(
    '%s',
    async (name, operation) => {
      const failed = new Map<Draft, Told>();
      let first: Told | undefined;
      const run = async (draft: Draft): Promise<void> => {
        const told = await session.run(operation, draft);
        first ??= told;
        if (told.fault === undefined) return;
        failed.set(draft, told);
        throw new Error(told.fault);
      };
      const found = await fc.check(fc.asyncProperty(drafts(operation, session.source), run), {
        seed,
        numRuns: each,
        examples: cases(operation, session.stock.ids(operation.path)).map((one): [Draft] => [one]),
      });
      const [worst] = found.counterexample ?? [];
      const told = worst && failed.get(worst);
      const again = `FUZZ_SEED=${seed} FUZZ_REQUESTS=${requests} npm run test:fuzz -- -t '${name}'`;
      if (found.failed)
        expect.fail(
          told
            ? `the reply ${told.fault ?? ''}\n${session.wire.curl(told.outgoing)}\nagain: ${again}`
            : `${String(found.errorInstance)}\n${JSON.stringify(worst)}\nagain: ${again}`,
        );
      if (!statistics.reached(operation))
        expect.fail(`reached no 2xx; as documented it is ${first?.reply.text ?? ''}\nagain: ${again}`);
    },
  );
});

afterAll(() => {
  console.log(`FUZZ_SEED=${seed}\n${statistics.told()}`);
});
