// Every histogram of the project, and the only import of hdr-histogram-js (METHOD §2). 64-bit counts, because 32-bit ones
// wrap silently; a fixed shape, because resizing on the way changes what two histograms mean; exact count, sum, min and max
// beside the buckets, because the library's are rounded to bucket edges once encoded. Unit µs.

import { decodeFromCompressedBase64, encodeIntoCompressedBase64, Float64Histogram } from 'hdr-histogram-js';
import type { Shape } from './shape.ts';
import { bucketFromUs, bucketOf, bucketToUs, histogramShape, SIGNIFICANT_DIGITS, shapeOfLength } from './shape.ts';
import type { HistogramView } from './spec.ts';

export type { Shape } from './shape.ts';
export { bucketFromUs, bucketOf, bucketToUs, histogramShape } from './shape.ts';

/** Steps per halving of the distance to 100 % in the text of `outputPercentileDistribution`. */
const TICKS_PER_HALF_DISTANCE = 5;

/** Room for the rounding of p and of p·n (one half ulp each), so that 0.07 · 100 asks for rank 7 and not 8. */
const ROUNDING = 2 ** -51;

/** Buckets of an empty histogram, up to 2,047 µs. */
const FIRST_LENGTH = 2048;

/** ⌈p·n⌉, at least 1: the rank of the p-quantile of n values. */
export function rankOf(p: number, n: number): number {
  const exact = p * n;
  return Math.max(1, Math.ceil(exact - exact * ROUNDING));
}

export class Histogram implements HistogramView {
  readonly shape: Shape;
  /** Values above `shape.highestUs`, counted in the last bucket. */
  clamped = 0;
  readonly #hdr: Float64Histogram;
  readonly #bucketOf: (valueUs: number) => number;
  #count = 0;
  #sumUs = 0;
  #minUs = Infinity;
  #maxUs = -Infinity;
  /** Touched buckets lie in [#low, #high]: scans need not visit all 20,000. */
  #low: number;
  #high = -1;

  /** `upToUs`: what it is expected to hold, so that it need not grow on the way. */
  constructor(shape: Shape, upToUs = 0) {
    this.shape = shape;
    this.#hdr = new Float64Histogram(1, shapeOfLength(FIRST_LENGTH).highestUs, SIGNIFICANT_DIGITS);
    this.#bucketOf = bucketOf(shape);
    this.#low = shape.length;
    if (upToUs >= FIRST_LENGTH) this.#makeRoom(this.#bucketOf(upToUs) + 1);
  }

  get count(): number {
    return this.#count;
  }
  get sumUs(): number {
    return this.#sumUs;
  }
  get minUs(): number {
    return this.#count === 0 ? Number.NaN : this.#minUs;
  }
  get maxUs(): number {
    return this.#count === 0 ? Number.NaN : this.#maxUs;
  }
  get meanUs(): number {
    return this.#count === 0 ? Number.NaN : this.#sumUs / this.#count;
  }

  /**
   * Records a value; a fraction of a µs is cut off, a value above the range is clamped and counted.
   *
   * @throws RangeError for NaN, infinities and negatives: a time cannot be one, so it is a bug of the caller
   */
  record(valueUs: number, count = 1): void {
    if (!(valueUs >= 0 && valueUs < Infinity)) throw new RangeError(`Expected a time in µs >= 0, got ${valueUs}`);
    const wholeUs = Math.floor(valueUs);
    if (wholeUs > this.shape.highestUs) this.clamped += count;
    this.recordAt(this.#bucketOf(wholeUs), count);
    this.carry(count, wholeUs * count, wholeUs, wholeUs);
  }

