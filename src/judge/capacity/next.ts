// Which load to try next, as a pure function of the trials so far: the same trials always lead to the same load.
//
//   1. bracket   from half the profile's peak (or of the closed-loop ceiling, where that is lower) doubled while it holds,
//                with a rung at the ceiling; halved while it breaks
//   2. bisect    the geometric middle, until the two sides are as near as was asked
//   3. repeat    both sides are taken to a load that is decided with 95 % confidence: an undecided load is held longer
//                where that promises to decide it, else the next load is a little further out
//   4. confirm   one long hold of the highest load that held; when it breaks, the search goes on below
//   5. revisit   where the generator gave out, a few of those loads once more, the first of them as soon as a lower load told
//                something: it may have been the machine's bad minutes
//
// Noise makes a low load break and a higher one hold. The place between holding and breaking is where the fewest standard
// errors stand against it, so one unlucky trial is outvoted and two are believed.

import type { Weighed } from './loads.ts';
import { sharpened } from './sharpen.ts';
import { isNarrow, type Sides, sidesOf } from './sides.ts';
import type { LimitedBy, SearchOptions } from './spec.ts';
import { again, betterMinute, isGivenUp, limitOf, revisited } from './spoilt.ts';
import { DECIDED, LEAST_SHARE, type Seen, type Step, startOf, trialAt, wholeSeconds } from './step.ts';

export function stepOf(seen: Seen): Step {
  if (seen.trials.at(-1)?.why.some(({ code }) => code === 'interrupted')) return { done: 'interrupted' };
  const sides = sidesOf(seen.loads);
  const step = again(seen) ?? contradicted(seen) ?? betterMinute(seen, sides) ?? withSides(seen, sides);
  const isOpen = 'done' in step && (step.done === 'generator' || step.done === 'disturbed');
  return isOpen ? (revisited(seen, sides) ?? step) : step;
}

/** A load broke and a higher one held: the one that was held for less time is held longer. */
function contradicted({ loads, options, trials }: Seen): Step | undefined {
  const broke = loads.find(({ outcome }) => outcome === 'broke');
  const held = [...loads].reverse().find(({ outcome }) => outcome === 'held');
  if (broke === undefined || held === undefined || broke.ratePerS > held.ratePerS) return undefined;
  const doubtful = broke.durationUs <= held.durationUs ? broke : held;
  if (doubtful.durationUs > options.trialUs + options.holdUs || isGivenUp(doubtful, { trials })) return undefined;
  const durationUs = wholeSeconds(Math.max(options.holdUs, options.trialUs));
  return { wish: { ratePerS: doubtful.ratePerS, durationUs, purpose: 'repeat' } };
}

function withSides(seen: Seen, sides: Sides): Step {
  const { options } = seen;
  const low = sides.below.at(-1)?.ratePerS;
  const upper = Math.min(sides.above[0]?.ratePerS ?? Number.POSITIVE_INFINITY, sides.capPerS);
  if (low === undefined) return down(seen, sides, upper);
  if (upper === Number.POSITIVE_INFINITY) return up(seen, sides, low);
  if (!isNarrow(low, upper, options)) {
    return { wish: trialAt(Math.sqrt(low * upper), options, 'bisect') };
  }
  return sharpened(seen, sides) ?? confirmed(seen, sides);
}

function down(seen: Seen, sides: Sides, upperPerS: number): Step {
  const { options } = seen;
  const startPerS = startOf(options);
  if (upperPerS === Number.POSITIVE_INFINITY) return { wish: trialAt(startPerS, options, 'bracket') };
  if (upperPerS / 2 < startPerS * LEAST_SHARE) return { done: endOf(seen, sides) };
  return { wish: trialAt(upperPerS / 2, options, 'bracket') };
}

function up(seen: Seen, sides: Sides, low: number): Step {
  const { options } = seen;
  const { probe, mostPerS = Number.POSITIVE_INFINITY } = options;
  const ceiling = probe?.closedLoopPerS ?? Number.POSITIVE_INFINITY;
  const rung = low * 1.05 < ceiling && ceiling < 2 * low ? ceiling : 2 * low;
  if (low >= mostPerS * 0.999) return sharpened(seen, sides) ?? confirmed(seen, sides);
  return { wish: trialAt(Math.min(rung, mostPerS), options, 'bracket') };
}

/**
 * The load that the answer rests on: the highest that held below the split. Where none is decided yet, the highest that one
 * hold promises to decide, or else the one that is surest: something that holds is a better answer than the best guess.
 */
export function bestOf({ below }: Sides, { holdUs }: SearchOptions): Weighed | undefined {
  const downwards = [...below].reverse();
  const promises = ({ strength, durationUs }: Weighed) => strength * Math.sqrt(1 + holdUs / durationUs) >= DECIDED;
  return (
    downwards.find(({ outcome }) => outcome === 'held') ??
    downwards.find(promises) ??
    [...below].sort((a, b) => b.strength - a.strength)[0]
  );
}

/** A long hold at this load held, and its trials together do. */
export function isConfirmed(load: Weighed | undefined, { trials, options }: Pick<Seen, 'trials' | 'options'>): boolean {
  if (load?.outcome !== 'held') return false;
  return trials.some(
    ({ ratePerS, outcome, durationUs }) =>
      ratePerS === load.ratePerS && durationUs >= options.holdUs && (outcome === 'held' || outcome === 'undecided'),
  );
}

export function confirmed(seen: Seen, sides: Sides): Step {
  const { options } = seen;
  const best = bestOf(sides, options);
  if (best === undefined || isConfirmed(best, seen) || isGivenUp(best, seen)) return { done: endOf(seen, sides) };
  if (longest(seen, best) >= options.holdUs && best.outcome !== 'held') return { done: endOf(seen, sides) };
  return { wish: { ratePerS: best.ratePerS, durationUs: wholeSeconds(options.holdUs), purpose: 'confirm' } };
}

const longest = ({ trials }: Seen, { ratePerS }: Weighed): number =>
  Math.max(
    0,
    ...trials.flatMap((trial) =>
      trial.ratePerS === ratePerS && trial.outcome !== 'discarded' ? trial.durationUs : [],
    ),
  );

/** Why the bracket is what it is, when nothing more is worth a trial. */
export function endOf(seen: Seen, sides: Sides): LimitedBy {
  const { options, loads } = seen;
  const held = sides.below.findLast(({ outcome }) => outcome === 'held')?.ratePerS;
  const broke = sides.above.find(({ outcome }) => outcome === 'broke')?.ratePerS;
  const [low = 0, high = Number.POSITIVE_INFINITY] = [held, broke];
  if (sides.capPerS < high) return limitOf(seen, sides);
  if (held !== undefined && broke !== undefined && isNarrow(held, broke, options)) return 'shop';
  const between = loads.filter(({ ratePerS }) => ratePerS >= low && ratePerS <= high);
  if (between.some((load) => isGivenUp(load, seen))) return 'disturbed';
  if (held !== undefined && broke === undefined) {
    return options.mostPerS !== undefined && held >= options.mostPerS * 0.999 ? 'cap' : 'noise';
  }
  // Nothing below what broke is open: nothing holds.
  return broke !== undefined && sides.below.length === 0 ? 'shop' : 'noise';
}
