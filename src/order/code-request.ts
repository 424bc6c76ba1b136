// A request that code makes: checked and encoded as those of a profile are, so that nothing breaks out of its place, and
// written as the bytes of HTTP/1.1 for a driver that sends bytes.

import type { JourneyRequest } from './code.ts';
import { byteString } from './escape.ts';
import type { Http1Framing, Request, RequestBytes, Sending } from './spec.ts';
import { headerMistake, methodMistake, pathMistake } from './step-mistakes.ts';

/** A whole request; orders are small, and a driver keeps a buffer of this size for each step. */
export const MAX_REQUEST_BYTES = 64 * 1024;
/** For the framing that a driver adds: host, connection, content-length. */
const FRAMING_BYTES = 512;
const FRAMING = new Set(['content-length', 'transfer-encoding', 'connection']);
const BODIES = ['json', 'form', 'text'] as const;
const TYPES = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  text: 'text/plain; charset=utf-8',
} as const;
/** RFC 9110 §8.6: these say that they have no body; others without one say nothing. */
const EXPECT_A_BODY = new Set(['POST', 'PUT', 'PATCH']);
const ASCII = /^[\x20-\x7e]*$/;

const encoder = new TextEncoder();

/** `cookie`: the buyer's, behind those that the code sends itself. */
type Made = { method: string; path: string; base: string; cookie?: string | undefined };

/** `path` is appended to `base`. Throws TypeError with one line that says what cannot be sent. */
export function codeRequest(made: Made, given: JourneyRequest = {}): Request {
  const { method, base } = made;
  const mistake = methodMistake(method) ?? pathMistake(String(made.path));
  if (mistake) throw new TypeError(mistake.message);
  const kinds = BODIES.filter((kind) => given[kind] !== undefined);
  if (kinds.length > 1) throw new TypeError(`A request has one body, and \`${kinds.join('` and `')}\` are given`);
  const [kind] = kinds;
  const body = kind && encoder.encode(bodyText(kind, given[kind]));
  const headers = headersOf(given.headers ?? {}, kind && TYPES[kind]);
  if (made.cookie !== undefined) addCookie(headers, made.cookie);
  const request = { method, path: base + encodedPath(made.path), headers, body };
  const size = sizeOf(request);
  if (size > MAX_REQUEST_BYTES - FRAMING_BYTES) {
    throw new TypeError(`A request of ${size} bytes is too large: at most ${MAX_REQUEST_BYTES - FRAMING_BYTES}`);
  }
  return request;
}

function bodyText(kind: (typeof BODIES)[number], value: unknown): string {
  if (kind === 'json') return JSON.stringify(value);
  if (kind === 'form') return String(new URLSearchParams(value as Record<string, string>));
  return String(value);
}

/** Flat, as a Request has them. */
function headersOf(given: Readonly<Record<string, string>>, type: string | undefined): string[] {
  const flat: string[] = [];
  let hasType = type === undefined;
  for (const name in given) {
    const text = String(given[name]);
    const mistake = headerMistake(name, text);
    if (mistake) throw new TypeError(mistake.message);
    const lower = name.toLowerCase();
    if (FRAMING.has(lower)) throw new TypeError(`Header \`${name}\` is set by the driver: leave it out`);
    hasType ||= lower === 'content-type';
    flat.push(name, ASCII.test(text) ? text : byteString(text));
  }
  if (!hasType) flat.push('content-type', type!);
  return flat;
}

function addCookie(flat: string[], cookie: string): void {
  const value = ASCII.test(cookie) ? cookie : byteString(cookie);
  const own = flat.findIndex((text, i) => i % 2 === 0 && text.toLowerCase() === 'cookie');
  if (own < 0) flat.push('cookie', value);
  else flat[own + 1] += `; ${value}`;
}

/** Spaces and whatever is no ASCII as %XX; the rest as it is. */
function encodedPath(path: string): string {
  return /^[\x21-\x7e]*$/.test(path) ? path : path.toWellFormed().replace(/[^\x21-\x7e]/gu, encodeURIComponent);
}

function sizeOf({ method, path, headers, body }: Request): number {
  let size = method.length + path.length + (body?.length ?? 0);
  for (const text of headers) size += text.length + 2;
  return size;
}

/** Requests that come with their order (`Sending.request`). */
export function codeHttp1({ host, close }: Http1Framing): RequestBytes {
  return {
    maxBytes: MAX_REQUEST_BYTES,
    prepare: () => {},
    patch(into, { request }: Sending) {
      const { method, path, headers, body } = request!;
      let head = `${method} ${path} HTTP/1.1`;
      let hasHost = false;
      for (let i = 0; i < headers.length; i += 2) {
        head += `\r\n${headers[i]}: ${headers[i + 1]}`;
        hasHost ||= headers[i]!.length === 4 && headers[i]!.toLowerCase() === 'host';
      }
      if (!hasHost) head += `\r\nhost: ${host}`;
      if (close) head += '\r\nconnection: close';
      if (body) head += `\r\ncontent-length: ${body.length}`;
      else if (EXPECT_A_BODY.has(method)) head += '\r\ncontent-length: 0';
      head += '\r\n\r\n';
      // One character per byte.
      for (let i = 0; i < head.length; i++) into[i] = head.charCodeAt(i);
      if (body) into.set(body, head.length);
      return head.length + (body?.length ?? 0);
    },
  };
}
