import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinHistograms } from '../../src/judge/join.ts';
import { histogramOf } from '../support/evidence.ts';

const values = fc.array(fc.integer({ min: 0, max: 50_000 }), { maxLength: 60 });

test('joined histograms are the histogram of all their values', () => {
  fc.assert(
    fc.property(
      fc.array(values, { maxLength: 5 }),
      fc.constantFrom(1, 7, 100),
      fc.integer({ min: 0, max: 50_000 }),
      (parts, bucketUs, limitUs) => {
        const joined = joinHistograms(parts.map((part) => histogramOf(part, bucketUs)));
        const whole = histogramOf(parts.flat(), bucketUs);
        expect([joined.count, joined.minUs, joined.maxUs]).toEqual([whole.count, whole.minUs, whole.maxUs]);
        expect([...joined.buckets()]).toEqual([...whole.buckets()]);
        expect(joined.countAbove(limitUs)).toEqual(whole.countAbove(limitUs));
        if (whole.count === 0) {
          expect(joined.percentile(0.5)).toBeNaN();
          return;
        }
        expect(joined.meanUs).toBeCloseTo(whole.meanUs, 6);
        for (const p of [0.5, 0.9, 0.99, 1]) {
          // The first value reads exactly; within buckets the brute force reads it as the highest of its bucket.
          expect(Math.abs(joined.percentile(p) - whole.percentile(p))).toBeLessThan(bucketUs);
        }
      },
    ),
    { seed: 41, numRuns: 200 },
  );
});
