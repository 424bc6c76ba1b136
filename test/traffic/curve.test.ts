import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { curveOf } from '../../src/traffic/curve.ts';
import { solveTraffic } from '../../src/traffic/solve.ts';
import type { CurveSpec, SolvedPart, TrafficSpec } from '../../src/traffic/spec.ts';
import { cuts, HOUR, miFan, naiveArea, naiveRate, SEED, traffic } from './oracle.ts';

function solved(spec: TrafficSpec): CurveSpec {
  const answer = solveTraffic(spec);
  if (!answer.ok) throw new Error(answer.mistakes.map((mistake) => mistake.message).join('\n'));
  return answer.curve;
}

function curveWith(parts: SolvedPart[], durationUs = HOUR) {
  return curveOf({ orders: 1, durationUs, arrivals: 'even', seed: 0, basePerS: 0, parts });
}

const share = fc.double({ min: 0, max: 1, noNaN: true });
const runs = { seed: SEED, numRuns: 100 };

describe('against the naive rate and its integral', () => {
  test('rateAt is the sum of the parts, everywhere in the run', () => {
    fc.assert(
      fc.property(traffic, fc.array(share, { minLength: 20, maxLength: 20 }), (spec, shares) => {
        const curveSpec = solved(spec);
        const curve = curveOf(curveSpec);
        const edges = cuts(curveSpec);
        for (const x of shares) {
          // Between two cuts, not on one: on which side of a jump a time falls is float noise there.
          const i = Math.min(edges.length - 2, Math.floor(x * (edges.length - 1)));
          const inside = 0.01 + 0.98 * ((x * (edges.length - 1)) % 1);
          const t = edges[i]! + inside * (edges[i + 1]! - edges[i]!);
          if (edges[i + 1]! - edges[i]! < 1) continue;
          expect(curve.rateAt(t)).toBeCloseTo(naiveRate(curveSpec, t), 6);
        }
      }),
      runs,
    );
  });

  test('area is the integral of the rate', () => {
    fc.assert(
      fc.property(traffic, share, (spec, x) => {
        const curveSpec = solved(spec);
        const curve = curveOf(curveSpec);
        const t = x * spec.durationUs;
        const naive = naiveArea(curveSpec, t);
        expect(Math.abs(curve.area(t) - naive)).toBeLessThan(1e-5 + 1e-9 * naive);
      }),
      { ...runs, numRuns: 60 },
    );
  });

  test('base is solved so that the whole area is the number of orders', () => {
    fc.assert(
      fc.property(traffic, (spec) => {
        const curveSpec = solved(spec);
        expect(Math.abs(curveOf(curveSpec).area(spec.durationUs) - spec.orders!)).toBeLessThan(1e-6);
        expect(Math.abs(naiveArea(curveSpec, spec.durationUs) - spec.orders!)).toBeLessThan(1e-8 * spec.orders!);
      }),
      { ...runs, numRuns: 60 },
    );
  });
});

