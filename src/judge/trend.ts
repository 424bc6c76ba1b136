// Does a series rise? Mann–Kendall's test, with the variance corrected for values that go together with their neighbours
// (Hamed & Rao, Journal of Hydrology 204, 1998), and Sen's slope. Queues remember: without the correction every second
// queue would seem to grow.

import { medianOf } from './statistics.ts';

export type Trend = {
  /** Median of the slopes between all pairs, per step. */
  slope: number;
  /** Chance of a rise or fall like this without a trend, two-sided. */
  pValue: number;
};

/** Of values at equal steps; a fit series has 10 or more, and at most a few hundred (all pairs are looked at). */
export function trendOf(values: readonly number[]): Trend {
  const n = values.length;
  const slopes = new Float64Array((n * (n - 1)) / 2);
  let pairs = 0;
  let s = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const rise = values[j]! - values[i]!;
      s += Math.sign(rise);
      slopes[pairs++] = rise / (j - i);
    }
  }
  slopes.sort();
  const slope = slopes.length === 0 ? 0 : medianOf(slopes);
  const variance = ((n * (n - 1) * (2 * n + 5)) / 18 - tieTerm(values)) * correction(values, slope);
  const z = variance > 0 ? (s - Math.sign(s)) / Math.sqrt(variance) : 0;
  return { slope, pValue: z === 0 ? 1 : 2 * normalTail(Math.abs(z)) };
}

/** Σ t(t−1)(2t+5) / 18 over groups of equal values. */
function tieTerm(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let sum = 0;
  for (const t of counts.values()) sum += t * (t - 1) * (2 * t + 5);
  return sum / 18;
}

/** n/n*: how many fewer independent values there are, from the significant autocorrelations of the detrended ranks. */
function correction(values: readonly number[], slope: number): number {
  const n = values.length;
  if (n < 4) return 1;
  const ranks = ranksOf(values.map((value, index) => value - slope * index));
  const mean = (n + 1) / 2;
  const spread = ranks.reduce((sum, rank) => sum + (rank - mean) ** 2, 0);
  if (spread === 0) return 1;
  let sum = 0;
  for (let lag = 1; lag < n - 2; lag++) {
    let product = 0;
    for (let i = 0; i + lag < n; i++) product += (ranks[i]! - mean) * (ranks[i + lag]! - mean);
    const correlation = product / spread;
    if (Math.abs(correlation) > 1.96 / Math.sqrt(n)) sum += (n - lag) * (n - lag - 1) * (n - lag - 2) * correlation;
  }
  // Less than one would take chance anticorrelations at far lags for evidence.
  return Math.max(1, 1 + (2 / (n * (n - 1) * (n - 2))) * sum);
}

/** 1 … n; equal values share the mean of their ranks. */
function ranksOf(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Array<number>(values.length).fill(0);
  for (let from = 0; from < order.length; ) {
    let until = from + 1;
    while (until < order.length && values[order[until]!] === values[order[from]!]) until++;
    for (let k = from; k < until; k++) ranks[order[k]!] = (from + 1 + until) / 2;
    from = until;
  }
  return ranks;
}

/** P(Z > z), z ≥ 0: Abramowitz & Stegun 7.1.26, absolute error below 1e-7. */
function normalTail(z: number): number {
  const x = z / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return 0.5 * poly * Math.exp(-x * x);
}
