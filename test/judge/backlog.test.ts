import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backlogOf, plateausOf } from '../../src/judge/backlog.ts';
import { trendOf } from '../../src/judge/trend.ts';
import type { Flow } from '../../src/measure/spec.ts';
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

  it('nor where a burst of a few seconds, too short to end a plateau, comes at any time of it', () => {
    const burst = (utilisation: number, fromS: number): Queue => ({
      ...at(utilisation, 40, false),
      ratePerS: (atS) => (atS >= fromS && atS < fromS + 5 ? 75 : 49),
      mostPerS: 75,
    });
    expect(growing(burst(0.9, 290), 600)).toBeLessThanOrEqual(1);
    expect(growing(burst(1.05, 150), 700)).toBeGreaterThanOrEqual(19);
  });

  it('does not call more orders in flight a queue where the rate itself rises', () => {
    // 20 s of service: 12 % more orders are 118 more in flight, more than the noise of 980.
    const rising = {
      ...at(0.5, 2_000),
      ratePerS: (atS: number) => 49 * (0.94 + (0.12 * atS) / 300),
      mostPerS: 52,
      serviceS: 20,
      exponential: false,
    };
    expect(growing(rising, 500)).toBe(0);
  });

  /** Flows of 300 s at a rate, with so many orders in flight at the end of each second. */
  const flowsOf = (ratePerS: number, inFlightAt: (second: number) => number): Flow[] =>
    Array.from({ length: 300 }, (_, second) => {
      const inFlight = Math.round(inFlightAt(second));
      const before = second === 0 ? 0 : Math.round(inFlightAt(second - 1));
      const accepted = ratePerS + before - inFlight;
      return { second, fired: ratePerS, dropped: 0, accepted, rejected: 0, failed: 0, unknown: 0, inFlight };
    });
  const plateau = (ratePerS: number) => ({ fromS: 0, untilS: 300, ratePerS });

  it('grows only by as much as matters beside what an SLO allows', () => {
    const flows = flowsOf(49, (second) => 50 + second / 2);
    expect(backlogOf(plateau(49), flows, LIMIT_US)!.growing).toBe(true);
    // 5 % of what comes in 5 minutes are 735 orders.
    expect(backlogOf(plateau(49), flows, 300e6)!.growing).toBe(false);
  });

  it('does not grow by less than 0.5 % of what came', () => {
    expect(
      backlogOf(
        plateau(49),
        flowsOf(49, (second) => 100 + second / 5),
        LIMIT_US,
      )!.growing,
    ).toBe(false);
    expect(
      backlogOf(
        plateau(49),
        flowsOf(49, (second) => 100 + second / 2),
        LIMIT_US,
      )!.growing,
    ).toBe(true);
  });

  it('does not grow where what piled up is worked off by the end, or is within the noise of counts', () => {
    const worked = flowsOf(2, (second) => (second < 290 ? 60 + (second * 80) / 290 : 80));
    const kept = flowsOf(2, (second) => 60 + (second * 80) / 300);
    expect(backlogOf(plateau(2), worked, LIMIT_US)!.growing).toBe(false);
    expect(backlogOf(plateau(2), kept, LIMIT_US)!.growing).toBe(true);
  });

  it('is not known of a plateau that was hardly reached', () => {
    const { flows, planned } = simulateQueue(1, at(0.9, 4));
    const [first] = plateausOf(planned);
    expect(backlogOf(first!, flows.slice(0, 40), LIMIT_US)).toBeUndefined();
    expect(backlogOf(first!, [], LIMIT_US)).toBeUndefined();
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
