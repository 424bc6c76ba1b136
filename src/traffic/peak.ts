// The highest rate of a curve, by bound and not by sampling. Linear pieces and exponential tails are convex, so without
// waves the maximum of a segment is at one of its ends. Waves bend down by at most K = Σ swing·ω², so f(x) + K·x²/2 is
// convex, and on any interval of length h: max f ≤ max(f at its ends) + K·h²/8. Halve what may still hide a maximum.

import type { Probe } from './probe.ts';
import type { Table } from './table.ts';

const US_PER_S = 1e6;
/** A later peak must be higher by this share to be the peak: of equal flashes the first is named. */
const SAME = 1e-7;

type Highest = { ratePerS: number; atUs: number };

/** Within 1e-7 of the true maximum; jumps count with both their sides. */
export function highestOf(table: Table, probe: Probe): Highest {
  const bend = table.waves.reduce((sum, wave) => sum + wave.swingPerS * wave.omegaPerS ** 2, 0);
  const best: Highest = { ratePerS: 0, atUs: 0 };
  const rate = (segment: number, xS: number): number => {
    probe.at(segment, xS);
    if (probe.ratePerS > best.ratePerS * (1 + SAME)) {
      best.ratePerS = probe.ratePerS;
      best.atUs = Math.min(table.startUs[segment]! + xS * US_PER_S, table.startUs[segment + 1]!);
    }
    return probe.ratePerS;
  };
  const search = (segment: number, low: End, high: End): void => {
    const widthS = high.xS - low.xS;
    const bound = Math.max(low.ratePerS, high.ratePerS) + (bend * widthS * widthS) / 8;
    if (bound <= best.ratePerS * (1 + SAME)) return;
    const xS = (low.xS + high.xS) / 2;
    if (xS <= low.xS || xS >= high.xS) return;
    const middle = { xS, ratePerS: rate(segment, xS) };
    search(segment, low, middle);
    search(segment, middle, high);
  };
  for (let i = 0; i < table.segments; i += 1) {
    const lengthS = (table.startUs[i + 1]! - table.startUs[i]!) / US_PER_S;
    for (const crestS of crestsOf(table, i, lengthS)) rate(i, crestS);
    search(i, { xS: 0, ratePerS: rate(i, 0) }, { xS: lengthS, ratePerS: rate(i, lengthS) });
  }
  return best;
}
type End = { xS: number; ratePerS: number };

/** First crest of each wave in a segment: where the maximum of a plain wave is, exactly, and a high first bound otherwise. */
function crestsOf(table: Table, segment: number, lengthS: number): number[] {
  return table.waves.flatMap(({ omegaPerS, peakAtUs }) => {
    const periodS = (2 * Math.PI) / omegaPerS;
    const sinceS = (table.startUs[segment]! - peakAtUs) / US_PER_S;
    const crestS = Math.ceil(sinceS / periodS) * periodS - sinceS;
    return crestS >= 0 && crestS <= lengthS ? [crestS] : [];
  });
}
