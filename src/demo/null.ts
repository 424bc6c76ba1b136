// The null target: an HTTP answer with no shop behind it, on raw sockets, so that a run against it measures the
// generator. It reads just enough of a request to find its end, and counts; GET /count says how many, POST /reset
// begins anew. (An accepted socket cannot be given a read buffer; the allocation per read is the rest of what could go.)

import { createServer, type Server, type Socket } from 'node:net';

const BODY = '{"orderId":"null"}';
const ANSWER = answer('201 Created', BODY);
/** Answers to requests that came together go in one write. */
const TOGETHER = 64;
const ANSWERS = Buffer.concat(Array<Buffer>(TOGETHER).fill(ANSWER));
const HEAD_ANSWER = ANSWER.subarray(0, ANSWER.length - BODY.length);
const NOT_UNDERSTOOD = answer('501 Not Implemented', '', 'connection: close\r\n');
const MAX_HEAD_BYTES = 65_536;

const CR = 13;
const LF = 10;
const NOTHING = Buffer.alloc(0);

function answer(status: string, body: string, headers = ''): Buffer {
  return Buffer.from(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`,
    'latin1',
  );
}

/** What counts: one object for all connections of one target. */
type Counter = { requests: number };

export type NullTarget = { server: Server; close(): Promise<void> };

/** 201 to every method and path; the body of the request is let run out unread. Not listening yet. */
export function nullTarget(): NullTarget {
  const counter: Counter = { requests: 0 };
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    const requests = new Requests(socket, counter);
    socket.on('data', (chunk) => requests.read(chunk));
  });
  return {
    server,
    close: async () => {
      const closed = new Promise<void>((done) => server.close(() => done()));
      // What was read is answered; destroySoon lets the answers out first.
      for (const socket of sockets) socket.destroySoon();
      await closed;
    },
  };
}

type Want = 'order' | 'head' | 'count' | 'reset';

/** The requests of one connection. */
class Requests {
  readonly #socket: Socket;
  readonly #counter: Counter;
  /** The beginning of a head that has not ended yet. */
  #held: Buffer = NOTHING;
  /** Of the current request's body. */
  #restBytes = 0;
  /** Read whole, not yet answered. */
  #owed = 0;
  #wants: Want = 'order';
  // What the last head said.
  #length = 0;
  #close = false;
  #chunked = false;

  constructor(socket: Socket, counter: Counter) {
    this.#socket = socket;
    this.#counter = counter;
  }

  read(chunk: Buffer): void {
    const bytes = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    this.#held = NOTHING;
    let at = 0;
    while (at < bytes.length && this.#socket.writable) {
      if (this.#restBytes > 0) {
        const taken = Math.min(this.#restBytes, bytes.length - at);
        at += taken;
        this.#restBytes -= taken;
        if (this.#restBytes === 0) this.#serve();
        continue;
      }
      const end = this.#readHead(bytes, at);
      if (end < 0) {
        this.#hold(bytes.subarray(at));
        break;
      }
      this.#begin(bytes, at);
      at = end;
    }
    this.#pay();
  }

  /** The index behind the head, or −1 when it has not ended. */
  #readHead(bytes: Buffer, from: number): number {
    this.#length = 0;
    this.#close = false;
    this.#chunked = false;
    for (let at = from; at < bytes.length; at++) {
      if (bytes[at] !== LF) continue;
      const next = bytes[at + 1];
      if (next === CR) return at + 3 <= bytes.length ? at + 3 : -1;
      // c(onnection, ontent-length), t(ransfer-encoding)
      if (next === 99 || next === 67 || next === 84 || next === 116) this.#readHeader(bytes, at + 1);
    }
    return -1;
  }

  #readHeader(bytes: Buffer, from: number): void {
    if (reads(bytes, from, 'content-length:')) this.#length = numberAt(bytes, from + 15);
    else if (reads(bytes, from, 'transfer-encoding:')) this.#chunked = true;
    else if (reads(bytes, from, 'connection:')) {
      this.#close = /close/i.test(bytes.toString('latin1', from, bytes.indexOf(CR, from)));
    }
  }

  /** A head was read whole. */
  #begin(bytes: Buffer, at: number): void {
    if (this.#chunked) {
      this.#say(NOT_UNDERSTOOD);
      this.#socket.end();
      return;
    }
    this.#wants = wantOf(bytes, at);
    this.#restBytes = this.#length;
    if (this.#length === 0) this.#serve();
  }

  /** A request was read whole. */
  #serve(): void {
    const counter = this.#counter;
    if (this.#wants === 'order') {
      counter.requests++;
      if (++this.#owed === TOGETHER) this.#pay();
    } else if (this.#wants === 'head') {
      counter.requests++;
      this.#say(HEAD_ANSWER);
    } else {
      if (this.#wants === 'reset') counter.requests = 0;
      this.#say(answer('200 OK', JSON.stringify({ count: counter.requests })));
    }
    if (this.#close) {
      this.#pay();
      this.#socket.end();
    }
  }

  #pay(): void {
    if (this.#owed === 0) return;
    this.#socket.write(this.#owed === 1 ? ANSWER : ANSWERS.subarray(0, this.#owed * ANSWER.length));
    this.#owed = 0;
  }

  /** Answers are given in the order of the requests. */
  #say(bytes: Buffer): void {
    this.#pay();
    this.#socket.write(bytes);
  }

  #hold(rest: Buffer): void {
    if (rest.length > MAX_HEAD_BYTES) this.#socket.destroy();
    else this.#held = rest;
  }
}

function wantOf(bytes: Buffer, at: number): Want {
  if (starts(bytes, at, 'GET /count ')) return 'count';
  if (starts(bytes, at, 'POST /reset ')) return 'reset';
  return starts(bytes, at, 'HEAD ') ? 'head' : 'order';
}

function starts(bytes: Buffer, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Upper case reads as lower case. */
function reads(bytes: Buffer, at: number, lower: string): boolean {
  for (let i = 0; i < lower.length; i++) if ((bytes[at + i]! | 32) !== (lower.charCodeAt(i) | 32)) return false;
  return true;
}

function numberAt(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === 32) at++;
  let number = 0;
  for (let code = bytes[at]!; code >= 48 && code <= 57; code = bytes[++at]!) number = number * 10 + code - 48;
  return number;
}
