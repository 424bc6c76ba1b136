// The head of an HTTP/1.1 answer, read line by line: the status, and of the headers only what frames the body. All other
// headers stay bytes until somebody asks for one. Strict on purpose (RFC 9112): a head that two readers could take for
// two different answers is refused, not repaired.

import type { AnswerHeaders } from '../../order/answer.ts';

const TAB = 9;
const CR = 13;
const SPACE = 32;
const COMMA = 44;
const ZERO = 48;
const COLON = 58;
const DELETE = 127;

const TOKEN_CHAR = 1;
const TEXT_CHAR = 2;
const DIGIT = 4;

const TIMEOUT = 'timeout=';

/** What each byte may be part of: a header's name, a line, a number. */
const KINDS = Uint8Array.from({ length: 256 }, (_, code) => {
  const char = String.fromCharCode(code);
  const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]$/.test(char) ? TOKEN_CHAR : 0;
  const text = code === TAB || (code >= SPACE && code !== DELETE) ? TEXT_CHAR : 0;
  return token | text | (code >= ZERO && code < ZERO + 10 ? DIGIT : 0);
});

/** `lower` is in lower case; the bytes may be in any. */
function spells(bytes: Uint8Array, from: number, lower: string): boolean {
  for (let i = 0; i < lower.length; i++) {
    const code = bytes[from + i]!;
    if ((code >= 65 && code <= 90 ? code | 32 : code) !== lower.charCodeAt(i)) return false;
  }
  return true;
}

/** The index of the first byte that may not stand within a line of a head: a control character other than a tab; or `to`. */
export function endOfText(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && (KINDS[bytes[at]!]! & TEXT_CHAR) !== 0) at++;
  return at;
}

/**
 * Where the colon of a header line stands; −1 when it is none: no name, no colon, or white space before either (which
 * refuses a folded line).
 */
export function colonOf(bytes: Uint8Array, from: number, to: number): number {
  let colon = from;
  while (colon < to && (KINDS[bytes[colon]!]! & TOKEN_CHAR) !== 0) colon++;
  return colon === from || colon === to || bytes[colon] !== COLON ? -1 : colon;
}

/** Lines are given without their CRLF, and up to `endOfText`. */
export class Head implements AnswerHeaders {
  /** 0 before the status line was read. */
  status = 0;
  /** Content-Length; −1 without one. */
  length = -1;
  /** There is a Transfer-Encoding, and `chunked` is its last coding. */
  encoded = false;
  chunked = false;
  /** Seconds for which the server says it keeps an idle connection (`Keep-Alive: timeout=5`); −1 where it does not. */
  idleS = -1;
  #http10 = false;
  #close = false;
  #keepAlive = false;
  /** Where the header lines are, each with its CRLF. */
  #bytes: Uint8Array = new Uint8Array(0);
  #owned = new Uint8Array(0);
  #from = 0;
  #to = 0;

  /** Whether the connection may be used again, as far as the head says. */
  get persistent(): boolean {
    return !this.#close && this.idleS !== 0 && (!this.#http10 || this.#keepAlive);
  }

  /** For the next head. `get` answers of the last one until the next is kept: its answer may still be being reported. */
  clear(): void {
    this.status = 0;
    this.length = -1;
    this.encoded = false;
    this.chunked = false;
    this.idleS = -1;
    this.#http10 = false;
    this.#close = false;
    this.#keepAlive = false;
  }

  /** `HTTP/1.1 201 Created`; false when it is no status line of HTTP/1.0 or 1.1. */
  readStatusLine(bytes: Uint8Array, from: number, to: number): boolean {
    // Eight bytes of version, a space, three digits; a reason is separated by a space but may be left out, space and all.
    if (to - from < 12 || !spells(bytes, from, 'http/1.') || bytes[from + 8] !== SPACE) return false;
    if (to - from > 12 && bytes[from + 12] !== SPACE) return false;
    const minor = bytes[from + 7]! - ZERO;
    if (minor !== 0 && minor !== 1) return false;
    let status = 0;
    for (let at = from + 9; at < from + 12; at++) {
      if ((KINDS[bytes[at]!]! & DIGIT) === 0) return false;
      status = status * 10 + bytes[at]! - ZERO;
    }
    this.status = status;
    this.#http10 = minor === 0;
    return true;
  }

