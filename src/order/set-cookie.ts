// One line of Set-Cookie (RFC 6265 §5.2, and the rules of 6265bis that browsers keep): which cookie it is, whether this shop may
// set it, and until when it is kept.

import type { AnswerHeaders } from './answer.ts';
import { parseCookieDate } from './cookie-date.ts';
import { textOfBytes } from './escape.ts';

/** The shop as a browser sees it. `isSecure`: over TLS, or on this very machine, which browsers trust alike. */
export type CookieSite = { host: string; isSecure: boolean };

/** `domain` '': of this host alone. `untilMs`: Unix time; Infinity: as long as the shopper shops. */
export type Cookie = { name: string; value: string; domain: string; path: string; secure: boolean; untilMs: number };

const PAIR = /^\s*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)\s*=\s*([^;]*?)\s*(?:;|$)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROLS = /[\u0000-\u001f\u007f]/;
const MAX_BYTES = 4096;
const MAX_ATTRIBUTE_CHARS = 1024;
const ADDRESS = /^[\d.]+$|^\[/;
const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** `host`: what the requests say in their Host header, where it is not that of the URL. */
export function cookieSiteOf(url: string, host?: string): CookieSite {
  const { protocol, hostname } = new URL(url);
  const isSecure = protocol === 'https:' || LOOPBACK.test(hostname);
  return { host: (host ?? hostname).replace(/:\d+$/, '').toLowerCase(), isSecure };
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

/** `path`: of the request that was answered, without its query. */
export type Asked = { site: CookieSite; path: () => string; nowMs: number };

/** The cookie as it is kept; undefined: this shop may not set it. One that has run out takes away what it replaces. */
export function cookieOf(line: string, { site, path, nowMs }: Asked): Cookie | undefined {
  const pair = parseSetCookie(line);
  if (!pair) return undefined;
  const { domain, path: own, secure, maxAge, expiresMs } = attributesOf(line);
  if (domain !== '' && !matchesDomain(site.host, domain)) return undefined;
  if (secure && !site.isSecure) return undefined;
  const cookie: Cookie = {
    ...pair,
    domain: domain === site.host && ADDRESS.test(domain) ? '' : domain,
    path: own ?? defaultPathOf(path()),
    secure,
    untilMs: maxAge === undefined ? (expiresMs ?? Number.POSITIVE_INFINITY) : untilOf(maxAge, nowMs),
  };
  return keepsPrefix(cookie, own) ? cookie : undefined;
}

/** Longer than the shop's own idea of a day never matters: a run is over before. */
const untilOf = (maxAge: number, nowMs: number): number =>
  maxAge <= 0 ? Number.NEGATIVE_INFINITY : nowMs + maxAge * 1e3;

type Attributes = { domain: string; path?: string; secure: boolean; maxAge?: number; expiresMs?: number };

/** The last of each that is sound. */
function attributesOf(line: string): Attributes {
  const found: Attributes = { domain: '', secure: false };
  for (const part of line.split(';').slice(1)) {
    const at = part.indexOf('=');
    const name = (at < 0 ? part : part.slice(0, at)).trim().toLowerCase();
    const value = at < 0 ? '' : part.slice(at + 1).trim();
    if (value.length > MAX_ATTRIBUTE_CHARS) continue;
    if (name === 'secure') found.secure = true;
    else if (name === 'domain' && value !== '') found.domain = value.replace(/^\./, '').toLowerCase();
    else if (name === 'path') found.path = value.startsWith('/') ? value : undefined;
    else if (name === 'max-age' && /^-?\d+$/.test(value)) found.maxAge = Number(value);
    else if (name === 'expires') found.expiresMs = parseCookieDate(value) ?? found.expiresMs;
  }
  return found;
}

/** RFC 6265 §5.1.3. A domain of one word (`com`) is nobody's to set cookies for. */
function matchesDomain(host: string, domain: string): boolean {
  if (host === domain) return true;
  return host.endsWith(`.${domain}`) && domain.includes('.') && !ADDRESS.test(host);
}

/** RFC 6265 §5.1.4: what is before the last slash. */
function defaultPathOf(path: string): string {
  const last = path.lastIndexOf('/');
  return path.startsWith('/') && last > 0 ? path.slice(0, last) : '/';
}

export function matchesPath(path: string, { path: own }: Cookie): boolean {
  if (own === '/' || path === own) return true;
  return path.startsWith(own) && (own.endsWith('/') || path[own.length] === '/');
}

/** `__Host-` and `__Secure-` promise what a browser insists on. */
function keepsPrefix({ name, domain, secure }: Cookie, path: string | undefined): boolean {
  const lower = name.toLowerCase();
  if (lower.startsWith('__host-')) return secure && domain === '' && path === '/';
  return !lower.startsWith('__secure-') || secure;
}
