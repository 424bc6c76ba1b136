// May two runs be compared at all (METHOD §8)? A refusal names what differs, both values, and the way out.

import { formatCount, formatDuration } from '../units.ts';
import type { ComparedRun } from './compare-spec.ts';

export type Refusal = { code: string; message: string };

/** Empty when they may. */
export function refusalsOf(before: ComparedRun, after: ComparedRun): Refusal[] {
  return [...fitness('the baseline', before), ...fitness('the run', after), ...differences(before, after)];
}

function fitness(which: string, { unfit, ending }: ComparedRun): Refusal[] {
  if (unfit.length > 0) {
    const message = `${which} is INVALID: its generator was not fit (${unfit.join(', ')}), so its numbers say nothing of the shop; take a run that was fit`;
    return [{ code: 'unfit', message }];
  }
  if (ending === 'complete') return [];
  return [{ code: 'incomplete', message: `${which} did not end as planned (${ending}); take one that did` }];
}

function differences(before: ComparedRun, after: ComparedRun): Refusal[] {
  const differ = (code: string, name: string, of: (run: ComparedRun) => string, wayOut: string): Refusal[] => {
    const [a, b] = [of(before), of(after)];
    return a === b ? [] : [{ code, message: `${name} differs: ${a} before, ${b} after; ${wayOut}` }];
  };
  return [
    ...differ('profile', 'the profile', (run) => run.profileHash, 'run the same profile twice'),
    ...differ(
      'adjustments',
      'the adjustment',
      (run) => run.adjustments || 'none',
      'use the same --scale, --speed and --condense',
    ),
    ...differ(
      'plan',
      'the plan',
      (run) => `${formatCount(run.planned)} orders in ${formatDuration(run.durationUs)}`,
      'run the same profile twice',
    ),
    ...differ(
      'machine',
      'the machine',
      (run) => run.machine,
      'times of two generators do not compare: run both on one',
    ),
    ...differ('driver', 'the driver', (run) => run.driver, 'use --driver to have the same'),
  ];
}

/** What a reader should know and what is no reason to refuse. */
export function notesOf(before: ComparedRun, after: ComparedRun): string[] {
  const differ = (name: string, of: (run: ComparedRun) => string | number) =>
    of(before) === of(after) ? [] : [`${name} differs: ${of(before)} before, ${of(after)} after`];
  return [
    ...differ('the target', (run) => run.target),
    ...differ('the seed', (run) => run.seed),
    ...differ('the number of workers', (run) => run.workers),
  ];
}
