import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Those that start programs, fuzz, break things or need a browser have scripts of their own; see package.json.
    exclude: [
      'test/browser/**',
      'test/faults/**',
      'test/fuzz/**',
      'test/process/**',
      'test/db/embedded-*.test.ts',
    ],
    // Each waits for its database for a third of the time, and has all modules to load and to warm up.
    maxWorkers: 3,
    // The files share no state but modules, and those need not be loaded sixty times.
    isolate: false,
    globalSetup: 'test/server.ts',
    // A hang ends some time; a busy machine is no hang.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    coverage: {
      // Measured by .ci/run (`npm test -- --coverage`): it costs a tenth of the time.
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/db/prisma/**'],
      reporter: ['text-summary', 'lcov'],
    },
  },
});
