// The Universal Scalability Law (N. J. Gunther, Guerrilla Capacity Planning, 2007): X(N) = λN / (1 + σ(N−1) + κN(N−1)),
// throughput over the orders in flight. σ is what they queue for (contention), κ what they cost each other (coherency): with
// κ > 0 there is a load above which more shoppers mean fewer sales. In open loop N is measured, by Little's law λ·R̄.
// Over X it is a parabola, N/X = a + bN + cN², which least squares solves at once; a fit that is off is not shown.

import { formatRate } from '../../units.ts';
import type { Load, Usl } from './spec.ts';

const LEAST_LOADS = 6;
/** Highest over lowest in flight: of a narrower range every curve fits. */
const LEAST_SPREAD = 3;
const LEAST_R2 = 0.9;
const MOST_ERROR = 0.1;
/** Behind the last load it is an extrapolation, and behind so many times it a guess. */
const EXTRAPOLATES = 2;

type Point = { n: number; x: number };

/** Of loads in a steady state: what a growing queue has in flight hangs on how long one looks. */
export function uslOf(loads: readonly Load[]): { usl: Usl } | { missing: string } {
  const points = loads.flatMap(({ backlog, outcome, inFlightMean: n, throughputPerS: x }) =>
    outcome !== 'discarded' && backlog === 'stable' && n !== null && x !== null && n > 0 && x > 0 ? [{ n, x }] : [],
  );
  if (points.length < LEAST_LOADS) {
    return { missing: `it takes ${LEAST_LOADS} loads with a stable backlog, and there are ${points.length}` };
  }
  const [low, high] = [Math.min(...points.map(({ n }) => n)), Math.max(...points.map(({ n }) => n))];
  if (high < LEAST_SPREAD * low) return { missing: 'the orders in flight hardly differ from load to load' };
  const fit = fitted(points);
  if (fit === undefined) return { missing: 'no curve of this kind goes through the loads' };
  const { r2, worstError } = goodness(points, fit);
  if (r2 < LEAST_R2 || worstError > MOST_ERROR) {
    const off = `R² ${r2.toFixed(2)}, throughput off by up to ${(worstError * 100).toFixed(0)} %`;
    return { missing: `the law does not fit these loads (${off})` };
  }
  return { usl: described(fit, { points, low, high, r2, worstError }) };
}

type Fit = { lambda: number; sigma: number; kappa: number };

export const throughputOf = ({ lambda, sigma, kappa }: Fit, n: number): number =>
  (lambda * n) / (1 + sigma * (n - 1) + kappa * n * (n - 1));

/** N/X = 1/λ·(1 + σ(N−1) + κN(N−1)); κ or σ that come out below 0 are 0, and the rest is fitted again. */
function fitted(points: readonly Point[]): Fit | undefined {
  const columns = [() => 1, ({ n }: Point) => n - 1, ({ n }: Point) => n * (n - 1)];
  const tries = [[0, 1, 2], [0, 1], [0, 2], [0]];
  const fits = tries.flatMap((chosen) => {
    const solved = leastSquares(
      points,
      chosen.map((k) => columns[k]!),
    );
    if (solved === undefined) return [];
    const [a, b, c] = [0, 1, 2].map((k) => solved[chosen.indexOf(k)] ?? 0) as [number, number, number];
    return a > 0 && b >= 0 && c >= 0 ? [{ lambda: 1 / a, sigma: b / a, kappa: c / a }] : [];
  });
  return fits.sort((p, q) => errorOf(points, p) - errorOf(points, q))[0];
}

/** Relative errors of N/X count alike, low loads and high ones. */
const errorOf = (points: readonly Point[], fit: Fit): number =>
  points.reduce((sum, { n, x }) => sum + (throughputOf(fit, n) / x - 1) ** 2, 0);

/** Normal equations, weighted by 1/y², by Gauss's elimination with pivots. */
function leastSquares(points: readonly Point[], columns: readonly ((point: Point) => number)[]): number[] | undefined {
  const size = columns.length;
  const rows = columns.map((left) => [
    ...columns.map((right) => points.reduce((sum, p) => sum + (left(p) * right(p)) / (p.n / p.x) ** 2, 0)),
    points.reduce((sum, p) => sum + left(p) / (p.n / p.x), 0),
  ]);
  for (let k = 0; k < size; k++) {
    const pivot = rows.slice(k).reduce((best, row) => (Math.abs(row[k]!) > Math.abs(best[k]!) ? row : best));
    if (Math.abs(pivot[k]!) < 1e-15) return undefined;
    const at = rows.indexOf(pivot);
    [rows[k], rows[at]] = [pivot, rows[k]!];
    for (const row of rows) {
      if (row === pivot) continue;
      const factor = row[k]! / pivot[k]!;
      for (let c = k; c <= size; c++) row[c]! -= factor * pivot[c]!;
    }
  }
  return rows.map((row, k) => row[size]! / row[k]!);
}

/** R² of N/X, the mean time: throughput alone would look well fitted by any line through the origin. */
function goodness(points: readonly Point[], fit: Fit): { r2: number; worstError: number } {
  const y = points.map(({ n, x }) => n / x);
  const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
  const spread = y.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const rest = points.reduce((sum, { n }, k) => sum + (n / throughputOf(fit, n) - y[k]!) ** 2, 0);
  const worstError = Math.max(...points.map(({ n, x }) => Math.abs(throughputOf(fit, n) / x - 1)));
  return { r2: spread > 0 ? 1 - rest / spread : 0, worstError };
}

type Seen = { points: readonly Point[]; low: number; high: number; r2: number; worstError: number };

function described(fit: Fit, { points, low, high, r2, worstError }: Seen): Usl {
  const untilN = EXTRAPOLATES * high;
  const topN = fit.kappa > 0 && fit.sigma < 1 ? Math.sqrt((1 - fit.sigma) / fit.kappa) : Number.POSITIVE_INFINITY;
  const peak = topN <= untilN ? { perS: throughputOf(fit, topN), inFlight: topN } : undefined;
  const range = `fitted over ${low.toPrecision(2)} to ${high.toPrecision(2)} orders in flight, good up to ${untilN.toPrecision(2)}`;
  const top =
    peak === undefined
      ? `no highest throughput within that: at ${untilN.toPrecision(2)} in flight it would be ${formatRate(throughputOf(fit, untilN))}`
      : `throughput is highest at ${formatRate(peak.perS)} with ${peak.inFlight.toPrecision(2)} in flight, and falls behind it`;
  return {
    ...fit,
    peak,
    r2,
    worstError,
    loads: points.length,
    fitted: [low, high],
    untilN,
    says: `${top} (${range}; R² ${r2.toFixed(3)}, throughput within ${(worstError * 100).toFixed(1)} %)`,
  };
}
