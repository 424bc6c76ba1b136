import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf, cut, dealt, fitting, joinFitting, padStart, widthOf, wrap } from '../../src/report/layout.ts';

const seeded = { seed: 20261123, numRuns: 200 };
const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '`', '小', 'é', '1', 'm', 's', '📦'), maxLength: 80 });
const columns = fc.integer({ min: 4, max: 50 });

describe('layout', () => {
  it('counts columns, not characters', () => {
    expect(widthOf('abc')).toBe(3);
    expect(widthOf('小米')).toBe(4);
    expect(widthOf('e\u0301')).toBe(1);
    expect(padStart('小', 4)).toBe('  小');
  });

  it('cuts to the width, and only when it must', () => {
    fc.assert(
      fc.property(text, columns, (each, width) => widthOf(cut(each, width)) <= width),
      seeded,
    );
    fc.assert(
      fc.property(text, columns, (each, width) => widthOf(each) > width || cut(each, width) === each),
      seeded,
    );
  });

  it('never cuts inside a number, nor between it and its unit', () => {
    const sentence = '0 of 2,247 orders took 300 ms or longer at 00:14, 0.1 % of 48.6/s';
    const numbers = ['0', '2,247', '300 ms', '00:14,', '0.1 %', '48.6/s'];
    for (let width = 1; width < sentence.length; width++) {
      const kept = cut(sentence, width).replace(/…$/, '');
      expect(sentence.startsWith(kept)).toBe(true);
      const seen = kept.match(/\d[\d.,:]*(?: ?(?:ms|%|m(?!s))|\/s?)?/g) ?? [];
      expect(seen, kept).toEqual(numbers.slice(0, seen.length));
      expect(widthOf(kept), kept).toBeGreaterThan(width - 9);
    }
    expect(cut('0 of 247 orders took 300 ms or longer', 25)).toBe('0 of 247 orders took…');
  });

  it('wraps within the width and loses no word that fits', () => {
    fc.assert(
      fc.property(text, columns, (each, width) => {
        const lines = wrap(each, width);
        const words = (all: string) => all.split(/ +/).filter((word) => word !== '');
        const whole = words(each).every((word) => widthOf(word) <= width) && !lines.some((line) => line.endsWith('…'));
        if (whole) expect(words(lines.join(' '))).toEqual(words(each));
        return lines.every((line) => widthOf(line) <= width);
      }),
      seeded,
    );
    fc.assert(
      fc.property(text, columns, (each, width) => wrap(each, width, 2).length <= 2),
      seeded,
    );
  });

  it('keeps code and numbers with their units on one line', () => {
    expect(wrap('the shop broke `p99 < 300ms` again', 26)).toEqual(['the shop broke', '`p99 < 300ms` again']);
    expect(wrap('the p99 was 412 ms today', 16)).toEqual(['the p99 was', '412 ms today']);
  });

  it('joins what fits and counts the rest', () => {
    const pieces = ['sold 10', 'sold_out 5', 'timeout 1'];
    expect(joinFitting(pieces, 80, (n) => `and ${n} more`)).toBe('sold 10 · sold_out 5 · timeout 1');
    expect(joinFitting(pieces, 31, (n) => `and ${n} more`)).toBe('sold 10 · and 2 more');
    expect(fitting(['a long way', 'short'], 6)).toBe('short');
  });

  it('lays out for at least 60 and at most 120 columns', () => {
    expect([10, 60, 99.5, 400, Number.NaN].map(columnsOf)).toEqual([60, 60, 99, 120, 80]);
  });

  it('deals lines out: one to each, and what is to spare one by one to those that need it', () => {
    expect(dealt([3, 1, 2], 0)).toEqual([1, 1, 1]);
    expect(dealt([3, 1, 2], 1)).toEqual([2, 1, 1]);
    expect(dealt([3, 1, 2], 2)).toEqual([2, 1, 2]);
    expect(dealt([3, 1, 2], 9)).toEqual([3, 1, 2]);
    expect(dealt([], 3)).toEqual([]);
    expect(dealt([2], -1)).toEqual([1]);
  });
});
