// What every driver does before anything is sent and after everything is said: takes attempts in hand, lets those wait
// that find no connection, has connections opened for them, brings the two together first come first served, and gives up
// what is out of time. How an exchange is sent, and what its answer was, is the driver's own.

import type { Failure } from '../order/answer.ts';
import type { Opening } from './connect.ts';
import { Deadlines } from './deadlines.ts';
import type { Attempt, DriverCounters, DriverOptions } from './driver.ts';
import { Line, type Link } from './line.ts';
import { type Connect, Pool, type Pooled } from './pool.ts';

/** One attempt in a driver's hand, as far as the queue knows it. */
export interface InHand<Self> {
  readonly inHand: Link<Self>;
  readonly waiting: Link<Self>;
  attempt: Attempt | undefined;
  /** The connection being opened on this attempt's account, while it waits. */
  opening: Opening | undefined;
}

export type QueueEvents<E, C> = {
  nowUs: () => number;
  /** Both are the driver's from here on; the exchange waits no more. */
  onServe: (exchange: E, connection: C) => void;
  /** It will get no connection: the one opened on its account came to nothing. Must `leave`. */
  onRefused: (exchange: E, failure: Failure, detail: string) => void;
  /** Its time is over, sent or not. Must `leave`. */
  onExpired: (exchange: E) => void;
};

/** What waits for it runs as queueMicrotask would have it, without the object that Node makes for each of those. */
const DONE = Promise.resolve();

export class Queue<E extends InHand<E>, C extends Pooled> {
  readonly counters: DriverCounters = { open: 0, openMax: 0, opened: 0, waiting: 0, waitingMax: 0 };
  readonly #pool: Pool<E, C>;
  readonly #room: number;
  readonly #events: QueueEvents<E, C>;
  readonly #deadlines: Deadlines;
  /** Everything fired and not yet reported, in firing order; and the part of it that has no connection. */
  readonly #inHand = new Line<E>();
  readonly #waiting = new Line<E>();
  #serving = false;
  #closed = false;

  constructor(options: DriverOptions, connect: Connect<C>, events: QueueEvents<E, C>) {
    this.#room = options.queue;
    this.#events = events;
    this.#pool = new Pool(options, connect, this.counters, {
      onChange: () => {
        if (this.#waiting.size > 0) this.serveSoon();
      },
      onFailed: (cause: E, opening, failure, detail) => {
        // The attempt that asked for the connection may have found another one, or have run out of time.
        if (cause.opening === opening) events.onRefused(cause, failure, detail);
      },
    });
    this.#deadlines = new Deadlines({
      nowUs: events.nowUs,
      nextUs: () => (this.#inHand.first?.attempt?.firedUs ?? Number.POSITIVE_INFINITY) + options.timeoutUs,
      expire: () => events.onExpired(this.#inHand.first!),
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** An idle connection for an attempt fired at `nowUs`, which must be given it; undefined when others were there first. */
  take(nowUs: number): C | undefined {
    return this.#waiting.size === 0 ? this.#pool.take(nowUs) : undefined;
  }

  /** No connection is to be had for one more, nor a place to wait for it. */
  get full(): boolean {
    // Those whose own connection is being opened do not take up the queue.
    return this.#waiting.size - this.#pool.opening >= this.#room && !this.#pool.mayOpen;
  }

  join(exchange: E): void {
    this.#inHand.push(exchange.inHand);
  }

  /** After a `join`, once the exchange is on its way: its time runs from when it was fired. */
  arm(): void {
    this.#deadlines.arm();
  }

  /** At the end of the queue; a connection is opened for it where one may be. */
  wait(exchange: E): void {
    this.#waiting.push(exchange.waiting);
    this.#countWaiting();
    this.#openForWaiting();
  }

  /** The same for one who may not be served, nor a connection be opened for, before the present callback has returned. */
  waitUntilLater(exchange: E): void {
    this.#waiting.push(exchange.waiting);
    this.#countWaiting();
    this.serveSoon();
  }

  /** It had its turn, and nothing of it was sent: back to the front of the queue. */
  waitAgain(exchange: E): void {
    this.#waiting.unshift(exchange.waiting);
    this.#countWaiting();
    this.serveSoon();
  }

  /** It is being reported. */
  leave(exchange: E): void {
    this.#inHand.remove(exchange.inHand);
    if (!exchange.waiting.joined) return;
    this.#waiting.remove(exchange.waiting);
    this.#countWaiting();
  }

  /** For connections. */
  onReady(connection: C): void {
    this.#pool.onReady(connection);
  }

  /** For connections. */
  onGone(connection: C): void {
    this.#pool.onGone(connection);
  }

  warm(count: number): Promise<void> {
    return this.#pool.warm(count);
  }

  /** `giveUp` is called with everything in hand, in firing order, and must `leave`; resolves when all sockets are closed. */
  async close(giveUp: (exchange: E) => void): Promise<void> {
    this.#closed = true;
    this.#deadlines.stop();
    for (let exchange = this.#inHand.first; exchange; exchange = this.#inHand.first) giveUp(exchange);
    await this.#pool.close();
  }

  serveSoon(): void {
    if (this.#serving) return;
    this.#serving = true;
    void DONE.then(this.#serve);
  }

  readonly #serve = (): void => {
    this.#serving = false;
    if (this.#closed) return;
    for (let exchange = this.#waiting.first; exchange; exchange = this.#waiting.first) {
      const connection = this.#pool.take(exchange.attempt!.firedUs);
      if (!connection) break;
      this.#waiting.remove(exchange.waiting);
      this.#events.onServe(exchange, connection);
    }
    this.#countWaiting();
    this.#openForWaiting();
  };

  #openForWaiting(): void {
    while (this.#waiting.size > this.#pool.opening && this.#pool.mayOpen) {
      const cause = this.#waiting.find((exchange) => exchange.opening === undefined);
      if (!cause) return;
      cause.opening = this.#pool.open(cause);
    }
  }

  #countWaiting(): void {
    const { counters } = this;
    counters.waiting = this.#waiting.size;
    if (counters.waiting > counters.waitingMax) counters.waitingMax = counters.waiting;
  }
}
