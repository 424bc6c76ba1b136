import fc from 'fast-check';
import {
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  Float64Histogram,
  Int32Histogram,
} from 'hdr-histogram-js';
import { describe, expect, test } from 'vitest';
import { bucketFromUs, bucketOf, bucketToUs, Histogram, histogramShape } from '../../src/measure/histogram.ts';

const seed = 99;
const shape = histogramShape(10e6);
const indexOf = bucketOf(shape);

const aTime = fc.oneof(fc.nat(3000), fc.nat(500_000), fc.nat(shape.highestUs));
const someTimes = fc.array(aTime, { minLength: 1, maxLength: 200 });

function histogramOf(timesUs: readonly number[]): Histogram {
  const histogram = new Histogram(shape);
  for (const timeUs of timesUs) histogram.record(timeUs);
  return histogram;
}

/** The histogram as a plain list, to compare bucket by bucket. */
const bucketsOf = (histogram: Histogram) => [...histogram.buckets()];

/** Slow twin: the buckets of a list of times, counted one by one. */
function bruteBuckets(timesUs: readonly number[]) {
  const counts = new Map<number, number>();
  for (const timeUs of timesUs) counts.set(indexOf(timeUs), (counts.get(indexOf(timeUs)) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([index, count]) => ({ fromUs: bucketFromUs(index), toUs: bucketToUs(index), count }));
}

describe('ranks', () => {
  // ⌈p·n⌉ in whole numbers, with p in ten-thousandths: no rounding to argue about.
  const bruteRank = (tenThousandths: number, n: number) =>
    Math.max(1, Number((BigInt(tenThousandths) * BigInt(n) + 9_999n) / 10_000n));

  test('a percentile is the value at rank ⌈p·n⌉, within its bucket, inside [min, max]', () => {
    fc.assert(
      fc.property(someTimes, fc.nat(10_000), (timesUs, tenThousandths) => {
        const histogram = histogramOf(timesUs);
        const sorted = timesUs.toSorted((a, b) => a - b);
        const exactUs = sorted[bruteRank(tenThousandths, sorted.length) - 1]!;
        const valueUs = histogram.percentile(tenThousandths / 10_000);
        expect(indexOf(valueUs)).toBe(indexOf(exactUs));
        expect(valueUs).toBeLessThanOrEqual(sorted.at(-1)!);
        expect(valueUs).toBeGreaterThanOrEqual(sorted[0]!);
      }),
      { seed, numRuns: 300 },
    );
  });

  test('p·n that only rounding makes more than a whole number asks for that number', () => {
    const wrong: unknown[] = [];
    const histogram = new Histogram(shape);
    // Distinct values below 2,048 have a bucket each: the value at a rank is the rank.
    for (let n = 1; n < 2048; n++) {
      histogram.record(n);
      if (n > 100 && n % 100 !== 0) continue;
      for (const tenThousandths of [100, 700, 2900, 5000, 5700, 9000, 9500, 9900, 9990, 9999]) {
        const value = histogram.percentile(tenThousandths / 10_000);
        if (value !== bruteRank(tenThousandths, n)) wrong.push({ n, tenThousandths, value });
      }
    }
    expect(wrong).toEqual([]);
  });

  test('values at ranks rise from the exact minimum to the exact maximum', () => {
    fc.assert(
      fc.property(someTimes, (timesUs) => {
        const histogram = histogramOf(timesUs);
        const values = timesUs.map((_, i) => histogram.valueAtRank(i + 1));
        expect(values).toEqual(values.toSorted((a, b) => a - b));
        expect(values[0]).toBe(Math.min(...timesUs));
        expect(values.at(-1)).toBe(Math.max(...timesUs));
      }),
      { seed },
    );
  });

  test('nothing can be read off no values, and a rank or quantile that does not exist is refused', () => {
    const empty = new Histogram(shape);
    for (const value of [empty.minUs, empty.maxUs, empty.meanUs, empty.percentile(0.5), empty.valueAtRank(1)]) {
      expect(value).toBeNaN();
    }
    expect(empty.countAbove(0)).toEqual({ atLeast: 0, atMost: 0 });
    expect(bucketsOf(empty)).toEqual([]);
    const one = histogramOf([5]);
    for (const rank of [0, 2, Number.NaN]) expect(() => one.valueAtRank(rank)).toThrow(RangeError);
    for (const p of [-0.1, 1.1, 99, Number.NaN]) expect(() => one.percentile(p)).toThrow(RangeError);
  });
});

describe('counts', () => {
  test('count, sum, min and max are exact; buckets are those of a brute-force count', () => {
    fc.assert(
      fc.property(someTimes, (timesUs) => {
        const histogram = histogramOf(timesUs);
        expect(histogram.count).toBe(timesUs.length);
        expect(histogram.meanUs).toBe(timesUs.reduce((a, b) => a + b) / timesUs.length);
        expect(bucketsOf(histogram)).toEqual(bruteBuckets(timesUs));
      }),
      { seed },
    );
  });

  test('countAbove brackets the true number, and names it where no bucket straddles the limit', () => {
    fc.assert(
      fc.property(someTimes, fc.oneof(aTime, fc.double({ min: 0, max: 3000, noNaN: true })), (timesUs, limitUs) => {
        const above = timesUs.filter((timeUs) => timeUs > limitUs).length;
        const { atLeast, atMost } = histogramOf(timesUs).countAbove(limitUs);
        expect(atLeast).toBeLessThanOrEqual(above);
        expect(atMost).toBeGreaterThanOrEqual(above);
        const straddling = timesUs.filter((timeUs) => indexOf(timeUs) === indexOf(Math.floor(limitUs))).length;
        expect(atMost - atLeast).toBeLessThanOrEqual(limitUs < 2048 ? 0 : straddling);
      }),
      { seed, numRuns: 400 },
    );
  });

  test('inside one bucket the exact extremes still bound counts and values', () => {
    const fromUs = bucketFromUs(indexOf(100_000));
    const histogram = histogramOf([fromUs, fromUs + 1, fromUs + 2]);
    expect(bucketsOf(histogram)).toHaveLength(1);
    expect(histogram.valueAtRank(2)).toBe(fromUs + 2);
    expect(histogram.countAbove(fromUs)).toEqual({ atLeast: 1, atMost: 2 });
  });

  test('adding histograms is recording all their values in one', () => {
    fc.assert(
      fc.property(fc.array(someTimes, { minLength: 1, maxLength: 5 }), (parts) => {
        const sum = new Histogram(shape);
        for (const part of parts) sum.add(histogramOf(part));
        const whole = histogramOf(parts.flat());
        expect(bucketsOf(sum)).toEqual(bucketsOf(whole));
        expect([sum.count, sum.sumUs, sum.minUs, sum.maxUs]).toEqual([
          whole.count,
          whole.sumUs,
          whole.minUs,
          whole.maxUs,
        ]);
      }),
      { seed, numRuns: 40 },
    );
    expect(() => new Histogram(shape).add(new Histogram(histogramShape(3600e6)))).toThrow(RangeError);
  });

  test('counts beyond 32 bits do not wrap, also through the encoding', () => {
    const many = 3 * 2 ** 32 + 1;
    const histogram = new Histogram(shape);
    histogram.record(1234, many);
    histogram.record(1235);
    expect(histogram.count).toBe(many + 1);
    expect(bucketsOf(Histogram.decode(histogram.encode()))).toEqual(bucketsOf(histogram));
  });

  test('NaN, infinities and negatives are bugs; over-range is clamped, counted, and still bounded by the exact maximum', () => {
    const histogram = histogramOf([100]);
    for (const valueUs of [Number.NaN, -1, Infinity, -Infinity]) {
      expect(() => histogram.record(valueUs)).toThrow(RangeError);
    }
    expect(() => histogram.recordAt(shape.length, 1)).toThrow(RangeError);
    expect(() => histogram.recordAt(-1, 1)).toThrow(RangeError);
    expect([histogram.count, histogram.clamped]).toEqual([1, 0]);
    const farUs = shape.highestUs * 3;
    histogram.record(farUs);
    histogram.record(farUs + 7);
    expect([histogram.count, histogram.clamped, histogram.maxUs]).toEqual([3, 2, farUs + 7]);
    expect(histogram.percentile(1)).toBe(farUs + 7);
    const sum = histogramOf([shape.highestUs + 1]);
    sum.add(histogram);
    expect(sum.clamped).toBe(3);
    // How many of the clamped lie above a limit beyond the range cannot be known: one does, both may.
    expect(histogram.countAbove(shape.highestUs * 2)).toEqual({ atLeast: 1, atMost: 2 });
    expect(histogram.countAbove(1e6)).toEqual({ atLeast: 2, atMost: 2 });
  });
});

describe('encoding', () => {
  test('decodes to the same buckets, here and with the library alone', () => {
    fc.assert(
      fc.property(someTimes, (timesUs) => {
        const histogram = histogramOf(timesUs);
        const text = histogram.encode();
        expect(bucketsOf(Histogram.decode(text))).toEqual(bucketsOf(histogram));
        const library = decodeFromCompressedBase64(text);
        expect(library.totalCount).toBe(histogram.count);
      }),
      { seed, numRuns: 40 },
    );
  });

  test('takes only the room its values need, and its text is that of the whole range', () => {
    fc.assert(
      fc.property(someTimes, (timesUs) => {
        const histogram = histogramOf(timesUs);
        const needed = Math.max(...timesUs.map(indexOf)) + 1;
        expect(histogram.bytes).toBeGreaterThanOrEqual(8 * needed);
        expect(histogram.bytes).toBeLessThan(8 * (needed + 2048));
        const library = new Float64Histogram(1, shape.highestUs, 3);
        for (const timeUs of timesUs) library.recordValue(timeUs);
        expect(histogram.encode()).toBe(encodeIntoCompressedBase64(library));
      }),
      { seed, numRuns: 40 },
    );
  });

  test('an empty histogram and one of another range come back too', () => {
    expect(Histogram.decode(new Histogram(shape).encode()).count).toBe(0);
    const wide = new Histogram(histogramShape(24 * 3600e6));
    wide.record(20 * 3600e6, 3);
    const back = Histogram.decode(wide.encode());
    expect(back.shape).toEqual(wide.shape);
    expect(bucketsOf(back)).toEqual(bucketsOf(wide));
  });

  test('a decoded histogram knows its extremes to a bucket, and never more', () => {
    const histogram = histogramOf([70_001, 123_456_789]);
    const back = Histogram.decode(histogram.encode());
    expect(indexOf(back.minUs)).toBe(indexOf(histogram.minUs));
    expect(indexOf(back.maxUs)).toBe(indexOf(histogram.maxUs));
    expect(back.maxUs).toBeGreaterThanOrEqual(histogram.maxUs);
  });

  test('text that is none, or of another precision, is refused', () => {
    expect(() => Histogram.decode('bm90IGEgaGlzdG9ncmFt')).toThrow(RangeError);
    const coarse = new Int32Histogram(1, 1e6, 2);
    coarse.recordValue(50);
    expect(() => Histogram.decode(encodeIntoCompressedBase64(coarse))).toThrow(/3 digits/);
  });
});

describe('percentile distribution', () => {
  const histogram = histogramOf(Array.from({ length: 5000 }, (_, i) => 1000 + ((i * 7919) % 100_003)));
  const text = histogram.outputPercentileDistribution();
  const rows = text
    .split('\n')
    .filter((line) => /^ +\d/.test(line))
    .map((line) => line.trim().split(/ +/).map(Number));

  test('says its unit and scaling, and carries the exact mean and maximum', () => {
    expect(text).toMatch(/^#\[Unit = ms; recorded in µs, values divided by 1000\]\n {7}Value {5}Percentile/);
    expect(text).toContain(`#[Mean    = ${(histogram.meanUs / 1e3).toFixed(3).padStart(12)},`);
    expect(text).toContain(`#[Max     = ${(histogram.maxUs / 1e3).toFixed(3).padStart(12)},`);
  });

  test('every row is the percentile and the count of the histogram, none above the maximum', () => {
    expect(rows.length).toBeGreaterThan(40);
    for (const [valueMs, p, total] of rows) {
      const valueUs = Math.round(valueMs! * 1e3);
      expect(valueUs).toBeLessThanOrEqual(histogram.maxUs);
      expect(total).toBe(histogram.count - histogram.countAbove(valueUs).atMost);
      expect(total! / histogram.count).toBeGreaterThanOrEqual(p! - 1e-9);
    }
    expect(rows.at(-1)).toEqual([histogram.maxUs / 1e3, 1, 5000]);
  });

  test('no values give no rows', () => {
    expect(new Histogram(shape).outputPercentileDistribution()).not.toMatch(/^ +\d/m);
  });
});
