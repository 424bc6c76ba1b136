// What another run sent, second by second, out of its journal: that is there for a run that ended and for one that died.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunSeconds } from '../profile/section.ts';
import { formatDuration } from '../units.ts';
import { readFrames } from './frames.ts';
import { FRAMES, JOURNAL_FILE, JOURNAL_VERSION, type JournalHead, type JournalInterval, told } from './journal.ts';
import { reasonOf } from './reason.ts';

/**
 * Planned orders by the second they were due in, fired ones by the second they went out in.
 *
 * @throws Error where there is no journal, or none that can be read
 */
export function readRunSeconds(folder: string): RunSeconds {
  return runSecondsOf(bytesOf(folder));
}

function bytesOf(folder: string): Buffer {
  try {
    return readFileSync(join(folder, JOURNAL_FILE));
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new Error(
      isMissing ? `there is no ${JOURNAL_FILE} in it: name the folder of a run, journal included` : reasonOf(error),
      { cause: error },
    );
  }
}

export function runSecondsOf(journal: Buffer): RunSeconds {
  const { frames, broken } = readFrames(journal);
  const [head] = told<JournalHead>(frames, FRAMES.head);
  if (head === undefined)
    throw new Error('its journal does not say which run it is of: its first frame is missing or broken');
  if (head.version !== JOURNAL_VERSION) {
    throw new Error(`its journal has version ${head.version}, this Doorbuster reads ${JOURNAL_VERSION}`);
  }
  const fired = new Array<number>(head.planned.length).fill(0);
  for (const { interval } of told<JournalInterval>(frames, FRAMES.interval)) {
    for (const { second, fired: count } of interval.flows) {
      // Seconds behind the plan in which answers were waited for are no part of the day.
      if (count === 0) continue;
      while (fired.length <= second) fired.push(0);
      fired[second]! += count;
    }
  }
  const isWhole = frames.some((frame) => frame.kind === FRAMES.end);
  // Of the rest nobody knows: as seconds of no orders it would be hours of waiting for nothing.
  if (!isWhole) fired.length = fired.findLastIndex((count) => count > 0) + 1;
  const missing = [
    ...(isWhole ? [] : [`that run did not end: what it fired is known up to ${formatDuration(fired.length * 1e6)}`]),
    ...(broken > 0 ? ['parts of its journal cannot be read'] : []),
  ];
  return {
    id: `${head.run.id} of ${head.plan.name}`,
    planned: [...head.planned],
    fired,
    ...(missing.length > 0 ? { cut: missing.join('; ') } : {}),
  };
}
