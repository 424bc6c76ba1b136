// Did the generator keep its appointments (METHOD §4)? By effect: would the same orders, fired on time, be judged the
// same? By size: how late were they, against the tightest time limit they are judged by?

import type { HistogramView } from '../measure/spec.ts';
import type { SloLine } from '../profile/plan.ts';
import { formatClock, formatDuration } from '../units.ts';
import { judgeSlo } from './judge-slo.ts';
import { reachedSeconds } from './scope.ts';
import { limitValue } from './slo-limit.ts';
import { isTimes } from './slo-metric.ts';
import type { Evidence, Gate, Slo, SloResult, SloStatus } from './spec.ts';

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

/**
 * However few the seconds: when so many orders are later than the limit of p99.9 (or than 50 ms, against a limit of many
 * seconds), the percentiles that are judged are made of orders that we held back and then let go in one burst, and what
 * the shop would have said to them when they were due is not known. 300 ms without a turn in 10 s is 3 %; the 1–3 ms that
 * a busy laptop takes are below any limit.
 */
const STALL_SHARE = 0.01;
const STALL_ORDERS = 3;
const STALL_US = 50_000;

const FEWER_LATE = 'use more workers, a machine with less else to do, or a lower rate';

/** Where no SLO has a time limit: counts of errors and of accepted orders do not hang on milliseconds. */
const NO_TIME_LIMIT_US = 1e6;

/** p99 ≤ max(1 ms, 2 % of the tightest time limit) and p99.9 ≤ max(5 ms, 10 % of it), µs; as for 1 s where there is none. */
export function latenessLimits(slos: readonly Slo[]): { p99Us: number; p999Us: number } {
  const limits = slos
    .filter((slo) => slo.limit.kind === 'duration' && isTimes(slo.metric))
    .map((slo) => limitValue(slo.limit));
  return latenessLimitsFor(limits.length > 0 ? Math.min(...limits) : NO_TIME_LIMIT_US);
}

/** The same for one time limit. */
export function latenessLimitsFor(tightestUs: number): { p99Us: number; p999Us: number } {
  return { p99Us: Math.max(1e3, 0.02 * tightestUs), p999Us: Math.max(5e3, 0.1 * tightestUs) };
}

type LatenessLimits = ReturnType<typeof latenessLimits>;

const CALM_S = 60;

/** Seconds in which more than 1 % of the orders were later than the one limit, or more than 0.1 % later than the other (isLate). */
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

/** One late order among a second's forty is more than 1 % of them, and says nothing of their p99: it takes two, or half. */
function isLate(lateness: HistogramView, { p99Us, p999Us }: LatenessLimits): boolean {
  const { count } = lateness;
  const isMore = (over: number, share: number): boolean => over > share * count && (over > 1 || 2 * over >= count);
  return isMore(lateness.countAbove(p99Us).atMost, 0.01) || isMore(lateness.countAbove(p999Us).atMost, 0.001);
}

/** True when so many orders were held back by so much that they, not the shop, make the percentiles. */
function isStalled(lateness: HistogramView, stallUs: number): boolean {
  return lateness.countAbove(stallUs).atLeast > Math.max(STALL_ORDERS, STALL_SHARE * lateness.count);
}

/**
 * True when a time limit was broken by so much that no lateness explains it. Orders that arrive at most d too late leave
 * a queue at most d later than they would have (departures are a max-plus function of arrivals, monotone and
 * homogeneous, hence 1-Lipschitz), so every response would have been at least what it was, less the greatest lateness.
 */
function failsAnyway(evidence: Evidence, judged: readonly JudgedSlo[], mostUs: number): boolean {
  return judged.some(({ slo, line, result }) => {
    if (result.status !== 'fail' || slo.limit.kind !== 'duration') return false;
    const limit = { ...slo.limit, us: slo.limit.us + mostUs };
    return judgeSlo({ ...slo, limit }, line, evidence).status === 'fail';
  });
}

/**
 * Over its limits it warns. It voids when that was no blip, or a blip that held back one order in a hundred by more than
 * the limit of p99.9, unless an SLO is broken with all of it taken off. Whether the verdict hangs on each order's own
 * lateness is `latenessEffectGate`'s to say.
 */
export function latenessSizeGate(evidence: Evidence, judged: readonly JudgedSlo[]): Gate {
  const limits = latenessLimits(judged.map(({ slo }) => slo));
  const stallUs = Math.min(STALL_US, limits.p999Us);
  const limit =
    `p99 ≤ ${formatDuration(limits.p99Us)}, p99.9 ≤ ${formatDuration(limits.p999Us)}; ` +
    `void in ${BLIP_LIMIT}, or with 1 % of the orders over ${formatDuration(stallUs)}`;
  const gate = { name: 'lateness', limit, ...byWorker(evidence) };
  const lateness = evidence.timeline.total().histogram({ of: 'lateness' });
  if (lateness.count === 0) {
    return { ...gate, status: 'ok', measured: 'no orders were fired', touched: undefined, advice: '' };
  }
  const [p99Us, p999Us] = [lateness.percentile(0.99), lateness.percentile(0.999)];
  const measured = `p99 ${formatDuration(p99Us)}, p99.9 ${formatDuration(p999Us)}, max ${formatDuration(lateness.maxUs)}`;
  if (p99Us <= limits.p99Us && p999Us <= limits.p999Us) {
    return { ...gate, status: 'ok', measured, touched: 0, advice: '' };
  }
  const seconds = reachedSeconds(evidence);
  const late = lateSeconds(evidence, limits, seconds);
  const stalled = isStalled(lateness, stallUs) && !failsAnyway(evidence, judged, lateness.maxUs);
  const status = stalled || isSizeable(late, seconds) ? 'void' : 'warn';
  return { ...gate, status, measured, touched: seconds > 0 ? late / seconds : 1, advice: FEWER_LATE };
}

function byWorker({ workers = [] }: Evidence): Pick<Gate, 'byWorker'> {
  if (workers.length === 0) return {};
  const says = (p99Us: number, maxUs: number): string =>
    Number.isNaN(maxUs) ? 'no orders' : `p99 ${formatDuration(p99Us)}, max ${formatDuration(maxUs)}`;
  return {
    byWorker: workers.map(({ worker, latenessP99Us, latenessMaxUs }) => ({
      worker,
      measured: says(latenessP99Us, latenessMaxUs),
    })),
  };
}

const WORDS: Record<SloStatus, string> = {
  pass: 'held',
  fail: 'broken',
  inconclusive: 'open',
  'not-checked': 'not checked',
};

/** Judges every time limit again as if each order had been fired on time; a status that differs was made by the generator. */
export function latenessEffectGate(evidence: Evidence, judged: readonly JudgedSlo[]): Gate {
  const limit = 'the same status with every lateness taken off';
  const gate = { name: 'lateness effect', limit, touched: undefined };
  const times = judged.filter(
    ({ slo: { metric } }) => isTimes(metric) && metric.of !== 'service' && metric.of !== 'wait',
  );
  for (const { slo, line, result } of times) {
    const punctual = judgeSlo(slo, line, evidence, 'punctual');
    if (punctual.status === result.status) continue;
    const where = result.worst ? ` (worst at ${formatClock(result.worst.fromUs)})` : '';
    const measured = `\`${line.text}\` is ${WORDS[result.status]}${where}, and would be ${WORDS[punctual.status]} had all orders been fired on time`;
    return { ...gate, status: 'void', measured, advice: FEWER_LATE };
  }
  const measured = times.length === 0 ? 'no limit reads the response' : `${times.length} of ${times.length} the same`;
  return { ...gate, status: 'ok', measured, advice: '' };
}
