// The tally of several stretches of the run as one (`during hourly` has eleven). Only views are at hand here, so the
// buckets are merged when first asked for; counts, sums, minimum and maximum stay exact.

import { rankOf } from '../measure/histogram.ts';
import type { HistogramView, TallyView } from '../measure/spec.ts';

type Bucket = { fromUs: number; toUs: number; count: number };

function mergeBuckets(parts: readonly HistogramView[]): Bucket[] {
  const byStart = new Map<number, Bucket>();
  for (const part of parts) {
    for (const { fromUs, toUs, count } of part.buckets()) {
      const bucket = byStart.get(fromUs);
      if (!bucket) byStart.set(fromUs, { fromUs, toUs, count });
      else {
        bucket.count += count;
        bucket.toUs = Math.max(bucket.toUs, toUs);
      }
    }
  }
  return [...byStart.values()].sort((a, b) => a.fromUs - b.fromUs);
}

/** The histogram of all values of all parts; the values of a bucket read as its highest, within the exact extremes. */
export function joinHistograms(all: readonly HistogramView[]): HistogramView {
  const parts = all.filter((part) => part.count > 0);
  const [only] = parts;
  if (only && parts.length === 1) return only;
  let merged: Bucket[] | undefined;
  const buckets = () => (merged ??= mergeBuckets(parts));
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const minUs = count === 0 ? Number.NaN : Math.min(...parts.map((part) => part.minUs));
  const maxUs = count === 0 ? Number.NaN : Math.max(...parts.map((part) => part.maxUs));
  const valueAtRank = (rank: number): number => {
    if (rank <= 1 || rank >= count) return rank <= 1 ? minUs : maxUs;
    let seen = 0;
    for (const bucket of buckets()) {
      seen += bucket.count;
      if (seen >= rank) return Math.min(Math.max(bucket.toUs, minUs), maxUs);
    }
    return maxUs;
  };
  return {
    count,
    minUs,
    maxUs,
    meanUs: parts.reduce((sum, part) => sum + part.meanUs * part.count, 0) / count,
    percentile: (p) => (count === 0 ? Number.NaN : valueAtRank(rankOf(p, count))),
    valueAtRank,
    countAbove: (limitUs) => {
      const above = { atLeast: 0, atMost: 0 };
      for (const part of parts) {
        const { atLeast, atMost } = part.countAbove(limitUs);
        above.atLeast += atLeast;
        above.atMost += atMost;
      }
      return above;
    },
    buckets,
  };
}

/** The tally of all orders of all parts. `parts` are not empty. */
export function joinTallies(parts: readonly TallyView[]): TallyView {
  const [first] = parts;
  if (!first) throw new RangeError('Expected at least one tally to join');
  if (parts.length === 1) return first;
  const sum = (of: (part: TallyView) => number) => parts.reduce((total, part) => total + of(part), 0);
  return {
    outcomes: first.outcomes,
    fired: sum((part) => part.fired),
    dropped: sum((part) => part.dropped),
    sent: sum((part) => part.sent),
    countOf: (outcomeClass) => sum((part) => part.countOf(outcomeClass)),
    countOfOutcome: (outcome) => sum((part) => part.countOfOutcome(outcome)),
    histogram: (view) => joinHistograms(parts.map((part) => part.histogram(view))),
  };
}
