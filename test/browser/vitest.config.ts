import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    globalSetup: ['test/server.ts'],
    testTimeout: 1_800_000,
    hookTimeout: 60_000,
  },
});
