import { defineConfig } from 'vitest/config';

/** Whole runs of the real command line, one after the other: `npm run test:faults`. */
export const SLOW = [
  'test/faults/**/*.test.ts',
  'test/e2e/**/*.test.ts',
  'test/package.test.ts',
  'test/commands/around.test.ts',
  'test/commands/code-journey.test.ts',
  'test/commands/targets.test.ts',
  'test/judge/capacity/sweep.test.ts',
];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**', ...SLOW],
    pool: 'forks',
    // Many files mostly wait for processes of their own: more of them at once than there are cores.
    maxWorkers: 4,
    // Only a hang ends by it: shared machines slow down by a factor of four for minutes.
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
