// Did the generator keep its appointments (METHOD §4)? By effect: would the same orders, fired on time, be judged the
// same? By size: how late were they, against the tightest time limit they are judged by?

import type { HistogramView } from '../measure/spec.ts';
import type { SloLine } from '../profile/plan.ts';
import { formatClock, formatDuration } from '../units.ts';
import { judgeSlo } from './judge-slo.ts';
import { reachedSeconds } from './scope.ts';
import { limitValue } from './slo-limit.ts';
import type { Evidence, Gate, Slo, SloResult } from './spec.ts';

/** An SLO that parsed, and what became of it. */
export type JudgedSlo = { slo: Slo; line: SloLine; result: SloResult };

/**
 * What a blip may touch without voiding a run whose verdict it does not change: 5 % of its seconds, or 3 s of a run too
 * short for that to mean anything. More is no blip but a generator that cannot hold the load.
 */
const BLIP_SHARE = 0.05;
const BLIP_S = 3;

/** True when so many touched seconds are more than a blip in a run of so many. */
export function isSizeable(touchedS: number, seconds: number): boolean {
  return touchedS > Math.max(BLIP_S, BLIP_SHARE * seconds);
}

export const BLIP_LIMIT = 'more than 5 % of the seconds (at least 3 s)';

const FEWER_LATE = 'use more workers, a machine with less else to do, or a lower rate';

/** p99 ≤ max(1 ms, 2 % of the tightest time limit) and p99.9 ≤ max(5 ms, 10 % of it), µs. */
export function latenessLimits(slos: readonly Slo[]): { p99Us: number; p999Us: number } {
  const limits = slos.filter((slo) => slo.limit.kind === 'duration').map((slo) => limitValue(slo.limit));
  const tightestUs = limits.length > 0 ? Math.min(...limits) : 0;
  return { p99Us: Math.max(1e3, 0.02 * tightestUs), p999Us: Math.max(5e3, 0.1 * tightestUs) };
}

type LatenessLimits = ReturnType<typeof latenessLimits>;

const CALM_S = 60;

/** Seconds in which more than 1 % of the orders were later than the one limit, or more than 0.1 % later than the other. */
function lateSeconds({ timeline }: Evidence, limits: LatenessLimits, until: number): number {
  const latenessOf = (from: number, to: number) => timeline.tally(from, to).histogram({ of: 'lateness' });
  let late = 0;
  for (let from = 0; from < until; from += CALM_S) {
    const to = Math.min(from + CALM_S, until);
    // Most minutes of a run with a blip are calm; one look at their maximum spares sixty histograms.
    if (!(latenessOf(from, to).maxUs > limits.p99Us)) continue;
    for (let second = from; second < to; second++) if (isLate(latenessOf(second, second + 1), limits)) late++;
  }
  return late;
}

function isLate(lateness: HistogramView, { p99Us, p999Us }: LatenessLimits): boolean {
  const { count } = lateness;
  return lateness.countAbove(p99Us).atMost > 0.01 * count || lateness.countAbove(p999Us).atMost > 0.001 * count;
}

/** Over its limits it warns; it voids when it was no blip. Whether it touched the verdict is `latenessEffectGate`'s to say. */
export function latenessSizeGate(evidence: Evidence, slos: readonly Slo[]): Gate {
  const limits = latenessLimits(slos);
  const limit = `p99 ≤ ${formatDuration(limits.p99Us)}, p99.9 ≤ ${formatDuration(limits.p999Us)}; void in ${BLIP_LIMIT}`;
  const lateness = evidence.timeline.total().histogram({ of: 'lateness' });
  if (lateness.count === 0) {
    return { name: 'lateness', status: 'ok', measured: 'no orders were fired', limit, touched: undefined, advice: '' };
  }
  const [p99Us, p999Us] = [lateness.percentile(0.99), lateness.percentile(0.999)];
  const measured = `p99 ${formatDuration(p99Us)}, p99.9 ${formatDuration(p999Us)}`;
  if (p99Us <= limits.p99Us && p999Us <= limits.p999Us) {
    return { name: 'lateness', status: 'ok', measured, limit, touched: 0, advice: '' };
  }
  const seconds = reachedSeconds(evidence);
  const late = lateSeconds(evidence, limits, seconds);
  const status = isSizeable(late, seconds) ? 'void' : 'warn';
  return { name: 'lateness', status, measured, limit, touched: seconds > 0 ? late / seconds : 1, advice: FEWER_LATE };
}

/** Judges every time limit again as if each order had been fired on time; a status that differs was made by the generator. */
export function latenessEffectGate(evidence: Evidence, judged: readonly JudgedSlo[]): Gate {
  const limit = 'the same status with every lateness taken off';
  const gate = { name: 'lateness effect', limit, touched: undefined };
  const times = judged.filter(
    ({ slo: { metric } }) =>
      metric.kind !== 'orders' && metric.kind !== 'audit' && metric.of !== 'service' && metric.of !== 'wait',
  );
  for (const { slo, line, result } of times) {
    const punctual = judgeSlo(slo, line, evidence, 'punctual');
    if (punctual.status === result.status) continue;
    const where = result.worst ? ` (worst at ${formatClock(result.worst.fromUs)})` : '';
    const measured = `\`${line.text}\` is ${result.status}${where}, but ${punctual.status} had all orders been fired on time`;
    return { ...gate, status: 'void', measured, advice: FEWER_LATE };
  }
  const measured = times.length === 0 ? 'no limit reads the response' : `${times.length} of ${times.length} the same`;
  return { ...gate, status: 'ok', measured, advice: '' };
}
