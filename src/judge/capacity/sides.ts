// Where holding ends: the loads below and above it, and how near the two are. Noise makes a low load break and a higher one
// hold; the place between is where the fewest standard errors stand against it, so one unlucky trial is outvoted.

import type { Weighed } from './loads.ts';
import type { SearchOptions } from './spec.ts';

export const RELATIVE_WIDTH = 0.05;

/** Loads that tell something, split where holding ends; `capPerS`: the lowest that tells nothing. */
export type Sides = { below: readonly Weighed[]; above: readonly Weighed[]; capPerS: number };

export function sidesOf(loads: readonly Weighed[]): Sides {
  const told = loads.filter(({ outcome }) => outcome !== 'discarded');
  let [best, split, score] = [Number.NEGATIVE_INFINITY, 0, told.reduce((sum, load) => sum - load.strength, 0)];
  for (let k = 0; k <= told.length; k++) {
    if (score > best) [best, split] = [score, k];
    score += 2 * (told[k]?.strength ?? 0);
  }
  const discarded = loads.filter(
    ({ outcome, ratePerS }) => outcome === 'discarded' && ratePerS > (told[split - 1]?.ratePerS ?? 0),
  );
  return {
    below: told.slice(0, split),
    above: told.slice(split),
    capPerS: Math.min(Number.POSITIVE_INFINITY, ...discarded.map(({ ratePerS }) => ratePerS)),
  };
}

export const widthOf = (low: number, high: number): number => (high - low) / high;
export const isNarrow = (low: number, high: number, { relativeWidth = RELATIVE_WIDTH }: SearchOptions): boolean =>
  widthOf(low, high) <= relativeWidth;
