// What nights differ by though nothing changed: as often right as it says, and not to be misled by one bad night.

import { describe, expect, it } from 'vitest';
import { compareRuns } from '../../src/judge/compare.ts';
import type { MetricChange } from '../../src/judge/compare-spec.ts';
import { driftOf, LEAST_NIGHTS, type Night } from '../../src/judge/drift.ts';
import { studentQuantile } from '../../src/judge/student.ts';
import { dice, normal, simulatedRun } from './simulated-runs.ts';

const night = (p50Us: number | null, errors = 0): Night => ({ p50Us, p90Us: p50Us, p99Us: null, errors, accepted: 1 });

describe('driftOf', () => {
  it('says nothing of too few nights, and leaves out what too few of them say', () => {
    expect(driftOf(new Array(LEAST_NIGHTS - 1).fill(night(1e5)))).toBeUndefined();
    const found = driftOf([...new Array(LEAST_NIGHTS).fill(night(1e5)), night(null), night(0)])!;
    expect(found).toEqual({ nights: LEAST_NIGHTS + 2, spread: { p50: 0, p90: 0, errors: 0, accepted: 0 } });
  });

  it('is the step from one night to the next: of times by their ratio, of shares by their difference', () => {
    const found = driftOf([0, 1, 2, 3, 4, 5].map((at) => night(1e5 * 1.1 ** at, at * 0.01)))!;
    // Steps that are all alike are the median of |N(0, s)|, 0.674 s.
    expect(found.spread.p50! * 0.6745).toBeCloseTo(Math.log(1.1), 4);
    expect(found.spread.errors! * 0.6745).toBeCloseTo(0.01, 5);
  });

  it('is not misled by one bad night, nor by a build that got slower for good', () => {
    const times = [100, 102, 99, 101, 98, 102, 100, 101, 99];
    const still = driftOf(times.map((ms) => night(ms * 1e3)))!.spread.p50!;
    const bad = driftOf(times.map((ms, at) => night((at === 4 ? 5 * ms : ms) * 1e3)))!.spread.p50!;
    const slower = driftOf(times.map((ms, at) => night((at >= 5 ? 2 * ms : ms) * 1e3)))!.spread.p50!;
    expect(bad).toBeLessThan(2 * still);
    expect(slower).toBeLessThan(2 * still);
  });

  it.each([LEAST_NIGHTS, 8, 20])(
    'covers a night like the others about as often as it says, from %i nights',
    (nights) => {
      const roll = dice(nights);
      const tries = 1000;
      let covered = 0;
      for (let trial = 0; trial < tries; trial++) {
        const past = Array.from({ length: nights }, () => night(1e5 * Math.exp(0.04 * normal(roll))));
        const step = 0.04 * (normal(roll) - normal(roll));
        if (Math.abs(step) <= studentQuantile(0.05, nights - 1) * driftOf(past)!.spread.p50!) covered++;
      }
      expect(covered / tries).toBeGreaterThan(0.9);
      expect(covered / tries).toBeLessThan(0.98);
    },
  );
});

describe('compareRuns, of runs that drift', () => {
  const before = simulatedRun(1);
  const after = simulatedRun(2, { slower: 1.15 });
  const p50 = (spread: number | undefined) => {
    const drift = spread === undefined ? undefined : { nights: 10, spread: { p50: spread, p90: spread, p99: spread } };
    const found = compareRuns(before, after, { drift });
    if (!found.comparable) throw new Error('comparable');
    const metric = found.metrics.find(({ metric, phase }) => metric === 'p50' && phase === undefined) as MetricChange;
    return { verdict: found.verdict, note: found.notes.at(-1)!, interval: metric.interval! };
  };

  it('calls slower what nights never differ by, and cannot tell what they do', () => {
    expect(p50(0.01).verdict).toBe('worse');
    expect(p50(0.1).verdict).toBe('cannot-tell');
    const [low, high] = p50(0.1).interval;
    expect(Math.log((1 + high) / (1 + low)) / 2).toBeCloseTo(studentQuantile(0.05, 9) * 0.1, 6);
  });

  it('has no narrower an interval than without, and says which of the two it is', () => {
    expect(p50(0.0001).interval).toEqual(p50(undefined).interval);
    expect(p50(0.01).note).toMatch(/know how far 10 earlier runs .* drifted/);
    expect(p50(undefined).note).toMatch(/drift .* is not in the intervals: it takes 5 earlier runs/);
  });
});
