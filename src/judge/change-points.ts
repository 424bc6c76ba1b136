// Where a series of nightly numbers changed its level: E-divisive (Matteson & James 2014, energy statistics) with a t-test
// in place of the permutations, as Apache Otava (formerly Hunter; Fleming et al., ICPE 2023) does it: found in windows that
// overlap by half, generously, then the weakest dropped until all are certain. Warnings, never a gate (METHOD §8).

import { studentTails } from './student.ts';

export type ChangePoint = {
  /** The first night of the new level. */
  index: number;
  /** Means of the stretch before and after. */
  before: number;
  after: number;
  pValue: number;
};

export type ChangeOptions = { window?: number; pValue?: number; leastChange?: number };

/** Fewer values than this on each side of a change have no spread of their own. */
const LEAST_SIDE = 2;
/** How much more generous the search is than what is kept in the end. */
const GENEROUS = 10;

/**
 * Change points of `values` (finite numbers, in order of time), by index. `window` values are searched at a time (default
 * 50), those are kept whose two-sided t-test is below `pValue` (default 0.001) and whose levels differ by at least
 * `leastChange` (0…1, default 0).
 */
export function changePointsOf(values: readonly number[], options: ChangeOptions = {}): ChangePoint[] {
  const { window = 50, pValue = 0.001, leastChange = 0 } = options;
  let found = candidatesOf(values, window, Math.min(0.5, pValue * GENEROUS));
  for (;;) {
    const points = found.map((index, at) => pointAt(values, found[at - 1] ?? 0, index, found[at + 1] ?? values.length));
    const unsure = weakest(
      points.filter((point) => point.pValue >= pValue),
      (point) => -point.pValue,
    );
    const small = weakest(
      points.filter((point) => changeOf(point) < leastChange),
      changeOf,
    );
    const dropped = unsure ?? small;
    if (dropped === undefined) return points;
    found = found.filter((index) => index !== dropped.index);
  }
}

function changeOf({ before, after }: ChangePoint): number {
  return before === 0 ? (after === 0 ? 0 : Number.POSITIVE_INFINITY) : Math.abs(after / before - 1);
}

function weakest(points: readonly ChangePoint[], strength: (point: ChangePoint) => number): ChangePoint | undefined {
  return points.reduce<ChangePoint | undefined>(
    (least, point) => (least === undefined || strength(point) < strength(least) ? point : least),
    undefined,
  );
}

function candidatesOf(values: readonly number[], window: number, pValue: number): number[] {
  const found = new Set<number>();
  for (let from = 0; from < values.length; ) {
    const until = Math.min(values.length, from + window);
    const inside = divide(values, from, until, pValue);
    for (const index of inside) found.add(index);
    if (until === values.length) break;
    from = Math.max(from + Math.floor(window / 2), ...inside);
  }
  return [...found].sort((a, b) => a - b);
}

/** Splits [from, until) where the two sides differ most, and each side again, as long as a t-test finds them different. */
function divide(values: readonly number[], from: number, until: number, pValue: number): number[] {
  const index = splitOf(values, from, until);
  if (index === undefined || pointAt(values, from, index, until).pValue >= pValue) return [];
  return [...divide(values, from, index, pValue), index, ...divide(values, index, until, pValue)];
}

/**
 * The split of [from, until) with the largest energy statistic mn/(m+n)·(2·E|X−Y| − E|X−X'| − E|Y−Y'|). Sums are carried from one split to
 * the next: n² steps in all.
 */
export function splitOf(values: readonly number[], from: number, until: number): number | undefined {
  const x = values.slice(from, until);
  const total = x.length;
  if (total < 2 * LEAST_SIDE) return undefined;
  const toAll = (k: number, first: number, last: number) => {
    let sum = 0;
    for (let i = first; i < last; i++) sum += Math.abs(x[k]! - x[i]!);
    return sum;
  };
  // Sums over unordered pairs: between the sides, within the left, within the right.
  let [between, left, right] = [0, 0, 0];
  for (let k = 0; k < total; k++) right += toAll(k, k + 1, total);
  let best: { index: number; energy: number } | undefined;
  for (let m = 1; m < total; m++) {
    const moved = m - 1;
    const [toLeft, toRight] = [toAll(moved, 0, moved), toAll(moved, m, total)];
    left += toLeft;
    right -= toRight;
    between += toRight - toLeft;
    const n = total - m;
    if (m < LEAST_SIDE || n < LEAST_SIDE) continue;
    const within = (2 * left) / (m * (m - 1)) + (2 * right) / (n * (n - 1));
    const energy = ((m * n) / (m + n)) * ((2 * between) / (m * n) - within);
    if (best === undefined || energy > best.energy) best = { index: from + m, energy };
  }
  return best?.index;
}

/** Student's two-sample t-test with one variance for both sides. */
function pointAt(values: readonly number[], from: number, index: number, until: number): ChangePoint {
  const [a, b] = [momentsOf(values.slice(from, index)), momentsOf(values.slice(index, until))];
  const df = a.n + b.n - 2;
  const variance = df < 1 ? Number.NaN : (a.squares + b.squares) / df;
  const error = Math.sqrt(variance * (1 / a.n + 1 / b.n));
  const apart = b.mean - a.mean;
  const t = error > 0 ? apart / error : apart === 0 ? 0 : Number.POSITIVE_INFINITY;
  return {
    index,
    before: a.mean,
    after: b.mean,
    pValue: df < 1 ? 1 : t === Number.POSITIVE_INFINITY ? 0 : studentTails(t, df),
  };
}

function momentsOf(values: readonly number[]): { n: number; mean: number; squares: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  return { n, mean, squares: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) };
}
