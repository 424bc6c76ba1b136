// A tally as the numbers that result.json prints. What the orders cannot tell is null, never a guess: everything of no
// orders, and a percentile of too few.

import type { Outcome } from '../outcomes.ts';
import { Histogram, histogramShape } from './histogram.ts';
import type { HistogramView, TallyView, View } from './spec.ts';

/** µs. `histogram` is HDR V2 compressed, base64; the numbers beside it are exact where the buckets are not. */
export type TimeSummary = {
  count: number;
  minUs: number | null;
  meanUs: number | null;
  p50Us: number | null;
  p90Us: number | null;
  p95Us: number | null;
  p99Us: number | null;
  p999Us: number | null;
  p9999Us: number | null;
  maxUs: number | null;
  histogram: string;
};

/** `shareOfDone`: of all orders that ended, 0…1; null when none did. */
export type OutcomeSummary = Outcome & { shareOfDone: number | null } & Omit<TimeSummary, 'histogram'>;

export type Summary = {
  fired: number;
  dropped: number;
  /** Orders whose bytes reached a socket. */
  sent: number;
  response: TimeSummary;
  service: TimeSummary;
  wait: TimeSummary;
  lateness: TimeSummary;
  /** The shoppers' own pauses; of no orders where none had any. */
  think: TimeSummary;
  /** Service of each step of a journey; none for plain orders. */
  steps: ({ name: string } & TimeSummary)[];
  /** One row for every outcome the run knows, in its order, whether it occurred or not. */
  outcomes: OutcomeSummary[];
};

/**
 * The fewest orders of which the p-quantile may be printed: n >= ln 0.025 / ln p (METHOD §5; p99.9: 3,688), so that the
 * largest of them lies beyond the quantile with 97.5 % confidence. 0 for p = 0, Infinity for p = 1.
 */
export function leastCountFor(p: number): number {
  return p === 0 ? 0 : Math.ceil(Math.log(0.025) / Math.log(p));
}

export function summaryOf(tally: TallyView): Summary {
  const { fired, dropped, sent, outcomes } = tally;
  const done = outcomes.reduce((sum, _, outcome) => sum + tally.countOfOutcome(outcome), 0);
  const timeOf = (view: View): TimeSummary => timeSummaryOf(tally.histogram(view));
  return {
    fired,
    dropped,
    sent,
    response: timeOf({ of: 'response' }),
    service: timeOf({ of: 'service' }),
    wait: timeOf({ of: 'wait' }),
    lateness: timeOf({ of: 'lateness' }),
    think: timeOf({ of: 'think' }),
    steps: (tally.steps ?? []).map((name, step) => ({ name, ...timeOf({ of: 'step', step }) })),
    outcomes: outcomes.map((outcome, index) => ({
      name: outcome.name,
      class: outcome.class,
      shareOfDone: done === 0 ? null : tally.countOfOutcome(index) / done,
      ...numbersOf(tally.histogram({ of: 'response', outcome: index })),
    })),
  };
}

/** Of `undefined`, which nobody measured, as of no orders. */
export function timeSummaryOf(histogram: HistogramView = new Histogram(histogramShape(0))): TimeSummary {
  return { ...numbersOf(histogram), histogram: encodeOf(histogram) };
}

/** Any view's buckets as text; ours encode themselves. */
function encodeOf(view: HistogramView): string {
  if (view instanceof Histogram) return view.encode();
  const copy = new Histogram(histogramShape(view.count === 0 ? 0 : view.maxUs));
  for (const { fromUs, count } of view.buckets()) copy.record(fromUs, count);
  return copy.encode();
}

function numbersOf(histogram: HistogramView): Omit<TimeSummary, 'histogram'> {
  const { count } = histogram;
  const known = (value: number) => (count === 0 ? null : value);
  const percentile = (p: number) => (count > 0 && count >= leastCountFor(p) ? histogram.percentile(p) : null);
  return {
    count,
    minUs: known(histogram.minUs),
    meanUs: known(histogram.meanUs),
    p50Us: percentile(0.5),
    p90Us: percentile(0.9),
    p95Us: percentile(0.95),
    p99Us: percentile(0.99),
    p999Us: percentile(0.999),
    p9999Us: percentile(0.9999),
    maxUs: known(histogram.maxUs),
  };
}
