import { defineConfig } from 'vitest/config';

// Wall-clock limits are generous: tests assert counts, bounds and order; these only end what hangs.
const brokerTests = {
  globalSetup: ['test/support/global-setup.ts'],
  testTimeout: 180_000,
  hookTimeout: 180_000,
  fileParallelism: false,
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'libs/**/src/**/*.test.ts',
            'services/**/*.test.ts',
            'deploy/**/*.test.ts',
            'test/*.test.ts',
            'test/support/*.test.ts',
          ],
          testTimeout: 60_000,
        },
      },
      { test: { name: 'integration', include: ['test/integration/**/*.test.ts'], ...brokerTests } },
      { test: { name: 'simulation', include: ['test/simulation/**/*.test.ts'], testTimeout: 3_600_000 } },
      {
        test: {
          name: 'chaos',
          include: ['test/chaos/**/*.test.ts'],
          ...brokerTests,
          testTimeout: 3_600_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: 'interop',
          include: ['test/interop/**/*.test.ts'],
          ...brokerTests,
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
      { test: { name: 'browser', include: ['test/browser/**/*.test.ts'], ...brokerTests } },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          ...brokerTests,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
