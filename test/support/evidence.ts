// Evidence made from a plain list of orders: an exact, slow twin of the timeline (sorted arrays, no buckets), so that the
// judge can be tested against numbers that can be worked out by hand.

import type { Ending, Evidence, Incident, OrderCounts, PhaseWindow } from '../../src/judge/spec.ts';
import type { Flow, HistogramView, TallyView, TimelineView, View } from '../../src/measure/spec.ts';
import type { Outcome, OutcomeClass } from '../../src/outcomes.ts';

export const OUTCOMES: readonly Outcome[] = [
  { name: 'sold', class: 'accepted' },
  { name: 'sold_out', class: 'rejected' },
  { name: 'refused', class: 'failed' },
  { name: 'timeout', class: 'unknown' },
];

/** An order on the way through the run. Left out: fired when due, sent when fired, accepted. `sentUs: null` = never sent. */
export type Order = {
  dueUs: number;
  firedUs?: number;
  sentUs?: number | null;
  doneUs?: number;
  ends?: OutcomeClass;
  fate?: 'dropped' | 'unreached';
};

/** An exact histogram; `bucketUs` > 1 blurs the values as real buckets do. */
export function histogramOf(values: readonly number[], bucketUs = 1): HistogramView {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  const [minUs, maxUs] = n > 0 ? [sorted[0]!, sorted[n - 1]!] : [Number.NaN, Number.NaN];
  const fromUs = (value: number) => Math.floor(value / bucketUs) * bucketUs;
  const toUs = (value: number) => fromUs(value) + bucketUs - 1;
  const valueAtRank = (rank: number) => Math.min(Math.max(toUs(sorted[rank - 1]!), minUs), maxUs);
  const above = (limitUs: number, edge: (value: number) => number) => {
    let [low, high] = [0, n];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (edge(sorted[middle]!) > limitUs) high = middle;
      else low = middle + 1;
    }
    return n - low;
  };
  return {
    count: n,
    minUs,
    maxUs,
    meanUs: n > 0 ? sorted.reduce((sum, value) => sum + value, 0) / n : Number.NaN,
    percentile: (p) => (n > 0 ? valueAtRank(Math.max(1, Math.ceil(p * n - 1e-6))) : Number.NaN),
    valueAtRank,
    countAbove: (limitUs) => ({ atLeast: above(limitUs, fromUs), atMost: above(limitUs, toUs) }),
    *buckets() {
      for (let at = 0; at < n; ) {
        const from = fromUs(sorted[at]!);
        let count = 0;
        while (at + count < n && fromUs(sorted[at + count]!) === from) count++;
        yield { fromUs: from, toUs: from + bucketUs - 1, count };
        at += count;
      }
    },
  };
}

const isFired = (order: Order): boolean => order.fate === undefined;
const firedUs = (order: Order): number => order.firedUs ?? order.dueUs;
const sentUs = (order: Order): number => (order.sentUs === null ? Number.NaN : (order.sentUs ?? firedUs(order)));
const doneUs = (order: Order): number => order.doneUs ?? firedUs(order);

function timeOf(order: Order, of: View['of']): number {
  switch (of) {
    case 'service':
      return doneUs(order) - sentUs(order);
    case 'wait':
      // Of an order that was never sent all is waiting.
      return (order.sentUs === null ? doneUs(order) : sentUs(order)) - firedUs(order);
    case 'lateness':
      return firedUs(order) - order.dueUs;
    case 'response':
      return doneUs(order) - order.dueUs;
    case 'punctual':
      return doneUs(order) - firedUs(order);
    // These orders are plain: one exchange, no pauses.
    case 'think':
    case 'step':
      return Number.NaN;
  }
}

function tallyOf(orders: readonly Order[], bucketUs: number): TallyView {
  const fired = orders.filter(isFired);
  const ofClass = (outcomeClass: OutcomeClass) => fired.filter((order) => (order.ends ?? 'accepted') === outcomeClass);
  return {
    outcomes: OUTCOMES,
    fired: fired.length,
    dropped: orders.filter((order) => order.fate === 'dropped').length,
    sent: fired.filter((order) => !Number.isNaN(sentUs(order))).length,
    countOf: (outcomeClass) => ofClass(outcomeClass).length,
    countOfOutcome: (outcome) => ofClass(OUTCOMES[outcome]!.class).length,
    histogram: (view) => {
      const wanted = 'class' in view && view.class !== undefined ? ofClass(view.class) : fired;
      const times = wanted.map((order) => timeOf(order, view.of)).filter((us) => !Number.isNaN(us));
      return histogramOf(times, bucketUs);
    },
  };
}

