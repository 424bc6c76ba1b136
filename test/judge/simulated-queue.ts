// A shop as queueing theory has it: orders come by a Poisson process, a number of tills serve them one after the other.
// Event by event, so that what is measured of it each second can be held against the truth.

import type { Flow } from '../../src/measure/spec.ts';
import { dice } from './simulated-runs.ts';

export type Queue = {
  seconds: number;
  ratePerS: (atS: number) => number;
  /** Highest rate of the above: arrivals are thinned from it. */
  mostPerS: number;
  tills: number;
  /** Mean time at a till, s. */
  serviceS: number;
  /** Spread of service times: 1 exponential, 0 always the same. */
  exponential?: boolean;
};

export type Simulated = { flows: Flow[]; planned: number[] };

export function simulateQueue(seed: number, queue: Queue): Simulated {
  const { seconds, ratePerS, mostPerS, tills, serviceS, exponential = true } = queue;
  const roll = dice(seed);
  /** When each till is free, as a heap: the first to be free is at the top. */
  const free = new Float64Array(tills);
  const arrivals: number[] = [];
  const ends: number[] = [];
  for (let at = 0; ; ) {
    at -= Math.log(roll()) / mostPerS;
    if (at >= seconds) break;
    if (roll() * mostPerS > ratePerS(at)) continue;
    arrivals.push(at);
    const took = exponential ? -Math.log(roll()) * serviceS : serviceS;
    const end = Math.max(at, free[0]!) + took;
    replaceTop(free, end);
    ends.push(end);
  }
  const flows: Flow[] = Array.from({ length: seconds }, (_, second) => ({
    second,
    fired: 0,
    dropped: 0,
    accepted: 0,
    rejected: 0,
    failed: 0,
    unknown: 0,
    inFlight: 0,
  }));
  for (const at of arrivals) flows[Math.floor(at)]!.fired++;
  for (const at of ends) if (at < seconds) flows[Math.floor(at)]!.accepted++;
  let inFlight = 0;
  for (const flow of flows) {
    inFlight += flow.fired - flow.accepted;
    flow.inFlight = inFlight;
  }
  return { flows, planned: Array.from({ length: seconds }, (_, second) => ratePerS(second + 0.5)) };
}

function replaceTop(heap: Float64Array, value: number): void {
  let place = 0;
  for (let child = 1; child < heap.length; child = 2 * place + 1) {
    if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
    if (heap[child]! >= value) break;
    heap[place] = heap[child]!;
    place = child;
  }
  heap[place] = value;
}
