// The plan: a profile with every default filled and every unit resolved. Frozen data; cloneable; what workers get.
// Times µs, rates per second, shares 0…1.

import type { Place } from '../errors.ts';
import type { BooksSpec, ControlStep } from '../order/books.ts';
import type { OrderSpec } from '../order/spec.ts';
import type { CurveSpec } from '../traffic/spec.ts';

export type TargetPlan = {
  /** As it may be shown: no user info, no query, no fragment. `demo` until the built-in shop has a port. */
  shown: string;
  /** `demo`, or `http(s)://host[:port]` with the base path the order paths are appended to. */
  url: string;
  demo: boolean;
  http: '1.1' | '2';
  connection: 'keep-alive' | 'fresh';
  /** Connections at once, over all workers. */
  connections: number;
  /** Orders waiting for a connection, over all workers, before one is dropped. */
  queue: number;
  /** Connections opened before the first order, over all workers; at most `connections`. */
  warm: number;
  connectTimeoutUs: number;
  timeoutUs: number;
  captureBytes: number;
  maxBodyBytes: number;
  maxHeadBytes: number;
  /** PEM texts, already read from their files. */
  tls: { ca?: string; cert?: string; key?: string; servername?: string; insecure: boolean };
  /** `http://host:port` that everything goes through; undefined: straight to the target. */
  proxy?: string;
  /** Where an order's trace is looked up, with `{{trace.id}}` or `{{order.key}}` in it; http or https, and no secret. */
  traceUrl?: string;
  /** Hosts other than loopback that may be loaded without asking. */
  allow: string[];
};

/** One line of `slo:` or `stop:` as written, with its place. Its grammar is judge's. */
export type SloLine = { text: string; place: Place | undefined };

/** One line of `capacity: slo:`. Its grammar is judge's too. */
export type CapacityLine = SloLine;

/** How far a search for the shop's capacity may go, and what its answer is held to. */
export type CapacityPlan = {
  budgetUs: number;
  /** Over all trials and the probe; undefined: as many as the time allows. */
  maxOrders: number | undefined;
  /** Measured time of a trial, and of the confirming hold; whole seconds. */
  trialUs: number;
  holdUs: number;
  /** Before each measured time; whole seconds. */
  settleUs: number;
  slo: CapacityLine[];
};

/** What `--scale`, `--speed`, `--condense` did to the traffic, in words a report can print. */
export type Adjustment = { flag: 'scale' | 'speed' | 'condense'; value: string; says: string; cannotShow: string };

/** Where the counts of a trace come from: what was read and what was left out, a sentence each. */
export type TraceSource = { part: string; says: string[] };

export type Plan = {
  version: 1;
  name: string;
  /** The profile's file name as given. */
  file: string;
  target: TargetPlan;
  traffic: CurveSpec;
  adjustments: Adjustment[];
  /** Of traces that were read from a log, an export or another run; undefined without one. */
  sources?: TraceSource[];
  /** `identity.runId` is set by the run. */
  order: OrderSpec;
  /** Sent once, one after the other, before the clock starts and before the stock is first read. */
  setup: ControlStep[];
  /** Sent once, after the audit. */
  teardown: ControlStep[];
  /** Undefined: only what answers alone can show is audited. */
  books?: BooksSpec;
  slo: SloLine[];
  stop: SloLine[];
  capacity: CapacityPlan;
  /** Things that are legal but probably not meant, one line each. */
  warnings: string[];
  /** SHA-256-free stable hash of the effective profile (hex), so that runs of the same plan can be told. */
  profileHash: string;
  /** The effective profile as YAML: defaults filled, `${VAR}` left as written, secrets redacted. */
  effectiveYaml: string;
};
