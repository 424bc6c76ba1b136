// The bytes of a connection → one answer at a time, whatever pieces they come in. Pure: bytes in, a state out; nothing
// is allocated for an answer that comes in one piece. Where a body ends follows RFC 9112 §6.3; where the RFC leaves a
// reader the choice to repair or to refuse, this one refuses.

import type { Failure } from '../../order/answer.ts';
import { Capture } from '../capture.ts';
import { ChunkFraming } from './chunks.ts';
import { colonOf, endOfText, Head } from './head.ts';

const CR = 13;
const LF = 10;

// What the next byte belongs to. From DONE on nothing is read any more.
const HEAD = 0;
const BODY = 1;
const TO_THE_END = 2;
const FRAMING = 3;
const CHUNK = 4;
const TRAILER = 5;
const DONE = 6;
const BROKEN = 7;
type Phase = number;

export type ParserLimits = { captureBytes: number; maxBodyBytes: number; maxHeadBytes: number };

export class Parser {
  readonly head = new Head();
  readonly capture: Capture;
  /** Why the answer cannot be read; the connection is of no use any more. */
  failure: Failure | undefined = undefined;
  detail = '';
  /** A byte of the answer has arrived. */
  heard = false;
  readonly #limits: ParserLimits;
  #phase: Phase = DONE;
  #toHead = false;
  /** The end of the answer is not the end of the connection. */
  #delimited = true;
  /** Bytes of heads, chunk extensions and trailers so far: all that is kept in memory or has no other bound. */
  #headBytes = 0;
  /** Bytes of an unfinished head or trailer, kept from one `push` to the next; and how far they have been read. */
  #held: Uint8Array;
  #heldBytes = 0;
  #lineAt = 0;
  #scannedAt = 0;
  #headersAt = 0;
  /** Of the body, or of the current chunk. */
  #restBytes = 0;
  readonly #chunks = new ChunkFraming();

  constructor(limits: ParserLimits) {
    this.#limits = limits;
    this.capture = new Capture(limits.captureBytes);
    this.#held = new Uint8Array(0);
  }

  get done(): boolean {
    return this.#phase === DONE;
  }

  /** The head of the answer (not of an interim one) is complete. */
  get headed(): boolean {
    return this.#phase !== HEAD && this.failure === undefined;
  }

  /** The answer is complete and the connection stays. */
  get persistent(): boolean {
    return this.#phase === DONE && this.#delimited && this.head.persistent;
  }

  /**
   * Ready for the next answer; one to HEAD has no body whatever its head says. The last answer can be looked at until
   * the first `push`: the next order may be on its way while it is being reported.
   */
  begin(toHead: boolean): void {
    this.head.clear();
    this.failure = undefined;
    this.detail = '';
    this.heard = false;
    this.#phase = HEAD;
    this.#toHead = toHead;
    this.#delimited = true;
    this.#headBytes = 0;
    this.#restBytes = 0;
    this.#restart();
  }

