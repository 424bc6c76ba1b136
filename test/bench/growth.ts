// How fast a series grows, from values at equal steps: the line of least squares, its slope with a 95 % interval that
// knows that neighbours go together (lag-1 autocorrelation of what is left over; fewer independent values, less certain).

import { studentQuantile } from '../../src/judge/student.ts';

/** Per step of the series; `at(step)` on the line. */
export type Growth = { slope: number; low: number; high: number; at: (step: number) => number };

/** Fewer values than this have no spread worth a statement. */
export const LEAST_VALUES = 5;
const ALPHA = 0.05;

/** Undefined where there are too few values to say. `values` are finite. */
export function growthOf(values: readonly number[]): Growth | undefined {
  const n = values.length;
  if (n < LEAST_VALUES) return undefined;
  const middle = (n - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const spread = values.reduce((sum, _, step) => sum + (step - middle) ** 2, 0);
  const slope = values.reduce((sum, value, step) => sum + (step - middle) * (value - mean), 0) / spread;
  const at = (step: number): number => mean + slope * (step - middle);
  const left = values.map((value, step) => value - at(step));
  const squares = left.reduce((sum, each) => sum + each ** 2, 0);
  if (squares === 0) return { slope, low: slope, high: slope, at };
  const together = left.slice(1).reduce((sum, each, step) => sum + each * left[step]!, 0) / squares;
  // A series of n values with autocorrelation r knows as much as n(1 − r)/(1 + r) independent ones (Santer et al., JGR 105,
  // 2000). What is left over of a fitted line remembers less than the series did, by about (2 + 4r)/n. Chance may make r
  // negative; it makes no n larger.
  const r = Math.min(0.95, Math.max(0, together + (2 + 4 * together) / n));
  // Fewer than four would widen the interval and cover no more.
  const independent = Math.max(4, (n * (1 - r)) / (1 + r));
  const error = Math.sqrt(squares / (independent - 2) / spread);
  const half = studentQuantile(ALPHA, Math.max(1, Math.floor(independent) - 2)) * error;
  return { slope, low: slope - half, high: slope + half, at };
}
