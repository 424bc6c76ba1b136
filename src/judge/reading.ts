// One number read off a stretch of the run and held against its limit as it stands ("point value"), without a margin for
// chance. Windows are judged by it, and so is everything that is an exact count of this run's orders.

import { rankOf } from '../measure/histogram.ts';
import type { HistogramView, TallyView, View } from '../measure/spec.ts';
import { leastCountFor } from '../measure/summary.ts';
import { GIVEN_UP, type OutcomeClass } from '../outcomes.ts';
import type { Stretch } from './scope.ts';
import { limitValue } from './slo-limit.ts';
import { isTimes } from './slo-metric.ts';
import type { CountMetric, DurationMetric, Slo } from './spec.ts';
import { proportionBounds } from './statistics.ts';

/** Which times stand for the response: as they were, or with the generator's lateness taken off (METHOD §4). */
export type Times = 'response' | 'punctual';

/** `holds` is undefined where these orders cannot say. `measured` is NaN when there is nothing to measure. */
export type Reading = { measured: number; samples: number; holds: boolean | undefined };

export function viewOf(metric: DurationMetric, times: Times): View {
  if (metric.of === 'service' || metric.of === 'wait') return { of: metric.of };
  return metric.of === 'all' ? { of: times } : { of: times, class: metric.of };
}

/** Shares are quotients and limits are decimal text: both are off by an ulp, which must not decide a verdict. */
export function holds(measured: number, comparator: Slo['comparator'], limit: number): boolean {
  const same = Math.abs(measured - limit) <= 1e-12 * Math.max(Math.abs(measured), Math.abs(limit));
  if (same) return comparator === '<=' || comparator === '>=' || comparator === '==';
  return measured < limit ? comparator === '<' || comparator === '<=' : comparator === '>' || comparator === '>=';
}

/** How many orders break `< limit` or `<= limit` one by one. Histograms hold whole µs, so `< x` is `<= x − 1`. */
export function countSlow(histogram: HistogramView, slo: Slo): { atLeast: number; atMost: number } {
  const limitUs = limitValue(slo.limit);
  const strict = slo.comparator === '<' || slo.comparator === '>=';
  return histogram.countAbove(strict ? Math.ceil(limitUs) - 1 : Math.floor(limitUs));
}

/** How many of n orders may be slower than the limit while percentile p still keeps it. */
export function allowedSlow(p: number, n: number): number {
  return n - rankOf(p, n);
}

/** True · false · undefined where the bucket that holds the limit leaves it open. */
function percentileHolds(histogram: HistogramView, slo: Slo, p: number): boolean | undefined {
  const slow = countSlow(histogram, slo);
  const allowed = allowedSlow(p, histogram.count);
  const wantsFast = slo.comparator === '<' || slo.comparator === '<=';
  if (slow.atMost <= allowed) return wantsFast;
  if (slow.atLeast > allowed) return !wantsFast;
  return undefined;
}

function readTimes(slo: Slo, metric: DurationMetric, tally: TallyView, times: Times): Reading {
  const histogram = tally.histogram(viewOf(metric, times));
  const samples = histogram.count;
  if (samples === 0) return { measured: Number.NaN, samples, holds: undefined };
  if (metric.kind !== 'percentile') {
    const measured = metric.kind === 'max' ? histogram.maxUs : histogram.meanUs;
    return { measured, samples, holds: holds(measured, slo.comparator, limitValue(slo.limit)) };
  }
  const measured = histogram.percentile(metric.p);
  return { measured, samples, holds: percentileHolds(histogram, slo, metric.p) };
}

/** Orders of a class whose answer was not waited for when the run was stopped: no evidence against the shop. */
function givenUp(tally: TallyView, outcomeClass?: OutcomeClass): number {
  return tally.outcomes.reduce((sum, outcome, index) => {
    const counts = GIVEN_UP.includes(outcome.name) && (outcomeClass === undefined || outcome.class === outcomeClass);
    return counts ? sum + tally.countOfOutcome(index) : sum;
  }, 0);
}

/** `errors` are the failed and the unknown; `achieved` are the fired. What the run itself gave up is neither. */
export function countOrders(metric: CountMetric, tally: TallyView): number {
  switch (metric.of) {
    case 'errors':
      return tally.countOf('failed') + tally.countOf('unknown') - givenUp(tally);
    case 'failed':
    case 'unknown':
      return tally.countOf(metric.of) - givenUp(tally, metric.of);
    case 'achieved':
      return tally.fired;
    case 'dropped':
      return tally.dropped;
    default:
      return tally.countOf(metric.of);
  }
}

/**
 * A rate over the whole run is what the clock saw: a shop that accepts 10/s of 30/s due, and the rest long after the end,
 * has accepted 10 a second. In a window or a part it is that of the orders due there, for at their edges answers belong
 * to one second and their orders to another.
 */
function countPerClock(slo: Slo, metric: CountMetric, stretch: Stretch): number {
  const whole = slo.everyUs === undefined && slo.during === undefined && slo.forUs === undefined;
  const name = metric.of === 'achieved' ? 'fired' : metric.of;
  if (whole && (name === 'fired' || name === 'accepted' || name === 'rejected')) return stretch.flow(name);
  return countOrders(metric, stretch.tally);
}

function readOrders(slo: Slo, metric: CountMetric, stretch: Stretch): Reading {
  const { tally } = stretch;
  const tried = tally.fired + tally.dropped - givenUp(tally);
  const { kind } = slo.limit;
  const count = kind === 'rate' ? countPerClock(slo, metric, stretch) : countOrders(metric, tally);
  const per = { share: tried, 'of-plan': stretch.planned, rate: stretch.seconds, count: 1, duration: Number.NaN }[kind];
  const measured = per > 0 ? count / per : Number.NaN;
  const samples = kind === 'of-plan' ? stretch.planned : tried;
  if (Number.isNaN(measured)) return { measured, samples, holds: undefined };
  const kept = holds(measured, slo.comparator, limitValue(slo.limit));
  // Where nothing was tried `errors == 0` is true and says nothing; `accepted >= 99% of plan` is broken all the same.
  return { measured, samples, holds: kept && tried === 0 ? undefined : kept };
}

/** The point value of a stretch. */
export function readPoint(slo: Slo, stretch: Stretch, times: Times): Reading {
  const { metric } = slo;
  if (metric.kind === 'orders') return readOrders(slo, metric, stretch);
  if (isTimes(metric)) return readTimes(slo, metric, stretch.tally, times);
  return { measured: Number.NaN, samples: 0, holds: undefined };
}

/**
 * The point value of a window. A percentile of fewer orders than can tell it is left open, save where even the lower
 * 95 % bound of the slow share is over what is allowed: ten of ten too slow is a broken window however few ten are.
 */
export function readWindow(slo: Slo, stretch: Stretch, times: Times): Reading {
  const reading = readPoint(slo, stretch, times);
  const { metric } = slo;
  if (metric.kind !== 'percentile' || reading.samples === 0 || reading.samples >= leastCountFor(metric.p))
    return reading;
  const slow = countSlow(stretch.tally.histogram(viewOf(metric, times)), slo);
  const [low] = proportionBounds(slow.atLeast, reading.samples);
  return { ...reading, holds: low > 1 - metric.p ? false : undefined };
}
