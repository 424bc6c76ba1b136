// The connections of one driver: opened on demand up to a cap, the one used last taken first, so that the surplus of a
// burst is left idle and closes. Knows nothing of orders but on whose account a connection is being opened.

import type { Failure } from '../order/answer.ts';
import { type Endpoint, Opening } from './connect.ts';
import { Connection } from './connection.ts';
import type { DriverCounters, DriverOptions } from './driver.ts';

export type PoolEvents<Cause> = {
  /** A connection can take an exchange, or there is room to open one. Nothing may be dispatched inside. */
  onChange: () => void;
  /** A connection opened on this account came to nothing. Followed by `onChange`. */
  onFailed: (cause: Cause, opening: Opening, failure: Failure, detail: string) => void;
};

export class Pool<Cause> {
  readonly #options: DriverOptions;
  readonly #endpoint: Endpoint;
  readonly #counters: DriverCounters;
  readonly #events: PoolEvents<Cause>;
  readonly #shared: boolean;
  readonly #openings = new Set<Opening>();
  readonly #connections = new Set<Connection>();
  /** Connections that can take an exchange, the one used last on top; some may have closed since (see take). */
  readonly #idle: Connection[] = [];
  #newest: Connection | undefined = undefined;
  #closed = false;

  /** Keeps `open`, `openMax` and `opened` of `counters`. */
  constructor(options: DriverOptions, endpoint: Endpoint, counters: DriverCounters, events: PoolEvents<Cause>) {
    this.#options = options;
    this.#endpoint = endpoint;
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

  /** A connection that can take an exchange now; it must be given one. */
  take(): Connection | undefined {
    for (let top = this.#idle.at(-1); top; top = this.#idle.at(-1)) {
      if (top.free && this.#shared) return top;
      this.#idle.pop();
      top.idle = false;
      if (top.free) return top;
    }
    return undefined;
  }

  open(cause: Cause): Opening {
    const opening = new Opening(this.#endpoint, (socket, failure, detail) => {
      this.#openings.delete(opening);
      if (failure === undefined) {
        this.#newest = new Connection(this.#options, socket, this);
        this.#connections.add(this.#newest);
        this.onReady(this.#newest);
      } else {
        this.#count();
        this.#events.onFailed(cause, opening, failure, detail);
        this.#events.onChange();
      }
    });
    this.#openings.add(opening);
    this.#counters.opened++;
    this.#count();
    return opening;
  }

  /** Breaks everything off; resolves when the sockets are closed. */
  async close(): Promise<void> {
    this.#closed = true;
    const connections = [...this.#connections];
    for (const opening of this.#openings) opening.cancel();
    this.#openings.clear();
    for (const connection of connections) connection.close();
    this.#idle.length = 0;
    this.#count();
    await Promise.all(connections.map((connection) => connection.closed));
  }

  /** For connections. */
  onReady(connection: Connection): void {
    if (this.#closed) return;
    if (!connection.idle) {
      connection.idle = true;
      this.#idle.push(connection);
    }
    this.#events.onChange();
  }

  /** For connections. */
  onGone(connection: Connection): void {
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
