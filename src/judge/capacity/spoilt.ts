// Trials that were discarded say nothing of the shop. They are made once more at once, later again, and then given up: what
// spoilt them may have been a bad minute of the machine, or as much as the generator can do; and which, is for the answer.

import type { Weighed } from './loads.ts';
import type { Sides } from './sides.ts';
import type { LimitedBy, Trial } from './spec.ts';
import type { Seen, Step } from './step.ts';

/** What the generator could not do once it may do the second time; what the stock or our connections cannot, it cannot. */
export const TRIES = 2;
const LASTING = ['sold-out', 'connections', 'interrupted'];
/** So often loads that the generator could not send are tried again, all together. */
const REVISITS = 3;
/** Longer holds of a load that were discarded one after the other: one more would say as little. */
const MOST_HOLDS = 3;

const isLasting = (trial: Trial | undefined): boolean => trial?.why.some(({ code }) => LASTING.includes(code)) ?? false;

function lastAt({ trials }: Pick<Seen, 'trials'>, load: Weighed | undefined): Trial | undefined {
  return trials.findLast(({ ratePerS }) => ratePerS === load?.ratePerS);
}

function sameAs({ ratePerS, durationUs, purpose }: Trial): Step {
  return { wish: { ratePerS, durationUs, purpose } };
}

/** A load that has told nothing yet is tried once more, unless what spoilt it will again. */
export function again(seen: Seen): Step | undefined {
  const last = seen.trials.at(-1);
  if (last?.outcome !== 'discarded' || isLasting(last)) return undefined;
  const load = seen.loads.find(({ ratePerS }) => ratePerS === last.ratePerS)!;
  return load.trials.length < TRIES ? sameAs(last) : undefined;
}

const revisitsOf = (loads: Seen['loads']): number =>
  loads.reduce(
    (sum, { outcome, trials }) => sum + (outcome === 'discarded' ? Math.max(0, trials.length - TRIES) : 0),
    0,
  );

/** Where a trial told something again, the machine may be better: before all the time goes to what is below the cap. */
export function betterMinute(seen: Seen, sides: Sides): Step | undefined {
  const isBetter = seen.trials.at(-1)?.outcome !== 'discarded';
  return isBetter && revisitsOf(seen.loads) === 0 ? revisited(seen, sides) : undefined;
}

/**
 * Of the loads that would tell more, the one tried least, and of those the highest: when it can be sent by now, what was
 * discarded below it no longer matters.
 */
export function revisited(seen: Seen, { below, above }: Sides): Step | undefined {
  if (revisitsOf(seen.loads) >= REVISITS) return undefined;
  const [low = 0, high = Number.POSITIVE_INFINITY] = [below.at(-1)?.ratePerS, above[0]?.ratePerS];
  const [load] = seen.loads
    .filter(({ outcome, ratePerS }) => outcome === 'discarded' && ratePerS > low && ratePerS < high)
    .sort((a, b) => a.trials.length - b.trials.length || b.ratePerS - a.ratePerS);
  const last = lastAt(seen, load);
  return last === undefined || isLasting(last) ? undefined : sameAs(last);
}

/** A load that told something once, and whose longer holds are discarded every time. */
export function isGivenUp(load: Weighed, seen: Pick<Seen, 'trials'>): boolean {
  if (load.outcome === 'discarded') return false;
  const own = seen.trials.filter(({ ratePerS }) => ratePerS === load.ratePerS);
  const since = own.length - 1 - own.findLastIndex(({ outcome }) => outcome !== 'discarded');
  return since >= MOST_HOLDS || isLasting(own.at(-1));
}

/** Of so rare a chance that nothing but the generator explains it. */
const BY_CHANCE = 0.05;

/** What the lowest load that tells nothing is owed to. */
export function limitOf({ trials, loads }: Seen, { capPerS }: Sides): LimitedBy {
  const last = lastAt(
    { trials },
    loads.find(({ ratePerS }) => ratePerS === capPerS),
  );
  if (last?.why[0]?.code === 'sold-out') return 'stock';
  const mostPerS = Math.max(0, ...trials.filter(({ outcome }) => outcome !== 'discarded').map((each) => each.ratePerS));
  if (isLasting(last)) return 'generator';
  if (mostPerS === 0) return 'disturbed';
  // As often as loads that it can send were spoilt, each of those above may have been too.
  const sent = trials.filter(({ ratePerS }) => ratePerS <= mostPerS);
  const spoilt = sent.filter(({ outcome }) => outcome === 'discarded').length / sent.length;
  return spoilt ** (trials.length - sent.length) > BY_CHANCE ? 'disturbed' : 'generator';
}
