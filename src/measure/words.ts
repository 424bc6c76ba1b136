// One bucket of one histogram in 32 bits: series << 24 | bucket << 9 | count (spec.ts). A count above 511 repeats its
// word. The upper 23 bits (`key`) name series and bucket together and index the dense arrays of bins.ts.
// Bit 31 is in use: words are read with `>>>`, and only ever live in a Uint32Array, which takes a negative for its bits.

import { BUCKET_BITS } from './shape.ts';

const COUNT_BITS = 9;
const BUCKET_MASK = (1 << BUCKET_BITS) - 1;

/** Series 0 … 255 fit the 8 bits above the bucket. */
export const MAX_SERIES = 1 << (32 - BUCKET_BITS - COUNT_BITS);
/** The highest count one word carries. */
export const MAX_WORD_COUNT = (1 << COUNT_BITS) - 1;

export const keyOf = (series: number, bucket: number): number => (series << BUCKET_BITS) | bucket;
export const seriesOfKey = (key: number): number => key >>> BUCKET_BITS;
export const bucketOfKey = (key: number): number => key & BUCKET_MASK;

export const keyOfWord = (word: number): number => word >>> COUNT_BITS;
/** `count` of at most MAX_WORD_COUNT. */
export const wordOf = (key: number, count: number): number => (key << COUNT_BITS) | count;
export const countOfWord = (word: number): number => word & MAX_WORD_COUNT;

/** Words that a count of this size takes. */
export const wordsFor = (count: number): number => Math.ceil(count / MAX_WORD_COUNT);

/** Writes the words of one key and returns the position after them. */
export function packCount(words: Uint32Array, at: number, key: number, count: number): number {
  const head = key << COUNT_BITS;
  let left = count;
  while (left > MAX_WORD_COUNT) {
    words[at++] = head | MAX_WORD_COUNT;
    left -= MAX_WORD_COUNT;
  }
  if (left > 0) words[at++] = head | left;
  return at;
}

/** One recorded bucket. A plain tuple so that packing can be held against its inverse. */
export type Count = [series: number, bucket: number, count: number];

/** @throws RangeError when a series, bucket or count does not fit */
export function pack(counts: readonly Count[]): Uint32Array<ArrayBuffer> {
  let length = 0;
  for (const [series, bucket, count] of counts) {
    if (!(series >= 0 && series < MAX_SERIES && bucket >= 0 && bucket <= BUCKET_MASK && count >= 0)) {
      throw new RangeError(
        `Expected series < ${MAX_SERIES}, bucket <= ${BUCKET_MASK}, got ${series}, ${bucket}, ${count}`,
      );
    }
    length += wordsFor(count);
  }
  const words = new Uint32Array(length);
  let at = 0;
  for (const [series, bucket, count] of counts) at = packCount(words, at, keyOf(series, bucket), count);
  return words;
}

/** The counts of the words in order; the repeated words of one bucket become one count again. */
export function unpack(words: Uint32Array): Count[] {
  const counts: Count[] = [];
  for (const word of words) {
    const key = keyOfWord(word);
    const last = counts.at(-1);
    if (last && keyOf(last[0], last[1]) === key) last[2] += countOfWord(word);
    else counts.push([seriesOfKey(key), bucketOfKey(key), countOfWord(word)]);
  }
  return counts;
}
