// How sure a number is (METHOD §5): two-sided 95 % everywhere. Pure and deterministic: the bootstrap is seeded.

import { inverseIncompleteBeta } from './binomial.ts';

/** Chance left outside on each side of a two-sided 95 % interval, and the normal deviate that leaves it. */
export const TAIL = 0.025;
const Z = 1.959963984540054;

export type Interval = [low: number, high: number];

/** Below this many values a percentile is shown greyed: 61.5·p/(1−p), where its rank interval is still about ±25 % of the tail. */
export function greyedBelow(p: number): number {
  return Math.ceil((61.5 * p) / (1 - p) - 1e-6);
}

/**
 * 95 % Clopper–Pearson bounds of a proportion of which `v` of `n` were seen, exact by inversion of the binomial tails:
 * low solves P(X ≥ v) = 0.025, high solves P(X ≤ v) = 0.025. n > 0, 0 ≤ v ≤ n, whole, n up to 1e9.
 */
export function proportionBounds(v: number, n: number): Interval {
  if (v > n / 2) {
    const [low, high] = proportionBounds(n - v, n);
    return [1 - high, 1 - low];
  }
  const low = v === 0 ? 0 : inverseIncompleteBeta(v, n - v + 1, TAIL);
  // With v = 0 the equation (1−x)^n = 0.025 has a closed form.
  const high = v === 0 ? -Math.expm1(Math.log(TAIL) / n) : inverseIncompleteBeta(v + 1, n - v, 1 - TAIL);
  return [low, high];
}

/** Ranks ⌊np − 1.96√(np(1−p))⌋ and ⌈np + 1.96√(np(1−p))⌉ + 1 between which percentile p lies, clipped to 1…n. `z` for another certainty than 95 %. */
export function percentileRanks(p: number, n: number, z = Z): Interval {
  const spread = z * Math.sqrt(n * p * (1 - p));
  return [Math.max(1, Math.floor(n * p - spread)), Math.min(n, Math.ceil(n * p + spread) + 1)];
}

/** Mulberry32 (T. Ettinger): uniform in [0, 1). Enough for resampling; the traffic's own generator is not judge's to import. */
function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Of sorted values, not empty. */
export function medianOf(sorted: ArrayLike<number>): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The orders of one tile of time: how many, and how many of them slower than the run's own percentile. */
export type Tile = { count: number; above: number };

const RESAMPLES = 400;

/**
 * Ranks between which percentile p lies by a moving-block bootstrap (Künsch 1989, circular), which keeps the bursts that
 * the binomial formula denies. Resampling whole histograms would cost minutes; by Bahadur's representation the percentile
 * moves with the share of orders above it, so each tile is two numbers and each resample a sum over tiles:
 * 400 × 240 additions for a run of any length (see `tileSecondsFor`). `blockTiles` consecutive tiles are one block.
 */
export function bootstrapRanks(p: number, tiles: readonly Tile[], blockTiles: number, seed = 1): Interval {
  const count = tiles.reduce((sum, tile) => sum + tile.count, 0);
  const share = tiles.reduce((sum, tile) => sum + tile.above, 0) / count;
  const random = uniforms(seed);
  const shifts: number[] = [];
  for (let i = 0; i < RESAMPLES; i++) {
    let [drawn, above] = [0, 0];
    for (let taken = 0; taken < tiles.length; taken += blockTiles) {
      const start = Math.floor(random() * tiles.length);
      for (let k = 0; k < blockTiles && taken + k < tiles.length; k++) {
        const tile = tiles[(start + k) % tiles.length]!;
        drawn += tile.count;
        above += tile.above;
      }
    }
    if (drawn > 0) shifts.push(above / drawn - share);
  }
  shifts.sort((a, b) => a - b);
  const low = shifts[Math.floor(TAIL * shifts.length)] ?? 0;
  const high = shifts[Math.ceil((1 - TAIL) * shifts.length) - 1] ?? 0;
  return [Math.max(1, Math.floor(count * (p + low))), Math.min(count, Math.ceil(count * (p + high)))];
}

/** Shortest block: response times of neighbouring seconds go together. */
export const BLOCK_S = 10;
const MOST_TILES = 240;

/**
 * Whole seconds per tile so that a scope has about 240 of them: 1 s up to 4 min, 180 s for 12 h. Longer blocks keep more of
 * what goes together, so the interval of a long run errs to the wide side.
 */
export function tileSecondsFor(seconds: number): number {
  return Math.max(1, Math.ceil(seconds / MOST_TILES));
}

/**
 * Standard error of the mean of values that go together with their neighbours: the spread of the means of circular
 * moving-block resamples (Künsch 1989; Politis & Romano 1992), widened for what a resample of n/block blocks lacks of the
 * variance. 0 when all are equal. `block` ≤ n / 2.
 */
export function blockMeanError(values: readonly number[], block: number, seed = 1): number {
  const n = values.length;
  const random = uniforms(seed);
  let [sum, squares] = [0, 0];
  const mean = values.reduce((total, value) => total + value, 0) / n;
  for (let i = 0; i < RESAMPLES; i++) {
    let drawn = 0;
    for (let taken = 0; taken < n; taken += block) {
      const start = Math.floor(random() * n);
      for (let k = 0; k < block && taken + k < n; k++) drawn += values[(start + k) % n]! - mean;
    }
    sum += drawn / n;
    squares += (drawn / n) ** 2;
  }
  const variance = squares / RESAMPLES - (sum / RESAMPLES) ** 2;
  return Math.sqrt(Math.max(0, variance) * (n / (n - block)));
}
