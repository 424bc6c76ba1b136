// The shapes that measurements travel in. Times are µs.
//
// A `Cell` is the small tally of one second: of all orders DUE in that second (whenever they ended), so that windows and
// phases pair up with the plan. Cells of the same second add. Inside, histogram counts are packed one word per bucket
// (see words.ts): series << 24 | bucket << 9 | count, so that 12 hours of cells stay small and travel as one buffer.
//
// Series (one histogram each), for outcomes 0…n−1:
//   0 service, 1 wait, 2 lateness, 3 + 2·o response of outcome o, 4 + 2·o the same with the order's lateness taken off
// ("punctual": what the response would have been had the generator been on time, METHOD §4). Behind them, only where
// orders have several steps, repeats or pauses: think, and the service of each step.

import type { Outcome, OutcomeClass } from '../outcomes.ts';

export const SERVICE = 0;
export const WAIT = 1;
export const LATENESS = 2;
export const responseSeries = (outcome: number): number => 3 + 2 * outcome;
export const punctualSeries = (outcome: number): number => 4 + 2 * outcome;
/** `steps` 0: plain orders of one exchange, which have no think and whose service is their step's. */
export const seriesCount = (outcomes: number, steps = 0): number => 3 + 2 * outcomes + (steps === 0 ? 0 : 1 + steps);
export const thinkSeries = (outcomes: number): number => 3 + 2 * outcomes;
export const stepSeries = (outcomes: number, step: number): number => 4 + 2 * outcomes + step;

/** Per series four exact numbers in `stats`: count, sum, min, max (µs); min is Infinity and max −Infinity when count is 0. */
export const STATS_PER_SERIES = 4;

export type Cell = {
  /** Due second: floor(dueUs / 1e6). */
  second: number;
  /** Of the orders due in this second: handed to the driver / refused by it. */
  fired: number;
  dropped: number;
  /** Values above the histogram's range that were clamped to it. */
  clamped: number;
  words: Uint32Array<ArrayBuffer>;
  stats: Float64Array<ArrayBuffer>;
};

/** What happened DURING one second of the clock (not: to the orders due in it). Rows of the same second add; `inFlight` too (workers add up). */
export type Flow = {
  second: number;
  fired: number;
  dropped: number;
  accepted: number;
  rejected: number;
  failed: number;
  unknown: number;
  /** Fired and not yet done at the end of the second. */
  inFlight: number;
};

/** What one worker sends about once a second; typed arrays are transferred. Complete once and only once for each order. */
export type Interval = {
  worker: number;
  /** 0, 1, 2 … per worker; a gap is a telemetry gap. */
  index: number;
  cells: Cell[];
  flows: Flow[];
};

/** Which times a histogram is asked for. `response` and `punctual` may be narrowed to one class or one outcome (by index). */
export type View =
  | { of: 'service' | 'wait' | 'lateness' | 'think' }
  /** Service of one step of a journey, by its index. */
  | { of: 'step'; step: number }
  | { of: 'response' | 'punctual'; class?: OutcomeClass; outcome?: number };

/** Read side of a histogram (histogram.ts wraps hdr-histogram-js); µs. Every number but `count` is NaN when count is 0. */
export interface HistogramView {
  readonly count: number;
  /** Exact: carried beside the buckets. */
  readonly minUs: number;
  readonly maxUs: number;
  readonly meanUs: number;
  /** p in 0…1; the value at rank ⌈p·n⌉, never outside [minUs, maxUs]. */
  percentile(p: number): number;
  /** rank 1…n */
  valueAtRank(rank: number): number;
  /** How many values are > limitUs. The bucket that straddles the limit makes it a range. */
  countAbove(limitUs: number): { atLeast: number; atMost: number };
  /** Recorded buckets, ascending: lowest and highest value of the bucket, and its count. */
  buckets(): Iterable<{ fromUs: number; toUs: number; count: number }>;
}

/** Everything known of a set of orders (one second's, a window's, a phase's, the run's). Tallies add. */
export interface TallyView {
  readonly outcomes: readonly Outcome[];
  /** Names of the steps that have a histogram of their own; none for plain orders. */
  readonly steps?: readonly string[];
  readonly fired: number;
  readonly dropped: number;
  /** Orders whose bytes reached a socket. */
  readonly sent: number;
  /** Times (not orders) above the histogram's range that were clamped to it; undefined where they were not counted. */
  readonly clamped?: number;
  countOf(outcomeClass: OutcomeClass): number;
  countOfOutcome(outcome: number): number;
  histogram(view: View): HistogramView;
}

/** One cell a second over the run. Seconds count from 0; orders due past the last whole second have their own cell. */
export interface TimelineView {
  readonly outcomes: readonly Outcome[];
  readonly steps?: readonly string[];
  /** Number of due seconds that may hold orders: the highest second seen + 1. */
  readonly seconds: number;
  /** The orders due in [fromSecond, untilSecond). */
  tally(fromSecond: number, untilSecond: number): TallyView;
  /** Everything. */
  total(): TallyView;
  readonly flows: readonly Flow[];
}
