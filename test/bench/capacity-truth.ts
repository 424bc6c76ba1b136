// The true capacity of a built-in shop, by a twin of its till in virtual time: Poisson arrivals, first come first served on
// so many places, each payment as long as the shop would make it. What a search should find, with no network in between.

import { parseShopOptions, type ShopInput, type ShopOptions } from '../../src/demo/options.ts';
import { seededRandom, serviceSampler, slowdown } from '../../src/demo/service.ts';

/** Beside the payment: HTTP and books. */
const OVERHEAD_MS = 1;
const ORDERS = 400_000;
const STEPS = 14;

/** `timerMs`: how much later than they should the shop's timers end a payment. */
export type Asked = { limitMs: number; timerMs?: number };

/** Share of the orders of a long run at this rate that take longer than `limitMs`. */
export function slowShare(
  options: ShopOptions,
  ratePerS: number,
  { limitMs, timerMs = 0.5, seed }: Asked & { seed: number },
): number {
  const random = seededRandom(seed);
  const drawMs = serviceSampler(options.service, random);
  /** Ends of the payments that run, a heap with the earliest on top. */
  const running: number[] = [];
  let [now, slow, lastStart] = [0, 0, 0];
  for (let i = 0; i < ORDERS; i++) {
    now += (-Math.log(1 - random()) * 1000) / ratePerS;
    let startMs = Math.max(now, lastStart);
    while (running.length > 0 && running[0]! <= startMs) pop(running);
    if (running.length === options.payments) startMs = pop(running);
    lastStart = startMs;
    const endMs = startMs + drawMs() * slowdown(options.contention, running.length + 1) + timerMs;
    push(running, endMs);
    if (endMs - now + OVERHEAD_MS > limitMs) slow++;
  }
  return slow / ORDERS;
}

/** The highest rate at which at most `share` of the orders are slower than `limitMs`. */
export function trueKnee(input: ShopInput, { share, ...asked }: Asked & { share: number }): number {
  const options = parseShopOptions(input);
  let [held, broke] = [1, 20_000];
  for (let i = 0; i < STEPS; i++) {
    const middle = Math.sqrt(held * broke);
    if (slowShare(options, middle, { ...asked, seed: 20_150_408 }) <= share) held = middle;
    else broke = middle;
  }
  return Math.sqrt(held * broke);
}

function push(heap: number[], value: number): void {
  let at = heap.push(value) - 1;
  for (let up = (at - 1) >> 1; at > 0 && heap[up]! > value; up = (at - 1) >> 1) {
    heap[at] = heap[up]!;
    at = up;
  }
  heap[at] = value;
}

function pop(heap: number[]): number {
  const top = heap[0]!;
  const last = heap.pop()!;
  if (heap.length === 0) return top;
  let at = 0;
  for (let child = 1; child < heap.length; child = 2 * at + 1) {
    if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
    if (heap[child]! >= last) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return top;
}
