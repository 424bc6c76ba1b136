// What the main thread and a worker say to each other. Nothing here is needed mid-run for correctness: a worker that
// heard only `start` fires its whole share.

import type { LedgerChange, LedgerPart } from '../audit/ledger.ts';
import type { DriverCounters, DriverName, DriverOptions } from '../drive/driver.ts';
import type { HealthSample } from '../judge/health.ts';
import type { OpenedTimes } from '../measure/opened.ts';
import type { Interval } from '../measure/spec.ts';
import type { OrderSpec } from '../order/spec.ts';
import type { CurveSpec } from '../traffic/spec.ts';
import type { Thrown } from './desk.ts';
import type { KeptChange } from './keeper.ts';

/** One worker's whole job; worker k of n owns the indices k, k+n, k+2n … */
export type Share = {
  worker: number;
  workers: number;
  traffic: CurveSpec;
  order: OrderSpec;
  /** Names of outcomes that say there was none left. */
  soldOut: string[];
  /** And that ask to slow down. */
  throttled: readonly string[];
  /** Texts that nothing that is told of an order may show. */
  secrets?: readonly string[];
  driver: DriverName;
  driverOptions: DriverOptions;
};

export type ToWorker =
  /** The shared start, in µs of the process-wide monotonic clock. */
  | { type: 'start'; atUs: number }
  /** Fire nothing more and await the answers. */
  | { type: 'drain' }
  /** Fire nothing more and give up what is in hand. */
  | { type: 'abort' };

export type FromWorker =
  | { type: 'ready' }
  /** Last: handed over, not copied; megabytes where ids are kept. */
  | { type: 'ledger'; part: LedgerPart }
  | {
      type: 'interval';
      interval: Interval;
      health?: HealthSample;
      /** What the ledger learnt since the last one. */
      change?: LedgerChange;
      /** Single orders and answers kept since the last one. */
      kept?: KeptChange;
    };

/** What a worker itself counted over its whole share; held against the merged timeline by the identities. */
export type ShareReport = {
  worker: number;
  /** Tallies sent. */
  intervals: number;
  /** Orders of its share that were neither fired nor dropped. */
  unreached: number;
  fired: number;
  dropped: number;
  sent: number;
  /** In the order of OUTCOME_CLASSES. */
  classes: number[];
  /** How much later than the shared start the worker heard of it; 0 when in time. */
  lateStartUs: number;
  /** Steps after the first, repeats and checks that the driver's full queue refused. */
  refused: number;
  thrown: readonly Thrown[];
  ledger: LedgerPart;
  /** Attempts that found no socket on this machine. */
  noSocket: Record<string, number>;
  counters: DriverCounters;
  /** The driver's cap on connections. */
  connections: number;
  /** What the connections took that orders waited for. */
  opened: OpenedTimes;
  /** Fired and not ended, at the end: 0 unless a bug. */
  inFlight: number;
  /** ∫ orders in flight dt over the whole share, order·µs. */
  inFlightAreaUs: number;
  /** User + system time of this thread between start and end; undefined where the platform cannot tell. */
  cpuUs: number | undefined;
  /** The part of it, about, that went into polling for the next due time. */
  spunUs: number;
};
