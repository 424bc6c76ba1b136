// Which orders an SLO speaks of: those due in some whole seconds of the plan, of which a run that ended early has only
// the first. Seconds count from the start of the run; spans are half open.

import type { Flow, TallyView } from '../measure/spec.ts';
import { joinTallies } from './join.ts';
import type { Evidence, Slo } from './spec.ts';

export type Span = { from: number; until: number };

/** The orders due in some spans: what was planned, what became of them, and how many seconds of the plan that is. */
export type Stretch = {
  spans: readonly Span[];
  tally: TallyView;
  planned: number;
  seconds: number;
  /** What happened during these seconds of the clock, to orders due whenever. */
  flow: (name: 'fired' | 'accepted' | 'rejected') => number;
};

/** Where the plan ends: behind the last second in which an order is due. */
export function planSeconds(evidence: Evidence): number {
  return Math.max(evidence.planned.length, evidence.timeline.seconds);
}

/** The whole seconds the run got through; all of the plan unless it was stopped or interrupted. */
export function reachedSeconds(evidence: Evidence): number {
  const { ending } = evidence;
  if (ending.kind === 'complete') return planSeconds(evidence);
  return Math.min(planSeconds(evidence), Math.max(0, Math.floor(ending.atUs / 1e6)));
}

const cut = (spans: readonly Span[], from: number, until: number): Span[] =>
  spans
    .map((span) => ({ from: Math.max(span.from, from), until: Math.min(span.until, until) }))
    .filter((span) => span.from < span.until);

/** Overlapping and touching spans become one, so that no order counts twice. */
function union(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && span.from <= last.until) last.until = Math.max(last.until, span.until);
    else merged.push({ ...span });
  }
  return merged;
}

/** The seconds of the plan an SLO covers; the windows of a part are widened to whole seconds. */
export function spansOf(slo: Slo, evidence: Evidence): Span[] {
  const whole = [{ from: 0, until: planSeconds(evidence) }];
  if (slo.during === undefined) return whole;
  const windows = evidence.phases
    .filter((phase) => phase.part === slo.during)
    .map((phase) => ({ from: Math.floor(phase.fromUs / 1e6), until: Math.ceil(phase.untilUs / 1e6) }));
  return cut(union(windows), 0, planSeconds(evidence));
}

/** The part of the spans that the run got through. */
export function reachedSpans(spans: readonly Span[], evidence: Evidence): Span[] {
  return cut(spans, 0, reachedSeconds(evidence));
}

/** True when the run got through all of them. */
export function isReached(spans: readonly Span[], evidence: Evidence): boolean {
  return spans.every((span) => span.until <= reachedSeconds(evidence));
}

export function plannedIn(spans: readonly Span[], evidence: Evidence): number {
  let planned = 0;
  for (const span of spans) {
    for (let second = span.from; second < span.until; second++) planned += evidence.planned[second] ?? 0;
  }
  return planned;
}

/**
 * The windows of `in every W`: tiles of the plan from 0, each cut to the scope. A last window shorter than W counts; one
 * in which nothing is planned does not, for nothing can be said of it. An order due in the very last instant, past the
 * last whole second, belongs to the last window.
 */
export function windowsOf(everyS: number, spans: readonly Span[], evidence: Evidence): Span[][] {
  const end = planSeconds(evidence);
  const tiles = Math.max(1, Math.ceil(evidence.durationUs / 1e6 / everyS));
  return Array.from({ length: tiles }, (_, k) =>
    cut(spans, k * everyS, k === tiles - 1 ? end : (k + 1) * everyS),
  ).filter((window) => plannedIn(window, evidence) > 0);
}

export function stretchOf(spans: readonly Span[], evidence: Evidence): Stretch {
  const durationS = evidence.durationUs / 1e6;
  const { timeline } = evidence;
  // The total is kept summed; of a long run the same numbers second by second take a thousand times as long.
  const tallies = spans.map(({ from, until }) =>
    from === 0 && until >= timeline.seconds ? timeline.total() : timeline.tally(from, until),
  );
  return {
    spans,
    tally: joinTallies(tallies.length > 0 ? tallies : [timeline.tally(0, 0)]),
    planned: plannedIn(spans, evidence),
    seconds: spans.reduce((sum, span) => sum + Math.min(span.until, durationS) - Math.min(span.from, durationS), 0),
    flow: (name) => flowIn(spans, timeline.flows, name),
  };
}

function flowIn(spans: readonly Span[], flows: readonly Flow[], name: 'fired' | 'accepted' | 'rejected'): number {
  let sum = 0;
  for (const { from, until } of spans) {
    for (let second = from; second < until; second++) {
      // A timeline has a row for every second; any other source may leave out seconds in which nothing happened.
      const row = flows[second]?.second === second ? flows[second] : flows.find((flow) => flow.second === second);
      sum += row?.[name] ?? 0;
    }
  }
  return sum;
}
