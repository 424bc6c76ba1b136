import { describe, expect, test } from 'vitest';
import type { ServiceTime } from '../../src/demo/options.ts';
import { capacityPerS, meanServiceMs, peakOf, seededRandom, serviceSampler, slowdown } from '../../src/demo/service.ts';

const SEED = 20150408;
const DRAWS = 100_000;

function draws(service: ServiceTime): number[] {
  const sample = serviceSampler(service, seededRandom(SEED));
  return Array.from({ length: DRAWS }, sample);
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
/** Share of values below the point; 3.9 standard errors of a share at 100,000 draws are 0.0062 or less. */
const below = (values: number[], point: number) => values.filter((value) => value < point).length / values.length;

describe('service times', () => {
  const services: ServiceTime[] = [
    { kind: 'none' },
    { kind: 'fixed', ms: 7 },
    { kind: 'exponential', meanMs: 10 },
    { kind: 'lognormal', medianMs: 12, sigma: 0.5 },
  ];

  test.each(services)('$kind: the mean drawn is the mean of the formula', (service) => {
    expect(Math.abs(mean(draws(service)) - meanServiceMs(service))).toBeLessThanOrEqual(0.015 * meanServiceMs(service));
  });

  test('lognormal: half below the median, 15.9 % below one sigma under it, 2.3 % above two over it', () => {
    const values = draws({ kind: 'lognormal', medianMs: 12, sigma: 0.5 });
    expect(below(values, 12)).toBeCloseTo(0.5, 2);
    expect(below(values, 12 * Math.exp(-0.5))).toBeCloseTo(0.1587, 2);
    expect(1 - below(values, 12 * Math.exp(1))).toBeCloseTo(0.0228, 2);
  });

  test('exponential: 1 − 1/e below the mean; always finite and not negative', () => {
    const values = draws({ kind: 'exponential', meanMs: 10 });
    expect(below(values, 10)).toBeCloseTo(1 - 1 / Math.E, 2);
    expect(values.every((value) => value >= 0 && Number.isFinite(value))).toBe(true);
  });

  test('the two ends of the random numbers give finite times', () => {
    for (const u of [0, 1 - 2 ** -32]) {
      for (const service of services) expect(Number.isFinite(serviceSampler(service, () => u)())).toBe(true);
    }
  });

  test('the same seed draws the same, another does not', () => {
    const first = (seed: number) => Array.from({ length: 5 }, seededRandom(seed));
    expect(first(1)).toEqual(first(1));
    expect(first(1)).not.toEqual(first(2));
  });

  test('capacity = payments / mean service time', () => {
    expect(capacityPerS({ payments: 8, service: { kind: 'fixed', ms: 10 } })).toBe(800);
    expect(capacityPerS({ payments: 1, service: { kind: 'none' } })).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('contention', () => {
  const service: ServiceTime = { kind: 'fixed', ms: 10 };

  test('a payment that runs alone takes its own time; of n it takes 1 + σ(n − 1) + κn(n − 1) times as long', () => {
    const contention = { sigma: 0.1, kappa: 0.01 };
    expect(slowdown(contention, 1)).toBe(1);
    expect(slowdown(contention, 11)).toBeCloseTo(1 + 1 + 1.1, 12);
    expect(slowdown(null, 11)).toBe(1);
  });

  test('the capacity is the top of n / (mean · slowdown), by trying every n', () => {
    const random = seededRandom(SEED);
    for (let i = 0; i < 300; i++) {
      const contention = { sigma: i % 7 === 0 ? i % 2 : random() ** 2, kappa: i % 5 === 0 ? 0 : random() ** 4 };
      const payments = 1 + Math.floor(random() * 200);
      const all = Array.from({ length: payments }, (_, k) => (k + 1) / (0.01 * slowdown(contention, k + 1)));
      const best = Math.max(...all);
      const peak = peakOf({ payments, service, contention });
      expect(peak.perS, JSON.stringify({ payments, contention })).toBeCloseTo(best, 9);
      expect(all[peak.running - 1]).toBe(peak.perS);
      expect(capacityPerS({ payments, service, contention })).toBe(peak.perS);
    }
  });
});