function flowsOf(orders: readonly Order[]): Flow[] {
  const flows = new Map<number, Flow>();
  const flowAt = (us: number): Flow => {
    const second = Math.floor(us / 1e6);
    const none = { fired: 0, dropped: 0, accepted: 0, rejected: 0, failed: 0, unknown: 0, inFlight: 0 };
    if (!flows.has(second)) flows.set(second, { second, ...none });
    return flows.get(second)!;
  };
  for (const order of orders) {
    if (order.fate === 'dropped') flowAt(order.dueUs).dropped++;
    if (!isFired(order)) continue;
    flowAt(firedUs(order)).fired++;
    flowAt(doneUs(order))[order.ends ?? 'accepted']++;
    const last = Math.floor(doneUs(order) / 1e6);
    for (let second = Math.floor(firedUs(order) / 1e6); second < last; second++) flowAt(second * 1e6).inFlight++;
  }
  return [...flows.values()].sort((a, b) => a.second - b.second);
}

export function timelineOf(orders: readonly Order[], bucketUs = 1): TimelineView {
  const seconds: Order[][] = [];
  for (const order of orders) {
    const second = Math.floor(order.dueUs / 1e6);
    while (seconds.length <= second) seconds.push([]);
    seconds[second]!.push(order);
  }
  return {
    outcomes: OUTCOMES,
    seconds: seconds.length,
    tally: (from, until) => tallyOf(seconds.slice(from, until).flat(), bucketUs),
    total: () => tallyOf(orders, bucketUs),
    flows: flowsOf(orders),
  };
}

export type EvidenceOptions = {
  slo?: readonly string[];
  durationUs?: number;
  phases?: readonly PhaseWindow[];
  incidents?: readonly Incident[];
  ending?: Ending;
  bucketUs?: number;
  /** In place of what was counted. */
  counts?: Partial<OrderCounts>;
};

/** Everything the judge reads, as a run without a fault of its own would leave it, unless told otherwise. */
export function evidenceOf(orders: readonly Order[], options: EvidenceOptions = {}): Evidence {
  const last = orders.reduce((latest, order) => Math.max(latest, order.dueUs), 0);
  const durationUs = options.durationUs ?? (Math.floor(last / 1e6) + 1) * 1e6;
  const planned = new Uint32Array(Math.max(Math.ceil(durationUs / 1e6), Math.floor(last / 1e6) + 1));
  for (const order of orders) planned[Math.floor(order.dueUs / 1e6)]!++;
  const timeline = timelineOf(orders, options.bucketUs);
  const total = timeline.total();
  return {
    slo: (options.slo ?? []).map((text) => ({ text, place: undefined })),
    durationUs,
    planned,
    phases: options.phases ?? [{ part: 'base', fromUs: 0, untilUs: durationUs }],
    timeline,
    orders: {
      planned: orders.length,
      fired: total.fired,
      dropped: total.dropped,
      unreached: orders.filter((order) => order.fate === 'unreached').length,
      sent: total.sent,
      accepted: total.countOf('accepted'),
      rejected: total.countOf('rejected'),
      failed: total.countOf('failed'),
      unknown: total.countOf('unknown'),
      ...options.counts,
    },
    incidents: options.incidents ?? [],
    ending: options.ending ?? { kind: 'complete' },
  };
}

/** Orders at an even rate from `fromS` for `forS` seconds, due in the middle of their gaps, each answered as `answer` says. */
export function steadyOrders(
  ratePerS: number,
  forS: number,
  answer: (dueUs: number, index: number) => Partial<Order> = (dueUs) => ({ doneUs: dueUs + 20_000 }),
  fromS = 0,
): Order[] {
  return Array.from({ length: Math.round(ratePerS * forS) }, (_, index) => {
    const dueUs = Math.round(fromS * 1e6 + ((index + 0.5) * 1e6) / ratePerS);
    return { dueUs, ...answer(dueUs, index) };
  });
}
