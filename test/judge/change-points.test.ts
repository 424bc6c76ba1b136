import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changePointsOf, splitOf } from '../../src/judge/change-points.ts';
import { dice, normal } from './simulated-runs.ts';

const nights = (seed: number, levels: readonly [count: number, level: number][], spread = 0.05): number[] => {
  const roll = dice(seed);
  return levels.flatMap(([count, level]) =>
    Array.from({ length: count }, () => level * Math.exp(spread * normal(roll))),
  );
};

/** mn/(m+n)·(2·E|X−Y| − E|X−X'| − E|Y−Y'|), term by term; the means within a side are of pairs of two nights. */
function energyOf(left: readonly number[], right: readonly number[]): number {
  const mean = (pairs: readonly number[]) => pairs.reduce((sum, value) => sum + value, 0) / pairs.length;
  const between = mean(left.flatMap((a) => right.map((b) => Math.abs(a - b))));
  const within = (side: readonly number[]) =>
    mean(side.flatMap((a, i) => side.flatMap((b, j) => (i === j ? [] : [Math.abs(a - b)]))));
  const [m, n] = [left.length, right.length];
  return ((m * n) / (m + n)) * (2 * between - within(left) - within(right));
}

describe('splitOf', () => {
  it('is where the energy statistic, computed term by term, is largest', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 4, maxLength: 14 }), (values) => {
        const energies = values.map((_, m) =>
          m < 2 || values.length - m < 2 ? Number.NEGATIVE_INFINITY : energyOf(values.slice(0, m), values.slice(m)),
        );
        const found = splitOf(values, 0, values.length)!;
        expect(energies[found]!).toBeCloseTo(Math.max(...energies), 8);
      }),
      { seed: 20261123, numRuns: 300 },
    );
  });
});

describe('changePointsOf', () => {
  it('finds a step, to the night', () => {
    const found = changePointsOf(
      nights(1, [
        [30, 100],
        [20, 130],
      ]),
    );
    expect(found).toHaveLength(1);
    expect(found[0]!.index).toBe(30);
    expect(found[0]!.before / 100).toBeCloseTo(1, 1);
    expect(found[0]!.after / 130).toBeCloseTo(1, 1);
    expect(found[0]!.pValue).toBeLessThan(1e-6);
  });

  it('finds each of several steps, over more nights than one window', () => {
    const found = changePointsOf(
      nights(2, [
        [40, 100],
        [35, 140],
        [50, 100],
        [25, 80],
      ]),
    );
    for (const [at, expected] of [40, 75, 125].entries()) {
      expect(Math.abs(found[at]!.index - expected), `${found.map(({ index }) => index)}`).toBeLessThanOrEqual(1);
    }
    expect(found).toHaveLength(3);
  });

  it('cries wolf in about one of twenty quiet histories of 100 nights, so it may warn and must not gate', () => {
    const loud = Array.from({ length: 200 }, (_, seed) => changePointsOf(nights(seed + 100, [[100, 50]]))).filter(
      ({ length }) => length > 0,
    );
    expect(loud.length).toBeLessThan(20);
  });

  it('finds nothing in histories too short to tell, or without any change', () => {
    expect(changePointsOf([])).toEqual([]);
    expect(changePointsOf([1])).toEqual([]);
    expect(changePointsOf([1, 2, 3])).toEqual([]);
    expect(changePointsOf(Array.from({ length: 100 }, () => 7))).toEqual([]);
  });

  it('calls two levels without any noise different', () => {
    expect(changePointsOf([1, 1, 1, 1, 2, 2, 2, 2]).map(({ index }) => index)).toEqual([4]);
  });

  it('leaves out changes smaller than asked for', () => {
    const series = nights(
      3,
      [
        [40, 100],
        [40, 106],
      ],
      0.01,
    );
    expect(changePointsOf(series)).toHaveLength(1);
    expect(changePointsOf(series, { leastChange: 0.1 })).toEqual([]);
  });

  it('does not depend on the unit, and keeps to the list', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), { maxLength: 80 }), (values) => {
        const found = changePointsOf(values).map(({ index }) => index);
        expect(found).toEqual([...new Set(found)].sort((a, b) => a - b));
        expect(found.every((index) => index >= 2 && index <= values.length - 2)).toBe(true);
        expect(changePointsOf(values.map((value) => value * 1024)).map(({ index }) => index)).toEqual(found);
      }),
      { seed: 20261123, numRuns: 200 },
    );
  });
});
