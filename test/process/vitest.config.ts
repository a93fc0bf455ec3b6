import { defineConfig } from 'vitest/config';

/** The program as people start it, and its embedded PostgreSQL: each test starts processes of its own. */
export default defineConfig({
  test: {
    include: ['test/process/**/*.test.ts', 'test/db/embedded-*.test.ts'],
    globalSetup: ['test/server.ts', 'test/program.ts'],
    maxWorkers: 3,
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
