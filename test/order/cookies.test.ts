import { describe, expect, it } from 'vitest';
import { cookieJar } from '../../src/order/cookies.ts';

const NOW = Date.parse('2026-11-27T10:00:00Z');
const setting = (...lines: string[]) => ({ get: () => lines.join(', '), all: () => lines });

function headerAfter(...answers: string[][]): string | undefined {
  const jar = cookieJar();
  for (const lines of answers) jar.take(setting(...lines), NOW);
  return jar.header;
}

describe('the cookies of an order', () => {
  it('go back as they were set, the last value of a name', () => {
    expect(headerAfter([])).toBeUndefined();
    expect(headerAfter(['session=abc; Path=/; HttpOnly', 'cart=7'])).toBe('session=abc; cart=7');
    expect(headerAfter(['a=1'], ['b=2', 'a=3'])).toBe('a=3; b=2');
    expect(headerAfter(['a="x y"; Secure', 'b='])).toBe('a="x y"; b=');
  });

  it('are forgotten when they have run out, and kept while they have not', () => {
    expect(headerAfter(['a=1'], ['a=; Max-Age=0'])).toBeUndefined();
    expect(headerAfter(['a=1'], ['a=1; expires=Thu, 01 Jan 1970 00:00:00 GMT'])).toBeUndefined();
    expect(headerAfter(['a=1; Expires=Fri, 27 Nov 2026 10:00:01 GMT'])).toBe('a=1');
    expect(headerAfter(['a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT'])).toBe('a=1');
  });

  it('cannot split a request, and cannot grow without end', () => {
    expect(headerAfter(['a=1\r\nx-evil: 1', 'no pair', '=1', 'b c=1'])).toBeUndefined();
    expect(headerAfter([`a=${'x'.repeat(5_000)}`])).toBeUndefined();
    const many = Array.from({ length: 200 }, (_, i) => `c${i}=1`);
    expect(headerAfter(many)!.split('; ')).toHaveLength(50);
    // What a request has no room for is forgotten, the oldest first.
    const large = Array.from({ length: 5 }, (_, i) => `c${i}=${'x'.repeat(2_000)}`);
    expect(headerAfter(large)).toBe(large.slice(1).join('; '));
    expect(headerAfter(large)!.length).toBeLessThanOrEqual(8192);
  });

  it('are read of a driver that only joins them, when there is one', () => {
    const jar = cookieJar();
    jar.take({ get: () => 'a=1; Expires=Fri, 27 Nov 2026 11:00:00 GMT' }, NOW);
    expect(jar.header).toBe('a=1');
  });
});
