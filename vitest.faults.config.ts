// What takes its time with real processes, faults above all: `npm run test:faults`. Kept out of `npm test`, which a person
// waits for.
import { defineConfig } from 'vitest/config';
import { SLOW } from './vitest.config.ts';

export default defineConfig({
  test: { include: SLOW, pool: 'forks', maxWorkers: 3, testTimeout: 300_000, hookTimeout: 60_000 },
});
