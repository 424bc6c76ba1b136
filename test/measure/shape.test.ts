import fc from 'fast-check';
import type { Float64Histogram } from 'hdr-histogram-js';
import { build } from 'hdr-histogram-js';
import { expect, test } from 'vitest';
import { bucketFromUs, bucketOf, bucketToUs, histogramShape, shapeOfLength } from '../../src/measure/shape.ts';

const HOUR_US = 3600e6;
const seed = 20150408;

/** The library's own index: the oracle. */
function oracle(highestUs: number): Float64Histogram {
  return build({
    bitBucketSize: 64,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: highestUs,
    numberOfSignificantValueDigits: 3,
  }) as unknown as Float64Histogram;
}

test('a shape covers ten minutes, and longer timeouts with room to spare', () => {
  expect(histogramShape(10e6).highestUs).toBeGreaterThanOrEqual(600e6);
  expect(histogramShape(24 * HOUR_US).highestUs).toBeGreaterThan(24 * HOUR_US);
  expect(histogramShape(10e6)).toEqual(histogramShape(30e6));
  for (const timeoutUs of [0, 10e6, HOUR_US, 24 * 24 * HOUR_US]) {
    const shape = histogramShape(timeoutUs);
    expect(shape.length).toBe(oracle(shape.highestUs).countsArrayLength);
    expect(shape.length).toBeLessThanOrEqual(32_768);
  }
});

test('a timeout that no bucket index can name, or that is no time, is refused', () => {
  for (const timeoutUs of [Number.NaN, -1, Infinity, 400 * 24 * HOUR_US]) {
    expect(() => histogramShape(timeoutUs)).toThrow(RangeError);
  }
  expect(() => shapeOfLength(3000)).toThrow(RangeError);
});

test.each([0, HOUR_US, 24 * HOUR_US])('bucketOf gives the indices of hdr-histogram-js (timeout %d µs)', (timeoutUs) => {
  const shape = histogramShape(timeoutUs);
  const index = bucketOf(shape);
  const hdr = oracle(shape.highestUs);
  const agrees = (valueUs: number) => {
    expect(index(valueUs)).toBe(hdr.countsArrayIndex(valueUs));
  };
  // Both edges of every bucket, and so every value in between: the index is monotone.
  const wrong: number[] = [];
  for (let bucket = 0; bucket < shape.length; bucket++) {
    for (const edgeUs of [bucketFromUs(bucket), bucketToUs(bucket)]) {
      if (index(edgeUs) !== bucket || hdr.countsArrayIndex(edgeUs) !== bucket) wrong.push(edgeUs);
    }
  }
  expect(wrong).toEqual([]);
  expect(bucketToUs(shape.length - 1)).toBe(shape.highestUs);
  fc.assert(fc.property(fc.integer({ min: 0, max: shape.highestUs }), agrees), { seed, numRuns: 500 });
});

test('above the range it is the last bucket', () => {
  const shape = histogramShape(0);
  const index = bucketOf(shape);
  for (const valueUs of [shape.highestUs, shape.highestUs + 1, 2 ** 31, 2 ** 32, 2 ** 40]) {
    expect(index(valueUs)).toBe(shape.length - 1);
  }
});
