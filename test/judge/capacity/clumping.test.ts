import { describe, expect, it } from 'vitest';
import { boundsOf, clumpingOf } from '../../../src/judge/capacity/clumping.ts';
import { proportionsOf } from '../../../src/judge/capacity/proportions.ts';
import { tailOf } from '../../../src/judge/capacity/tail.ts';
import { proportionBounds } from '../../../src/judge/statistics.ts';
import { evidenceOf, timelineOf } from '../../support/evidence.ts';
import { exponential, ordersOf, tills } from '../../support/simulated-shop.ts';
import { dice } from '../simulated-runs.ts';

/** Seconds of 100 orders; each of `lumps` chances a second spoils `size` of them at once. */
function seconds(seed: number, { count = 400, size = 1, chance = 0.02 } = {}) {
  const roll = dice(seed);
  return Array.from({ length: count }, () => {
    let bad = 0;
    for (let k = 0; k < 100 / size; k++) if (roll() < chance) bad += size;
    return { bad, of: 100 };
  });
}

describe('the design effect', () => {
  it.each([1, 5, 20])('of orders that go bad %s at a time is about that', (size) => {
    const found = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => clumpingOf(seconds(seed, { size })));
    const mean = found.reduce((sum, value) => sum + value, 0) / found.length;
    expect(mean).toBeGreaterThan(0.9 * size);
    // The largest of several lengths, widened.
    expect(mean).toBeLessThan(1.5 * size);
  });

  it('sees pieces that last longer than a second', () => {
    const roll = dice(3);
    let until = 0;
    const long = Array.from({ length: 600 }, (_, second) => {
      if (second >= until && roll() < 0.01) until = second + 8;
      return { bad: second < until ? 50 : 0, of: 100 };
    });
    expect(clumpingOf(long)).toBeGreaterThan(150);
  });

  it('is 1 where none or all went bad, and of too few seconds', () => {
    expect(clumpingOf([{ bad: 0, of: 10 }])).toBe(1);
    expect(clumpingOf(Array(30).fill({ bad: 10, of: 10 }))).toBe(1);
    expect(
      clumpingOf([
        { bad: 9, of: 10 },
        { bad: 0, of: 10 },
      ]),
    ).toBe(1);
    expect(clumpingOf([])).toBe(1);
  });

  it('is worked out by hand, and wider for having been estimated from ten seconds', () => {
    const ten = Array.from({ length: 10 }, (_, k) => ({ bad: k % 2 === 0 ? 0 : 4, of: 10 }));
    const variance = (10 * 2 ** 2) / 9;
    const alone = (100 * 0.2 * 0.8) / 10;
    // Student's t for 9 degrees of freedom is 2.262.
    expect(clumpingOf(ten)).toBeCloseTo((variance / alone) * (2.262157 / 1.959964) ** 2, 4);
  });

  it('makes the bounds those of fewer orders', () => {
    expect(boundsOf(30, 1000, 1)).toEqual(proportionBounds(30, 1000));
    expect(boundsOf(30, 1000, 10)).toEqual(proportionBounds(3, 100));
    expect(boundsOf(0, 0, 1)).toEqual([0, 1]);
    expect(boundsOf(5, 5, 100)).toEqual(proportionBounds(0, 1));
  });
});

describe('the bounds of a trial', () => {
  const lossOf = (ratePerS: number, seed: number) => {
    const orders = ordersOf({ serve: tills(1, exponential(0.02)) }, ratePerS, { seconds: 60, seed });
    const asked = { lines: [], setAside: [], limitUs: 300_000, allowedLoss: 0.01 };
    return proportionsOf([], asked, evidenceOf(orders, { durationUs: 60e6 }))[0]!;
  };

  it('take over how many come together at a lower level, where none reached a limit that is near', () => {
    const near = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => lossOf(30, seed)).filter(({ bad }) => bad === 0);
    expect(near.length).toBeGreaterThan(0);
    for (const { clumping, interval } of near) {
      expect(clumping).toBeGreaterThan(3);
      expect(interval[1]).toBeGreaterThan(0.005);
    }
  });

  it('do not, where the limit is far from all that was seen', () => {
    const far = lossOf(12, 4);
    expect(far).toMatchObject({ bad: 0, clumping: 1 });
    expect(far.interval[1]).toBeLessThan(0.01);
  });
});

describe('the tail', () => {
  it('foretells how many are over a limit that few reach', () => {
    const orders = ordersOf({ serve: tills(1, exponential(0.02)) }, 35, { seconds: 600, seed: 5 });
    const timeline = timelineOf(orders);
    const tallies = Array.from({ length: 600 }, (_, second) => timeline.tally(second, second + 1));
    const tail = tailOf(timeline.total(), tallies);
    // The response of M/M/1 is exponential, of mean 1/(50 − 35) s.
    for (const limitS of [0.2, 0.3, 0.5]) {
      const truth = Math.exp(-15 * limitS);
      expect(tail.shareOver(limitS * 1e6) / truth).toBeGreaterThan(0.5);
      expect(tail.shareOver(limitS * 1e6) / truth).toBeLessThan(2);
    }
    expect(tail.together).toBeGreaterThan(3);
  });

  it('of times that are all the same has nothing over them', () => {
    const timeline = timelineOf([
      { dueUs: 0, doneUs: 5 },
      { dueUs: 10, doneUs: 15 },
    ]);
    const tail = tailOf(timeline.total(), [timeline.tally(0, 1)]);
    expect([tail.shareOver(6), tail.shareOver(4)]).toEqual([0, 1]);
  });
});
