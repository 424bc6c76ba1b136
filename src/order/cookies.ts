// The cookies of one shopper: what answers set goes back with her later requests, as a browser would have it (RFC 6265: Domain,
// Path, Secure, Max-Age, Expires). An order talks to one shop, so a jar is of one site. Who has which jar: cookie-jars.ts.

import type { AnswerHeaders } from './answer.ts';
import { type Cookie, type CookieSite, cookieOf, matchesPath, setCookiesOf } from './set-cookie.ts';
import { MAX_COOKIE_CHARS } from './values.ts';

/** Of a request, without its query; asked for only where a cookie has a path of its own. */
export type PathOf = () => string;

export type CookieJar = {
  /** Takes the cookies of an answer. `nowMs`: Unix time. */
  take(headers: AnswerHeaders, path: PathOf, nowMs: number): void;
  /** The value of the Cookie header of a request; undefined when there is none. */
  headerFor(path: PathOf, nowMs: number): string | undefined;
};

/** As many as a browser must keep (RFC 6265 §6.1); a shop that sets one for each answer must not grow ours. */
const MAX_COOKIES = 50;

export function cookieJar(site: CookieSite): CookieJar {
  /** In the order they were first set. */
  let cookies: Cookie[] = [];
  /** Where every one goes with every request: the header, made once. */
  let everywhere: string | undefined;
  let isEverywhere = true;
  const isSame = (one: Cookie, other: Cookie): boolean =>
    one.name === other.name && one.path === other.path && one.domain === other.domain;

  const put = (cookie: Cookie, nowMs: number): void => {
    const at = cookies.findIndex((each) => isSame(each, cookie));
    if (cookie.untilMs <= nowMs) {
      if (at >= 0) cookies.splice(at, 1);
    } else if (at >= 0) cookies[at] = cookie;
    else cookies.push(cookie);
  };

  return {
    take(headers, path, nowMs) {
      const lines = setCookiesOf(headers);
      if (lines.length === 0) return;
      for (const line of lines) {
        const cookie = cookieOf(line, { site, path, nowMs });
        if (cookie) put(cookie, nowMs);
      }
      cookies = cookies.filter(({ untilMs }) => untilMs > nowMs).slice(-MAX_COOKIES);
      isEverywhere = cookies.every(({ path: own, untilMs }) => own === '/' && untilMs === Number.POSITIVE_INFINITY);
      everywhere = isEverywhere ? joined(cookies) : undefined;
    },
    headerFor(path, nowMs) {
      if (isEverywhere) return everywhere;
      const own = cookies.some((cookie) => cookie.path !== '/') ? path() : '/';
      const sent = cookies.filter((cookie) => cookie.untilMs > nowMs && matchesPath(own, cookie));
      // The longest path first, then the oldest (RFC 6265 §5.4).
      return joined(sent.sort((a, b) => b.path.length - a.path.length));
    },
  };
}

/** A request has room for so many; the oldest are left out, as in a browser. */
function joined(cookies: readonly Cookie[]): string | undefined {
  const pairs = cookies.map(({ name, value }) => `${name}=${value}`);
  let header = pairs.join('; ');
  for (let from = 1; header.length > MAX_COOKIE_CHARS; from++) header = pairs.slice(from).join('; ');
  return header === '' ? undefined : header;
}
