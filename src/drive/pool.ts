// The connections of one driver: opened on demand up to a cap, the one used last taken first, so that the surplus of a
// burst is left idle and closes. Knows nothing of orders but on whose account a connection is being opened.

import type { Failure } from '../order/answer.ts';
import type { Opening } from './connect.ts';
import type { DriverCounters, DriverOptions } from './driver.ts';

export type PoolEvents<Cause> = {
  /** A connection can take an exchange, or there is room to open one. Nothing may be dispatched inside. */
  onChange: () => void;
  /** A connection opened on this account came to nothing. Followed by `onChange`. */
  onFailed: (cause: Cause, opening: Opening, failure: Failure, detail: string) => void;
};

/** What the pool must know of a connection; the rest is between it and its driver. */
export interface Pooled {
  /** It can take an exchange now. */
  readonly free: boolean;
  /** An HTTP/2 connection whose server has not said yet how many streams it allows. */
  readonly settling: boolean;
  /** Resolves when the socket is closed. */
  readonly closed: Promise<void>;
  /** From then on the server may close it while the next request is on its way: it is not to be used any more. µs. */
  readonly staleUs: number;
  /** Whether it is among the idle ones; the pool's. */
  idle: boolean;
  close(): void;
}

/** Starts a connection; `opened` is called once, with one that stands or with a failure. `asked`: on an order's account. */
export type Connect<C> = (opened: Opened<C>, asked: boolean) => Opening;
type Opened<C> = (connection: C | undefined, failure: Failure | undefined, detail: string) => void;

export class Pool<Cause, C extends Pooled> {
  readonly #options: DriverOptions;
  readonly #connect: Connect<C>;
  readonly #counters: DriverCounters;
  readonly #events: PoolEvents<Cause>;
  readonly #shared: boolean;
  readonly #openings = new Set<Opening>();
  readonly #connections = new Set<C>();
  /** Connections that can take an exchange, the one used last on top; some may have closed since (see take). */
  readonly #idle: C[] = [];
  #newest: C | undefined = undefined;
  #closed = false;
  /** Somebody waits until nothing is being opened. */
  #settled: (() => void) | undefined = undefined;

  /** Keeps `open`, `openMax` and `opened` of `counters`. */
  constructor(options: DriverOptions, connect: Connect<C>, counters: DriverCounters, events: PoolEvents<Cause>) {
    this.#options = options;
    this.#connect = connect;
    this.#counters = counters;
    this.#events = events;
    this.#shared = options.http === '2' && options.connection === 'keep-alive';
  }

  /** Connections being opened. */
  get opening(): number {
    return this.#openings.size;
  }

  get mayOpen(): boolean {
    if (this.#counters.open >= this.#options.connections) return false;
    // Until a shared connection has said how many streams it takes, nobody knows whether another one is needed.
    return !this.#shared || (this.#openings.size === 0 && !this.#newest?.settling);
  }

  /** A connection that can take at `nowUs` what was fired then; it must be given it. */
  take(nowUs: number): C | undefined {
    for (let top = this.#idle.at(-1); top; top = this.#idle.at(-1)) {
      const usable = top.free && nowUs < top.staleUs;
      if (usable && this.#shared) return top;
      this.#idle.pop();
      top.idle = false;
      if (usable) return top;
      if (top.free) top.close();
    }
    return undefined;
  }

  /** `cause` undefined: on nobody's account. */
  open(cause: Cause | undefined): Opening {
    const opening = this.#connect((connection, failure, detail) => {
      this.#openings.delete(opening);
      if (connection) {
        this.#newest = connection;
        this.#connections.add(connection);
        this.onReady(connection);
      } else {
        this.#count();
        if (cause !== undefined) this.#events.onFailed(cause, opening, failure ?? 'connect-error', detail);
        this.#events.onChange();
      }
      if (this.#openings.size === 0) this.#settled?.();
    }, cause !== undefined);
    this.#openings.add(opening);
    this.#counters.opened++;
    this.#count();
    return opening;
  }

  /** Opens connections until there are `count`, within the cap; resolves when none is being opened any more. */
  async warm(count: number): Promise<void> {
    while (this.#counters.open < count && this.mayOpen) this.open(undefined);
    if (this.#openings.size === 0) return;
    await new Promise<void>((settled) => {
      this.#settled = settled;
    });
  }

  /** Breaks everything off; resolves when the sockets are closed. */
  async close(): Promise<void> {
    this.#closed = true;
    const connections = [...this.#connections];
    for (const opening of this.#openings) opening.cancel();
    this.#openings.clear();
    this.#settled?.();
    for (const connection of connections) connection.close();
    this.#idle.length = 0;
    this.#count();
    await Promise.all(connections.map((connection) => connection.closed));
  }

  /** For connections. */
  onReady(connection: C): void {
    if (this.#closed) return;
    if (!connection.idle) {
      connection.idle = true;
      this.#idle.push(connection);
    }
    this.#events.onChange();
  }

  /** For connections. */
  onGone(connection: C): void {
    this.#connections.delete(connection);
    this.#count();
    if (!this.#closed) this.#events.onChange();
  }

  #count(): void {
    const counters = this.#counters;
    counters.open = this.#openings.size + this.#connections.size;
    if (counters.open > counters.openMax) counters.openMax = counters.open;
  }
}
