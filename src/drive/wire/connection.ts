// One connection that stands, with at most one exchange on it. All connections of a driver read into one buffer, because
// what is in it is parsed before the next read; so an answer that came in one piece is never copied.

import type { OnReadOpts, Socket } from 'node:net';
import type { OpeningCost } from '../connect.ts';
import type { DriverOptions } from '../driver.ts';
import type { Exchange } from './exchange.ts';
import { Parser } from './parser.ts';

export type ConnectionEvents = {
  /** Every byte of the answer is parsed. The connection has let go of the exchange. */
  onAnswer: (connection: Connection, exchange: Exchange) => void;
  /** There will be no answer: `parser.failure` says why, or `error` does. The connection is closed. */
  onBroken: (connection: Connection, exchange: Exchange, error: unknown) => void;
  /** The shopper left, and every byte of the request is written. The connection is closed. */
  onCut: (connection: Connection, exchange: Exchange) => void;
  /** It can take another exchange. */
  onReady: (connection: Connection) => void;
  /** It is closed or about to be; called once. */
  onGone: (connection: Connection) => void;
};

export class Connection {
  readonly parser: Parser;
  readonly onread: OnReadOpts;
  /** HTTP/2 alone has a time between standing and being ready. */
  readonly settling = false;
  readonly #events: ConnectionEvents;
  readonly #fresh: boolean;
  #socket!: Socket;
  #secure = false;
  #exchange: Exchange | undefined = undefined;
  #gone = false;
  /** It is being cut off: closed behind the last byte of its request. */
  #leaving = false;
  /** Answers it has brought. */
  #served = 0;
  /** What it took to open, until its first exchange has been told. */
  cost: OpeningCost | undefined = undefined;
  /** Place of this connection among the idle ones; the pool's. */
  idle = false;
  /** Set by the driver when an answer says for how long the server keeps it. */
  staleUs = Number.POSITIVE_INFINITY;

  constructor(options: DriverOptions, into: Buffer, events: ConnectionEvents) {
    this.parser = new Parser(options);
    this.#fresh = options.connection === 'fresh';
    this.#events = events;
    this.onread = {
      buffer: into,
      callback: (sizeBytes) => {
        this.#onBytes(into, sizeBytes);
        return true;
      },
    };
  }

  /** The socket it reads from stands. */
  attach(socket: Socket, secure: boolean): void {
    this.#socket = socket;
    this.#secure = secure;
    socket.on('error', this.#onError);
    socket.once('end', this.#onEnd);
    socket.once('close', this.#onClose);
  }

  get free(): boolean {
    return this.#exchange === undefined && !this.#gone && !this.#socket.destroyed;
  }

  /** It had brought an answer before its present exchange. */
  get reused(): boolean {
    return this.#served > 0;
  }

  /** The kernel has not taken every byte that was sent: the buffer they are in must not change. TLS has encrypted them. */
  get holdsBuffer(): boolean {
    return !this.#secure && this.#unwritten;
  }

  get #unwritten(): boolean {
    return this.#socket.writableLength > 0;
  }

  /**
   * Hands the bytes of one request to the socket in one write. False: the connection was dead and took none of them; it
   * is closed, and the exchange is the caller's again.
   */
  send(exchange: Exchange, bytes: Buffer, toHead: boolean): boolean {
    this.#exchange = exchange;
    this.parser.begin(toHead);
    this.#socket.write(bytes);
    // The kernel's refusal of the first byte shows at once. Behind TLS nobody can tell what the bytes had become.
    if (this.#socket.errored === null || this.#secure) return true;
    this.#exchange = undefined;
    this.close();
    return false;
  }

  /** Closes behind the last byte that was sent, whatever becomes of the answer; `onCut` unless that came before. */
  cut(exchange: Exchange): void {
    this.#leaving = true;
    this.#socket.end((error?: Error | null) => {
      // Broken, answered or out of time before everything was written: that was told, or is about to be.
      if (error || this.#exchange !== exchange) return;
      this.close();
      this.#events.onCut(this, exchange);
    });
  }

  /** Breaks the connection off at once; its exchange is told nothing. */
  close(): void {
    this.#exchange = undefined;
    this.#leave();
    this.#socket.destroy();
  }

  /** Resolves when the socket is closed. */
  get closed(): Promise<void> {
    return this.#socket.closed
      ? Promise.resolve()
      : new Promise((resolve) => this.#socket.once('close', () => resolve()));
  }

  #onBytes(bytes: Buffer, sizeBytes: number): void {
    const exchange = this.#exchange;
    if (exchange === undefined) {
      // Nobody asked: whatever it is, it must not be taken for the next order's answer.
      this.close();
      return;
    }
    const { parser } = this;
    const end = parser.push(bytes, 0, sizeBytes);
    if (parser.failure !== undefined) this.#break(exchange, undefined);
    else if (parser.done) this.#complete(exchange, parser.persistent && end === sizeBytes);
  }

  /** An answer before the last byte of its request, or with more behind it, ends the connection. */
  #complete(exchange: Exchange, clean: boolean): void {
    this.#served++;
    this.#exchange = undefined;
    if (!clean || this.#fresh || this.#leaving) this.close();
    else if (!this.#unwritten) this.#events.onReady(this);
    else if (this.#secure) setImmediate(this.#settle);
    else this.close();
    this.#events.onAnswer(this, exchange);
  }

  /** Node tells that TLS has written a turn after it did, and the answer of a quick shop is read before. */
  readonly #settle = (): void => {
    if (this.#gone) return;
    if (this.#unwritten) this.close();
    else this.#events.onReady(this);
  };

  #break(exchange: Exchange, error: unknown): void {
    this.close();
    this.#events.onBroken(this, exchange, error);
  }

  readonly #onEnd = (): void => {
    const exchange = this.#exchange;
    if (exchange === undefined) {
      this.close();
      return;
    }
    this.parser.end();
    if (this.parser.done) this.#complete(exchange, false);
    else this.#break(exchange, undefined);
  };

  readonly #onError = (error: unknown): void => {
    if (this.#exchange === undefined) return;
    this.#break(this.#exchange, error);
  };

  readonly #onClose = (): void => {
    if (this.#exchange !== undefined) this.#onEnd();
    this.#leave();
  };

  #leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#events.onGone(this);
  }
}
