import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One a core: most suites wait for servers, clocks and programs more than they compute.
    maxWorkers: availableParallelism(),
    coverage: {
      provider: 'v8',
      include: [
        'core/**/*.ts',
        'schemas/**/*.ts',
        'config/**/*.ts',
        'connectors/**/*.ts',
        'daemon/**/*.ts',
        'notify/**/*.ts',
        'sandbox/**/*.ts',
        'server/**/*.ts',
        'testing/**/*.ts',
      ],
      reporter: ['text-summary', 'json-summary'],
      // The core decides who keeps an account in Vanta, so nearly every line of it is tried. The share is that of
      // all its files together.
      thresholds: { 'core/**/*.ts': { lines: 95 } },
    },
  },
})