describe('inverse', () => {
  test('area(inverse(a)) = a within 1e-6, with any hint', () => {
    fc.assert(
      fc.property(traffic, fc.array(fc.tuple(share, share), { minLength: 50, maxLength: 50 }), (spec, pairs) => {
        const curve = curveOf(solved(spec));
        for (const [x, hint] of pairs) {
          const t = curve.inverse(x * spec.orders!, hint * spec.durationUs);
          expect(Math.abs(curve.area(t) - x * spec.orders!)).toBeLessThan(1e-6);
        }
      }),
      runs,
    );
  });

  test('inverse(area(t)) = t where orders flow', () => {
    fc.assert(
      fc.property(traffic, share, (spec, x) => {
        const curve = curveOf(solved(spec));
        const t = x * spec.durationUs;
        // base is above 0, so an error of 1e-6 orders is at most this much time.
        const noiseUs = (1e-6 / curve.spec.basePerS) * 1e6;
        expect(Math.abs(curve.inverse(curve.area(t)) - t)).toBeLessThan(noiseUs + 1e-3);
      }),
      runs,
    );
  });

  test('a wave that falls to nothing and a ramp from and to nothing are inverted right up to their zeros', () => {
    const wave = curveWith([{ kind: 'wave', name: 'w', meanPerS: 10, amplitude: 1, periodUs: HOUR / 3, peakAtUs: 0 }]);
    const down = curveWith([{ kind: 'ramp', name: 'r', fromUs: 0, untilUs: HOUR, startPerS: 10, endPerS: 0 }]);
    const up = curveWith([{ kind: 'ramp', name: 'r', fromUs: 0, untilUs: HOUR, startPerS: 0, endPerS: 10 }]);
    for (const curve of [wave, down, up]) {
      const total = curve.area(HOUR);
      for (let i = 0; i <= 1000; i += 1) {
        const area = (total * i) / 1000;
        expect(Math.abs(curve.area(curve.inverse(area)) - area)).toBeLessThan(1e-6);
      }
    }
    for (let startPerS = 0.1; startPerS < 100; startPerS += 0.7) {
      const ramp = curveWith([{ kind: 'ramp', name: 'r', fromUs: 0, untilUs: HOUR, startPerS, endPerS: 0 }]);
      // At its foot a ramp is so flat that float noise of the area is a millisecond or so of time.
      expect(Math.abs(ramp.inverse(ramp.area(HOUR)) - HOUR)).toBeLessThan(0.1e6);
    }
  });

  test('a stretch without traffic is skipped: the earliest time at which the area is reached', () => {
    const curve = curveWith([{ kind: 'trace', name: 't', fromUs: 600e6, binUs: 60e6, countsPerBin: [6, 0, 0, 6] }]);
    expect(curve.inverse(6)).toBeCloseTo(660e6, 3);
    expect(curve.inverse(0.5)).toBeCloseTo(605e6, 3);
    expect(curve.inverse(6.5)).toBeCloseTo(785e6, 3);
    expect(curve.inverse(12)).toBeCloseTo(840e6, 3);
    expect(curve.rateAt(700e6)).toBe(0);
  });
});

test('a trace of 86,400 bins is exact to the integer at every bin edge', () => {
  const counts = Array.from({ length: 86_400 }, (_, i) => (i * 2_654_435_761) % 97);
  const curve = curveWith([{ kind: 'trace', name: 't', fromUs: 0, binUs: 0.7e6, countsPerBin: counts }], 24 * HOUR);
  let sum = 0;
  let worst = 0;
  counts.forEach((count, i) => {
    worst = Math.max(worst, Math.abs(curve.area(i * 0.7e6) - sum));
    sum += count;
  });
  expect(worst).toBeLessThan(1e-9);
  expect(curve.area(24 * HOUR)).toBeCloseTo(sum, 9);
});

