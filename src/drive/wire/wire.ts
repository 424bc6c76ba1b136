// The fast driver: HTTP/1.1 on raw sockets. One write per order of a prepared buffer in which only the order's own bytes
// are patched; answers are parsed where they were read; no promise, closure, string or timer per order. What it does
// with connections, time and failures is what every driver does (the contract in its test).

import { userError } from '../../errors.ts';
import type { Answer, AnswerHeaders, Failure } from '../../order/answer.ts';
import { Capture } from '../capture.ts';
import { endpointOf, Opening } from '../connect.ts';
import {
  type Attempt,
  beyondWire,
  type Driver,
  type DriverCounters,
  type DriverOptions,
  type DriverSeams,
  type MakeDriver,
} from '../driver.ts';
import { detailOf, exchangeFailureOf } from '../failures.ts';
import type { Connect } from '../pool.ts';
import { Queue } from '../queue.ts';
import { Connection, type ConnectionEvents } from './connection.ts';
import { Exchange } from './exchange.ts';
import { Outbox } from './outbox.ts';

/** Holds the answers of most shops in one read; a longer one takes several. */
const READ_BYTES = 65_536;
const NO_HEADERS: AnswerHeaders = { get: () => undefined };
const NOTHING = new Capture(0);

/**
 * Throws UserError for HTTP/2 and for a proxy, and an error when the PEM texts of `options.tls` cannot be read; nothing connects before `ready` or
 * the first `fire`.
 */
export const makeWireDriver: MakeDriver = (options, seams) => {
  const beyond = beyondWire(options);
  if (beyond !== undefined) {
    throw userError('DRIVER', `The wire driver speaks HTTP/1.1 straight to its target, not ${beyond}: use undici`);
  }
  return new WireDriver(options, seams);
};

class WireDriver implements Driver {
  readonly name = 'wire';
  readonly counters: DriverCounters;
  readonly #options: DriverOptions;
  readonly #seams: DriverSeams;
  readonly #queue: Queue<Exchange, Connection>;
  readonly #outboxes: readonly Outbox[];
  readonly #spares: Exchange[] = [];
  readonly #answer: Answer;
  /** The body of the answer being reported. */
  #captured = NOTHING;
  #closing: Promise<void> | undefined = undefined;