  /** One header line; returns what is wrong with it. */
  readHeader(bytes: Uint8Array, from: number, to: number): string | undefined {
    const colon = colonOf(bytes, from, to);
    if (colon < 0) return 'header line';
    const nameBytes = colon - from;
    // Three names say how the answer is framed, and they differ in length; one says what becomes of the connection.
    if (nameBytes === 14 && spells(bytes, from, 'content-length')) return this.#readLength(bytes, colon + 1, to);
    if (nameBytes === 17 && spells(bytes, from, 'transfer-encoding')) return this.#readEncoding(bytes, colon + 1, to);
    if (nameBytes === 10 && spells(bytes, from, 'connection')) {
      this.#close ||= lists(bytes, colon + 1, to, 'close');
      this.#keepAlive ||= lists(bytes, colon + 1, to, 'keep-alive');
    } else if (nameBytes === 10 && spells(bytes, from, 'keep-alive')) this.#readIdle(bytes, colon + 1, to);
    return undefined;
  }

  /** Where `get` looks; the bytes must stay as they are until the answer is reported, or `own` is called. */
  keep(bytes: Uint8Array, from: number, to: number): void {
    this.#bytes = bytes;
    this.#from = from;
    this.#to = to;
  }

  /** Copies what `keep` pointed at: those bytes are about to change. */
  own(): void {
    if (this.#bytes === this.#owned) return;
    const size = this.#to - this.#from;
    if (this.#owned.length < size) this.#owned = new Uint8Array(2 * size);
    this.#owned.set(this.#bytes.subarray(this.#from, this.#to));
    this.keep(this.#owned, 0, size);
  }

  kept(): AnswerHeaders {
    const own = new Head();
    // A Buffer, whose own `slice` is no copy.
    own.keep(new Uint8Array(this.#bytes.subarray(this.#from, this.#to)), 0, this.#to - this.#from);
    return own;
  }

  get(name: string): string | undefined {
    const values = this.all(name);
    return values.length === 0 ? undefined : values.join(', ');
  }

  all(name: string): string[] {
    const bytes = this.#bytes;
    const found: string[] = [];
    for (let from = this.#from; from < this.#to; ) {
      const colon = bytes.indexOf(COLON, from);
      let to = colon;
      while (bytes[to] !== CR) to++;
      if (colon - from === name.length && spells(bytes, from, name)) {
        found.push(textOf(bytes, colon + 1, to));
      }
      from = to + 2;
    }
    return found;
  }

  /** `timeout=5, max=100`; anything else is not understood, and ignored as if it had not been sent. */
  #readIdle(bytes: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to; at = bytes.indexOf(COMMA, at) + 1 || to) {
      at = trimmedStart(bytes, at, to);
      if (to - at <= TIMEOUT.length || !spells(bytes, at, TIMEOUT)) continue;
      let seconds = -1;
      at += TIMEOUT.length;
      for (; at < to && (KINDS[bytes[at]!]! & DIGIT) !== 0; at++)
        seconds = Math.max(0, seconds) * 10 + bytes[at]! - ZERO;
      this.idleS = seconds;
      return;
    }
  }

  #readLength(bytes: Uint8Array, from: number, to: number): string | undefined {
    if (this.length >= 0) return 'two lengths';
    const end = trimmedEnd(bytes, from, to);
    let at = trimmedStart(bytes, from, end);
    // Fifteen digits stay exact in a double; a body of a petabyte is over any limit.
    if (at === end || end - at > 15) return 'length';
    let length = 0;
    for (; at < end; at++) {
      if ((KINDS[bytes[at]!]! & DIGIT) === 0) return 'length';
      length = length * 10 + bytes[at]! - ZERO;
    }
    this.length = length;
    return undefined;
  }

  #readEncoding(bytes: Uint8Array, from: number, to: number): string | undefined {
    if (this.encoded) return 'two transfer encodings';
    this.encoded = true;
    const end = trimmedEnd(bytes, from, to);
    let last = end;
    while (last > from && bytes[last - 1] !== COMMA) last--;
    last = trimmedStart(bytes, last, end);
    this.chunked = end - last === 7 && spells(bytes, last, 'chunked');
    return undefined;
  }
}

/** Whether a comma-separated list has this member. */
function lists(bytes: Uint8Array, from: number, to: number, member: string): boolean {
  for (let at = from; at <= to; ) {
    let comma = at;
    while (comma < to && bytes[comma] !== COMMA) comma++;
    const end = trimmedEnd(bytes, at, comma);
    const start = trimmedStart(bytes, at, end);
    if (end - start === member.length && spells(bytes, start, member)) return true;
    at = comma + 1;
  }
  return false;
}

function isBlank(code: number | undefined): boolean {
  return code === SPACE || code === TAB;
}

function trimmedStart(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && isBlank(bytes[at])) at++;
  return at;
}

function trimmedEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = to;
  while (at > from && isBlank(bytes[at - 1])) at--;
  return at;
}

/** One character per byte, without the white space around it. */
function textOf(bytes: Uint8Array, from: number, to: number): string {
  const end = trimmedEnd(bytes, from, to);
  let text = '';
  for (let at = trimmedStart(bytes, from, end); at < end; at++) text += String.fromCharCode(bytes[at]!);
  return text;
}
