// The jar against the cases of RFC 6265 and 6265bis: what a browser would send back to one shop, and what not.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCookieDate } from '../../src/order/cookie-date.ts';
import { cookieJar } from '../../src/order/cookies.ts';
import { cookieSiteOf } from '../../src/order/set-cookie.ts';

const NOW = Date.parse('2026-11-27T10:00:00Z');
const setting = (...lines: string[]) => ({ get: () => lines.join(', '), all: () => lines });
const SHOP = cookieSiteOf('https://www.shop.example:8443/base');

/** Sets lines by answers to requests of `from`, and asks what a request of `to` carries so many ms later. */
function sent(
  lines: string[] | string[][],
  { site = SHOP, from = '/cart/add', to = '/cart/pay', afterMs = 0 } = {},
): string | undefined {
  const jar = cookieJar(site);
  const answers = lines.every((line) => typeof line === 'string') ? [lines as string[]] : (lines as string[][]);
  for (const answer of answers) {
    jar.take(setting(...answer), () => from, NOW);
  }
  return jar.headerFor(() => to, NOW + afterMs);
}

describe('the cookies of a shopper', () => {
  it('go back as they were set, the last value of a name', () => {
    expect(sent([])).toBeUndefined();
    expect(sent(['session=abc; Path=/; HttpOnly', 'cart=7; path=/'])).toBe('session=abc; cart=7');
    expect(sent([['a=1'], ['b=2', 'a=3']])).toBe('a=3; b=2');
    expect(sent(['a="x y"; Secure', 'b='])).toBe('a="x y"; b=');
  });

  it('are forgotten when they have run out, and kept while they have not', () => {
    expect(sent([['a=1'], ['a=; Max-Age=0']])).toBeUndefined();
    expect(sent([['a=1'], ['a=; Max-Age=-5']])).toBeUndefined();
    expect(sent([['a=1'], ['a=1; expires=Thu, 01 Jan 1970 00:00:00 GMT']])).toBeUndefined();
    expect(sent(['a=1; Expires=Fri, 27 Nov 2026 10:00:01 GMT'])).toBe('a=1');
    expect(sent(['a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT'])).toBe('a=1');
    expect(sent(['a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60'])).toBe('a=1');
    // While it is on its way, too; what is no number or no date is not there.
    expect(sent(['a=1; Max-Age=2', 'b=2'], { afterMs: 1_999 })).toBe('a=1; b=2');
    expect(sent(['a=1; Max-Age=2', 'b=2'], { afterMs: 2_000 })).toBe('b=2');
    expect(sent(['a=1; Max-Age=soon; Expires=never'], { afterMs: 1e9 })).toBe('a=1');
    // Another path is another cookie: it takes nothing away.
    expect(sent([['a=1; Path=/'], ['a=; Path=/cart; Max-Age=0']])).toBe('a=1');
  });

  it.each([
    ['/', '/any', true],
    ['/cart', '/cart', true],
    ['/cart', '/cart/pay', true],
    ['/cart/', '/cart/pay', true],
    ['/cart', '/cartoon', false],
    ['/cart/', '/cart', false],
    ['/admin', '/cart', false],
    ['cart', '/cart/pay', true],
    ['', '/cart/x', true],
  ])('with Path=%s go with %s: %s', (path, to, isSent) => {
    expect(sent([`a=1; Path=${path}`], { to })).toBe(isSent ? 'a=1' : undefined);
  });

  it('without a path have that of the request: what is before the last slash', () => {
    expect(sent(['a=1'], { from: '/cart/add', to: '/cart/pay' })).toBe('a=1');
    expect(sent(['a=1'], { from: '/cart/add', to: '/pay' })).toBeUndefined();
    expect(sent(['a=1'], { from: '/login', to: '/cart/pay' })).toBe('a=1');
    expect(sent(['a=1'], { from: '/', to: '/cart/pay' })).toBe('a=1');
  });

  it('go the longest path first, then as they were first set', () => {
    const lines = ['a=1; Path=/', 'b=2; Path=/cart', 'c=3; Path=/', 'a=4; Path=/cart/pay'];
    expect(sent(lines)).toBe('a=4; b=2; a=1; c=3');
    expect(sent([lines, ['a=5; Path=/']])).toBe('a=4; b=2; a=5; c=3');
  });

  it.each([
    ['shop.example', true],
    ['.shop.example', true],
    ['WWW.Shop.Example', true],
    ['', true],
    ['example', false],
    ['other.example', false],
    ['hop.example', false],
    ['a.www.shop.example', false],
  ])('with Domain=%s are taken: %s', (domain, isTaken) => {
    expect(sent([`a=1; Domain=${domain}`])).toBe(isTaken ? 'a=1' : undefined);
  });

  it('of an address are of that address alone', () => {
    const site = cookieSiteOf('http://127.0.0.1:8080');
    expect(sent(['a=1; Domain=127.0.0.1'], { site })).toBe('a=1');
    expect(sent(['a=1; Domain=0.0.1'], { site })).toBeUndefined();
    // Requests that say another name in their Host header are to that shop.
    const named = cookieSiteOf('http://127.0.0.1:8080', 'Shop.example:80');
    expect(sent(['a=1; Domain=shop.example'], { site: named })).toBe('a=1');
  });

  it('that are Secure need TLS, or a shop on this machine', () => {
    expect(sent(['a=1; Secure'])).toBe('a=1');
    expect(sent(['a=1; secure', 'b=2'], { site: cookieSiteOf('http://shop.example') })).toBe('b=2');
    for (const url of ['http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000', 'http://a.localhost']) {
      expect(sent(['a=1; Secure'], { site: cookieSiteOf(url) }), url).toBe('a=1');
    }
  });

  it('keep what their prefix promises', () => {
    expect(sent(['__Host-a=1; Secure; Path=/'])).toBe('__Host-a=1');
    expect(sent(['__Host-a=1; Secure'], { from: '/login' })).toBeUndefined();
    expect(sent(['__Host-a=1; Secure; Path=/; Domain=shop.example'])).toBeUndefined();
    expect(sent(['__Host-a=1; Path=/'])).toBeUndefined();
    expect(sent(['__Secure-a=1; Path=/', '__Secure-b=2; Secure'])).toBe('__Secure-b=2');
  });

  it('cannot split a request, and cannot grow without end', () => {
    expect(sent(['a=1\r\nx-evil: 1', 'no pair', '=1', 'b c=1'])).toBeUndefined();
    expect(sent([`a=${'x'.repeat(5_000)}`])).toBeUndefined();
    const many = Array.from({ length: 200 }, (_, i) => `c${i}=1`);
    expect(sent(many)!.split('; ')).toEqual(many.slice(150));
    // What a request has no room for is left out, the oldest first.
    const large = Array.from({ length: 5 }, (_, i) => `c${i}=${'x'.repeat(2_000)}`);
    expect(sent(large)).toBe(large.slice(1).join('; '));
    expect(sent(large)!.length).toBeLessThanOrEqual(8192);
  });

  it('are read of a driver that only joins them, when there is one', () => {
    const jar = cookieJar(SHOP);
    jar.take({ get: () => 'a=1; Expires=Fri, 27 Nov 2026 11:00:00 GMT' }, () => '/', NOW);
    expect(jar.headerFor(() => '/', NOW)).toBe('a=1');
  });

  it('take whatever a shop may write', () => {
    const line = fc.string({
      maxLength: 60,
      unit: fc.constantFrom(
        ...'a=b; Path/Domain.Max-Age:0123 Expires Secure "'.split(''),
        '\r',
        '\u00e9',
        ' path=/',
        ';',
      ),
    });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.webPath(), (lines, to) => {
        const header = sent(lines, { to });
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
        if (header !== undefined) expect(header).toMatch(/^[^=]+=[^\u0000-\u001f\u007f]*$/);
      }),
      { seed: 6265, numRuns: 500 },
    );
  });
});

