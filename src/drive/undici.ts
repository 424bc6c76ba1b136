// The full-feature driver: undici through `dispatch`, on a pool of our own. Undici speaks the protocol (HTTP/1.1, HTTP/2)
// on connections that we open, count and close; waiting, timeouts, limits and the names of failures are ours, because
// undici's pool has no bound on its queue, its timeouts have a grain of half a second, and it may send a request again.

import type { Dispatcher } from 'undici';
import type { Answer, Failure } from '../order/answer.ts';
import { endpointOf, Opening } from './connect.ts';
import { Connection, loadUndici } from './connection.ts';
import type { Attempt, Driver, DriverCounters, DriverOptions, DriverSeams, MakeDriver } from './driver.ts';
import { Exchange, type ExchangeEvents } from './exchange.ts';
import { detailOf, exchangeFailureOf, isUnsendable } from './failures.ts';
import type { Connect } from './pool.ts';
import { Queue } from './queue.ts';

const GIVEN_UP = new Error('given up');

/** Throws when the PEM texts of `options.tls` cannot be read; nothing connects before the first `fire`. */
export const makeUndiciDriver: MakeDriver = (options, seams) => {
  loadUndici();
  return new UndiciDriver(options, seams);
};

class UndiciDriver implements Driver {
  readonly name = 'undici';
  readonly counters: DriverCounters;
  readonly #options: DriverOptions;
  readonly #seams: DriverSeams;
  readonly #queue: Queue<Exchange, Connection>;
  readonly #spares: Exchange[] = [];
  /** Reported while `fire` was on the stack. */
  readonly #deferred: Exchange[] = [];
  readonly #answer: Answer;
  readonly #request: Dispatcher.DispatchOptions & { servername: string };
  #firing = false;
  #delivering = false;
  #closing: Promise<void> | undefined = undefined;

  constructor(options: DriverOptions, seams: DriverSeams) {
    this.#options = options;
    this.#seams = seams;
    const endpoint = endpointOf(options);
    const connect: Connect<Connection> = (opened, asked) => {
      const opening: Opening = new Opening(endpoint, (socket, failure, detail) => {
        const connection = failure === undefined ? new Connection(options, socket, this.#queue) : undefined;
        if (connection && asked) connection.cost = opening;
        opened(connection, failure, detail);
      });
      return opening;
    };
    this.#queue = new Queue<Exchange, Connection>(options, connect, {
      nowUs: seams.nowUs,
      onServe: (exchange, connection) => this.#send(exchange, connection),
      onRefused: (exchange, failure, detail) => this.#report(exchange, failure, detail),
      onExpired: (exchange) => this.#expire(exchange),
    });
    this.counters = this.#queue.counters;
    const spare = this.#makeExchange();
    this.#spares.push(spare);
    this.#answer = {
      sentUs: Number.NaN,
      doneUs: Number.NaN,
      connectUs: Number.NaN,
      tlsUs: Number.NaN,
      failure: undefined,
      detail: '',
      status: 0,
      headers: spare,
      body: spare.capture.bytes,
      bodyTruncated: false,
    };
    // One name for all requests, whatever their Host header says: undici would change connections with it.
    const servername = endpoint.tls?.servername ?? endpoint.hostname;
    this.#request = { path: '/', method: 'GET', reset: options.connection === 'fresh', servername };
  }

  fire(attempt: Attempt): boolean {
    const queue = this.#queue;
    if (queue.closed) return false;
    // Undici's parser is not re-entrant: from within its callbacks nothing is dispatched.
    const connection = this.#delivering ? undefined : queue.take(attempt.firedUs);
    if (!connection && queue.full) return false;

    const exchange = this.#spares.pop() ?? this.#makeExchange();
    exchange.attempt = attempt;
    queue.join(exchange);
    this.#firing = true;
    if (connection) this.#send(exchange, connection);
    else if (this.#delivering) queue.waitUntilLater(exchange);
    else queue.wait(exchange);
    this.#firing = false;
    queue.arm();
    return true;
  }

  ready(): Promise<void> {
    return this.#queue.warm(this.#options.warm ?? 0);
  }

  close(): Promise<void> {
    this.#closing ??= this.#queue.close((exchange) => this.#report(exchange, 'abandoned', ''));
    return this.#closing;
  }

  // ── exchanges ────────────────────────────────────────────────────────────────────────────────────────────────────

  #makeExchange(): Exchange {
    return new Exchange(this.#exchangeEvents, this.#options);
  }

  #send(exchange: Exchange, connection: Connection): void {
    const attempt = exchange.attempt!;
    const rendered = this.#seams.templates[attempt.step]!.render(attempt);
    const request = this.#request;
    request.method = rendered.method;
    request.path = rendered.path;
    request.headers = rendered.headers;
    request.body = rendered.body ?? null;
    exchange.opening = undefined;
    exchange.cost = connection.cost;
    connection.cost = undefined;
    connection.dispatch(request, exchange);
  }

  readonly #exchangeEvents: ExchangeEvents = {
    nowUs: () => this.#seams.nowUs(),
    onSent: (exchange) => {
      if (exchange.attempt?.cut) this.#cut(exchange);
    },
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

  /** The shopper leaves, once the request is written. */
  #cut(exchange: Exchange): void {
    const { controller } = exchange;
    exchange.connection?.finish(() => {
      // Another controller: this exchange has ended, and the object is used for another.
      if (exchange.reported || exchange.controller !== controller) return;
      this.#report(exchange, 'cut', '');
      this.#giveUp(exchange);
    });
  }

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
    this.#queue.waitAgain(exchange);
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
    this.#queue.leave(exchange);
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
    answer.connectUs = exchange.cost?.connectUs ?? Number.NaN;
    answer.tlsUs = exchange.cost?.tlsUs ?? Number.NaN;
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
}
