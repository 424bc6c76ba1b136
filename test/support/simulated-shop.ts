// A shop as queueing theory has it, for searches for its capacity: orders come at random at one rate; tills serve them first
// come, first served, or one machine is shared by all it works on. Event by event, in virtual time.

import type { Evidence } from '../../src/judge/spec.ts';
import { dice, normal } from '../judge/simulated-runs.ts';
import { type Order, OUTCOMES } from './evidence.ts';
import { timelineOfOrders } from './record.ts';

export type Roll = () => number;

/** Time at a till, s. */
export type Service = (roll: Roll) => number;

export const fixed =
  (meanS: number): Service =>
  () =>
    meanS;
export const exponential =
  (meanS: number): Service =>
  (roll) =>
    -Math.log(roll()) * meanS;
/** `cv`: standard deviation over mean. */
export function lognormal(meanS: number, cv: number): Service {
  const sigma = Math.sqrt(Math.log(1 + cv ** 2));
  return (roll) => meanS * Math.exp(sigma * normal(roll) - sigma ** 2 / 2);
}

/** When each of the orders that came at these times ended, s. */
export type Serve = (arrivals: Float64Array, roll: Roll) => Float64Array;

/** G/G/c, first come first served. */
export function tills(count: number, service: Service): Serve {
  return (arrivals, roll) => {
    const free = new Float64Array(count);
    const ends = new Float64Array(arrivals.length);
    for (let k = 0; k < arrivals.length; k++) {
      let first = 0;
      for (let till = 1; till < count; till++) if (free[till]! < free[first]!) first = till;
      ends[k] = Math.max(arrivals[k]!, free[first]!) + service(roll);
      free[first] = ends[k]!;
    }
    return ends;
  };
}

export type Scaling = { lambda: number; sigma: number; kappa: number };
export const throughputAt = ({ lambda, sigma, kappa }: Scaling, n: number): number =>
  (lambda * n) / (1 + sigma * (n - 1) + kappa * n * (n - 1));

/**
 * One machine shared by all n orders in it, which together get through X(n) a second (Universal Scalability Law), so that
 * each takes longer the more there are, and all together less from some number on. Work is exponential, mean 1.
 */
export function shared(scaling: Scaling): Serve {
  return (arrivals, roll) => {
    const ends = new Float64Array(arrivals.length);
    const works: { until: number; order: number }[] = [];
    let [now, done, next] = [0, 0, 0];
    while (next < arrivals.length || works.length > 0) {
      const speed = works.length > 0 ? throughputAt(scaling, works.length) / works.length : 0;
      const finishes = works.length > 0 ? now + (works[0]!.until - done) / speed : Number.POSITIVE_INFINITY;
      const arrives = next < arrivals.length ? arrivals[next]! : Number.POSITIVE_INFINITY;
      const at = Math.min(finishes, arrives);
      done += (at - now) * speed;
      now = at;
      if (finishes <= arrives) ends[pop(works).order] = at;
      else push(works, { until: done - Math.log(roll()), order: next++ });
    }
    return ends;
  };
}

type Work = { until: number; order: number };
function push(heap: Work[], work: Work): void {
  let at = heap.push(work) - 1;
  while (at > 0 && heap[(at - 1) >> 1]!.until > work.until) {
    heap[at] = heap[(at - 1) >> 1]!;
    at = (at - 1) >> 1;
  }
  heap[at] = work;
}
function pop(heap: Work[]): Work {
  const [top, last] = [heap[0]!, heap.pop()!];
  if (heap.length === 0) return top;
  let at = 0;
  for (let child = 1; child < heap.length; child = 2 * at + 1) {
    if (child + 1 < heap.length && heap[child + 1]!.until < heap[child]!.until) child++;
    if (heap[child]!.until >= last.until) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return top;
}

/**
 * Poisson arrivals with an exact total, as the traffic has them: sorted uniforms, made in order as sums of exponential gaps
 * over the sum of all.
 */
export function arrivalsOf(ratePerS: number, seconds: number, roll: Roll): Float64Array {
  const due = new Float64Array(Math.round(ratePerS * seconds));
  let sum = 0;
  for (let k = 0; k < due.length; k++) {
    sum -= Math.log(roll());
    due[k] = sum;
  }
  const scale = seconds / (sum - Math.log(roll()));
  for (let k = 0; k < due.length; k++) due[k]! *= scale;
  return due;
}

export type SimulatedShop = {
  serve: Serve;
  /** Orders that take longer end unknown. */
  timeoutS?: number;
  /** The rate from which on the generator comes late, and by how much. */
  generator?: { fromPerS: number; lateUs: number };
  /** How an order that was served ends: `nth` of those before it. */
  ends?: (nth: number) => Order['ends'];
};

export function ordersOf(
  shop: SimulatedShop,
  ratePerS: number,
  { seconds, seed }: { seconds: number; seed: number },
): Order[] {
  const roll = dice(seed);
  const due = arrivalsOf(ratePerS, seconds, roll);
  const { timeoutS = 10, generator, ends = () => 'accepted' } = shop;
  const lateS = generator && ratePerS > generator.fromPerS ? generator.lateUs / 1e6 : 0;
  const done = shop.serve(lateS > 0 ? due.map((at) => at + lateS) : due, roll);
  return Array.from(due, (at, k) => {
    const firedS = at + lateS;
    const isLost = done[k]! - firedS > timeoutS;
    const us = (atS: number) => Math.round(atS * 1e6);
    return {
      dueUs: us(at),
      firedUs: us(firedS),
      doneUs: us(isLost ? firedS + timeoutS : done[k]!),
      ends: isLost ? 'unknown' : ends(k),
    };
  });
}

/** What a run that fired these orders would leave, through the real recorder and timeline. */
export function evidenceOfRun(orders: readonly Order[], seconds: number, slo: readonly string[]): Evidence {
  const planned = new Uint32Array(seconds);
  for (const { dueUs } of orders) planned[Math.min(seconds - 1, Math.floor(dueUs / 1e6))]!++;
  const timeline = timelineOfOrders(orders, OUTCOMES);
  const total = timeline.total();
  return {
    slo: slo.map((text) => ({ text, place: undefined })),
    durationUs: seconds * 1e6,
    planned,
    phases: [{ part: 'base', fromUs: 0, untilUs: seconds * 1e6 }],
    timeline,
    orders: {
      planned: orders.length,
      fired: total.fired,
      dropped: total.dropped,
      unreached: orders.length - total.fired - total.dropped,
      sent: total.sent,
      accepted: total.countOf('accepted'),
      rejected: total.countOf('rejected'),
      failed: total.countOf('failed'),
      unknown: total.countOf('unknown'),
    },
    incidents: [],
    ending: { kind: 'complete' },
  };
}
