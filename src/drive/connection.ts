// One connection that stands, with one undici Client that speaks on it and on no other: when undici asks for a second
// connection the answer is no. That is what keeps it from ever sending an order again behind our back (it would, after
// GOAWAY and REFUSED_STREAM), and what lets us count connections.

import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type { Client, Dispatcher } from 'undici';
import type { OpeningCost } from './connect.ts';
import type { DriverOptions } from './driver.ts';
import type { Exchange } from './exchange.ts';

type ConnectCallback = Parameters<Extract<Client.Options['connect'], (...args: never[]) => unknown>>[1];

/** Streams at once on one HTTP/2 connection, unless its server allows fewer. */
const MAX_STREAMS = 1000;
/** An idle connection is kept until its server closes it, or a second before its server said it would. */
const LONGEST_IDLE_MS = 600_000;
const IDLE_MARGIN_MS = 1_000;
/** The error that undici is given instead of a second connection. */
const NO_SECOND_CONNECTION = new Error('the connection closed');

let undici: typeof import('undici') | undefined;

/**
 * Undici takes 15 MB of each thread and 60 ms of its start, and a thread whose driver is `wire` does without. Whoever
 * makes a driver calls this before the first order is due.
 */
export function loadUndici(): typeof import('undici') {
  undici ??= createRequire(import.meta.url)('undici') as typeof import('undici');
  return undici;
}

export type ConnectionEvents = {
  /** It can take another exchange. */
  onReady: (connection: Connection) => void;
  /** It is closed or about to be; called once. */
  onGone: (connection: Connection) => void;
};

export class Connection {
  readonly http2: boolean;
  readonly #socket: Socket;
  readonly #client: Client;
  readonly #events: ConnectionEvents;
  /** Several exchanges at a time (HTTP/2). */
  readonly #shared: boolean;
  /** One exchange and no more. */
  readonly #fresh: boolean;
  /** Exchanges dispatched and not yet let go of by undici. */
  #active = 0;
  /** Exchanges that ended, well or badly; and those that brought an answer. */
  #ended = 0;
  #served = 0;
  #attached = false;
  #busy = false;
  /** The server has said how many streams it allows. */
  #settled = false;
  #draining = false;
  #gone = false;
  /** Why undici dropped the connection, when it said so (GOAWAY). */
  #lostTo: unknown = undefined;
  /** What it took to open, until its first exchange has been told. */
  cost: OpeningCost | undefined = undefined;
  /** Place of this connection among the idle ones; the pool's. */
  idle = false;
  /** Undici itself closes what has been idle for too long. */
  readonly staleUs = Number.POSITIVE_INFINITY;

  constructor(options: DriverOptions, socket: Socket, events: ConnectionEvents) {
    this.http2 = options.http === '2';
    this.#fresh = options.connection === 'fresh';
    this.#shared = this.http2 && !this.#fresh;
    this.#socket = socket;
    this.#events = events;
    const { Client } = loadUndici();
    this.#client = new Client(options.origin, {
      connect: (_target: unknown, callback: ConnectCallback) => this.#connect(callback),
      allowH2: this.http2,
      pipelining: 1,
      keepAliveTimeout: LONGEST_IDLE_MS,
      keepAliveMaxTimeout: LONGEST_IDLE_MS,
      keepAliveTimeoutThreshold: IDLE_MARGIN_MS,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: options.maxHeadBytes,
      h2Options: { maxConcurrentStreams: MAX_STREAMS },
    });
    this.#client.on('disconnect', (_origin, _targets, error) => this.#onDisconnect(error));
    if (this.#shared) this.#client.on('drain', this.#onDrain);
    socket.once('close', this.#onClose);
  }

  /** It can take an exchange now. */
  get free(): boolean {
    return !this.#busy && !this.#draining && !this.#gone && !this.#socket.destroyed;
  }

  /** An HTTP/2 connection whose server has not said yet how many streams it allows. */
  get settling(): boolean {
    return this.#shared && !this.#settled && !this.#draining && !this.#gone;
  }

  dispatch(request: Dispatcher.DispatchOptions, exchange: Exchange): void {
    exchange.connection = this;
    exchange.reused = this.#served > 0;
    this.#active++;
    this.#busy = !this.#shared;
    const more = this.#client.dispatch(request, exchange);
    // Full until undici says `drain`; unless it refused the request itself, which says nothing about room.
    if (this.#shared && !more && exchange.connection === this) this.#busy = true;
  }

  /** What is behind an error that undici reports of an exchange. */
  behind(error: unknown): unknown {
    return error === NO_SECOND_CONNECTION ? (this.#lostTo ?? error) : error;
  }

  /** Undici has let go of an exchange, which brought an answer or did not. */
  release(served: boolean): void {
    this.#active--;
    this.#ended++;
    if (served) this.#served++;
    queueMicrotask(this.#settle);
  }

  /**
   * `done` is called when every byte sent so far is with the kernel, unless the connection breaks before. One of
   * HTTP/1.1 ends behind them, and takes no more exchanges. Over HTTP/2 the frames that wait go out at the end of this
   * turn of the loop, as many as the server's window lets through.
   */
  finish(done: () => void): void {
    if (this.http2) {
      setImmediate(done);
      return;
    }
    this.#draining = true;
    this.#socket.end((error?: Error | null) => {
      if (!error) done();
    });
  }

  /** Takes no more exchanges; those on it may end. */
  drain(): void {
    this.#draining = true;
    if (this.#active === 0) this.close();
  }

  /** Breaks the connection off at once; undici reports the exchanges on it as broken. */
  close(): void {
    this.#leave();
    this.#client.destroy(NO_SECOND_CONNECTION, ignore);
    this.#socket.destroy();
  }

  /** Resolves when the socket is closed. */
  get closed(): Promise<void> {
    return this.#socket.closed
      ? Promise.resolve()
      : new Promise((resolve) => this.#socket.once('close', () => resolve()));
  }

  /**
   * Undici's connector: the connection that stands, once. It asks again only when nothing runs any more (pipelining 1),
   * and then fails what it still has; so orders that a GOAWAY turned away are reported when the accepted ones have
   * ended, or at their own timeout.
   */
  #connect(callback: ConnectCallback): void {
    const again = this.#attached;
    this.#attached = true;
    // Undici ignores a connection that it is given before its connector has returned.
    queueMicrotask(() => {
      if (again) {
        callback(NO_SECOND_CONNECTION, null);
        return;
      }
      // Over plain TCP nobody negotiated; undici looks here to know what to speak (HTTP/2 with prior knowledge).
      if (this.http2) Object.assign(this.#socket, { alpnProtocol: 'h2' });
      callback(null, this.#socket);
    });
  }

  /** After anything ended: undici has by then closed the socket if it is not to be used again. */
  readonly #settle = (): void => {
    const spent = this.#active === 0 && (this.#draining || (this.#fresh && this.#ended > 0));
    if (this.#socket.destroyed || spent) {
      this.close();
      return;
    }
    if (!this.#shared && this.#active === 0) this.#busy = false;
    if (this.free) this.#events.onReady(this);
  };

  readonly #onDrain = (): void => {
    this.#settled = true;
    this.#busy = false;
    if (this.free) this.#events.onReady(this);
  };

  #onDisconnect(error: unknown): void {
    this.#lostTo ??= error;
    this.#draining = true;
    if (this.#socket.destroyed) this.#leave();
  }

  readonly #onClose = (): void => {
    this.#leave();
    if (!this.#attached) this.#client.destroy(NO_SECOND_CONNECTION, ignore);
  };

  #leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#events.onGone(this);
  }
}

function ignore(): void {}
