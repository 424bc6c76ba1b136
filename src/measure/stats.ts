// The exact numbers beside each histogram: count, sum, min, max of a series, four in a row (spec.ts). Buckets round;
// these do not. `dense` has every series; `sparse` only those with a count, as [series, count, sum, min, max] …, which is
// what a timeline of 12 h keeps: most seconds see one or two outcomes of twenty.

import { STATS_PER_SERIES } from './spec.ts';

const PER_SPARSE = STATS_PER_SERIES + 1;

export function emptyStats(series: number): Float64Array<ArrayBuffer> {
  const stats = new Float64Array(series * STATS_PER_SERIES);
  clearStats(stats);
  return stats;
}

export function clearStats(stats: Float64Array): void {
  for (let at = 0; at < stats.length; at += STATS_PER_SERIES) {
    stats[at] = 0;
    stats[at + 1] = 0;
    stats[at + 2] = Infinity;
    stats[at + 3] = -Infinity;
  }
}

/** Adds one series' numbers to a dense record. */
export function addSeries(
  into: Float64Array,
  series: number,
  count: number,
  sum: number,
  min: number,
  max: number,
): void {
  const at = series * STATS_PER_SERIES;
  into[at]! += count;
  into[at + 1]! += sum;
  if (min < into[at + 2]!) into[at + 2] = min;
  if (max > into[at + 3]!) into[at + 3] = max;
}

export function addDense(into: Float64Array, dense: Float64Array): void {
  for (let at = 0, series = 0; at < dense.length; at += STATS_PER_SERIES, series++) {
    if (dense[at]! > 0) addSeries(into, series, dense[at]!, dense[at + 1]!, dense[at + 2]!, dense[at + 3]!);
  }
}

export function addSparse(into: Float64Array, sparse: Float64Array): void {
  for (let at = 0; at < sparse.length; at += PER_SPARSE) {
    addSeries(into, sparse[at]!, sparse[at + 1]!, sparse[at + 2]!, sparse[at + 3]!, sparse[at + 4]!);
  }
}

export function sparseOf(dense: Float64Array): Float64Array<ArrayBuffer> {
  let used = 0;
  for (let at = 0; at < dense.length; at += STATS_PER_SERIES) if (dense[at]! > 0) used++;
  const sparse = new Float64Array(used * PER_SPARSE);
  let to = 0;
  for (let at = 0, series = 0; at < dense.length; at += STATS_PER_SERIES, series++) {
    if (dense[at]! === 0) continue;
    sparse[to] = series;
    for (let i = 0; i < STATS_PER_SERIES; i++) sparse[to + 1 + i] = dense[at + i]!;
    to += PER_SPARSE;
  }
  return sparse;
}
