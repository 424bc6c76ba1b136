// The knee and the Universal Scalability Law of loads that are known exactly.

import { describe, expect, it } from 'vitest';
import { kneeOf } from '../../../src/judge/capacity/knee.ts';
import type { Load } from '../../../src/judge/capacity/spec.ts';
import { throughputOf, uslOf } from '../../../src/judge/capacity/usl.ts';
import { dice } from '../simulated-runs.ts';

function load(ratePerS: number, changes: Partial<Load>): Load {
  return {
    ratePerS,
    trials: [],
    outcome: 'held',
    durationUs: 60e6,
    brokeShare: 0,
    goodputPerS: ratePerS,
    throughputPerS: ratePerS,
    inFlightMean: 1,
    meanUs: 1,
    p99Us: 1,
    lossShare: 0,
    lossInterval: [0, 1],
    backlog: 'stable',
    says: '',
    ...changes,
  };
}

const LAW = { lambda: 40, sigma: 0.05, kappa: 0.002 };
const onLaw = (law: typeof LAW, ns: readonly number[], noise = 0, seed = 1): Load[] => {
  const roll = dice(seed);
  return ns.map((n) => {
    const x = throughputOf(law, n) * (1 + noise * (2 * roll() - 1));
    return load(x, { inFlightMean: n, throughputPerS: x, meanUs: (n / x) * 1e6 });
  });
};
const NS = [1, 2, 4, 8, 12, 16, 20];
const uslAt = (loads: readonly Load[]) => {
  const found = uslOf(loads);
  if ('missing' in found) throw new Error(found.missing);
  return found.usl;
};
const missingAt = (loads: readonly Load[]): string => {
  const found = uslOf(loads);
  return 'missing' in found ? found.missing : 'a fit';
};

describe('the Universal Scalability Law', () => {
  it('is found again, with its peak', () => {
    const usl = uslAt(onLaw(LAW, NS));
    expect(usl.lambda).toBeCloseTo(40, 6);
    expect(usl.sigma).toBeCloseTo(0.05, 8);
    expect(usl.kappa).toBeCloseTo(0.002, 8);
    const topN = Math.sqrt(0.95 / 0.002);
    expect(usl.peak!.inFlight).toBeCloseTo(topN, 6);
    expect(usl.peak!.perS).toBeCloseTo(throughputOf(LAW, topN), 6);
    expect(usl).toMatchObject({ loads: 7, fitted: [1, 20], untilN: 40, r2: expect.closeTo(1, 9) });
    expect(usl.says).toMatch(
      /^throughput is highest at .*\/s with 22 in flight, and falls behind it \(fitted over 1\.0 to 20 orders in flight, good up to 40; R² 1\.000/,
    );
  });

  it('is found within 10 % under 2 % of noise', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const usl = uslAt(onLaw(LAW, NS, 0.02, seed));
      expect(Math.abs(throughputOf(usl, 30) / throughputOf(LAW, 30) - 1)).toBeLessThan(0.1);
    }
  });

  it('tells no peak beyond what it is good for', () => {
    const usl = uslAt(onLaw({ ...LAW, kappa: 0.0001 }, NS));
    expect(usl.peak).toBeUndefined();
    expect(usl.says).toMatch(/^no highest throughput within that: at 40 in flight it would be/);
    expect(uslAt(onLaw({ ...LAW, kappa: 0 }, NS)).kappa).toBeCloseTo(0, 9);
  });

  it('has no negative cost: a shop that speeds up with load is one without', () => {
    const usl = uslAt(onLaw({ lambda: 40, sigma: 0.02, kappa: -0.0002 }, NS));
    expect(usl.kappa).toBe(0);
    expect(usl.sigma).toBeGreaterThanOrEqual(0);
  });

  it('is what one server with exponential times follows: half its rate alone, all of it in the end', () => {
    const usl = uslAt(
      [5, 10, 20, 30, 40, 45].map((rate) => {
        const n = rate / (50 - rate);
        return load(rate, { inFlightMean: n, meanUs: (n / rate) * 1e6 });
      }),
    );
    expect(usl.lambda).toBeCloseTo(25, 6);
    expect(usl.lambda / usl.sigma).toBeCloseTo(50, 6);
  });

  it('is not shown where it does not fit, or cannot be told', () => {
    expect(missingAt(onLaw(LAW, [1, 2, 4, 8, 12]))).toBe('it takes 6 loads with a stable backlog, and there are 5');
    expect(missingAt(onLaw(LAW, [4, 5, 6, 7, 8, 9]))).toBe('the orders in flight hardly differ from load to load');
    const jumpy = onLaw(LAW, NS).map((each, k) => ({
      ...each,
      throughputPerS: each.throughputPerS! * (k % 2 === 0 ? 1.5 : 0.6),
    }));
    expect(missingAt(jumpy)).toMatch(
      /^the law does not fit these loads \(R² -?[\d.]+, throughput off by up to \d+ %\)$/,
    );
    // The first load alone is off: its times are so small that R² hardly sees it.
    const off = onLaw(LAW, [1, 2, 4, 8, 12, 16, 20, 60]).map((each, k) =>
      k === 0 ? { ...each, throughputPerS: each.throughputPerS! * 1.4 } : each,
    );
    expect(missingAt(off)).toMatch(
      /^the law does not fit these loads \(R² (1\.00|0\.9\d), throughput off by up to \d\d %\)$/,
    );
    const growing = onLaw(LAW, NS).map((each, k) => (k > 4 ? { ...each, backlog: 'growing' as const } : each));
    expect(missingAt(growing)).toContain('there are 5');
  });
});

describe('the knee', () => {
  const server = (rates: readonly number[]) => rates.map((rate) => load(rate, { meanUs: 1e6 / (50 - rate) }));

  it('of one server with exponential times is at half its capacity', () => {
    const found = kneeOf(server([5, 15, 25, 35, 45]));
    expect(found).toMatchObject({ knee: { ratePerS: 25, between: [15, 35], meanUs: 40_000 } });
  });

  it('lies beyond the loads where power only rises, or only falls', () => {
    expect(kneeOf(server([5, 10, 15, 20]))).toEqual({ missing: expect.stringContaining('the knee is above 20/s') });
    expect(kneeOf(server([30, 35, 40, 45]))).toEqual({ missing: expect.stringContaining('the knee is below 30/s') });
    expect(kneeOf(server([5, 25, 45]))).toEqual({ missing: 'it takes 4 loads to tell, and there are 3' });
  });
});
