// The words of a judged SLO: one plain sentence each, and numbers in the unit of their metric.

import type { HistogramView } from '../measure/spec.ts';
import { leastCountFor } from '../measure/summary.ts';
import { formatClock, formatCount, formatCountOf, formatDuration, formatRate, formatShare } from '../units.ts';
import { countSlow, type Reading } from './reading.ts';
import type { Span } from './scope.ts';
import { limitValue } from './slo-limit.ts';
import { formatMetric } from './slo-metric.ts';
import type { DurationMetric, Evidence, Slo, SloResult } from './spec.ts';
import type { Interval } from './statistics.ts';

export type Unit = SloResult['unit'];

export function unitOf(slo: Slo): Unit {
  const { kind } = slo.limit;
  if (kind === 'duration') return 'us';
  if (kind === 'rate') return 'perS';
  return kind === 'count' ? 'count' : 'share';
}

export function formatValue(value: number, unit: Unit): string {
  if (unit === 'us') return formatDuration(value);
  if (unit === 'share') return formatShare(value);
  return unit === 'perS' ? formatRate(value) : formatCount(value);
}

/** `14:00–14:01` */
export function formatSpan(span: { fromUs: number; untilUs: number }): string {
  return `${formatClock(span.fromUs)}–${formatClock(span.untilUs)}`;
}

const orders = (count: number): string => formatCountOf(count, 'order');

/** `errors were 0.2 %`, `accepted was 98 %`, `p99 was 41 ms` */
export function saysState(slo: Slo, value: number): string {
  const name = formatMetric(slo.metric);
  return `${name} ${name === 'errors' ? 'were' : 'was'} ${formatValue(value, unitOf(slo))}`;
}

/** Why there is nothing to judge. */
export function saysNoData(slo: Slo, spans: readonly Span[]): string {
  if (slo.during !== undefined && spans.length === 0) {
    return `\`${slo.during}\` was not on while this run lasted, so there is nothing to judge`;
  }
  return `no orders to judge \`${formatMetric(slo.metric)}\` by; no data is never a pass`;
}

/** A proportion judged with its bounds: what was seen, what it can be with 95 % confidence, what is allowed. */
export function saysPercentile(
  slo: Slo,
  metric: DurationMetric,
  histogram: HistogramView,
  status: SloResult['status'],
  bounds: Interval,
): string {
  const n = histogram.count;
  const slow = countSlow(histogram, slo);
  const seen =
    slow.atLeast === slow.atMost
      ? formatCount(slow.atMost)
      : `${formatCount(slow.atLeast)}–${formatCount(slow.atMost)}`;
  const name = formatMetric(metric);
  const limit = formatDuration(limitValue(slo.limit));
  const head = n >= leastCountFor(metric.p) ? `${name} was ${formatDuration(histogram.percentile(metric.p))}: ` : '';
  const broke = slo.comparator === '<' ? `took ${limit} or longer` : `took longer than ${limit}`;
  const allowed = formatShare(1 - metric.p);
  const fact = `${head}${seen} of ${orders(n)} ${broke}`;
  if (status === 'pass') return `${fact}, with 95 % confidence at most ${formatShare(bounds[1])} where ${allowed} may`;
  if (status === 'fail') return `${fact}, with 95 % confidence at least ${formatShare(bounds[0])} where ${allowed} may`;
  if (n < leastCountFor(metric.p))
    return `${fact}; it takes ${formatCount(leastCountFor(metric.p))} orders to tell ${name}`;
  return `${fact}, which with 95 % confidence is ${formatShare(bounds[0])} to ${formatShare(bounds[1])}: too close to the ${allowed} that may`;
}

/** An exact count or an extreme, as it stands. */
export function saysPoint(slo: Slo, reading: Reading): string {
  const unit = unitOf(slo);
  const of = slo.limit.kind === 'of-plan' ? ' of plan' : '';
  const kept = reading.holds ? 'within' : 'outside';
  const limit = `${slo.comparator} ${formatValue(limitValue(slo.limit), unit)}${of}`;
  return `${saysState(slo, reading.measured)}${of}, ${kept} ${limit}, over ${orders(reading.samples)}`;
}

/** The windows of `in every W`. `empty`: windows among the undecided that had nothing to measure though orders were planned. */
export function saysWindows(
  slo: Slo,
  windows: NonNullable<SloResult['windows']>,
  worst: SloResult['worst'],
  empty: number,
): string {
  const { total, failed, undecided } = windows;
  const every = formatDuration(slo.everyUs ?? 0);
  const all = `${formatCountOf(total, 'window')} of ${every}`;
  const where = worst ? `, worst ${formatValue(worst.measured, unitOf(slo))} at ${formatSpan(worst)}` : '';
  const few = undecided - empty;
  const open =
    (few > 0 ? `; ${formatCount(few)} had too few orders to say` : '') +
    (empty > 0 ? `; ${formatCount(empty)} had no such order at all` : '');
  if (total === 1 && undecided === 0)
    return `${failed > 0 ? 'broke' : 'held'} in the only window of ${every} there was${where}`;
  if (total === 1)
    return `the only window of ${every} there was had ${empty > 0 ? 'no such order at all' : 'too few orders to say'}`;
  if (failed > 0) return `broke in ${formatCount(failed)} of ${all}${where}${open}`;
  if (total === 0) return `the run did not get through one window of ${every}`;
  if (undecided === total) return `none of ${all} had enough orders to say`;
  return undecided > 0
    ? `held in ${formatCount(total - undecided)} of ${all}${where}${open}`
    : `held in all ${all}${where}`;
}

/** What an early end leaves unsaid. */
export function saysEarlyEnd(evidence: Evidence): string {
  const { ending } = evidence;
  return ending.kind === 'complete'
    ? ''
    : `; the run ended at ${formatClock(ending.atUs)} of ${formatClock(evidence.durationUs)}`;
}
