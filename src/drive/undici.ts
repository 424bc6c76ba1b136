// The full-feature driver: undici through `dispatch`, on a pool of our own. Undici speaks the protocol (HTTP/1.1, HTTP/2)
// on connections that we open, count and close; waiting, timeouts, limits and the names of failures are ours, because
// undici's pool has no bound on its queue, its timeouts have a grain of half a second, and it may send a request again.

import type { Dispatcher } from 'undici';
import type { Answer, Failure } from '../order/answer.ts';
import { type Endpoint, endpointOf, Opening } from './connect.ts';
import { Connection, type ConnectionEvents } from './connection.ts';
import { Deadlines } from './deadlines.ts';
import type { Attempt, Driver, DriverCounters, DriverOptions, DriverSeams, MakeDriver } from './driver.ts';
import { Exchange, type ExchangeEvents } from './exchange.ts';
import { detailOf, exchangeFailureOf, isUnsendable } from './failures.ts';
import { Line } from './line.ts';

const GIVEN_UP = new Error('given up');

/** Throws when the PEM texts of `options.tls` cannot be read; nothing connects before the first `fire`. */
export const makeUndiciDriver: MakeDriver = (options, seams) => new UndiciDriver(options, seams);

class UndiciDriver implements Driver {
  readonly name = 'undici';
  readonly counters: DriverCounters = { open: 0, openMax: 0, opened: 0, waiting: 0, waitingMax: 0 };
  readonly #options: DriverOptions;
  readonly #seams: DriverSeams;
  readonly #endpoint: Endpoint;
  readonly #shared: boolean;
  readonly #deadlines: Deadlines;
  /** Everything fired and not yet reported, in firing order; and the part of it that has no connection. */
  readonly #inHand = new Line<Exchange>();
  readonly #waiting = new Line<Exchange>();
  readonly #openings = new Set<Opening>();
  readonly #connections = new Set<Connection>();
  /** Connections that can take an exchange, the one used last on top; some may have closed since (see #takeIdle). */
  readonly #idle: Connection[] = [];
  #newest: Connection | undefined = undefined;
  readonly #spares: Exchange[] = [];
  /** Reported while `fire` was on the stack. */
  readonly #deferred: Exchange[] = [];
  readonly #answer: Answer;
  readonly #request: Dispatcher.DispatchOptions & { servername: string };
  #firing = false;
  #delivering = false;
  #serving = false;
  #closed = false;
  #closing: Promise<void> | undefined = undefined;

