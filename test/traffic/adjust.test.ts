import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { condenseCurve, scaleCurve, speedCurve } from '../../src/traffic/adjust.ts';
import { curveOf } from '../../src/traffic/curve.ts';
import { solveTraffic } from '../../src/traffic/solve.ts';
import type { CurveSpec, SolvedPart, TrafficSpec } from '../../src/traffic/spec.ts';
import { HOUR, miFan, naiveArea, SEED, traffic } from './oracle.ts';

function solved(spec: TrafficSpec): CurveSpec {
  const answer = solveTraffic(spec);
  if (!answer.ok) throw new Error(answer.mistakes.map((mistake) => mistake.message).join('\n'));
  return answer.curve;
}

const fan = solved(miFan);
const share = fc.double({ min: 0.001, max: 0.999, noNaN: true });
const runs = { seed: SEED, numRuns: 100 };

function part<K extends SolvedPart['kind']>(spec: CurveSpec, kind: K): SolvedPart & { kind: K } {
  return spec.parts.find((each) => each.kind === kind) as SolvedPart & { kind: K };
}

function areaOf(spec: CurveSpec): number {
  return curveOf(spec).area(spec.durationUs);
}

/** A curve of given parts on a base, its number of orders their rounded area. */
function curveWith(parts: SolvedPart[], durationUs: number, basePerS = 10): CurveSpec {
  const all = [{ kind: 'base' as const, name: 'base', addsPerS: basePerS }, ...parts];
  const spec: CurveSpec = { orders: 1, durationUs, arrivals: 'even', seed: 1, basePerS, parts: all };
  return { ...spec, orders: Math.round(areaOf(spec)) };
}

const flashAt = (startsUs: number[], rest: Partial<SolvedPart & { kind: 'flash' }> = {}): SolvedPart => ({
  kind: 'flash',
  name: 'flash',
  startsUs,
  addsPerS: 40,
  riseUs: 2e6,
  holdUs: 28e6,
  decayUs: 10e6,
  ...rest,
});

describe('scale', () => {
  test('1 % of the sketch: every rate × 0.01, the same time', () => {
    const small = scaleCurve(fan, 0.01);
    expect([small.orders, small.durationUs]).toEqual([21_000, fan.durationUs]);
    expect(small.basePerS).toBeCloseTo(fan.basePerS * 0.01, 12);
    const [before, after] = [curveOf(fan), curveOf(small)];
    for (const t of [0, 1, HOUR, HOUR + 1e6, 11.5 * HOUR]) {
      expect(after.rateAt(t)).toBeCloseTo(before.rateAt(t) / 100, 9);
    }
  });

  test('N′ = round(N·share), at least 1, and the area is N′', () => {
    fc.assert(
      fc.property(traffic, share, (spec, x) => {
        const before = solved(spec);
        const after = scaleCurve(before, x);
        expect(after.orders).toBe(Math.max(1, Math.round(before.orders * x)));
        expect(Math.abs(naiveArea(after, after.durationUs) - after.orders)).toBeLessThan(1e-4 + 1e-8 * after.orders);
      }),
      { ...runs, numRuns: 30 },
    );
    expect(scaleCurve(fan, 1e-9).orders).toBe(1);
    expect(areaOf(scaleCurve(fan, 1e-9))).toBeCloseTo(1, 9);
  });

  test('a trace keeps its shape: within half an order of the true share at every bin edge', () => {
    const counts = Array.from({ length: 1000 }, () => 49);
    const log: SolvedPart = { kind: 'trace', name: 'log', fromUs: 0, binUs: 1e6, countsPerBin: counts };
    const spec = { ...curveWith([log], 1000e6, 0), orders: 49_000 };
    const scaled = part(scaleCurve(spec, 0.01), 'trace').countsPerBin;
    let sum = 0;
    scaled.forEach((count, i) => {
      sum += count;
      expect(Math.abs(sum - (i + 1) * 0.49)).toBeLessThanOrEqual(0.5 + 1e-9);
    });
    expect(sum).toBe(490);
    expect(scaled.every(Number.isInteger)).toBe(true);
  });

  test('a share that is not above 0, or makes more orders than a run can number, is the user’s mistake', () => {
    for (const bad of [0, -1, Number.NaN, 5000]) expect(() => scaleCurve(fan, bad)).toThrow(UserError);
  });
});

