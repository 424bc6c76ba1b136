import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binomialPmf, incompleteBeta } from '../../src/judge/binomial.ts';
import {
  bootstrapRanks,
  greyedBelow,
  percentileRanks,
  proportionBounds,
  tileSecondsFor,
} from '../../src/judge/statistics.ts';

/** P(X ≤ v) for X ~ Binomial(n, x) term by term: the slow exact twin. */
function atMost(v: number, n: number, x: number): number {
  const odds = Math.log(x) - Math.log1p(-x);
  let logTerm = n * Math.log1p(-x);
  let sum = Math.exp(logTerm);
  for (let k = 1; k <= v; k++) {
    logTerm += Math.log((n - k + 1) / k) + odds;
    sum += Math.exp(logTerm);
  }
  return sum;
}

const near = (value: number, expected: number, relative: number) =>
  expect(Math.abs(value - expected), `${value} vs ${expected}`).toBeLessThanOrEqual(relative * Math.abs(expected));

describe('binomial tails', () => {
  test('agree with the sum of their terms', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.nat(),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        (n, raw, x) => {
          const v = raw % n;
          expect(Math.abs(1 - incompleteBeta(v + 1, n - v, x) - atMost(v, n, x))).toBeLessThan(1e-11);
        },
      ),
      { seed: 21, numRuns: 300 },
    );
  });

  test('keep their digits at a billion orders', () => {
    const n = 1e9;
    near(1 - incompleteBeta(4, n - 3, 3e-9), atMost(3, n, 3e-9), 1e-9);
    near(binomialPmf(2, n, 1e-9), ((n * (n - 1)) / 2) * 1e-18 * Math.exp((n - 2) * Math.log1p(-1e-9)), 1e-10);
    // Median of Beta(a, b) near its mean: half the mass on either side, up to the skew term.
    near(incompleteBeta(1e7, 9.9e8, 0.01), 0.5, 1e-4);
  });
});

describe('bounds of a proportion', () => {
  test.each([
    // Clopper & Pearson 1934 and later tables, two-sided 95 %.
    [0, 10, 0, 0.3085],
    [1, 10, 0.0025, 0.445],
    [5, 10, 0.1871, 0.8129],
    [10, 10, 0.6915, 1],
    [10, 100, 0.049, 0.1762],
    [0, 3688, 0, 0.0009997],
  ])('%i of %i: %f to %f', (v, n, low, high) => {
    const bounds = proportionBounds(v, n);
    expect(bounds[0]).toBeCloseTo(low, 4);
    expect(bounds[1]).toBeCloseTo(high, 4);
  });

  test('leave 2.5 % outside on each side, by the sum of terms', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(), (n, raw) => {
        const v = raw % (n + 1);
        const [low, high] = proportionBounds(v, n);
        if (v > 0) expect(1 - atMost(v - 1, n, low)).toBeCloseTo(0.025, 9);
        if (v < n) expect(atMost(v, n, high)).toBeCloseTo(0.025, 9);
        expect(low).toBeLessThanOrEqual(v / n);
        expect(high).toBeGreaterThanOrEqual(v / n);
      }),
      { seed: 22, numRuns: 200 },
    );
  });

  test.each([
    [3, 1e9],
    [20, 1e6],
    [210, 2.1e6],
    [999_990, 1e6],
  ])('%i of %i, by the sum of terms', (v, n) => {
    const [few, flip] = v > n / 2 ? [n - v, true] : [v, false];
    const bounds = proportionBounds(v, n);
    const [low, high] = flip ? [1 - bounds[1], 1 - bounds[0]] : bounds;
    expect(1 - atMost(few - 1, n, low)).toBeCloseTo(0.025, 5);
    expect(atMost(few, n, high)).toBeCloseTo(0.025, 5);
  });

  test('are the normal approximation at a billion orders', () => {
    const [v, n] = [1e7, 1e9];
    const spread = 1.959964 * Math.sqrt((0.01 * 0.99) / n);
    const [low, high] = proportionBounds(v, n);
    expect(low).toBeCloseTo(0.01 - spread, 8);
    expect(high).toBeCloseTo(0.01 + spread, 8);
  });

  test('more slow orders raise both', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 1e9 }), fc.nat(), (n, raw) => {
        const v = raw % n;
        const [low, high] = proportionBounds(v, n);
        const [lower, higher] = proportionBounds(v + 1, n);
        expect(lower).toBeGreaterThan(low);
        expect(higher).toBeGreaterThanOrEqual(high);
      }),
      { seed: 23, numRuns: 60 },
    );
  });
});

describe('percentiles', () => {
  test('a percentile is greyed until 61.5 orders are expected beyond it', () => {
    expect([0.5, 0.99, 0.999].map(greyedBelow)).toEqual([62, 6089, 61_439]);
  });

  test('the rank interval covers the true rank in 95 % of binomial draws', () => {
    // P(j ≤ X < k) for X = values below the percentile, by the sum of terms.
    for (const [p, n] of [
      [0.5, 100],
      [0.9, 200],
      [0.99, 2000],
    ] as const) {
      const [low, high] = percentileRanks(p, n);
      const covered = atMost(high - 1, n, p) - atMost(low - 1, n, p);
      expect(covered).toBeGreaterThan(0.94);
      expect(covered).toBeLessThan(0.995);
    }
  });

  test('ranks stay within the values', () => {
    expect(percentileRanks(0.99, 3)).toEqual([2, 3]);
    expect(percentileRanks(0.5, 1)).toEqual([1, 1]);
  });
});

describe('block bootstrap', () => {
  const evenly = Array.from({ length: 720 }, () => ({ count: 3000, above: 30 }));

  test('of a run that is the same in every block has no width of its own', () => {
    const [low, high] = bootstrapRanks(0.99, evenly, 1);
    expect(high - low).toBeLessThanOrEqual(1);
  });

  test('of a run whose slow orders come in one burst is far wider than the binomial interval', () => {
    const burst = evenly.map((tile, k) => ({ ...tile, above: k < 7 ? 3000 : 0 }));
    const n = 720 * 3000;
    const [low, high] = bootstrapRanks(0.99, burst, 1);
    const [lowRank, highRank] = percentileRanks(0.99, n);
    expect(high - low).toBeGreaterThan(10 * (highRank - lowRank));
    expect(low).toBeGreaterThanOrEqual(1);
    expect(high).toBeLessThanOrEqual(n);
  });

  test('is as wide as the spread of independent blocks says (central limit)', () => {
    const tiles = Array.from({ length: 600 }, (_, k) => ({ count: 1000, above: k % 2 === 0 ? 0 : 20 }));
    const [low, high] = bootstrapRanks(0.99, tiles, 1);
    const expected = 2 * 1.96 * 10 * Math.sqrt(600);
    expect(high - low).toBeGreaterThan(0.85 * expected);
    expect(high - low).toBeLessThan(1.15 * expected);
  });

  test('says the same twice', () => {
    const tiles = Array.from({ length: 50 }, (_, k) => ({ count: 100 + k, above: k % 7 }));
    expect(bootstrapRanks(0.95, tiles, 3)).toEqual(bootstrapRanks(0.95, tiles, 3));
  });

  test('needs at most 240 tiles for a run of any length', () => {
    for (const seconds of [1, 20, 239, 240, 241, 3600, 43_200, 1e6]) {
      expect(Math.ceil(seconds / tileSecondsFor(seconds))).toBeLessThanOrEqual(240);
    }
    expect([20, 240, 43_200].map(tileSecondsFor)).toEqual([1, 1, 180]);
  });
});
