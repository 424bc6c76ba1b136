// Where more load stops paying: the load with the largest power, goodput over mean response (L. Kleinrock, ICC 1979). Below
// it throughput grows faster than times, above it times grow faster. One server with exponential times has it at half its
// capacity. Loads are few, so the true one lies anywhere between the neighbours of the best.

import { formatDuration, formatRate } from '../../units.ts';
import type { Knee, Load } from './spec.ts';

const LEAST_LOADS = 4;

type Known = { ratePerS: number; meanUs: number; power: number };

export function kneeOf(loads: readonly Load[]): { knee: Knee } | { missing: string } {
  const known: Known[] = loads.flatMap(({ ratePerS, meanUs, goodputPerS }) =>
    meanUs !== null && goodputPerS !== null && meanUs > 0 ? [{ ratePerS, meanUs, power: goodputPerS / meanUs }] : [],
  );
  if (known.length < LEAST_LOADS) {
    return { missing: `it takes ${LEAST_LOADS} loads to tell, and there are ${known.length}` };
  }
  const best = known.reduce((most, load, index) => (load.power > known[most]!.power ? index : most), 0);
  const [before, at, after] = [known[best - 1], known[best]!, known[best + 1]];
  if (before === undefined) {
    return {
      missing: `times rise faster than goodput from the lowest load on: the knee is below ${formatRate(at.ratePerS)}`,
    };
  }
  if (after === undefined) {
    return {
      missing: `goodput rises faster than times up to the highest load: the knee is above ${formatRate(at.ratePerS)}`,
    };
  }
  const says =
    `goodput per mean response is largest at ${formatRate(at.ratePerS)} (mean response ${formatDuration(at.meanUs)}): ` +
    `the knee is between ${formatRate(before.ratePerS)} and ${formatRate(after.ratePerS)}`;
  return { knee: { ratePerS: at.ratePerS, between: [before.ratePerS, after.ratePerS], meanUs: at.meanUs, says } };
}
