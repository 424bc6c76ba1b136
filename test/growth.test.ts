// The interval of the growth per hour that `npm run soak` states: as often right as it says, also of memory, which
// remembers; and exact where the line is.

import { describe, expect, it } from 'vitest';
import { randomOf } from '../src/traffic/random.ts';
import { growthOf, LEAST_VALUES } from './bench/growth.ts';

describe('the growth of a series', () => {
  it('is the slope of an exact line, with no doubt', () => {
    const growth = growthOf([3, 5, 7, 9, 11, 13])!;
    expect(growth.slope).toBeCloseTo(2, 12);
    expect(growth.high - growth.low).toBeLessThan(1e-9);
    expect(growth.at(10)).toBeCloseTo(23, 12);
  });

  it('is not told of too few values', () => {
    expect(growthOf(new Array(LEAST_VALUES - 1).fill(1))).toBeUndefined();
    expect(growthOf(new Array(LEAST_VALUES).fill(1))?.slope).toBe(0);
  });

  it.each([
    ['independent values', 0],
    ['values that remember half', 0.5],
  ])('covers the truth about as often as it says: %s', (_, memory) => {
    const uniform = randomOf(20_261_123, 0);
    const tries = 400;
    let covered = 0;
    for (let trial = 0; trial < tries; trial++) {
      let left = 0;
      const values = Array.from({ length: 50 }, (__, step) => {
        left = memory * left + uniform() + uniform() + uniform() - 1.5;
        return 200 + 0.03 * step + left;
      });
      const { low, high } = growthOf(values)!;
      if (low <= 0.03 && 0.03 <= high) covered++;
    }
    // 95 % promised.
    expect(covered / tries).toBeGreaterThan(0.91);
    expect(covered / tries).toBeLessThanOrEqual(0.995);
  });
});
