import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Calibration, codeWeight, easyPerWorker, roomWarning } from '../../src/judge/calibration.ts';
import type { OrderSpec } from '../../src/order/spec.ts';
import { formatCalibration } from '../../src/report/calibration-text.ts';
import { plainPaint } from '../../src/report/layout.ts';
import { highestHeld, waitOnly } from '../../src/run/calibrate.ts';
import { weightOf, workersFor } from '../../src/run/workers.ts';

const limited = (most: number) => {
  let left = most;
  return () => left-- > 0;
};

describe('the highest rate that is held', () => {
  it('is found within a tenth below the truth, whatever the truth is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 10, max: 1_000_000 }), async (truth) => {
        const held = await highestHeld(async (ratePerS) => ratePerS <= truth, limited(60), 16_000);
        expect(held).toBeLessThanOrEqual(truth);
        expect(held).toBeGreaterThanOrEqual(Math.floor(truth / 1.1) - 1);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('is tried again before it is believed not to be', async () => {
    const failedOnce = new Set<number>();
    const held = await highestHeld(
      async (ratePerS) => {
        if (ratePerS > 50_000) return false;
        if (failedOnce.has(ratePerS)) return true;
        failedOnce.add(ratePerS);
        return false;
      },
      limited(40),
      16_000,
    );
    expect(held).toBeGreaterThan(50_000 / 1.1);
  });

  it('is 0 where nothing is held, and never more than was tried where the time runs out', async () => {
    expect(await highestHeld(async () => false, limited(100), 16_000)).toBe(0);
    expect(await highestHeld(async () => true, limited(3), 16_000)).toBe(64_000);
  });
});

it('a loop that only waits is late by what the clock jumps', () => {
  let nowUs = 0;
  // Every look at the clock takes 1 µs; once, a stall of 3 ms.
  const clock = () => {
    nowUs += nowUs === 500_000 ? 3_000 : 1;
    return nowUs;
  };
  const { p50Us, p99Us, maxUs } = waitOnly(1_000, 1, clock);
  expect(p50Us).toBeLessThanOrEqual(1);
  expect(p99Us).toBeLessThanOrEqual(1);
  expect(maxUs).toBeGreaterThan(2_000);
});

const CALIBRATION: Calibration = {
  version: 1,
  fingerprint: 'Example CPU, 4 cores, node 24.21.0, doorbuster 0.1.0',
  atMs: 0,
  quick: false,
  stalls: [{ ratePerS: 49, p50Us: 0.1, p99Us: 40, maxUs: 1_200 }],
  noiseFloor: { p50Us: 210, p99Us: 900 },
  drivers: [
    { driver: 'wire', heldPerS: 50_000, cpuUsPerOrder: 14.2 },
    { driver: 'undici', heldPerS: 0, cpuUsPerOrder: null },
  ],
};

describe('what follows from a calibration', () => {
  const ask = { workers: 1, driver: 'wire', cores: 8 };

  it('is 0.6 of what was held, and nothing where nothing was', () => {
    expect(easyPerWorker(CALIBRATION, 'wire')).toBe(30_000);
    expect(easyPerWorker(CALIBRATION, 'undici')).toBeUndefined();
    expect(easyPerWorker(undefined, 'wire')).toBeUndefined();
  });

  it('warns above it and says how many workers would do', () => {
    expect(roomWarning(CALIBRATION, { ...ask, peakPerS: 30_000 })).toBeUndefined();
    expect(roomWarning(CALIBRATION, { ...ask, peakPerS: 61_000 })).toMatch(
      /61,000\/s .* 30,000\/s.*; 3 workers would do$/,
    );
    expect(roomWarning(CALIBRATION, { ...ask, peakPerS: 60_000, workers: 2 })).toBeUndefined();
    expect(roomWarning(CALIBRATION, { ...ask, peakPerS: 900_000, cores: 4 })).toContain(
      'more than this machine has cores',
    );
    expect(roomWarning(undefined, { ...ask, peakPerS: 1e9 })).toBeUndefined();
    expect(roomWarning(CALIBRATION, { ...ask, peakPerS: 10_000, weight: 3 })).toBeUndefined();
    expect(roomWarning(CALIBRATION, { ...ask, peakPerS: 20_001, weight: 3 })).toMatch(
      / 10,000\/s.* one order costing about 3 of those it measured\); 3 workers would do$/,
    );
  });

  it('sizes the workers', () => {
    expect(workersFor(61_000, 'wire', 8, { measuredPerS: 30_000 })).toEqual({
      workers: 3,
      reason: 'peak 61,000/s, 30,000/s per worker with the wire driver, as calibrated',
    });
    expect(workersFor(61_000, 'wire', 3, { measuredPerS: 30_000 })).toMatchObject({ workers: 2 });
    expect(workersFor(61_000, 'wire', 3, { measuredPerS: 30_000 }).reason).toContain('would want 3');
    expect(workersFor(10, 'wire', 8).reason).not.toContain('calibrated');
    // An order of three requests, and one that code makes.
    expect(workersFor(61_000, 'wire', 16, { measuredPerS: 30_000, weight: 3 })).toMatchObject({ workers: 7 });
    const steps = Array.from({ length: 3 }, (_, i) => ({ name: `s${i}` })) as OrderSpec['steps'];
    expect(weightOf({ steps }, { driver: 'wire' })).toEqual({ weight: 3, reason: '' });
    const journey = { url: '', hash: 'h', outcomes: [] };
    const guessed = weightOf({ steps, journey }, { driver: 'wire', calibration: CALIBRATION });
    expect(guessed.weight).toBeGreaterThan(3);
    expect(guessed.reason).toContain('a guess');
  });

  it('weighs code by what it was measured to cost here, beside its requests', () => {
    const steps = Array.from({ length: 3 }, (_, i) => ({ name: `s${i}` })) as OrderSpec['steps'];
    const journey = { url: '', hash: 'h', outcomes: [] };
    const codes = { h: { cpuUs: 71, requests: 2, atMs: 0 } };
    const calibration = { ...CALIBRATION, codes };
    // The wire driver was measured at 14.2 µs an order.
    const { weight, reason } = weightOf({ steps, journey }, { driver: 'wire', calibration });
    expect(weight).toBeCloseTo(2 + 71 / 14.2, 9);
    expect(reason).toBe('; its code costs as much as 7 orders of one request, as calibrated');
    expect(codeWeight(calibration, { hash: 'other', driver: 'wire' })).toBeUndefined();
    expect(codeWeight(calibration, { hash: 'h', driver: 'undici' })).toBeUndefined();
    const drivers = [{ driver: 'wire', heldPerS: 50_000, cpuUsPerOrder: null }];
    expect(codeWeight({ ...calibration, drivers }, { hash: 'h', driver: 'wire' })).toBeCloseTo(2 + 71 / 20, 9);
  });

  it.each([60, 80, 120])('is printed within %i columns, each figure with its meaning', (width) => {
    const text = formatCalibration(CALIBRATION, { paint: plainPaint, width });
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
    for (const figure of ['40 µs', '210 µs', '50,000/s', 'none']) expect(text).toContain(figure);
    const flat = text.replaceAll(/\s+/g, ' ');
    expect(flat).toContain('14.2 µs of CPU an order');
  });
});
