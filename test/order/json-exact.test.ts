import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExact } from '../../src/order/json-exact.ts';

describe('parseExact', () => {
  it('is JSON.parse where no number is too long for a double', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        const isLong = /\d{16}/.test(text);
        fc.pre(!isLong);
        expect(parseExact(text)).toEqual(JSON.parse(text));
      }),
      { seed: 20150408, numRuns: 300 },
    );
  });

  it('keeps the digits of whole numbers beyond 2^53, and nothing else', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), fc.double({ noNaN: true }), (whole, double) => {
        fc.pre(Number.isFinite(double));
        const isSafe = Number.isSafeInteger(Number(whole));
        const text = `{"a":[${whole}],"b":"${whole}","c":${JSON.stringify(double)}}`;
        const parsed = parseExact(text) as { a: unknown[]; b: string; c: unknown };
        expect(parsed.a[0]).toBe(isSafe ? Number(whole) : String(whole));
        expect(parsed.b).toBe(String(whole));
        const isRounded = Number.isInteger(double) && !Number.isSafeInteger(double);
        if (!isRounded) expect(parsed.c).toBe(double === 0 ? 0 : double);
      }),
      { seed: 20150408, numRuns: 500 },
    );
  });

  it('throws where there is no JSON', () => {
    expect(() => parseExact('12345678901234567890,')).toThrow(SyntaxError);
  });
});
