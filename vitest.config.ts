import process from 'node:process';
import { defineConfig } from 'vitest/config';

/** Pure and in-process tests: modules hold no state, so files can share them, and a quarter of the processor time is saved. */
const together = ['test/unit/**/*.test.ts', 'test/property/**/*.test.ts', 'test/contract/**/*.test.ts'];

/** Files that `scripts/test.ts` leaves out, one a line: `--exclude` reaches no project. */
const leftOut = process.env['DAYLIGHT_TESTS_LEFT_OUT']?.split('\n').filter((file) => file !== '') ?? [];

export default defineConfig({
  test: {
    pool: 'forks',
    // Many a test waits for a clock of its own: a third one uses two processors that would idle.
    maxWorkers: 3,
    // These end what hangs and measure nothing: a machine that is many times slower or busier than another passes too.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 30_000 } },
    projects: [
      {
        extends: true,
        test: {
          ...{ name: 'together', include: together, exclude: leftOut, isolate: false },
          setupFiles: ['test/support/leavesNothingAtFiles.ts'],
        },
      },
      { extends: true, test: { name: 'apart', include: ['test/**/*.test.ts'], exclude: [...together, ...leftOut] } },
    ],
  },
});
