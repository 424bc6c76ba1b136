// Numbers about a run that more than one rendering prints, each derived in one place. Rates are orders per second over
// the time the run lasted; shares are of the orders fired.

import type { Evidence } from '../judge/spec.ts';
import type { TallyView } from '../measure/spec.ts';
import { leastCountFor } from '../measure/summary.ts';
import { Timeline } from '../measure/timeline.ts';
import type { Outcome } from '../outcomes.ts';
import type { RunRecord } from './record.ts';

/** The real timeline behind the evidence's view: encoding histograms needs more than the judge's read side. */
export function timelineOf({ timeline }: Evidence): Timeline {
  if (timeline instanceof Timeline) return timeline;
  throw new TypeError('Expected the evidence of a record to carry a Timeline');
}

/** µs of the plan the run got through: all of it unless it was stopped or interrupted. */
export function lastedUs({ ending, durationUs }: Pick<Evidence, 'ending' | 'durationUs'>): number {
  return ending.kind === 'complete' ? durationUs : Math.min(durationUs, Math.max(0, ending.atUs));
}

export type Rates = { plannedMean: number; plannedPeak: number; firedMean: number; acceptedMean: number };

/**
 * `plannedMean` over the whole plan; `firedMean` and `acceptedMean` are what the clock saw in the part the run got through
 * (0 when none): an order that was accepted long after the end is accepted, but no throughput.
 */
export function ratesOf({ evidence, peak }: RunRecord): Rates {
  const us = lastedUs(evidence);
  const during = evidence.timeline.flows.filter((flow) => flow.second * 1e6 < us);
  const meanOf = (name: 'fired' | 'accepted') =>
    us > 0 ? during.reduce((sum, flow) => sum + flow[name], 0) / (us / 1e6) : 0;
  return {
    plannedMean: evidence.durationUs > 0 ? evidence.orders.planned / (evidence.durationUs / 1e6) : 0,
    plannedPeak: peak.ratePerS,
    firedMean: meanOf('fired'),
    acceptedMean: meanOf('accepted'),
  };
}

/** How long after the end of the firing answers still came, whole seconds in µs; 0 when the last came within it or just after. */
export function tailUs(evidence: Evidence): number {
  const last = evidence.timeline.flows.findLast(
    ({ accepted, rejected, failed, unknown }) => accepted + rejected + failed + unknown > 0,
  );
  const tail = last === undefined ? 0 : (last.second + 1) * 1e6 - lastedUs(evidence);
  return tail >= 2e6 ? Math.floor(tail / 1e6) * 1e6 : 0;
}

/** Names of the steps that are worth telling apart: the service of a single one is that of the order, but for repeats. */
export function stepsOf({ steps = [] }: TallyView): readonly string[] {
  return steps.length > 1 ? steps : [];
}

export type OutcomeRow = Outcome & { count: number; shareOfFired: number };

export function outcomeRows({ evidence }: RunRecord): OutcomeRow[] {
  const total = evidence.timeline.total();
  return total.outcomes.map((outcome, index) => {
    const count = total.countOfOutcome(index);
    return { ...outcome, count, shareOfFired: evidence.orders.fired > 0 ? count / evidence.orders.fired : 0 };
  });
}

/** The percentiles that texts show, where enough orders support them. */
export const QUANTILES: readonly [label: string, p: number][] = [
  ['p50', 0.5],
  ['p90', 0.9],
  ['p99', 0.99],
  ['p99.9', 0.999],
];

export type Window = { fromUs: number; untilUs: number };

/** One part of the traffic over all its windows: the orders due in them, whatever other part was on at the time. */
export type PhaseRow = {
  name: string;
  windows: Window[];
  orders: {
    planned: number;
    fired: number;
    dropped: number;
    accepted: number;
    rejected: number;
    failed: number;
    unknown: number;
  };
  p50Us: number | null;
  p99Us: number | null;
  maxUs: number | null;
};

/** In order of first appearance; windows are widened to whole seconds, and those that overlap count once. */
export function phaseRows(evidence: Evidence): PhaseRow[] {
  const names = [...new Set(evidence.phases.map((phase) => phase.part))];
  const timeline = timelineOf(evidence);
  return names.map((name) => {
    const windows = evidence.phases
      .filter((phase) => phase.part === name)
      .map(({ fromUs, untilUs }) => ({ fromUs, untilUs }));
    const spans = wholeSeconds(windows, evidence);
    const tally = timeline.tally(0, 0);
    for (const span of spans) tally.add(timeline.tally(span.from, span.until));
    return { name, windows, orders: { planned: plannedIn(spans, evidence), ...countsOf(tally) }, ...timesOf(tally) };
  });
}

type Span = { from: number; until: number };

function wholeSeconds(windows: readonly Window[], { timeline, planned, durationUs }: Evidence): Span[] {
  const end = Math.max(planned.length, timeline.seconds);
  const spans: Span[] = [];
  for (const { fromUs, untilUs } of [...windows].sort((a, b) => a.fromUs - b.fromUs)) {
    const from = Math.floor(fromUs / 1e6);
    // An order due in the very last instant has a cell past the last whole second of the plan.
    const until = untilUs >= durationUs ? end : Math.ceil(untilUs / 1e6);
    const last = spans.at(-1);
    if (last && from <= last.until) last.until = Math.max(last.until, until);
    else spans.push({ from, until });
  }
  return spans;
}

function plannedIn(spans: readonly Span[], { planned }: Evidence): number {
  let count = 0;
  for (const { from, until } of spans) for (let second = from; second < until; second++) count += planned[second] ?? 0;
  return count;
}

function countsOf(tally: TallyView) {
  return {
    fired: tally.fired,
    dropped: tally.dropped,
    accepted: tally.countOf('accepted'),
    rejected: tally.countOf('rejected'),
    failed: tally.countOf('failed'),
    unknown: tally.countOf('unknown'),
  };
}

function timesOf(tally: TallyView) {
  const histogram = tally.histogram({ of: 'response' });
  const { count } = histogram;
  const percentile = (p: number) => (count > 0 && count >= leastCountFor(p) ? histogram.percentile(p) : null);
  return { p50Us: percentile(0.5), p99Us: percentile(0.99), maxUs: count > 0 ? histogram.maxUs : null };
}
