// The search as whoever runs the trials sees it: what to try next within the budget, and what it comes to. Keeps the
// trials and nothing else; every decision is made of them anew (next.ts), so the same trials give the same answer.

import { capacityOf } from './answer.ts';
import { loadsOf } from './loads.ts';
import { bestOf, confirmed, endOf, stepOf } from './next.ts';
import { isNarrow, type Sides, sidesOf } from './sides.ts';
import type { Capacity, LimitedBy, SearchOptions, Trial, TrialRequest } from './spec.ts';
import type { Seen, Step, Wish } from './step.ts';

/** What a trial takes beside its time before one has been seen: connections, draining, setup. */
const OVERHEAD_US = 2e6;

export class Search {
  readonly #options: SearchOptions;
  readonly #trials: Trial[] = [];
  /** The probe's share of the budget. */
  readonly #before: { us: number; orders: number };

  constructor(options: SearchOptions, before: { us: number; orders: number } = { us: 0, orders: 0 }) {
    this.#options = options;
    this.#before = before;
  }

  /** Undefined when nothing more is worth a trial, or the budget allows none. */
  next(): TrialRequest | undefined {
    const found = this.#step();
    if ('done' in found) return undefined;
    const index = this.#trials.length;
    const { settleUs, seed } = this.#options;
    return { index, ...found.wish, settleUs, seed: (seed + index) % 2 ** 32 };
  }

  take(trial: Trial): void {
    this.#trials.push(trial);
  }

  /** At any time; `interrupted`: nobody asks for the rest. */
  answer(interrupted = false): Capacity {
    const step = this.#step();
    const seen = this.#seen();
    const limitedBy = interrupted
      ? 'interrupted'
      : 'done' in step && step.done !== 'budget'
        ? step.done
        : outOfBudget(seen);
    const spent = { spentUs: this.#spentUs(), spentOrders: this.#spentOrders() };
    return capacityOf(seen, { limitedBy, ...spent });
  }

  #seen(): Seen {
    return { options: this.#options, trials: this.#trials, loads: loadsOf(this.#trials) };
  }

  #step(): Step {
    const seen = this.#seen();
    const step = stepOf(seen);
    if ('done' in step) return step;
    const sides = sidesOf(seen.loads);
    const reserve = step.wish.purpose === 'confirm' ? undefined : this.#confirmOf(seen, sides);
    if (this.#affords(step.wish, reserve)) return step;
    // What is left goes to the hold that was kept for it; a shorter one is better than none.
    const last = reserve ?? (step.wish.purpose === 'confirm' ? step.wish : undefined);
    if (last === undefined) return { done: 'budget' };
    if (this.#affords(last)) return { wish: last };
    return { done: 'budget' };
  }

  /** The confirming hold that must stay affordable; undefined when there is nothing to confirm. */
  #confirmOf(seen: Seen, sides: Sides): Wish | undefined {
    if (bestOf(sides, this.#options) === undefined) return undefined;
    const step = confirmed(seen, sides);
    return 'wish' in step ? step.wish : undefined;
  }

  #affords(...wishes: (Wish | undefined)[]): boolean {
    const { budget, settleUs } = this.#options;
    const asked = wishes.filter((wish) => wish !== undefined);
    const us = asked.reduce((sum, wish) => sum + wish.durationUs + settleUs + this.#overheadUs(), 0);
    const orders = asked.reduce((sum, wish) => sum + (wish.ratePerS * (wish.durationUs + settleUs)) / 1e6, 0);
    return (
      this.#spentUs() + us <= budget.us && this.#spentOrders() + orders <= (budget.orders ?? Number.POSITIVE_INFINITY)
    );
  }

  /** Of a trial so far, beside settle and measured time. */
  #overheadUs(): number {
    const trials = this.#trials;
    if (trials.length === 0) return OVERHEAD_US;
    const beside = trials.map(({ spentUs, settleUs, durationUs }) => Math.max(0, spentUs - settleUs - durationUs));
    return beside.reduce((sum, us) => sum + us, 0) / trials.length;
  }

  #spentUs(): number {
    return this.#trials.reduce((sum, { spentUs }) => sum + spentUs, this.#before.us);
  }

  #spentOrders(): number {
    return this.#trials.reduce(
      (sum, { ratePerS, durationUs, settleUs }) => sum + Math.round((ratePerS * (durationUs + settleUs)) / 1e6),
      this.#before.orders,
    );
  }
}

/** Where only discarded trials are left between it and what was asked, or there were no others, time was not what lacked. */
function outOfBudget(seen: Seen): LimitedBy {
  const sides = sidesOf(seen.loads);
  if (seen.trials.length > 0 && seen.loads.every(({ outcome }) => outcome === 'discarded')) return endOf(seen, sides);
  const [low, isBroken] = [sides.below.at(-1), sides.above.length > 0];
  const isCapped = low !== undefined && !isBroken && Number.isFinite(sides.capPerS);
  return isCapped && isNarrow(low.ratePerS, sides.capPerS, seen.options) ? endOf(seen, sides) : 'budget';
}
