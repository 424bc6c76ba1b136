import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**', 'test/faults/**'],
    pool: 'forks',
    // Many files mostly wait for processes of their own: more of them at once than there are cores.
    maxWorkers: 4,
    // Only a hang ends by it: shared machines slow down by a factor of four for minutes.
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
