// A run as comparisons read it, out of its result.json: nothing else of the run folder has to be kept for a baseline.

import type { ComparedRun } from '../judge/compare-spec.ts';
import type { Environment } from './record.ts';
import type { Result } from './result.ts';

/** What the times depend on beside the shop. */
export function machineOf({ cpu, cores, node, doorbuster }: Omit<Environment, 'commit'>): string {
  return `${cpu}, ${cores} cores, node ${node}, doorbuster ${doorbuster}`;
}

export function comparedRunOf(result: Result): ComparedRun {
  const { run, environment, generator, ending } = result;
  return {
    verdict: result.verdict,
    ending: ending.kind,
    profileHash: run.profileHash,
    adjustments: result.adjustments.map(({ flag, value }) => `--${flag} ${value}`).join(' '),
    machine: machineOf(environment),
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