  constructor(options: DriverOptions, seams: DriverSeams) {
    this.#options = options;
    this.#seams = seams;
    this.#endpoint = endpointOf(options);
    this.#shared = options.http === '2' && options.connection === 'keep-alive';
    this.#deadlines = new Deadlines({
      nowUs: seams.nowUs,
      nextUs: () => (this.#inHand.first?.attempt?.firedUs ?? Number.POSITIVE_INFINITY) + options.timeoutUs,
      expire: () => this.#expire(this.#inHand.first!),
    });
    const spare = this.#makeExchange();
    this.#spares.push(spare);
    this.#answer = {
      sentUs: Number.NaN,
      doneUs: Number.NaN,
      failure: undefined,
      detail: '',
      status: 0,
      headers: spare,
      body: spare.capture.bytes,
      bodyTruncated: false,
    };
    // One name for all requests, whatever their Host header says: undici would change connections with it.
    const servername = this.#endpoint.tls?.servername ?? this.#endpoint.hostname;
    this.#request = { path: '/', method: 'GET', reset: options.connection === 'fresh', servername };
  }

  fire(attempt: Attempt): boolean {
    if (this.#closed) return false;
    const connection = this.#waiting.size === 0 && !this.#delivering ? this.#takeIdle() : undefined;
    // Those whose own connection is being opened do not take up the queue.
    const queued = this.#waiting.size - this.#openings.size;
    if (!connection && queued >= this.#options.queue && !this.#mayOpen()) return false;

    const exchange = this.#spares.pop() ?? this.#makeExchange();
    exchange.attempt = attempt;
    this.#inHand.push(exchange.inHand);
    this.#firing = true;
    if (connection) {
      this.#send(exchange, connection);
    } else {
      this.#waiting.push(exchange.waiting);
      this.#countWaiting();
      // Undici's parser is not re-entrant: from within its callbacks nothing is dispatched.
      if (this.#delivering) this.#serveSoon();
      else this.#openForWaiting();
    }
    this.#firing = false;
    this.#deadlines.arm();
    return true;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#closed = true;
    this.#deadlines.stop();
    const connections = [...this.#connections];
    for (let exchange = this.#inHand.first; exchange; exchange = this.#inHand.first) {
      this.#report(exchange, 'abandoned', '');
    }
    for (const opening of this.#openings) opening.cancel();
    this.#openings.clear();
    for (const connection of connections) connection.close();
    this.#idle.length = 0;
    this.#countOpen();
    await Promise.all(connections.map((connection) => connection.closed));
  }

  // ── connections ──────────────────────────────────────────────────────────────────────────────────────────────────

  #mayOpen(): boolean {
    if (this.counters.open >= this.#options.connections) return false;
    // Until a shared connection has said how many streams it takes, nobody knows whether another one is needed.
    return !this.#shared || (this.#openings.size === 0 && !this.#newest?.settling);
  }

  #takeIdle(): Connection | undefined {
    for (let top = this.#idle.at(-1); top; top = this.#idle.at(-1)) {
      if (top.free && this.#shared) return top;
      this.#idle.pop();
      top.idle = false;
      if (top.free) return top;
    }
    return undefined;
  }

  #openForWaiting(): void {
    while (this.#waiting.size > this.#openings.size && this.#mayOpen()) {
      const cause = this.#waiting.find((exchange) => exchange.opening === undefined);
      if (!cause) return;
      this.#open(cause);
    }
  }

  #open(cause: Exchange): void {
    const opening = new Opening(this.#endpoint, (socket, failure, detail) => {
      this.#openings.delete(opening);
      // The attempt that asked for this connection may have found another one, or have run out of time.
      const still = cause.opening === opening;
      if (still) cause.opening = undefined;
      if (failure === undefined) {
        this.#newest = new Connection(this.#options, socket, this.#connectionEvents);
        this.#connections.add(this.#newest);
        this.#onReady(this.#newest);
      } else {
        this.#countOpen();
        if (still) this.#report(cause, failure, detail);
      }
      this.#serve();
    });
    cause.opening = opening;
    this.#openings.add(opening);
    this.counters.opened++;
    this.#countOpen();
  }

  readonly #connectionEvents: ConnectionEvents = {
    onReady: (connection) => this.#onReady(connection),
    onGone: (connection) => {
      this.#connections.delete(connection);
      this.#countOpen();
      this.#serveSoon();
    },
  };

  #onReady(connection: Connection): void {
    if (!connection.idle) {
      connection.idle = true;
      this.#idle.push(connection);
    }
    this.#serveSoon();
  }

  #serveSoon(): void {
    if (this.#serving) return;
    this.#serving = true;
    queueMicrotask(this.#serve);
  }

  /** Brings waiting attempts and connections together, first come first served. */
  readonly #serve = (): void => {
    this.#serving = false;
    if (this.#closed) return;
    for (let exchange = this.#waiting.first; exchange; exchange = this.#waiting.first) {
      const connection = this.#takeIdle();
      if (!connection) break;
      this.#waiting.remove(exchange.waiting);
      this.#send(exchange, connection);
    }
    this.#countWaiting();
    this.#openForWaiting();
  };

  // ── exchanges ────────────────────────────────────────────────────────────────────────────────────────────────────

  #makeExchange(): Exchange {
    return new Exchange(this.#exchangeEvents, this.#options);
  }

  #send(exchange: Exchange, connection: Connection): void {
    const attempt = exchange.attempt!;
    const rendered = this.#seams.templates[attempt.step]!.render(attempt.seq);
    const request = this.#request;
    request.method = rendered.method;
    request.path = rendered.path;
    request.headers = rendered.headers;
    request.body = rendered.body ?? null;
    exchange.opening = undefined;
    connection.dispatch(request, exchange);
  }

  readonly #exchangeEvents: ExchangeEvents = {
    nowUs: () => this.#seams.nowUs(),
    onComplete: (exchange) => {
      if (!exchange.reported) this.#report(exchange, undefined, '');
      this.#letGo(exchange, true);
    },
    onBroken: (exchange, error) => this.#onBroken(exchange, error),
    onTooLarge: (exchange, detail) => {
      this.#report(exchange, 'too-large', detail);
      this.#giveUp(exchange);
    },
  };

  #onBroken(exchange: Exchange, error: unknown): void {
    const connection = exchange.connection;
    if (!connection) return;
    if (!exchange.reported && Number.isNaN(exchange.sentUs) && !isUnsendable(error)) {
      this.#waitAgain(exchange, connection);
      return;
    }
    if (!exchange.reported) {
      const { reused, heard, status } = exchange;
      const failure = Number.isNaN(exchange.sentUs)
        ? 'connect-error'
        : exchangeFailureOf(error, { http2: connection.http2, reused, heard, headed: status !== 0 });
      this.#report(exchange, failure, detailOf(connection.behind(error)));
    }
    this.#letGo(exchange, false);
  }

  /** The connection closed before a byte was written on it: the attempt goes back to the front of the queue. */
  #waitAgain(exchange: Exchange, connection: Connection): void {
    exchange.reset();
    connection.release(false);
    connection.close();
    this.#waiting.unshift(exchange.waiting);
    this.#countWaiting();
    this.#serveSoon();
  }

  #expire(exchange: Exchange): void {
    this.#report(exchange, Number.isNaN(exchange.sentUs) ? 'wait-timeout' : 'timeout', '');
    const connection = exchange.connection;
    if (!connection) return;
    this.#giveUp(exchange);
    // A shared connection may still bring its other exchanges to an end, but takes no new one.
    connection.drain();
  }

  /** After the report: makes undici let go. One HTTP/2 stream can be given up alone; on HTTP/1.1 the connection goes. */
  #giveUp(exchange: Exchange): void {
    const connection = exchange.connection;
    if (!connection) return;
    if (connection.http2 && exchange.controller) exchange.controller.abort(GIVEN_UP);
    else connection.close();
  }

  /** Undici will not speak of this exchange again. */
  #letGo(exchange: Exchange, served: boolean): void {
    exchange.connection?.release(served);
    exchange.connection = undefined;
    this.#recycle(exchange);
  }

  #recycle(exchange: Exchange): void {
    if (!exchange.delivered || exchange.connection) return;
    exchange.reset();
    this.#spares.push(exchange);
  }

  // ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────

  #report(exchange: Exchange, failure: Failure | undefined, detail: string): void {
    exchange.reported = true;
    exchange.doneUs = this.#seams.nowUs();
    exchange.failure = failure;
    exchange.detail = detail;
    exchange.opening = undefined;
    this.#inHand.remove(exchange.inHand);
    if (exchange.waiting.joined) {
      this.#waiting.remove(exchange.waiting);
      this.#countWaiting();
    }
    if (!this.#firing) this.#deliver(exchange);
    else if (this.#deferred.push(exchange) === 1) queueMicrotask(this.#deliverDeferred);
  }

  readonly #deliverDeferred = (): void => {
    for (const exchange of this.#deferred.splice(0)) this.#deliver(exchange);
  };

  #deliver(exchange: Exchange): void {
    const answer = this.#answer;
    const broken = exchange.failure !== undefined;
    answer.sentUs = exchange.sentUs;
    answer.doneUs = exchange.doneUs;
    answer.failure = exchange.failure;
    answer.detail = exchange.detail;
    answer.status = broken ? 0 : exchange.status;
    answer.headers = exchange;
    answer.body = exchange.capture.bytes;
    answer.bodyTruncated = exchange.capture.truncated;
    exchange.delivered = true;
    const outer = this.#delivering;
    this.#delivering = true;
    try {
      this.#seams.onAnswer(exchange.attempt!, answer);
    } catch (bug) {
      // Undici would take it for a failure of the request; a bug in our caller must end the worker instead.
      queueMicrotask(() => {
        throw bug;
      });
    } finally {
      this.#delivering = outer;
    }
    exchange.attempt = undefined;
    this.#recycle(exchange);
  }

  #countOpen(): void {
    const counters = this.counters;
    counters.open = this.#openings.size + this.#connections.size;
    if (counters.open > counters.openMax) counters.openMax = counters.open;
  }

  #countWaiting(): void {
    const counters = this.counters;
    counters.waiting = this.#waiting.size;
    if (counters.waiting > counters.waitingMax) counters.waitingMax = counters.waiting;
  }
}
