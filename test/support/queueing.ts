// Where the knee of a simulated shop is, computed apart from any search: by queueing theory where there is a formula, else by
// simulating far longer than any search can.

import { dice } from '../judge/simulated-runs.ts';
import { arrivalsOf, type Serve } from './simulated-shop.ts';

export type Promise99 = { limitS: number; allowed: number };
export const P99: Promise99 = { limitS: 0.3, allowed: 0.01 };

/** P(response > t) of M/M/c, first come first served: Erlang's C, and the sum of a wait and a service that are exponential. */
export function slowShareMMc(ratePerS: number, tills: number, serviceS: number, t: number): number {
  const mu = 1 / serviceS;
  const a = ratePerS / mu;
  if (a >= tills) return 1;
  let blocked = 1;
  for (let k = 1; k <= tills; k++) blocked = (a * blocked) / (k + a * blocked);
  const waits = blocked / (1 - (a / tills) * (1 - blocked));
  const spare = tills - 1 - a;
  if (Math.abs(spare) < 1e-9) return Math.exp(-mu * t) * (1 + waits * mu * t);
  return Math.exp(-mu * t) * (1 + (waits * (1 - Math.exp(-mu * t * spare))) / spare);
}

/** The highest rate in [low, high] at which a share that grows with the rate is allowed; to 0.1 %. */
export function highestRate(isAllowed: (ratePerS: number, step: number) => boolean, low: number, high: number): number {
  for (let step = 0; high / low > 1.001; step++) {
    const middle = Math.sqrt(low * high);
    if (isAllowed(middle, step)) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
}

export const kneeMMc = (tills: number, serviceS: number, { limitS, allowed }: Promise99 = P99): number =>
  highestRate((rate) => slowShareMMc(rate, tills, serviceS, limitS) <= allowed, 0.01 / serviceS, tills / serviceS);

/** Share of slow orders of one long run. */
export function slowShare(
  serve: Serve,
  ratePerS: number,
  { orders, seed, limitS }: { orders: number; seed: number; limitS: number },
): number {
  const roll = dice(seed);
  const due = arrivalsOf(ratePerS, orders / ratePerS, roll);
  const done = serve(due, roll);
  let slow = 0;
  for (let k = 0; k < due.length; k++) if (done[k]! - due[k]! > limitS) slow++;
  return slow / due.length;
}

/** By half a million orders at each rate. */
export const kneeOfLongRuns = (serve: Serve, mostPerS: number, { limitS, allowed }: Promise99 = P99): number =>
  highestRate(
    (rate, step) => slowShare(serve, rate, { orders: 500_000, seed: 900 + step, limitS }) <= allowed,
    mostPerS / 4,
    mostPerS,
  );

/**
 * A shop that gets slower the more it has to do tips over at some time, the sooner the higher the load: there is no one
 * knee, but loads at which few one-minute holds break and loads at which most do. The rate at which this share of them do.
 */
export function tippingRate(serve: Serve, share: number, mostPerS: number): number {
  const [seconds, settleS, runs] = [63, 3, 40];
  return highestRate(
    (rate, step) => {
      let broke = 0;
      for (let run = 0; run < runs; run++) {
        const roll = dice(7919 * run + step);
        const due = arrivalsOf(rate, seconds, roll);
        const done = serve(due, roll);
        let [slow, of] = [0, 0];
        for (let k = 0; k < due.length; k++) {
          if (due[k]! < settleS) continue;
          of++;
          if (done[k]! - due[k]! > P99.limitS) slow++;
        }
        if (slow > P99.allowed * of) broke++;
      }
      return broke <= share * runs;
    },
    mostPerS / 8,
    mostPerS,
  );
}
