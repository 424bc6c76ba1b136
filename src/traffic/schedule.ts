// Due times by index (METHOD §1): orders are counted 0…N−1, never areas, so the count is N whatever the float noise.
// Worker k of n owns k, k+n, k+2n, … of ONE global schedule and needs nobody to tell it which.

import { curveOf } from './curve.ts';
import { randomOf } from './random.ts';
import type { CurveSpec, Schedule } from './spec.ts';

const US_PER_S = 1e6;
const ARRIVALS_SALT = 0x5eed;

/** The largest number below `durationUs`: every order is due inside the run. */
function lastMoment(durationUs: number): number {
  return durationUs * (1 - Number.EPSILON / 2);
}

/**
 * Orders that the curve has produced when order `seq` is due; call it with ascending `seq`.
 * even: seq + ½. poisson: the seq-th of N sorted uniforms, drawn in order without sorting by u ← 1−(1−u)·V^(1/(N−seq)):
 * the smallest of the N−seq that are left, uniform on (u, 1), has left V^(1/(N−seq)) of that stretch above it. Given N,
 * the arrivals of a non-homogeneous Poisson process are exactly N sorted uniforms through the inverse of its area.
 */
function marksOf(spec: CurveSpec, area: number): (seq: number) => number {
  // 1 where the base was solved; where given rates add up to 600.3 orders, the 600 share the whole of it.
  const areaPerOrder = area / spec.orders;
  if (spec.arrivals === 'even') return (seq) => (seq + 0.5) * areaPerOrder;
  const random = randomOf(spec.seed, ARRIVALS_SALT);
  // As a sum of logarithms the last orders lose no digits, and an order of another worker costs no power.
  let logAbove = 0; // ln(1 − u)
  let drawn = 0;
  return (seq) => {
    for (; drawn <= seq; drawn += 1) logAbove += Math.log(random()) / (spec.orders - drawn);
    return -Math.expm1(logAbove) * area;
  };
}

/**
 * Due times of worker `worker` (0…workers−1), µs, ascending, each in [0, durationUs). A poisson worker also draws, but does
 * not invert, the marks of the orders of the others: that is what makes the schedule one and the same for any pool (to
 * the 1e-6 orders of the inverse). Throws a RangeError where there is no such worker.
 */
export function scheduleOf(spec: CurveSpec, worker: number, workers: number): Schedule {
  if (!(Number.isInteger(worker) && Number.isInteger(workers) && worker >= 0 && worker < workers)) {
    throw new RangeError(`Expected \`worker\` to be a whole number from 0 to workers − 1, got ${worker} of ${workers}`);
  }
  const curve = curveOf(spec);
  const markOf = marksOf(spec, curve.area(spec.durationUs));
  const lastUs = lastMoment(spec.durationUs);
  let seq = worker - workers;
  let dueUs = 0;
  return {
    get seq() {
      return seq;
    },
    next() {
      if (seq + workers >= spec.orders) return Number.POSITIVE_INFINITY;
      seq += workers;
      dueUs = Math.max(dueUs, Math.min(curve.inverse(markOf(seq), dueUs), lastUs));
      return dueUs;
    },
  };
}

/** Orders due in each second of the run (the last one may be short); sums to `spec.orders` and agrees with every schedule. */
export function plannedPerSecond(spec: CurveSpec): Uint32Array {
  const perSecond = new Uint32Array(Math.ceil(spec.durationUs / US_PER_S));
  const schedule = scheduleOf(spec, 0, 1);
  for (let dueUs = schedule.next(); dueUs < Number.POSITIVE_INFINITY; dueUs = schedule.next()) {
    perSecond[Math.floor(dueUs / US_PER_S)]! += 1;
  }
  return perSecond;
}
