import { expect, test } from 'vitest';
import { Histogram } from '../../src/measure/histogram.ts';
import type { HistogramView, TallyView } from '../../src/measure/spec.ts';
import { leastCountFor, summaryOf } from '../../src/measure/summary.ts';
import { Tally } from '../../src/measure/tally.ts';
import type { Order } from './orders.ts';
import { allOf, histogramOf, OUTCOMES, play, SHAPE, timelineOf, timesOf } from './orders.ts';

const PERCENTILES = { p50Us: 0.5, p90Us: 0.9, p95Us: 0.95, p99Us: 0.99, p999Us: 0.999, p9999Us: 0.9999 } as const;

/** Every tenth order is refused before it is sent. */
function tallyOf(count: number): { tally: Tally; orders: Order[] } {
  const orders = Array.from({ length: count }, (_, i): Order => {
    const dueUs = i * 500;
    const sentUs = i % 10 === 9 ? Number.NaN : dueUs + 30;
    return {
      worker: 0,
      dueUs,
      firedUs: dueUs + 4,
      sentUs,
      doneUs: dueUs + 30 + ((i * 37) % 9_001),
      outcome: i % 10 === 9 ? 3 : 0,
    };
  });
  return { tally: timelineOf(play(orders, 1, []).intervals).total(), orders };
}

test('a percentile is printed from the count on of which METHOD speaks', () => {
  expect([0.999, 0.9999].map(leastCountFor)).toEqual([3_688, 36_887]);
  for (const p of Object.values(PERCENTILES)) {
    const n = leastCountFor(p);
    expect(p ** n).toBeLessThanOrEqual(0.025);
    expect(p ** (n - 1)).toBeGreaterThan(0.025);
  }
  for (const [name, p] of Object.entries(PERCENTILES) as [keyof typeof PERCENTILES, number][]) {
    if (p === 0.9999) continue;
    const enough = summaryOf(tallyOf(leastCountFor(p)).tally).response;
    const tooFew = summaryOf(tallyOf(leastCountFor(p) - 1).tally).response;
    expect(enough[name]).not.toBeNull();
    expect(tooFew[name]).toBeNull();
  }
});

test('the numbers are those of the orders, and the text is the histogram', () => {
  const { tally, orders } = tallyOf(4_000);
  const summary = summaryOf(tally);
  expect([summary.fired, summary.dropped, summary.sent]).toEqual([4_000, 0, 3_600]);
  for (const of of ['response', 'service', 'wait', 'lateness'] as const) {
    const brute = histogramOf(timesOf(orders, { of }));
    expect(summary[of]).toMatchObject({
      count: brute.count,
      minUs: brute.minUs,
      meanUs: brute.meanUs,
      maxUs: brute.maxUs,
    });
    expect(summary[of].p99Us).toBe(brute.percentile(0.99));
    expect([...Histogram.decode(summary[of].histogram).buckets()]).toEqual([...brute.buckets()]);
  }
  expect(summary.response.p9999Us).toBeNull();
});

test('every outcome has its row, in order, with its share of what ended', () => {
  const { outcomes } = summaryOf(tallyOf(1_000).tally);
  expect(outcomes.map(({ name, class: of, count, shareOfDone }) => [name, of, count, shareOfDone])).toEqual([
    ['sold', 'accepted', 900, 0.9],
    ['sold_out', 'rejected', 0, 0],
    ['throttled', 'rejected', 0, 0],
    ['refused', 'failed', 100, 0.1],
    ['timeout', 'unknown', 0, 0],
  ]);
  expect(outcomes[0]!.p99Us).not.toBeNull();
  expect(outcomes[1]!.maxUs).toBeNull();
});

test('of no orders everything is null, and it is still JSON', () => {
  const summary = summaryOf(new Tally(OUTCOMES, SHAPE));
  const { histogram, count, ...numbers } = summary.response;
  expect(count).toBe(0);
  expect(new Set(Object.values(numbers))).toEqual(new Set([null]));
  expect(Histogram.decode(histogram).count).toBe(0);
  expect(summary.outcomes.every((outcome) => outcome.shareOfDone === null)).toBe(true);
  expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
});

test('a view that is not our own histogram is encoded from its buckets', () => {
  const { tally } = tallyOf(300);
  const plain = (view: Parameters<TallyView['histogram']>[0]): HistogramView => {
    const own = tally.histogram(view);
    const { count, minUs, maxUs, meanUs } = own;
    const bound = <T extends (...args: never[]) => unknown>(method: T): T => method.bind(own) as T;
    const { percentile, valueAtRank, countAbove, buckets } = own;
    return {
      ...{ count, minUs, maxUs, meanUs },
      ...{ percentile: bound(percentile), valueAtRank: bound(valueAtRank) },
      ...{ countAbove: bound(countAbove), buckets: bound(buckets) },
    };
  };
  const { outcomes, fired, dropped, sent } = tally;
  const countOf = tally.countOf.bind(tally);
  const view: TallyView = {
    outcomes,
    fired,
    dropped,
    sent,
    countOf,
    countOfOutcome: (o) => tally.countOfOutcome(o),
    histogram: plain,
  };
  const decoded = Histogram.decode(summaryOf(view).response.histogram);
  expect(allOf(decoded).buckets).toEqual(allOf(tally.histogram({ of: 'response' })).buckets);
});