  /**
   * Reads bytes[from, to) and returns the index behind the last byte of this answer: less than `to` when the server has
   * said more than was asked. Views of `bytes` are kept only of an answer that this push has completed.
   */
  push(bytes: Uint8Array, from: number, to: number): number {
    if (!this.heard) this.capture.clear();
    this.heard = true;
    let at = from;
    while (at < to && this.#phase < DONE) {
      switch (this.#phase) {
        case HEAD:
        case TRAILER:
          at = this.#readLines(bytes, at, to);
          break;
        case BODY:
        case CHUNK:
          at = this.#readBody(bytes, at, Math.min(to, at + this.#restBytes));
          break;
        case TO_THE_END:
          at = this.#readBody(bytes, at, to);
          break;
        default:
          at = this.#readFraming(bytes, at, to);
      }
    }
    if (this.#phase < DONE) {
      // The caller is about to reuse `bytes`.
      this.capture.own();
      if (this.#phase !== HEAD) this.head.own();
    }
    return at;
  }

  /** The server has closed the connection. */
  end(): void {
    if (this.#phase === TO_THE_END) this.#phase = DONE;
    else if (this.#phase < DONE) this.#break('reset', 'closed');
  }

  // ── lines ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Reads a head or a trailer as far as it goes. Lines in one piece are read where they are; others are held first. */
  #readLines(bytes: Uint8Array, from: number, to: number): number {
    const heldBytes = this.#heldBytes;
    const roomBytes = this.#limits.maxHeadBytes - this.#headBytes - heldBytes;
    const until = Math.min(to, from + roomBytes);
    let end: number;
    if (heldBytes === 0) end = this.#scan(bytes, from, until);
    else {
      this.#hold(bytes, from, until);
      end = this.#scan(this.#held, 0, this.#heldBytes);
      if (end >= 0) end += from - heldBytes;
    }
    if (end >= 0 || this.#phase === BROKEN) return end < 0 ? to : end;
    if (until < to) this.#break('too-large', 'head');
    else if (heldBytes === 0) this.#hold(bytes, from, to);
    return to;
  }

  /** Lines of area[base, to); returns the index behind the empty line that ends them, or −1. */
  #scan(area: Uint8Array, base: number, to: number): number {
    let lineAt = base + this.#lineAt;
    let at = base + this.#scannedAt;
    for (;;) {
      at = endOfText(area, at, to);
      if (at + 1 >= to) break;
      if (area[at] !== CR || area[at + 1] !== LF) {
        this.#break('unreadable', 'control character');
        return -1;
      }
      if (at === lineAt && (lineAt > base || this.#phase === TRAILER)) {
        this.#headBytes += at + 2 - base;
        this.#endLines(area, base + this.#headersAt, lineAt);
        return at + 2;
      }
      if (!this.#readLine(area, base, lineAt, at)) return -1;
      at += 2;
      lineAt = at;
    }
    this.#lineAt = lineAt - base;
    this.#scannedAt = at - base;
    return -1;
  }

  #readLine(area: Uint8Array, base: number, from: number, to: number): boolean {
    let wrong: string | undefined;
    if (this.#phase === TRAILER) wrong = colonOf(area, from, to) < 0 ? 'trailer' : undefined;
    else if (from > base) wrong = this.head.readHeader(area, from, to);
    else if (!this.head.readStatusLine(area, from, to)) wrong = 'status line';
    else this.#headersAt = to + 2 - base;
    if (wrong !== undefined) this.#break('unreadable', wrong);
    return wrong === undefined;
  }

  #endLines(area: Uint8Array, headersAt: number, endAt: number): void {
    if (this.#phase === TRAILER) this.#phase = DONE;
    else if (this.head.status >= 200) {
      this.head.keep(area, headersAt, endAt);
      if (area === this.#held) this.head.own();
      this.#frame();
    } else {
      // 101 hands the connection over to another protocol, which nobody asked for.
      if (this.head.status < 100 || this.head.status === 101) this.#break('unreadable', `status ${this.head.status}`);
      this.head.clear();
    }
    this.#restart();
  }

  /** RFC 9112 §6.3. */
  #frame(): void {
    const { status, length, encoded, chunked } = this.head;
    if (encoded && length >= 0) this.#break('unreadable', 'length and transfer encoding');
    else if (this.#toHead || status === 204 || status === 304) this.#phase = DONE;
    else if (chunked) {
      this.#chunks.begin();
      this.#phase = FRAMING;
    } else if (encoded || length < 0) {
      this.#delimited = false;
      this.#phase = TO_THE_END;
    } else {
      this.#restBytes = length;
      this.#phase = length === 0 ? DONE : BODY;
    }
  }

  // ── body ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  #readBody(bytes: Uint8Array, from: number, to: number): number {
    this.capture.add(bytes, from, to);
    if (this.capture.seenBytes > this.#limits.maxBodyBytes) {
      this.#break('too-large', 'body');
    } else if (this.#phase !== TO_THE_END) {
      this.#restBytes -= to - from;
      if (this.#restBytes === 0) this.#endBody();
    }
    return to;
  }

  #endBody(): void {
    if (this.#phase === CHUNK) {
      this.#chunks.afterChunk();
      this.#phase = FRAMING;
    } else this.#phase = DONE;
  }

  #readFraming(bytes: Uint8Array, from: number, to: number): number {
    const chunks = this.#chunks;
    const extensionBytes = chunks.extensionBytes;
    const end = chunks.read(bytes, from, to);
    this.#headBytes += chunks.extensionBytes - extensionBytes;
    if (this.#headBytes > this.#limits.maxHeadBytes) this.#break('too-large', 'head');
    else if (chunks.wrong !== undefined) this.#break('unreadable', chunks.wrong);
    else if (chunks.whole) {
      this.#restBytes = chunks.sizeBytes;
      this.#phase = chunks.sizeBytes === 0 ? TRAILER : CHUNK;
    }
    return end;
  }

  // ── keeping ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The next lines begin a new area. */
  #restart(): void {
    this.#heldBytes = 0;
    this.#lineAt = 0;
    this.#scannedAt = 0;
    this.#headersAt = 0;
  }

  #hold(bytes: Uint8Array, from: number, to: number): void {
    const heldBytes = this.#heldBytes;
    const size = heldBytes + to - from;
    if (this.#held.length < size) {
      const roomy = new Uint8Array(Math.max(1024, 2 * size));
      roomy.set(this.#held.subarray(0, heldBytes));
      this.#held = roomy;
    }
    this.#held.set(bytes.subarray(from, to), heldBytes);
    this.#heldBytes = size;
  }

  #break(failure: Failure, detail: string): void {
    this.#phase = BROKEN;
    this.failure = failure;
    this.detail = detail;
  }
}
