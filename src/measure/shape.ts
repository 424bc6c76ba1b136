// The one bucket layout of every histogram: HdrHistogram's, unit 1 µs, 3 significant digits. It is repeated here as two
// shifts because a worker that fires records five values an order and should not load the library to do it;
// test/measure/shape.test.ts holds it against hdr-histogram-js over the whole range.

/** Sub-buckets at full resolution: the power of two above 2 · 10³ (3 significant digits), and its half. */
const SUB_BUCKETS = 2048;
const HALF_BITS = 10;
const HALF = 1 << HALF_BITS;

export const SIGNIFICANT_DIGITS = 3;

/** Bucket indices must fit the 15 bits of a packed word (words.ts). */
export const BUCKET_BITS = 15;

/** At least this much is always covered (METHOD §2). */
const LEAST_RANGE_US = 600e6;

/**
 * What an order may take beyond its timeout before it is clamped: a timeout runs from `fired`, a response from `due`,
 * and a generator that is a minute late has voided the run in any case.
 */
const SLACK_US = 60e6;

/** Plain data, cloneable. `highestUs`: highest value that is told apart; anything above is clamped to it. `length`: number of buckets. */
export type Shape = { readonly highestUs: number; readonly length: number };

/**
 * The shape that covers 1 µs … max(10 min, longest timeout + 1 min), rounded up to the next power of two.
 *
 * @throws RangeError when the timeout is not a finite number ≥ 0, or needs more than 32,768 buckets (beyond 25 days)
 */
export function histogramShape(longestTimeoutUs: number): Shape {
  if (!(longestTimeoutUs >= 0 && longestTimeoutUs < Infinity)) {
    throw new RangeError(`Expected a timeout in µs >= 0, got ${longestTimeoutUs}`);
  }
  const wantedUs = Math.max(LEAST_RANGE_US, longestTimeoutUs + SLACK_US);
  let octaves = 1;
  let endUs = SUB_BUCKETS;
  while (endUs <= wantedUs) {
    endUs *= 2;
    octaves++;
  }
  return shapeOfLength((octaves + 1) * HALF);
}

/** The shape with so many buckets: 2,048 for the first octave of values and 1,024 for each further one. */
export function shapeOfLength(length: number): Shape {
  if (length % HALF !== 0 || length < SUB_BUCKETS || length > 1 << BUCKET_BITS) {
    throw new RangeError(`Expected 2,048 … 32,768 buckets in steps of 1,024, got ${length}`);
  }
  return { highestUs: bucketFromUs(length) - 1, length };
}

/**
 * Index of the bucket of a whole number of µs >= 0; above `highestUs` the last bucket. Not checked: the callers refuse
 * NaN and negatives. (Cost: test/bench/measure.ts.)
 */
export function bucketOf(shape: Shape): (valueUs: number) => number {
  const { highestUs, length } = shape;
  return (valueUs) => {
    if (valueUs < SUB_BUCKETS) return valueUs;
    if (valueUs > highestUs) return length - 1;
    if (valueUs < 2 ** 32) {
      const octave = 31 - HALF_BITS - Math.clz32(valueUs);
      return (octave << HALF_BITS) + (valueUs >>> octave);
    }
    // Above 2³² clz32 would see only the low half: look at the value 2^11 lower.
    const octave = 31 - HALF_BITS - Math.clz32(valueUs / SUB_BUCKETS) + HALF_BITS + 1;
    return (octave << HALF_BITS) + Math.floor(valueUs / 2 ** octave);
  };
}

/** Lowest value of a bucket, µs. */
export function bucketFromUs(index: number): number {
  if (index < SUB_BUCKETS) return index;
  return ((index & (HALF - 1)) + HALF) * 2 ** ((index >>> HALF_BITS) - 1);
}

/** Highest whole value of a bucket, µs. */
export function bucketToUs(index: number): number {
  return bucketFromUs(index + 1) - 1;
}