describe('speed', () => {
  test('time ÷ factor, rates × factor: the same area at the same place', () => {
    fc.assert(
      fc.property(traffic, fc.double({ min: 0.1, max: 100, noNaN: true }), share, (spec, factor, x) => {
        const before = solved(spec);
        const after = speedCurve(before, factor);
        const [slow, fast] = [curveOf(before), curveOf(after)];
        expect(after.orders).toBe(before.orders);
        expect(after.durationUs).toBeCloseTo(before.durationUs / factor, 3);
        expect(after.basePerS).toBeCloseTo(before.basePerS * factor, 9);
        const t = x * before.durationUs;
        expect(Math.abs(fast.area(t / factor) - slow.area(t))).toBeLessThan(1e-5);
        expect(fast.peak().ratePerS / slow.peak().ratePerS).toBeCloseTo(factor, 4);
      }),
      runs,
    );
  });

  test('a factor that is not above 0 is the user’s mistake', () => {
    for (const bad of [0, -60, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => speedCurve(fan, bad)).toThrow(UserError);
    }
  });
});

describe('condense', () => {
  test('any curve: rates kept, events inside the run, N′ = the rounded area', () => {
    fc.assert(
      fc.property(traffic, share, (spec, x) => {
        const before = solved(spec);
        const untilUs = x * before.durationUs;
        const { curve, says } = condenseCurve(before, untilUs);
        expect(curve.durationUs).toBe(untilUs);
        expect(curve.orders).toBe(Math.max(1, Math.round(areaOf(curve))));
        expect(Math.abs(naiveArea(curve, untilUs) - areaOf(curve))).toBeLessThan(1e-4 + 1e-8 * curve.orders);
        expect(curve.basePerS).toBe(before.basePerS);
        curve.parts.forEach((after, i) => {
          const was = before.parts[i]!;
          if (after.kind === 'burst' && was.kind === 'burst') {
            expect(after.addsPerS).toBe(was.addsPerS);
            expect(after.atUs).toBeLessThan(untilUs);
            expect(after.decayUs).toBeGreaterThanOrEqual(was.decayUs * x * (1 - 1e-9));
            expect(after.decayUs).toBeLessThanOrEqual(was.decayUs);
          }
          if (after.kind === 'flash' && was.kind === 'flash') {
            expect(after.addsPerS).toBe(was.addsPerS);
            expect(after.startsUs.length).toBeGreaterThanOrEqual(1);
            expect(after.startsUs.length).toBeLessThanOrEqual(was.startsUs.length);
            expect(after.startsUs.every((startUs, k) => startUs > (after.startsUs[k - 1] ?? -1))).toBe(true);
            expect(after.startsUs.at(-1)).toBeLessThan(untilUs);
            // One factor for the whole shape.
            expect(after.holdUs * was.decayUs).toBeCloseTo(was.holdUs * after.decayUs, -9);
          }
        });
        expect(says).not.toMatch(/undefined|NaN|\n/);
      }),
      { ...runs, numRuns: 150 },
    );
  });

  for (const minutes of [1, 10, 60, 200, 360, 700]) {
    test(`the sketch in ${minutes} m: the opening’s 369/s stay the peak, and what was apart stays apart`, () => {
      const { curve } = condenseCurve(fan, minutes * 60e6);
      const peak = curveOf(curve).peak();
      expect(Math.round(peak.ratePerS)).toBe(369);
      expect(peak.atUs).toBe(0);
      const events = curveOf(curve)
        .windows()
        .filter((window) => window.part !== 'base');
      events.slice(1).forEach((window, i) => {
        expect(window.fromUs).toBeGreaterThanOrEqual(events[i]!.untilUs - 1);
      });
      const f = (minutes * 60e6) / fan.durationUs;
      const total = events.reduce((sum, window) => sum + window.untilUs - window.fromUs, 0);
      expect(total).toBeLessThanOrEqual((2 / 3) * minutes * 60e6 + 1);
      // Room for one more repeat would have been used, unless all are kept.
      const { startsUs, holdUs } = part(curve, 'flash');
      const length = events.at(-1)!.untilUs - events.at(-1)!.fromUs;
      if (startsUs.length < 11) expect(total + length).toBeGreaterThan((2 / 3) * minutes * 60e6);
      if (startsUs.length > 1) expect(holdUs).toBe(90e6);
      expect(holdUs).toBeGreaterThan(90e6 * f);
    });
  }

  test('what it says of the sketch in ten minutes', () => {
    expect(condenseCurve(fan, 600e6).says).toBe(
      '12 h condensed to 10 m at the planned rates: 59,745 of 2,100,000 orders, plateaus cut to 1.39 % of their length; ' +
        '`opening`, `hourly` each cut to 9.45 % of its length; 1 of 11 repeats of `hourly` kept',
    );
  });

  test('flashes that fit keep their shape and go to their share of the run', () => {
    const spec = curveWith([flashAt([0.2 * HOUR, 0.5 * HOUR, 0.8 * HOUR])], HOUR);
    const { curve, says } = condenseCurve(spec, HOUR / 6);
    const { startsUs, riseUs, holdUs, decayUs } = part(curve, 'flash');
    expect([riseUs, holdUs, decayUs]).toEqual([2e6, 28e6, 10e6]);
    expect(startsUs.map((startUs) => Math.round(startUs / 1e6))).toEqual([120, 300, 480]);
    expect(says).toContain('`flash` with its real length');
  });

  test('an event late in the run is moved forward, so that the run does not cut it off', () => {
    const spec = curveWith([flashAt([HOUR - 100e6])], HOUR);
    const { curve } = condenseCurve(spec, HOUR / 20);
    expect(part(curve, 'flash').startsUs[0]).toBeCloseTo(180e6 - 60e6, 0);
  });

  test('the repeat that carries the peak is among those kept', () => {
    const startsUs = Array.from({ length: 12 }, (_, i) => i * (HOUR / 12));
    const wave: SolvedPart = {
      kind: 'wave',
      name: 'day',
      meanPerS: 50,
      amplitude: 0.8,
      periodUs: HOUR,
      peakAtUs: startsUs[7]! + 10e6,
    };
    const spec = curveWith([wave, flashAt(startsUs)], HOUR);
    const { curve } = condenseCurve(spec, HOUR / 20);
    expect(part(curve, 'flash').startsUs.map((startUs) => Math.round((startUs / curve.durationUs) * 12))).toEqual([
      1, 7,
    ]);
    expect(curveOf(curve).peak().ratePerS).toBeGreaterThan(0.98 * curveOf(spec).peak().ratePerS);
  });

  test('overlapping events keep their distance, so that they still add up to their peak', () => {
    const late = flashAt([1020e6], { name: 'late' });
    const spec = curveWith([flashAt([1000e6]), late], HOUR);
    const { curve } = condenseCurve(spec, HOUR / 10);
    const [first, second] = curve.parts.filter((each) => each.kind === 'flash');
    expect(second!.startsUs[0]! - first!.startsUs[0]!).toBeCloseTo(20e6, 0);
    expect(curveOf(curve).peak().ratePerS).toBeCloseTo(curveOf(spec).peak().ratePerS, 6);
  });

  test('a burst that lasts all day is the day: it shrinks with it and leaves the room to the flash', () => {
    const day: SolvedPart = { kind: 'burst', name: 'day', atUs: 0, addsPerS: 100, decayUs: 5 * HOUR };
    const spec = curveWith([day, flashAt([HOUR, 2 * HOUR])], 12 * HOUR);
    const { curve } = condenseCurve(spec, 600e6);
    expect(part(curve, 'burst').decayUs).toBeCloseTo((5 * HOUR * 600e6) / (12 * HOUR), 0);
    expect(part(curve, 'flash')).toMatchObject({ riseUs: 2e6, holdUs: 28e6, decayUs: 10e6 });
    // Under the flash, which keeps its real length, the day now falls faster.
    expect(curveOf(curve).peak().ratePerS / curveOf(spec).peak().ratePerS).toBeCloseTo(1, 2);
  });

  test('where not even one of each fits at more than the run’s own share, the whole curve shrinks alike', () => {
    const full: SolvedPart[] = [
      { kind: 'burst', name: 'first', atUs: 0, addsPerS: 100, decayUs: HOUR / 6 },
      flashAt([HOUR / 2, 0.75 * HOUR], { riseUs: 0, holdUs: HOUR / 8, decayUs: HOUR / 24 }),
      { kind: 'burst', name: 'last', atUs: 0.75 * HOUR, addsPerS: 70, decayUs: HOUR / 12 },
    ];
    const spec = curveWith(full, HOUR);
    const { curve, says } = condenseCurve(spec, HOUR / 10);
    const [long, short] = [curveOf(spec), curveOf(curve)];
    for (let t = 1e6; t < HOUR; t += 37e6) expect(short.rateAt(t / 10)).toBeCloseTo(long.rateAt(t), 6);
    expect(says).toContain('each cut to 10 % of its length');
  });

  test('ramps, steps, waves and traces shrink with the run, at their rates', () => {
    const spec = curveWith(
      [
        { kind: 'ramp', name: 'r', fromUs: 0, untilUs: HOUR, startPerS: 5, endPerS: 50 },
        { kind: 'steps', name: 's', fromUs: 600e6, eachUs: 300e6, levelsPerS: [1, 2, 3] },
        { kind: 'wave', name: 'w', meanPerS: 10, amplitude: 0.5, periodUs: 900e6, peakAtUs: 60e6 },
      ],
      HOUR,
    );
    const { curve } = condenseCurve(spec, HOUR / 10);
    const [long, short] = [curveOf(spec), curveOf(curve)];
    for (let t = 1e6; t < HOUR; t += 37e6) expect(short.rateAt(t / 10)).toBeCloseTo(long.rateAt(t), 6);
    const log: SolvedPart = { kind: 'trace', name: 't', fromUs: 0, binUs: 60e6, countsPerBin: [7, 0, 13, 21] };
    const trace = condenseCurve({ ...curveWith([log], 240e6, 0), orders: 41 }, 120e6).curve;
    expect(part(trace, 'trace')).toMatchObject({ binUs: 30e6, countsPerBin: [3.5, 0, 6.5, 10.5] });
    expect(trace.orders).toBe(21);
  });

  test('a trace of short bins keeps its rates, though no bin is left with a whole order', () => {
    const counts = Array.from({ length: 3600 }, (_, i) => 40 + (i % 10));
    const log: SolvedPart = { kind: 'trace', name: 'last-year', fromUs: 0, binUs: 1e6, countsPerBin: counts };
    const spec = { ...curveWith([log], HOUR, 0), orders: counts.reduce((sum, count) => sum + count, 0) };
    const { curve, says } = condenseCurve(spec, HOUR / 60);
    const [long, short] = [curveOf(spec), curveOf(curve)];
    expect(short.peak().ratePerS).toBeCloseTo(long.peak().ratePerS, 6);
    for (let t = 0.5e6; t < HOUR; t += 37e6) expect(short.rateAt(t / 60)).toBeCloseTo(long.rateAt(t), 6);
    expect(curve.orders).toBe(Math.round(spec.orders / 60));
    expect(says).toContain('`last-year` shortened like a plateau: as high as it was, every rush in it 1.67 % as long');
  });

  test('a sparse trace keeps at least one order', () => {
    const log: SolvedPart = { kind: 'trace', name: 't', fromUs: 0, binUs: 60e6, countsPerBin: [0, 1, 0, 1] };
    const { curve } = condenseCurve({ ...curveWith([log], 240e6, 0), orders: 2 }, 1e6);
    expect([curve.orders, areaOf(curve)]).toEqual([1, 1]);
  });

  test('a run that would not get shorter is the user’s mistake', () => {
    for (const bad of [12 * HOUR, 13 * HOUR, 0, -1, Number.NaN]) {
      expect(() => condenseCurve(fan, bad)).toThrow(UserError);
    }
  });
});
