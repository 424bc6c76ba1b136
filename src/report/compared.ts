// A run as comparisons read it, out of its result.json: nothing else of the run folder has to be kept for a baseline.

import type { ComparedRun } from '../judge/compare-spec.ts';
import type { Result } from './result.ts';

export function comparedRunOf(result: Result): ComparedRun {
  const { run, environment, generator, ending } = result;
  const { cpu, cores, node, doorbuster } = environment;
  return {
    verdict: result.verdict,
    ending: ending.kind,
    profileHash: run.profileHash,
    adjustments: result.adjustments.map(({ flag, value }) => `--${flag} ${value}`).join(' '),
    machine: `${cpu}, ${cores} cores, node ${node}, doorbuster ${doorbuster}`,
    driver: generator.driver,
    workers: generator.workers,
    seed: run.seed,
    target: run.target,
    planned: result.orders.planned,
    durationUs: run.durationUs,
    windows: result.windows,
    phases: result.phases,
  };
}
