// A page gives back what was put on it, whatever it was; and takes less than the cells did.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Page } from '../../src/measure/pages.ts';
import { BUCKET_BITS } from '../../src/measure/shape.ts';
import type { LeanCell } from '../../src/measure/tally.ts';
import { MAX_SERIES, MAX_WORD_COUNT, pack, wordOf } from '../../src/measure/words.ts';

const seed = 20261123;
const aCount = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 3 * MAX_WORD_COUNT }));
const aKey = fc.oneof(
  fc.tuple(fc.nat(MAX_SERIES - 1), fc.nat(2 ** BUCKET_BITS - 1)),
  fc.constantFrom([0, 0] as const, [MAX_SERIES - 1, 2 ** BUCKET_BITS - 1] as const),
);
const aCell: fc.Arbitrary<LeanCell> = fc.record({
  fired: fc.nat(),
  dropped: fc.nat(),
  clamped: fc.nat(),
  words: fc
    .array(fc.tuple(aKey, aCount), { maxLength: 60 })
    .map((counts) => pack(counts.map(([[series, bucket], count]) => [series, bucket, count]))),
  stats: fc
    .array(fc.oneof(fc.double({ noNaN: true }), fc.constant(-Infinity)), { maxLength: 10 })
    .map((values) => Float64Array.from(values)),
});
const sorted = (cell: LeanCell | undefined) => cell && { ...cell, words: cell.words.slice().sort() };

describe('a page', () => {
  test('has every cell that was put on it, and none where there was none', () => {
    fc.assert(
      fc.property(fc.array(fc.option(aCell, { nil: undefined }), { maxLength: 8 }), (cells) => {
        const page = new Page(cells);
        expect(cells.map((_, index) => page.cell(index))).toEqual(cells.map(sorted));
        expect(page.cell(cells.length)).toBeUndefined();
      }),
      { seed, numRuns: 200 },
    );
  });

  test('leaves the cells as they were', () => {
    const words = pack([
      [3, 100, 1],
      [0, 7, 2],
    ]);
    const before = words.slice();
    new Page([{ fired: 3, dropped: 0, clamped: 0, words, stats: new Float64Array(0) }]);
    expect(words).toEqual(before);
  });

  test('gives back even a word that counts nothing, which nobody writes', () => {
    const words = Uint32Array.of(wordOf(5, 0), wordOf(9, 1));
    const page = new Page([{ fired: 0, dropped: 0, clamped: 0, words, stats: new Float64Array(0) }]);
    expect(page.cell(0)?.words).toEqual(words);
  });

  test('takes about a byte for a bucket of one order beside another', () => {
    const counts = Array.from({ length: 10_000 }, (_, i) => [i % 5, 1_000 + 3 * i, 1] as const);
    const words = pack(counts.map(([series, bucket, count]) => [series, bucket % 2 ** BUCKET_BITS, count]));
    const page = new Page([{ fired: 2_000, dropped: 0, clamped: 0, words, stats: new Float64Array(0) }]);
    expect(page.bytes).toBeGreaterThan(words.length);
    expect(page.bytes).toBeLessThan(1.1 * words.length);
  });
});
