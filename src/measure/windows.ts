// The windows that runs are compared by: equal stretches of the plan, so that the same window of two runs of one plan is
// the same traffic (METHOD §8). Small enough to keep in result.json: about 30 for a short run, one a minute for a long one.

import type { TallyView, TimelineView } from './spec.ts';
import { leastCountFor } from './summary.ts';

/** Of the orders due in [fromUs, fromUs + everyUs) that have ended. A percentile that too few of them support is null. */
export type WindowRow = {
  fromUs: number;
  orders: number;
  accepted: number;
  /** failed + unknown */
  errors: number;
  p50Us: number | null;
  p90Us: number | null;
  p99Us: number | null;
};

export type Windows = { everyUs: number; rows: WindowRow[] };

const NICE_S = [1, 2, 5, 10, 15, 20, 30, 60];

/** Whole seconds: the shortest round length that makes at most about 30 windows, and never more than a minute. */
export function windowSecondsFor(durationUs: number): number {
  const wanted = durationUs / 1e6 / 30;
  return NICE_S.find((seconds) => seconds >= wanted) ?? 60;
}

/** Only windows that lie whole in [0, untilUs): the rest of one that was cut short is not the same traffic. */
export function windowsOf(timeline: TimelineView, durationUs: number, untilUs = durationUs): Windows {
  const every = windowSecondsFor(durationUs);
  const rows: WindowRow[] = [];
  for (let from = 0; (from + every) * 1e6 <= untilUs; from += every) {
    rows.push(rowOf(timeline.tally(from, from + every), from * 1e6));
  }
  return { everyUs: every * 1e6, rows };
}

function rowOf(tally: TallyView, fromUs: number): WindowRow {
  const response = tally.histogram({ of: 'response' });
  const { count } = response;
  const percentile = (p: number) => (count > 0 && count >= leastCountFor(p) ? response.percentile(p) : null);
  return {
    fromUs,
    orders: count,
    accepted: tally.countOf('accepted'),
    errors: tally.countOf('failed') + tally.countOf('unknown'),
    p50Us: percentile(0.5),
    p90Us: percentile(0.9),
    p99Us: percentile(0.99),
  };
}
