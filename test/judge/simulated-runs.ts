// Runs of a shop that never existed: 20 orders a second whose times wander from second to second, have a tail, and stall
// together now and then, as on a real and shared machine. For the statistics of comparisons.

import type { ComparedRun } from '../../src/judge/compare-spec.ts';
import { windowsOf } from '../../src/measure/windows.ts';
import type { Order } from '../support/evidence.ts';
import { timelineOfOrders } from '../support/record.ts';

export type Shop = {
  /** Times of all orders are multiplied by it. */
  slower?: number;
  /** Share of the orders that fail. */
  errors?: number;
  /** Only orders due in [from, until) seconds are slower. */
  during?: [fromS: number, untilS: number];
  minutes?: number;
  ratePerS?: number;
  /** How far the speed of the machine wanders: the spread of its logarithm. */
  wander?: number;
};

/** Uniform in (0, 1): a small generator of its own, seeded. */
export function dice(seed: number): () => number {
  let state = (seed * 2_654_435_769 + 1) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    return (((mixed ^ (mixed >>> 12)) >>> 0) + 0.5) / 4_294_967_296;
  };
}

export const normal = (roll: () => number): number => Math.sqrt(-2 * Math.log(roll())) * Math.cos(2 * Math.PI * roll());

export function simulatedOrders(seed: number, shop: Shop = {}): Order[] {
  const { slower = 1, errors = 0, minutes = 10, ratePerS = 20, during, wander = 0.08 } = shop;
  const roll = dice(seed);
  const seconds = minutes * 60;
  const orders: Order[] = [];
  let mood = 0;
  for (let second = 0; second < seconds; second++) {
    // A first-order autoregression that forgets half in 5 s.
    mood = mood * 0.87 + normal(roll) * wander * Math.sqrt(1 - 0.87 ** 2);
    const stallUs = roll() < 0.01 ? 20_000 + roll() * 150_000 : 0;
    const factor = during === undefined || (second >= during[0] && second < during[1]) ? slower : 1;
    for (let k = 0; k < ratePerS; k++) {
      const dueUs = Math.round(second * 1e6 + (k / ratePerS) * 1e6);
      const tookUs = 40_000 * Math.exp(mood + 0.5 * normal(roll)) * factor + stallUs * roll();
      orders.push({ dueUs, doneUs: dueUs + Math.round(tookUs), ends: roll() < errors ? 'failed' : 'accepted' });
    }
  }
  return orders;
}

export function simulatedRun(seed: number, shop: Shop = {}): ComparedRun {
  const orders = simulatedOrders(seed, shop);
  const timeline = timelineOfOrders(orders);
  const seconds = (shop.minutes ?? 10) * 60;
  const durationUs = seconds * 1e6;
  return {
    unfit: [],
    ending: 'complete',
    profileHash: 'a',
    adjustments: '',
    machine: 'one',
    driver: 'wire',
    workers: 1,
    seed: 42,
    target: 'http://127.0.0.1',
    planned: orders.length,
    durationUs,
    windows: windowsOf(timeline, durationUs),
    phases: [
      { name: 'base', windows: [{ fromUs: 0, untilUs: durationUs }] },
      { name: 'flash', windows: [{ fromUs: 120e6, untilUs: (seconds * 1e6 * 3) / 4 }] },
    ],
  };
}
