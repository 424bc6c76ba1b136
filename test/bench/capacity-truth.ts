// The true capacity of a built-in shop, by a twin of its till in virtual time: Poisson arrivals, first come first served on
// so many places, each payment as long as the shop would make it. What a search should find, with no network in between.

import { parseShopOptions, type ShopInput, type ShopOptions } from '../../src/demo/options.ts';
import { seededRandom, serviceSampler, slowdown } from '../../src/demo/service.ts';

/** Beside the payment: HTTP and books. */
const OVERHEAD_MS = 1;
const ORDERS = 400_000;
const HOLDS = 100;

/** `timerMs`: how much later than they should the shop's timers end a payment. */
export type Asked = { limitMs: number; share: number; timerMs?: number };
/** From an idle shop: `settleS` that do not count, then `holdS` that do. */
export type HoldAsked = Asked & { settleS: number; holdS: number };

type Orders = { ratePerS: number; seed: number; timerMs: number };

/** When each order came, and how long it took, ms; for as long as one asks. */
function* ordersOf(options: ShopOptions, { ratePerS, seed, timerMs }: Orders): Generator<[number, number]> {
  const random = seededRandom(seed);
  const drawMs = serviceSampler(options.service, random);
  /** Ends of the payments that run, a heap with the earliest on top. */
  const running: number[] = [];
  for (let [now, lastStart] = [0, 0]; ; ) {
    now += (-Math.log(1 - random()) * 1000) / ratePerS;
    let startMs = Math.max(now, lastStart);
    while (running.length > 0 && running[0]! <= startMs) pop(running);
    if (running.length === options.payments) startMs = pop(running);
    lastStart = startMs;
    const endMs = startMs + drawMs() * slowdown(options.contention, running.length + 1) + timerMs;
    push(running, endMs);
    yield [now, endMs - now + OVERHEAD_MS];
  }
}

/** Share of the orders of a very long run that take longer than the limit. */
function slowShare(options: ShopOptions, ratePerS: number, { limitMs, timerMs = 0.5 }: Asked): number {
  let [slow, orders] = [0, 0];
  for (const [, tookMs] of ordersOf(options, { ratePerS, timerMs, seed: 20_150_408 })) {
    if (tookMs > limitMs) slow++;
    if (++orders === ORDERS) break;
  }
  return slow / ORDERS;
}

/** Of many holds at this rate, the share in which few enough orders are too slow. */
export function holdShare(input: ShopInput, ratePerS: number, asked: HoldAsked): number {
  const { limitMs, share, timerMs = 0.5, settleS, holdS } = asked;
  const options = parseShopOptions(input);
  let held = 0;
  for (let seed = 1; seed <= HOLDS; seed++) {
    let [slow, orders] = [0, 0];
    for (const [atMs, tookMs] of ordersOf(options, { ratePerS, timerMs, seed: seed * 7919 })) {
      if (atMs > (settleS + holdS) * 1e3) break;
      if (atMs < settleS * 1e3) continue;
      orders++;
      if (tookMs > limitMs) slow++;
    }
    if (slow <= share * orders) held++;
  }
  return held / HOLDS;
}

/** The highest rate that holds for ever. */
export function trueKnee(input: ShopInput, asked: Asked): number {
  const options = parseShopOptions(input);
  return highest((ratePerS) => slowShare(options, ratePerS, asked) <= asked.share, 14);
}

/** The rate at which so many of the holds hold: between 0.9 and 0.1 one alone may go either way. `kneePerS`: for ever. */
export function holdKnee(input: ShopInput, asked: HoldAsked, { share, kneePerS }: { share: number; kneePerS: number }) {
  const around: [number, number] = [0.7 * kneePerS, 1.4 * kneePerS];
  return highest((ratePerS) => holdShare(input, ratePerS, asked) >= share, 8, around);
}

function highest(holds: (ratePerS: number) => boolean, steps: number, [held, broke]: [number, number] = [10, 1_000]) {
  for (let i = 0; i < steps; i++) {
    const middle = Math.sqrt(held * broke);
    if (holds(middle)) held = middle;
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