describe('the date of a cookie', () => {
  const at = '2026-11-27T10:00:01.000Z';
  it.each([
    ['Fri, 27 Nov 2026 10:00:01 GMT', at],
    ['Friday, 27-Nov-26 10:00:01 GMT', at],
    ['Fri Nov 27 10:00:01 2026', at],
    ['27 nov 2026 10:0:1', at],
    ['10:00:01 2026 November 27th', at],
    ['1 Jan 70 00:00:00', '1970-01-01T00:00:00.000Z'],
    ['1 Jan 69 00:00:00', '2069-01-01T00:00:00.000Z'],
    ['29 Feb 2028 00:00:00', '2028-02-29T00:00:00.000Z'],
    ['29 Feb 2027 00:00:00', undefined],
    ['27 Nov 2026', undefined],
    ['27 Nov 2026 25:00:00', undefined],
    ['32 Nov 2026 10:00:00', undefined],
    ['27 Nov 1600 10:00:00', undefined],
    ['27 Now 2026 10:00:00', undefined],
    ['2026-11-27T10:00:01Z', undefined],
    ['', undefined],
  ])('%s is %s', (text, expected) => {
    const ms = parseCookieDate(text);
    expect(ms === undefined ? undefined : new Date(ms).toISOString()).toBe(expected);
  });
});
