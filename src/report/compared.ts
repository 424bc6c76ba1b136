// A run as comparisons read it, out of its result.json: nothing else of the run folder has to be kept for a baseline.

import { BOOKS_GATE } from '../judge/books.ts';
import type { ComparedRun } from '../judge/compare-spec.ts';
import type { Environment } from './record.ts';
import type { Result } from './result.ts';

/** What the times depend on beside the shop. */
export function machineOf({ cpu, cores, node, doorbuster }: Omit<Environment, 'commit'>): string {
  return `${cpu}, ${cores} cores, node ${node}, doorbuster ${doorbuster}`;
}

/** The gates that void its times. Books that could not be read whole void the verdict, not the times. */
export function unfitGatesOf({ generator }: Result): string[] {
  return generator.gates.filter(({ name, status }) => status === 'void' && name !== BOOKS_GATE).map(({ name }) => name);
}

/** `--scale 1%` and the like, which the hash of the profile does not know. */
export function adjustmentsOf({ adjustments }: Pick<Result, 'adjustments'>): string {
  return adjustments.map(({ flag, value }) => `--${flag} ${value}`).join(' ');
}

export function comparedRunOf(result: Result): ComparedRun {
  const { run, environment, generator, ending } = result;
  return {
    unfit: unfitGatesOf(result),
    ending: ending.kind,
    profileHash: run.profileHash,
    adjustments: adjustmentsOf(result),
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
