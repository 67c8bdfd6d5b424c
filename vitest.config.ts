import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**', '.orkestra/**'],
    globalSetup: ['test/global-setup.ts'],
    // Servers and engines share the machine with the tests: two files at a time keep two cores busy.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Long enough for a stack to end its servers.
    teardownTimeout: 30_000,
  },
});
