// What the page's script works out by itself in the browser, held against what the rest of the project says.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packCounts, packTimes } from '../../../src/report/html/packed.ts';
import { formatClock, formatCount, formatDuration, formatRate, formatShare } from '../../../src/units.ts';

// The page's modules are JavaScript, checked by a tsconfig of their own.
const client = (name: string) => import(new URL(`../../../src/report/html/client/${name}.js`, import.meta.url).href);
const { unpack } = await client('unpack');
const { durationText, clockText, countText, rateText, sortKey, ninesText } = await client('format');

const SEED = { seed: 20261123, numRuns: 500 };
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

describe('packed columns', () => {
  it('bring counts back exactly', () => {
    fc.assert(
      fc.property(fc.array(maybe(fc.nat(700_000)), { minLength: 1, maxLength: 50 }), (counts) => {
        expect(unpack(packCounts(counts), counts.length)).toEqual(counts);
      }),
      SEED,
    );
  });

  it('bring times back with three digits', () => {
    fc.assert(
      fc.property(fc.array(maybe(fc.nat(2_000_000_000)), { minLength: 1, maxLength: 50 }), (times) => {
        const rounded = times.map((us) => (us === null ? null : us < 1000 ? us : Number(us.toPrecision(3))));
        expect(unpack(packTimes(times), times.length)).toEqual(rounded);
      }),
      SEED,
    );
  });

  it('bring a column of one value back for every row', () => {
    expect(unpack(packCounts(7), 3)).toEqual([7, 7, 7]);
    expect(unpack(packTimes(null), 2)).toEqual([null, null]);
  });
});

describe('the words of the page in the browser', () => {
  it('are those of the page on paper', () => {
    fc.assert(
      fc.property(fc.nat(2_000_000_000), fc.double({ min: 0, max: 1e6, noNaN: true }), (us, perS) => {
        expect(durationText(us)).toBe(us === 0 ? formatDuration(0) : formatDuration(us));
        expect(clockText(us / 1e4)).toBe(formatClock((us / 1e4) * 1e6));
        expect(countText(us)).toBe(formatCount(us));
        expect(rateText(perS)).toBe(formatRate(perS));
      }),
      SEED,
    );
    expect([0, 1, 2, 3, 4].map(ninesText)).toEqual(['0 %', '90 %', '99 %', '99.9 %', '99.99 %']);
  });

  it('are sorted by what they mean', () => {
    const ordered = (texts: string[]) => {
      const keys = texts.map(sortKey);
      for (let at = 1; at < keys.length; at++) expect(keys[at]! > keys[at - 1]!, texts[at]).toBe(true);
    };
    ordered(['–', '850 µs', '12.3 ms', '1.5 s', '2 m 30 s', '12 h', '1 d 2 h']);
    ordered(['–', '−3.2 %', '0 %', '0.14 %', '99.9 %']);
    ordered(['0', '13', '2,970', '11,970']);
    ordered(['00:00–00:00:06', '00:00:06–00:00:12', '00:02', '10:00']);
    ordered(['48.6/s', '1,163/s']);
    fc.assert(
      fc.property(fc.nat(90_000_000), fc.nat(90_000_000), (a, b) => {
        const keys = [sortKey(formatDuration(a)), sortKey(formatDuration(b))];
        if (keys[0] !== keys[1]) expect(keys[0] < keys[1]).toBe(a < b);
      }),
      SEED,
    );
    expect(sortKey(formatShare(0.0014))).toBe(0.14);
    expect(sortKey('sold_out')).toBe('sold_out');
  });
});