describe('peak', () => {
  test('no sampled rate is higher, and the rate there is the one named', () => {
    fc.assert(
      fc.property(traffic, (spec) => {
        const curveSpec = solved(spec);
        const curve = curveOf(curveSpec);
        const peak = curve.peak();
        const edges = cuts(curveSpec);
        const samples = edges.flatMap((edge, i) => {
          const next = edges[i + 1] ?? edge;
          return Array.from({ length: 40 }, (_, k) => edge + ((k + 0.5) / 40) * (next - edge));
        });
        for (const t of samples) {
          expect(naiveRate(curveSpec, t)).toBeLessThanOrEqual(peak.ratePerS * (1 + 2e-7));
        }
        const near = [-1, 0, 1].map((us) => naiveRate(curveSpec, Math.max(0, peak.atUs + us)));
        // A microsecond beside the peak at most (where it is the left side of a jump, or at the very end).
        expect(Math.min(...near.map((rate) => Math.abs(rate / peak.ratePerS - 1)))).toBeLessThan(1e-5);
      }),
      runs,
    );
  });

  test('a wave under a falling tail: the crest moves forward, found by dense search too', () => {
    const spec: SolvedPart[] = [
      { kind: 'wave', name: 'w', meanPerS: 100, amplitude: 0.5, periodUs: HOUR, peakAtUs: HOUR / 2 },
      { kind: 'burst', name: 'b', atUs: 0, addsPerS: 60, decayUs: HOUR / 2 },
    ];
    const curve = curveWith(spec);
    const rate = (t: number) =>
      100 + 50 * Math.cos((2 * Math.PI * (t - HOUR / 2)) / HOUR) + 60 * Math.exp(-t / (HOUR / 2));
    let best = 0;
    for (let t = 0; t < HOUR; t += 20_000) best = Math.max(best, rate(t));
    expect(curve.peak().ratePerS).toBeCloseTo(best, 4);
    expect(curve.peak().atUs).toBeLessThan(HOUR / 2);
  });

  test('the left side of a jump counts, and of equal flashes the first is named', () => {
    const ramp = curveWith([{ kind: 'ramp', name: 'r', fromUs: 0, untilUs: 60e6, startPerS: 0, endPerS: 80 }]);
    expect(ramp.peak()).toEqual({ ratePerS: 80, atUs: 60e6 });
    const flashes = curveWith([
      {
        kind: 'flash',
        name: 'f',
        startsUs: [60e6, 1060e6, 2060e6],
        addsPerS: 5,
        riseUs: 1e6,
        holdUs: 1e6,
        decayUs: 20e6,
      },
    ]);
    expect(flashes.peak()).toEqual({ ratePerS: 5, atUs: 61e6 });
  });

  test('a wave of a second in a run of a day answers at once', () => {
    const curve = curveWith(
      [
        { kind: 'wave', name: 'w', meanPerS: 10, amplitude: 0.5, periodUs: 1e6, peakAtUs: 250e3 },
        { kind: 'base', name: 'base', addsPerS: 5 },
      ],
      24 * HOUR,
    );
    expect(curve.peak().ratePerS).toBeCloseTo(20, 6);
    expect(curve.peak().atUs).toBeCloseTo(250e3, 0);
  });
});

describe('windows', () => {
  test('the sketch: one opening, eleven flashes, each to three decays after its hold', () => {
    const windows = curveOf(solved(miFan)).windows();
    expect(windows[0]).toEqual({ part: 'base', fromUs: 0, untilUs: 12 * HOUR });
    expect(windows[1]).toEqual({ part: 'opening', fromUs: 0, untilUs: HOUR });
    expect(windows.slice(2)).toEqual(
      Array.from({ length: 11 }, (_, i) => ({
        part: 'hourly',
        fromUs: (i + 1) * HOUR,
        untilUs: (i + 1) * HOUR + 632e6,
      })),
    );
  });

  test('three decays are 5 % of the top, and windows are clipped to the run', () => {
    const curve = curveWith([
      { kind: 'burst', name: 'early', atUs: 0, addsPerS: 100, decayUs: 300e6 },
      { kind: 'burst', name: 'late', atUs: HOUR - 1e6, addsPerS: 100, decayUs: 300e6 },
      { kind: 'steps', name: 'steps', fromUs: 1800e6, eachUs: 1000e6, levelsPerS: [0, 0, 0] },
    ]);
    const [early, late, steps] = curve.windows();
    expect(curve.rateAt(early!.untilUs)).toBeCloseTo(100 * Math.exp(-3), 9);
    expect(late!.untilUs).toBe(HOUR);
    expect(steps).toEqual({ part: 'steps', fromUs: 1800e6, untilUs: HOUR });
  });
});

test('outside the run nothing is due', () => {
  const curve = curveOf(solved(miFan));
  expect(curve.rateAt(-1)).toBe(0);
  expect(curve.rateAt(12 * HOUR + 1)).toBe(0);
  expect(curve.area(-1)).toBe(0);
  expect(curve.area(13 * HOUR)).toBe(curve.area(12 * HOUR));
});
