import { defineConfig } from 'vitest/config';

/** Whole runs of the real command line, and every page by axe: `npm run test:faults`. */
export const SLOW = [
  'test/faults/**/*.test.ts',
  'test/e2e/**/*.test.ts',
  'test/package.test.ts',
  'test/commands/around.test.ts',
  'test/commands/code-journey.test.ts',
  'test/commands/compare.test.ts',
  'test/commands/terminal.test.ts',
  'test/commands/targets.test.ts',
  'test/judge/capacity/sweep.test.ts',
  'test/report/html/accessible.test.ts',
];

/** Files that share what they imported, a quarter of their time: they leave nothing behind in their process. */
const SHARED = ['traffic', 'measure', 'order', 'profile', 'audit', 'judge', 'report', 'folder', 'demo'].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);

export default defineConfig({
  test: {
    pool: 'forks',
    // Many files mostly wait for processes of their own: more of them at once than there are cores.
    maxWorkers: 4,
    // Only a hang ends by it: shared machines slow down by a factor of four for minutes.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'shared', include: SHARED, exclude: SLOW, isolate: false } },
      {
        extends: true,
        test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: ['test/bench/**', ...SHARED, ...SLOW] },
      },
    ],
  },
});
