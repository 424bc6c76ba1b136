import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Bins } from '../../src/measure/bins.ts';
import type { Count } from '../../src/measure/words.ts';
import { keyOf, MAX_SERIES, MAX_WORD_COUNT, pack, unpack } from '../../src/measure/words.ts';

const seed = 7;
const aKey = fc.tuple(fc.nat(MAX_SERIES - 1), fc.nat(32_767));
const aCount = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 20_000 }));
/** One count per (series, bucket), as a histogram has. */
const someCounts = fc
  .uniqueArray(fc.tuple(aKey, aCount), { selector: ([[series, bucket]]) => keyOf(series, bucket), maxLength: 60 })
  .map((pairs) => pairs.map(([[series, bucket], count]): Count => [series, bucket, count]));

test('unpack(pack(x)) is x', () => {
  fc.assert(
    fc.property(someCounts, (counts) => {
      expect(unpack(pack(counts))).toEqual(counts);
    }),
    { seed },
  );
});

test('the highest series, bucket and count survive the sign bit', () => {
  const counts: Count[] = [[MAX_SERIES - 1, 32_767, MAX_WORD_COUNT]];
  expect([...pack(counts)]).toEqual([0xffff_ffff]);
  expect(unpack(pack(counts))).toEqual(counts);
});

test('a count beyond one word repeats it', () => {
  expect(pack([[0, 5, MAX_WORD_COUNT]]).length).toBe(1);
  expect(pack([[0, 5, MAX_WORD_COUNT + 1]]).length).toBe(2);
  expect(unpack(pack([[0, 5, 3 * MAX_WORD_COUNT]]))).toEqual([[0, 5, 3 * MAX_WORD_COUNT]]);
});

test('what does not fit is refused', () => {
  for (const count of [
    [MAX_SERIES, 0, 1],
    [0, 32_768, 1],
    [0, 0, -1],
    [-1, 0, 1],
  ] as Count[]) {
    expect(() => pack([count])).toThrow(RangeError);
  }
});

test('bins sum what is added and are empty once drained', () => {
  const bins = new Bins(MAX_SERIES);
  fc.assert(
    fc.property(fc.array(fc.tuple(aKey, aCount), { maxLength: 40 }), someCounts, (single, packed) => {
      const sums = new Map<number, number>();
      const add = (series: number, bucket: number, count: number) =>
        sums.set(keyOf(series, bucket), (sums.get(keyOf(series, bucket)) ?? 0) + count);
      for (const [[series, bucket], count] of single) {
        bins.add(keyOf(series, bucket), count);
        add(series, bucket, count);
      }
      bins.addWords(pack(packed));
      for (const [series, bucket, count] of packed) add(series, bucket, count);
      const drained = new Map(unpack(bins.drain()).map(([series, bucket, count]) => [keyOf(series, bucket), count]));
      expect(drained).toEqual(sums);
      expect(bins.drain().length).toBe(0);
    }),
    { seed, numRuns: 60 },
  );
});

test('bins keep more distinct buckets than they first have room for', () => {
  const bins = new Bins(2);
  for (let key = 0; key < 40_000; key++) bins.add(key, 1);
  expect(new Set(bins.drain()).size).toBe(40_000);
});
