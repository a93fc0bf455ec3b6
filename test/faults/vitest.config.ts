import { defineConfig } from 'vitest/config';

/** What kills servers and fills disks takes longer than the rest, and must not share the processor with it. */
export default defineConfig({
  test: {
    include: ['test/faults/**/*.test.ts'],
    globalSetup: ['test/server.ts', 'test/program.ts'],
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