  /** Adds to one bucket only; the caller says the exact numbers of what it added with `carry`. */
  recordAt(index: number, count: number): void {
    if (!(index >= 0 && index < this.shape.length && count >= 0)) {
      throw new RangeError(`Expected a bucket < ${this.shape.length} and a count >= 0, got ${index} and ${count}`);
    }
    if (count === 0) return;
    if (index >= this.#hdr.countsArrayLength) this.#makeRoom(index + 1);
    this.#hdr.addToCountAtIndex(index, count);
    if (index < this.#low) this.#low = index;
    if (index > this.#high) this.#high = index;
  }

  /** Adds the exact numbers of values whose buckets were (or will be) added with `recordAt`. */
  carry(count: number, sumUs: number, minUs: number, maxUs: number): void {
    this.#count += count;
    this.#sumUs += sumUs;
    if (minUs < this.#minUs) this.#minUs = minUs;
    if (maxUs > this.#maxUs) this.#maxUs = maxUs;
  }

  /** @throws RangeError when the shapes differ */
  add(other: Histogram): void {
    if (other.shape.length !== this.shape.length) {
      throw new RangeError(`Expected a histogram of ${this.shape.length} buckets, got ${other.shape.length}`);
    }
    for (let index = other.#low; index <= other.#high; index++) this.recordAt(index, other.countAt(index));
    if (other.#count > 0) this.carry(other.#count, other.#sumUs, other.#minUs, other.#maxUs);
    this.clamped += other.clamped;
  }

  countAt(index: number): number {
    return index < this.#hdr.countsArrayLength ? this.#hdr.getCountAtIndex(index) : 0;
  }

  /** Bytes of its counts. */
  get bytes(): number {
    return this.#hdr.countsArrayLength * Float64Array.BYTES_PER_ELEMENT;
  }

  /** @throws RangeError when p is not in 0…1 */
  percentile(p: number): number {
    if (!(p >= 0 && p <= 1)) throw new RangeError(`Expected a quantile in 0…1, got ${p}`);
    return this.#count === 0 ? Number.NaN : this.valueAtRank(rankOf(p, this.#count));
  }

  /**
   * The highest value of the bucket that holds this rank, so it is never understated; the first and the last rank are
   * the exact minimum and maximum, and nothing lies outside them.
   *
   * @throws RangeError when the rank is not in 1…count
   */
  valueAtRank(rank: number): number {
    if (this.#count === 0) return Number.NaN;
    if (!(rank >= 1 && rank <= this.#count)) throw new RangeError(`Expected a rank in 1…${this.#count}, got ${rank}`);
    if (rank === 1) return this.#minUs;
    let seen = 0;
    for (let index = this.#low; index <= this.#high; index++) {
      seen += this.countAt(index);
      if (seen >= rank) return rank === this.#count ? this.#maxUs : this.#within(this.#toUs(index));
    }
    throw new RangeError(`The buckets hold ${seen} values, ${this.#count} were carried`);
  }

  countAbove(limitUs: number): { atLeast: number; atMost: number } {
    if (Number.isNaN(limitUs)) throw new RangeError('Expected a limit in µs, got NaN');
    if (this.#count === 0 || limitUs >= this.#maxUs) return { atLeast: 0, atMost: 0 };
    if (limitUs < this.#minUs) return { atLeast: this.#count, atMost: this.#count };
    let above = 0;
    let straddling = 0;
    for (let index = this.#high; index >= this.#low && this.#toUs(index) > limitUs; index--) {
      if (bucketFromUs(index) > limitUs) above += this.countAt(index);
      else straddling = this.countAt(index);
    }
    // The exact maximum is above the limit and the exact minimum is not, in whatever bucket they are.
    return { atLeast: Math.max(above, 1), atMost: Math.min(above + straddling, this.#count - 1) };
  }

  *buckets(): Generator<{ fromUs: number; toUs: number; count: number }> {
    for (let index = this.#low; index <= this.#high; index++) {
      const count = this.countAt(index);
      if (count > 0) yield { fromUs: bucketFromUs(index), toUs: this.#toUs(index), count };
    }
  }

  /** HDR V2, compressed, base64: what every HdrHistogram library reads. */
  encode(): string {
    this.#makeRoom(this.shape.length);
    this.#hdr.establishInternalTackingValues(this.#high + 1);
    return encodeIntoCompressedBase64(this.#hdr);
  }

  /**
   * The counts of `encode`, bucket by bucket. Exact sum, min and max do not travel in the text: they come back at bucket
   * precision (sum: bucket middles; min: lowest, max: highest value of their bucket).
   *
   * @throws RangeError when the text is no HDR V2 histogram of unit 1 µs and 3 digits
   */
  static decode(text: string, atLeast: Shape = histogramShape(0)): Histogram {
    const hdr = decodeHdr(text, atLeast);
    const histogram = new Histogram(shapeOfLength(hdr.countsArrayLength));
    for (let index = 0; index < hdr.countsArrayLength; index++) {
      const count = hdr.getCountAtIndex(index);
      if (count === 0) continue;
      const fromUs = bucketFromUs(index);
      const toUs = bucketToUs(index);
      histogram.recordAt(index, count);
      histogram.carry(count, count * Math.floor((fromUs + toUs) / 2), fromUs, toUs);
    }
    return histogram;
  }

  /**
   * HdrHistogram's percentile distribution (`.hgrm`), in milliseconds. The library prints bucket edges, which may lie
   * beyond the largest value there was: they are cut to the exact maximum, and mean and maximum are the exact ones.
   */
  outputPercentileDistribution(): string {
    this.#makeRoom(this.shape.length);
    this.#hdr.establishInternalTackingValues(this.#high + 1);
    const ms = (us: number, width: number) => (us / 1e3).toFixed(3).padStart(width);
    const text = this.#hdr
      .outputPercentileDistribution(TICKS_PER_HALF_DISTANCE, 1e3)
      .replace(/^ *\d+\.\d{3}(?= +[01]\.\d{12} )/gm, (value) => ms(this.#within(Math.round(Number(value) * 1e3)), 12));
    const header = '#[Unit = ms; recorded in µs, values divided by 1000]\n';
    if (this.#count === 0) return header + text;
    return (
      header +
      text
        .replace(/(#\[Mean +=) +[\d.]+/, (_, label) => `${label} ${ms(this.meanUs, 12)}`)
        .replace(/(#\[Max +=) +[\d.]+/, (_, label) => `${label} ${ms(this.#maxUs, 12)}`)
    );
  }

  /**
   * The counts of most histograms end far below 10 minutes, and a judge makes one for each window of the run: they take
   * the room they need. What bucket a value is in depends on neither.
   */
  #makeRoom(length: number): void {
    const whole = Math.min(this.shape.length, Math.ceil(length / FIRST_LENGTH) * FIRST_LENGTH);
    if (whole > this.#hdr.countsArrayLength) this.#hdr.resize(shapeOfLength(whole).highestUs);
  }

  #within(valueUs: number): number {
    return Math.min(Math.max(valueUs, this.#minUs), this.#maxUs);
  }

  /** The last bucket also holds what was clamped to it: it reaches up to the exact maximum. */
  #toUs(index: number): number {
    const toUs = bucketToUs(index);
    return index === this.shape.length - 1 ? Math.max(toUs, this.#maxUs) : toUs;
  }
}

/** The library does not resize while decoding (counts beyond the array vanish), so the array is at least ours. */
function decodeHdr(text: string, atLeast: Shape): Float64Histogram {
  let hdr: Float64Histogram;
  try {
    hdr = decodeFromCompressedBase64(text, 64, false, atLeast.highestUs) as Float64Histogram;
  } catch (cause) {
    throw new RangeError('Expected an HDR V2 compressed histogram in base64', { cause });
  }
  if (hdr.lowestDiscernibleValue !== 1 || hdr.numberOfSignificantValueDigits !== SIGNIFICANT_DIGITS) {
    throw new RangeError(
      `Expected a histogram of unit 1 and 3 digits, got ${hdr.lowestDiscernibleValue} and ${hdr.numberOfSignificantValueDigits}`,
    );
  }
  return hdr;
}
