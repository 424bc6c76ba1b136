// Random orders, and the slow twin of the recorder and timeline: a plain list of orders, counted one by one.

import fc from 'fast-check';
import { Histogram, histogramShape } from '../../src/measure/histogram.ts';
import { Recorder } from '../../src/measure/recorder.ts';
import type { Interval, View } from '../../src/measure/spec.ts';
import { Timeline } from '../../src/measure/timeline.ts';
import type { Outcome } from '../../src/outcomes.ts';

export const OUTCOMES: Outcome[] = [
  { name: 'sold', class: 'accepted' },
  { name: 'sold_out', class: 'rejected' },
  { name: 'throttled', class: 'rejected' },
  { name: 'refused', class: 'failed' },
  { name: 'timeout', class: 'unknown' },
];
export const SHAPE = histogramShape(10e6);

/** One order; `sentUs` NaN = never sent, `outcome` undefined = dropped. */
export type Order = {
  worker: number;
  dueUs: number;
  firedUs: number;
  sentUs: number;
  doneUs: number;
  outcome: number | undefined;
};

const aGap = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 900, noNaN: true }), fc.nat(2_500_000));
export const anOrder = (workers: number): fc.Arbitrary<Order> =>
  fc
    .record({
      worker: fc.nat(workers - 1),
      dueUs: fc.double({ min: 0, max: 25e6, noNaN: true }),
      gaps: fc.tuple(aGap, aGap, aGap),
      outcome: fc.option(fc.nat(OUTCOMES.length - 1), { nil: undefined, freq: 12 }),
      wasSent: fc.boolean(),
    })
    .map(({ worker, dueUs, gaps: [lateUs, waitUs, serviceUs], outcome, wasSent }) => {
      const firedUs = dueUs + lateUs;
      const sentUs = wasSent ? firedUs + waitUs : Number.NaN;
      return { worker, dueUs, firedUs, sentUs, doneUs: firedUs + waitUs + serviceUs, outcome };
    });

type Event = { atUs: number; order: Order; ends: boolean };

/** What happens in a run of these orders, in the order of the clock. */
function eventsOf(orders: readonly Order[]): Event[] {
  return orders
    .flatMap((order): Event[] => {
      const fired = { atUs: order.firedUs, order, ends: false };
      return order.outcome === undefined ? [fired] : [fired, { atUs: order.doneUs, order, ends: true }];
    })
    .sort((a, b) => a.atUs - b.atUs || Number(a.ends) - Number(b.ends));
}

export const lastUs = (orders: readonly Order[]): number =>
  orders.reduce((last, order) => Math.max(last, order.firedUs, order.outcome === undefined ? 0 : order.doneUs), 0);

/** Plays the orders through one recorder a worker, flushed at the given times and once more at the end. */
export function play(orders: readonly Order[], workers: number, flushesUs: readonly number[]) {
  const endUs = lastUs(orders);
  const intervals: Interval[] = [];
  const recorders = Array.from({ length: workers }, (_, worker) => {
    const recorder = new Recorder(worker, OUTCOMES, SHAPE);
    const times = [...flushesUs].sort((a, b) => a - b);
    for (const { atUs, order, ends } of eventsOf(orders.filter((each) => each.worker === worker))) {
      while (times.length > 0 && times[0]! < atUs) intervals.push(recorder.flush(times.shift()!).interval);
      const { dueUs, firedUs, sentUs, doneUs, outcome } = order;
      if (ends) recorder.done(dueUs, firedUs, sentUs, doneUs, outcome!);
      else if (outcome === undefined) recorder.dropped(dueUs, firedUs);
      else recorder.fired(dueUs, firedUs);
    }
    intervals.push(recorder.flush(endUs).interval);
    return recorder;
  });
  return { recorders, intervals };
}

export function timelineOf(intervals: readonly Interval[]): Timeline {
  const timeline = new Timeline(OUTCOMES, SHAPE);
  for (const interval of intervals) timeline.add(interval);
  return timeline;
}

/** Brute force: the times of a view, in whole µs between cut instants. */
export function timesOf(orders: readonly Order[], view: View): number[] {
  return orders.flatMap(({ dueUs, firedUs, sentUs, doneUs, outcome }): number[] => {
    if (outcome === undefined) return [];
    const [due, fired, done] = [Math.floor(dueUs), Math.floor(firedUs), Math.floor(doneUs)];
    const sent = Math.floor(sentUs);
    if (view.of === 'service') return Number.isNaN(sent) ? [] : [done - sent];
    if (view.of === 'wait') return [(Number.isNaN(sent) ? done : sent) - fired];
    if (view.of === 'lateness') return [fired - due];
    const { class: onlyClass, outcome: onlyIndex } = view as { class?: string; outcome?: number };
    if (onlyClass !== undefined && OUTCOMES[outcome]!.class !== onlyClass) return [];
    if (onlyIndex !== undefined && onlyIndex !== outcome) return [];
    return [view.of === 'response' ? done - due : done - fired];
  });
}

export function histogramOf(timesUs: readonly number[]): Histogram {
  const histogram = new Histogram(SHAPE);
  for (const timeUs of timesUs) histogram.record(timeUs);
  return histogram;
}

/** Everything a histogram says, to compare two. */
export const allOf = (histogram: Histogram) => ({
  count: histogram.count,
  sumUs: histogram.sumUs,
  minUs: histogram.minUs,
  maxUs: histogram.maxUs,
  buckets: [...histogram.buckets()],
});

export const VIEWS: View[] = [
  { of: 'service' },
  { of: 'wait' },
  { of: 'lateness' },
  { of: 'response' },
  { of: 'punctual' },
  { of: 'response', class: 'rejected' },
  { of: 'punctual', class: 'unknown' },
  { of: 'response', outcome: 2 },
  { of: 'punctual', outcome: 0 },
];