  constructor(options: DriverOptions, seams: DriverSeams) {
    this.#options = options;
    this.#seams = seams;
    this.#queue = new Queue<Exchange, Connection>(options, this.#connectOf(options), {
      nowUs: seams.nowUs,
      onServe: (exchange, connection) => this.#send(exchange, connection),
      onRefused: (exchange, failure, detail) => this.#fail(exchange, failure, detail),
      onExpired: (exchange) => this.#expire(exchange),
    });
    this.counters = this.#queue.counters;
    const framing = { host: new URL(options.origin).host, close: options.connection === 'fresh' };
    this.#outboxes = seams.templates.map((template) => new Outbox(template.http1(framing), template.method === 'HEAD'));
    const captured = (): Capture => this.#captured;
    this.#answer = {
      sentUs: Number.NaN,
      doneUs: Number.NaN,
      connectUs: Number.NaN,
      tlsUs: Number.NaN,
      failure: undefined,
      detail: '',
      status: 0,
      headers: NO_HEADERS,
      bodyTruncated: false,
      // Made only for who asks: most rules need no more than the status.
      get body() {
        return captured().bytes;
      },
    };
  }

  ready(): Promise<void> {
    return this.#queue.warm(this.#options.warm ?? 0);
  }

  fire(attempt: Attempt): boolean {
    const queue = this.#queue;
    if (queue.closed) return false;
    const connection = queue.take(attempt.firedUs);
    if (!connection && queue.full) return false;

    const exchange = this.#spares.pop() ?? new Exchange();
    exchange.attempt = attempt;
    queue.join(exchange);
    if (connection) this.#send(exchange, connection);
    else queue.wait(exchange);
    queue.arm();
    return true;
  }

  close(): Promise<void> {
    this.#closing ??= this.#queue.close((exchange) => this.#fail(exchange, 'abandoned', ''));
    return this.#closing;
  }

  // ── connections ──────────────────────────────────────────────────────────────────────────────────────────────────

  #connectOf(options: DriverOptions): Connect<Connection> {
    const endpoint = endpointOf(options);
    const { tls } = endpoint;
    const into = Buffer.allocUnsafeSlow(READ_BYTES);
    return (opened, asked) => {
      const connection = new Connection(options, into, this.#connectionEvents);
      const opening: Opening = new Opening(
        endpoint,
        (socket, failure, detail) => {
          if (failure === undefined) {
            connection.attach(socket, tls !== undefined);
            if (asked) connection.cost = opening;
          }
          opened(failure === undefined ? connection : undefined, failure, detail);
        },
        connection.onread,
      );
      return opening;
    };
  }

  // ── exchanges ────────────────────────────────────────────────────────────────────────────────────────────────────

  #send(exchange: Exchange, connection: Connection): void {
    const attempt = exchange.attempt!;
    const outbox = this.#outboxes[attempt.step]!;
    const bytes = outbox.bytesOf(attempt);
    exchange.sentUs = this.#seams.nowUs();
    if (connection.send(exchange, bytes, outbox.toHead)) {
      exchange.opening = undefined;
      exchange.connection = connection;
      exchange.cost = connection.cost;
      connection.cost = undefined;
      if (connection.holdsBuffer) outbox.giveAway();
      if (attempt.cut) connection.cut(exchange);
    } else {
      // Nothing was sent: back to the front of the queue.
      exchange.sentUs = Number.NaN;
      this.#queue.waitAgain(exchange);
    }
  }

  readonly #connectionEvents: ConnectionEvents = {
    onAnswer: (connection, exchange) => {
      const { head, capture } = connection.parser;
      const answer = this.#answer;
      answer.failure = undefined;
      answer.detail = '';
      answer.status = head.status;
      answer.headers = head;
      this.#captured = capture;
      answer.bodyTruncated = capture.truncated;
      answer.doneUs = this.#seams.nowUs();
      connection.staleUs = head.idleS < 0 ? Number.POSITIVE_INFINITY : answer.doneUs + (head.idleS - 1) * 1e6;
      this.#report(exchange, answer);
    },
    onBroken: (connection, exchange, error) => {
      const { failure, detail, heard, headed } = connection.parser;
      const { reused } = connection;
      if (failure !== undefined && failure !== 'reset') this.#fail(exchange, failure, detail);
      else {
        const named = exchangeFailureOf(error, { http2: false, reused, heard, headed });
        this.#fail(exchange, named, error === undefined ? detail : detailOf(error));
      }
    },
    onCut: (_connection, exchange) => this.#fail(exchange, 'cut', ''),
    onReady: (connection) => this.#queue.onReady(connection),
    onGone: (connection) => this.#queue.onGone(connection),
  };

  #expire(exchange: Exchange): void {
    const { connection } = exchange;
    connection?.close();
    this.#fail(exchange, connection ? 'timeout' : 'wait-timeout', '');
  }

  #fail(exchange: Exchange, failure: Failure, detail: string): void {
    const answer = this.#answer;
    answer.failure = failure;
    answer.detail = detail;
    answer.status = 0;
    answer.headers = NO_HEADERS;
    this.#captured = NOTHING;
    answer.bodyTruncated = false;
    answer.doneUs = this.#seams.nowUs();
    this.#report(exchange, answer);
  }

  #report(exchange: Exchange, answer: Answer): void {
    const attempt = exchange.attempt!;
    answer.sentUs = exchange.sentUs;
    answer.connectUs = exchange.cost === undefined ? Number.NaN : exchange.cost.connectUs;
    answer.tlsUs = exchange.cost === undefined ? Number.NaN : exchange.cost.tlsUs;
    this.#queue.leave(exchange);
    exchange.reset();
    this.#spares.push(exchange);
    try {
      this.#seams.onAnswer(attempt, answer);
    } catch (bug) {
      // A bug in our caller must end the worker, not leave the connection half done.
      queueMicrotask(() => {
        throw bug;
      });
    }
  }
}
