import { defineConfig } from 'vitest/config';

/**
 * Some ten thousand requests take minutes; so they are made once for each change, and not with every `npm test`. So are the
 * long searches (searches.ts).
 */
export default defineConfig({
  test: {
    include: [
      'test/fuzz/**/*.test.ts',
      'test/rules/**/*.test.ts',
      'test/http/import-roundtrip-texts.test.ts',
      'test/http/known-at-replay.test.ts',
    ],
    env: { SEARCHES: 'long' },
    globalSetup: ['test/server.ts'],
    maxWorkers: 2,
    testTimeout: 600_000,
    hookTimeout: 120_000,
  },
});
