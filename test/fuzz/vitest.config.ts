import { defineConfig } from 'vitest/config';

/** Some ten thousand requests take minutes; so they are made once for each change, and not with every `npm test`. */
export default defineConfig({
  test: {
    include: ['test/fuzz/**/*.test.ts'],
    globalSetup: ['test/server.ts'],
    maxWorkers: 2,
    testTimeout: 600_000,
    hookTimeout: 120_000,
  },
});
