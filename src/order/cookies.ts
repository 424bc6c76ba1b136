// The cookies of one order: what its answers set goes back with its later requests (RFC 6265). An order talks to one shop,
// so Domain, Path and Secure are not looked at; a cookie that has run out is forgotten. It lives as long as the order:
// shoppers do not share theirs, and one who comes back logs in again.

import type { AnswerHeaders } from './answer.ts';
import { textOfBytes } from './escape.ts';
import { MAX_COOKIE_CHARS } from './values.ts';

export type CookieJar = {
  /** Takes the cookies of an answer. `unixMs`: for those with a date. */
  take(headers: AnswerHeaders, unixMs: number): void;
  /** The value of the Cookie header; undefined when there is none. */
  readonly header: string | undefined;
};

const PAIR = /^\s*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)\s*=\s*([^;]*?)\s*(?:;|$)/;
const MAX_AGE = /;\s*max-age\s*=\s*(-?\d+)\s*(?:;|$)/i;
const EXPIRES = /;\s*expires\s*=\s*([^;]+)/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROLS = /[\u0000-\u001f\u007f]/;
/** As many as a browser must keep (RFC 6265 §6.1); a shop that sets one for each answer must not grow ours. */
const MAX_COOKIES = 50;
const MAX_BYTES = 4096;

function isOver(text: string, unixMs: number): boolean {
  const age = MAX_AGE.exec(text);
  if (age) return Number(age[1]) <= 0;
  const expires = EXPIRES.exec(text);
  return expires !== null && Date.parse(expires[1]!.trim()) <= unixMs;
}

/** Every Set-Cookie line of an answer. */
export function setCookiesOf(headers: AnswerHeaders): readonly string[] {
  if (headers.all) return headers.all('set-cookie');
  const joined = headers.get('set-cookie');
  return joined === undefined ? [] : [joined];
}

/** Name and value of a Set-Cookie line; undefined when it is none that can be sent back. */
export function parseSetCookie(line: string): { name: string; value: string } | undefined {
  const match = PAIR.exec(line);
  if (!match || line.length > MAX_BYTES || CONTROLS.test(match[2]!)) return undefined;
  return { name: match[1]!, value: textOfBytes(match[2]!) };
}

export function cookieJar(): CookieJar {
  const values = new Map<string, string>();
  let header: string | undefined;
  const joined = () => Array.from(values, ([name, value]) => `${name}=${value}`).join('; ');
  return {
    take(headers, unixMs) {
      const lines = setCookiesOf(headers);
      if (lines.length === 0) return;
      for (const line of lines) {
        const cookie = parseSetCookie(line);
        if (!cookie) continue;
        if (isOver(line, unixMs)) values.delete(cookie.name);
        else if (values.has(cookie.name) || values.size < MAX_COOKIES) values.set(cookie.name, cookie.value);
      }
      header = joined();
      // A request has room for so many; the oldest go, as in a browser.
      for (const name of values.keys()) {
        if (header.length <= MAX_COOKIE_CHARS) break;
        values.delete(name);
        header = joined();
      }
      if (header === '') header = undefined;
    },
    get header() {
      return header;
    },
  };
}
