// The measured part of a trial: the evidence without the settle time before it, with seconds that count from its start.
// What the shop does while it fills, opens connections and warms its caches is no answer to the load.

import type { TimelineView } from '../../measure/spec.ts';
import { plannedIn, reachedSeconds } from '../scope.ts';
import type { Evidence, OrderCounts } from '../spec.ts';

/** Only what the run got through; orders due in it, whenever they ended. */
export function measuredOf(evidence: Evidence, settleUs: number): Evidence {
  const from = Math.round(settleUs / 1e6);
  const until = reachedSeconds(evidence);
  const timeline = shifted(evidence.timeline, from, until);
  const planned = evidence.planned.slice(from, Math.max(from, until));
  const durationUs = Math.max(0, Math.min(evidence.durationUs, until * 1e6) - settleUs);
  return {
    ...evidence,
    durationUs,
    planned,
    phases: [{ part: 'base', fromUs: 0, untilUs: durationUs }],
    timeline,
    orders: countsOf(timeline, plannedIn([{ from, until }], evidence)),
    ending: { kind: 'complete' },
  };
}

function shifted(timeline: TimelineView, from: number, until: number): TimelineView {
  const seconds = Math.max(0, Math.min(timeline.seconds, until) - from);
  const total = timeline.tally(from, until);
  return {
    outcomes: timeline.outcomes,
    ...(timeline.steps ? { steps: timeline.steps } : {}),
    seconds,
    tally: (first, last) => timeline.tally(from + first, Math.min(until, from + last)),
    total: () => total,
    flows: timeline.flows
      .filter(({ second }) => second >= from)
      .map((flow) => ({ ...flow, second: flow.second - from })),
  };
}

function countsOf(timeline: TimelineView, planned: number): OrderCounts {
  const total = timeline.total();
  const { fired, dropped, sent } = total;
  return {
    planned,
    fired,
    dropped,
    unreached: planned - fired - dropped,
    sent,
    accepted: total.countOf('accepted'),
    rejected: total.countOf('rejected'),
    failed: total.countOf('failed'),
    unknown: total.countOf('unknown'),
  };
}
