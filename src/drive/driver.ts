// The seam between the thin hot middle and the network: a driver sends one step of an order and reports exactly one
// answer. It never throws, never re-sends, and never keeps an unbounded body.

import type { Answer } from '../order/answer.ts';
import type { Request, Template } from '../order/spec.ts';

/** One try at one step of one order. Owned by the worker, reused; the driver keeps it until it has reported. */
export type Attempt = {
  seq: number;
  /** Index into the templates. */
  step: number;
  dueUs: number;
  firedUs: number;
  /** As in Sending: what the template is filled with, beside `seq`. */
  vars?: readonly string[];
  cookie?: string;
  altered?: boolean;
  request?: Request;
  /**
   * The shopper leaves: once every byte of the request is with the kernel, the connection is closed (over HTTP/2 the
   * stream, because others share the connection), nothing is ever sent on it again, and the failure `cut` is reported.
   * An answer that is complete before that is reported as the answer: it is known then what became of the order.
   */
  cut?: boolean;
};

export type DriverOptions = {
  /** `http://host:port` or `https://host:port` */
  origin: string;
  http: '1.1' | '2';
  connection: 'keep-alive' | 'fresh';
  /** At most this many connections at once (of this driver, i.e. of one worker). */
  connections: number;
  /** At most this many orders waiting for a connection; the next is refused (`fire` returns false → dropped). */
  queue: number;
  connectTimeoutUs: number;
  /** From fired to done. */
  timeoutUs: number;
  /** Bytes of a body that are kept for outcome rules and examples. */
  captureBytes: number;
  /** Bytes of a body after which the attempt is given up as `too-large`. */
  maxBodyBytes: number;
  maxHeadBytes: number;
  tls: { ca?: string; cert?: string; key?: string; servername?: string; insecure: boolean };
  /** `http://host:port` of an HTTP proxy that all connections go through (CONNECT); undici's alone. */
  proxy?: string;
  /** Connections that `ready` opens before the first order; at most `connections`. Default 0. */
  warm?: number;
};

export type DriverSeams = {
  /** One per step. */
  templates: readonly Template[];
  /** µs from the start of the run; may be negative before it. */
  nowUs: () => number;
  /** Exactly once per accepted attempt, never synchronously inside `fire`. */
  onAnswer: (attempt: Attempt, answer: Answer) => void;
};

export type DriverCounters = {
  /** Connections open or opening now, and the most there were. */
  open: number;
  openMax: number;
  /** Connections ever opened. */
  opened: number;
  /** Attempts waiting for a connection now, and the most there were. */
  waiting: number;
  waitingMax: number;
};

/** Known by name; drivers.ts has their makers. */
export const DRIVER_NAMES = ['wire', 'undici'] as const;
export type DriverName = (typeof DRIVER_NAMES)[number];

/** The driver where nobody asks for one: wire wherever it applies. */
export function driverFor(target: Pick<DriverOptions, 'http' | 'proxy'>): DriverName {
  return beyondWire(target) === undefined ? 'wire' : 'undici';
}

/** What of a target wire does not do; undefined where it does all. */
export function beyondWire({ http, proxy }: Pick<DriverOptions, 'http' | 'proxy'>): string | undefined {
  if (http !== '1.1') return `HTTP/${http}`;
  return proxy === undefined ? undefined : 'a proxy';
}

export interface Driver {
  readonly name: DriverName;
  /** Hands one attempt over. False: the queue is full, nothing was taken and nothing will be reported. */
  fire(attempt: Attempt): boolean;
  readonly counters: DriverCounters;
  /** Opens `warm` connections; resolves when each stands or has failed (the orders will tell). */
  ready?(): Promise<void>;
  /** Reports every attempt still in hand as `abandoned` (unknown once written, failed before) and closes all connections. Idempotent. */
  close(): Promise<void>;
}

export type MakeDriver = (options: DriverOptions, seams: DriverSeams) => Driver;
