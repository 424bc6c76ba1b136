// The highest rate of a curve, by bound and not by sampling. Linear pieces and exponential tails are convex ("calm"), so
// without waves the maximum of a segment is at one of its ends. With waves two bounds hold on an interval of length h:
//   max f ≤ max(f at its ends) + K·h²/8, K = Σ swing·ω²   (f + K·x²/2 is convex: waves bend down by at most K)
//   max f ≤ max(calm at its ends) + Σ swing               (soon settles thousands of crests of one height)
// Intervals that may still hide a maximum are halved.

import type { Probe } from './probe.ts';
import type { Table } from './table.ts';

const US_PER_S = 1e6;
/** A later peak must be higher by this share to be the peak: of equal flashes the first is named. */
const SAME = 1e-7;

type Highest = { ratePerS: number; atUs: number };
type Point = { xS: number; ratePerS: number; calmPerS: number };

/** Within 1e-7 of the true maximum; jumps count with both their sides. */
export function highestOf(table: Table, probe: Probe): Highest {
  const swing = table.waves.reduce((sum, wave) => sum + wave.swingPerS, 0);
  const bend = table.waves.reduce((sum, wave) => sum + wave.swingPerS * wave.omegaPerS ** 2, 0);
  const best: Highest = { ratePerS: 0, atUs: 0 };
  const look = (segment: number, xS: number): Point => {
    probe.at(segment, xS);
    const { ratePerS } = probe;
    if (ratePerS > best.ratePerS * (1 + SAME)) {
      best.ratePerS = ratePerS;
      best.atUs = Math.min(table.startUs[segment]! + xS * US_PER_S, table.startUs[segment + 1]!);
    }
    return { xS, ratePerS, calmPerS: ratePerS - wavesAt(table, segment, xS) };
  };
  const search = (segment: number, low: Point, high: Point): void => {
    const byBend = Math.max(low.ratePerS, high.ratePerS) + (bend * (high.xS - low.xS) ** 2) / 8;
    const bySwing = Math.max(low.calmPerS, high.calmPerS) + swing;
    if (Math.min(byBend, bySwing) <= best.ratePerS * (1 + SAME)) return;
    const xS = (low.xS + high.xS) / 2;
    if (xS <= low.xS || xS >= high.xS) return;
    const middle = look(segment, xS);
    search(segment, low, middle);
    search(segment, middle, high);
  };
  for (let i = 0; i < table.segments; i += 1) {
    const lengthS = (table.startUs[i + 1]! - table.startUs[i]!) / US_PER_S;
    const start = look(i, 0);
    for (const crestS of crestsOf(table, i, lengthS)) look(i, crestS);
    search(i, start, look(i, lengthS));
  }
  return best;
}

function wavesAt({ startUs, waves }: Table, segment: number, xS: number): number {
  return waves.reduce((sum, { swingPerS, omegaPerS, peakAtUs }) => {
    return sum + swingPerS * Math.cos(omegaPerS * ((startUs[segment]! - peakAtUs) / US_PER_S + xS));
  }, 0);
}

/** First and last crest of each wave in a segment: where a plain wave has its maximum exactly, and a high first bound otherwise. */
function crestsOf(table: Table, segment: number, lengthS: number): number[] {
  return table.waves.flatMap(({ omegaPerS, peakAtUs }) => {
    const periodS = (2 * Math.PI) / omegaPerS;
    const sinceS = (table.startUs[segment]! - peakAtUs) / US_PER_S;
    const first = Math.ceil(sinceS / periodS) * periodS - sinceS;
    const last = Math.floor((sinceS + lengthS) / periodS) * periodS - sinceS;
    return [first, last].filter((crestS) => crestS >= 0 && crestS <= lengthS);
  });
}
