import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backlogOf, plateausOf } from '../../src/judge/backlog.ts';
import { trendOf } from '../../src/judge/trend.ts';
import { type Queue, simulateQueue } from './simulated-queue.ts';
import { dice, normal } from './simulated-runs.ts';

const TRIES = 20;
const LIMIT_US = 300_000;
/** Five minutes at 49/s on so many tills, as busy as asked for. */
const at = (utilisation: number, tills: number, exponential = true): Queue => ({
  seconds: 300,
  ratePerS: () => 49,
  mostPerS: 49,
  tills,
  serviceS: (utilisation * tills) / 49,
  exponential,
});
const growing = (queue: Queue, from: number): number =>
  Array.from({ length: TRIES }, (_, seed) => {
    const { flows, planned } = simulateQueue(seed + from, queue);
    const [plateau, ...others] = plateausOf(planned);
    expect(others).toEqual([]);
    return backlogOf(plateau!, flows, LIMIT_US)!.growing;
  }).filter(Boolean).length;

describe('the backlog', () => {
  it.each([
    [4, true],
    [40, false],
  ])('of a shop with %i tills (exponential: %s) grows at utilisation 1.05 and not at 0.90', (tills, exponential) => {
    expect(growing(at(1.05, tills, exponential), 100)).toBeGreaterThanOrEqual(19);
    expect(growing(at(0.9, tills, exponential), 200)).toBeLessThanOrEqual(1);
  });

  it('does not grow in a quiet shop, nor while it only fills', () => {
    expect(growing(at(0.3, 10), 300)).toBe(0);
    // 10 s of service: orders in flight rise to 490 and stay.
    expect(growing({ ...at(0.9, 4), tills: 600, serviceS: 10, exponential: false }, 400)).toBe(0);
  });

  it('does not call more orders in flight a queue where the rate itself rises', () => {
    const rising = {
      ...at(0.5, 400),
      ratePerS: (atS: number) => 49 * (0.94 + (0.12 * atS) / 300),
      mostPerS: 52,
      serviceS: 2,
    };
    expect(growing(rising, 500)).toBe(0);
  });

  it('is not known of a plateau that was hardly reached', () => {
    const { flows, planned } = simulateQueue(1, at(0.9, 4));
    const [plateau] = plateausOf(planned);
    expect(backlogOf(plateau!, flows.slice(0, 40), LIMIT_US)).toBeUndefined();
    expect(backlogOf(plateau!, [], LIMIT_US)).toBeUndefined();
  });
});

describe('plateausOf', () => {
  it('finds the flat stretches between bursts', () => {
    const planned = Array.from({ length: 600 }, (_, second) => (second >= 200 && second < 260 ? 300 : 50));
    const found = plateausOf(planned).map(({ fromS, untilS, ratePerS }) => [fromS, untilS, Math.round(ratePerS)]);
    expect(found).toHaveLength(3);
    for (const [index, [from, until, rate]] of [
      [0, 200, 50],
      [200, 260, 300],
      [260, 600, 50],
    ].entries()) {
      expect(Math.abs(found[index]![0]! - from!)).toBeLessThanOrEqual(20);
      expect(Math.abs(found[index]![1]! - until!)).toBeLessThanOrEqual(20);
      expect(Math.abs(found[index]![2]! / rate! - 1)).toBeLessThan(0.1);
    }
  });

  it('finds none in a ramp or a short run, one in a random plan of one rate', () => {
    expect(plateausOf(Array.from({ length: 100 }, (_, second) => second * 10))).toEqual([]);
    expect(plateausOf(new Array(29).fill(50))).toEqual([]);
    const roll = dice(3);
    const noisy = Array.from({ length: 300 }, () => 49 + Math.round(7 * normal(roll)));
    expect(plateausOf(noisy)).toHaveLength(1);
  });

  it('never overlap and stay in the plan', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100), { maxLength: 200 }), (planned) => {
        let last = 0;
        for (const { fromS, untilS } of plateausOf(planned)) {
          expect(fromS).toBeGreaterThanOrEqual(last);
          expect(untilS - fromS).toBeGreaterThanOrEqual(30);
          last = untilS;
        }
        expect(last).toBeLessThanOrEqual(planned.length);
      }),
      { seed: 20261123 },
    );
  });
});

/** A series that remembers: each value is four fifths of the one before, and noise. */
function wandering(seed: number): number[] {
  const roll = dice(seed);
  let level = 0;
  return Array.from({ length: 150 }, () => {
    level = 0.8 * level + normal(roll);
    return level;
  });
}

describe('trendOf', () => {
  it('has the slope of a line, and no doubt of it', () => {
    const { slope, pValue } = trendOf(Array.from({ length: 50 }, (_, index) => 3 + 2 * index));
    expect(slope).toBe(2);
    expect(pValue).toBeLessThan(1e-6);
  });

  it('has the significance of Mann–Kendall for independent values', () => {
    // Without correction or ties z = (S ∓ 1) / √(n(n−1)(2n+5)/18); here S = 31 of 10 values, z = 30/√125 = 2.683.
    expect(trendOf([1, 2, 3, 4, 6, 5, 8, 7, 10, 9].map((value) => value)).pValue).toBeLessThan(0.01);
    expect(trendOf([5, 5, 5, 5, 5, 5, 5, 5]).pValue).toBe(1);
  });

  it('takes a series with a memory for a trend half as often as without the correction, and less', () => {
    const series = Array.from({ length: 200 }, (_, seed) => wandering(seed + 1));
    const uncorrected = (values: readonly number[]): boolean => {
      let s = 0;
      for (let i = 0; i < values.length; i++)
        for (let j = i + 1; j < values.length; j++) s += Math.sign(values[j]! - values[i]!);
      const n = values.length;
      return Math.abs(s) / Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18) > 2.576;
    };
    const loud = series.filter((values) => trendOf(values).pValue < 0.01).length;
    expect(loud).toBeLessThan(series.filter(uncorrected).length / 2);
  });

  it('finds the trend all the same', () => {
    const found = Array.from({ length: 50 }, (_, seed) => {
      const values = wandering(seed + 1).map((level, index) => level + index / 5);
      return trendOf(values).pValue < 0.01;
    });
    expect(found.filter(Boolean).length).toBeGreaterThan(45);
  });
});
