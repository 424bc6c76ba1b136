// A virtual clock with an event queue: time passes only when everything due has happened. Stands in for timers,
// setImmediate and the wall clock, so that twenty seconds of load take milliseconds and always go the same way.

import type { Waiter } from '../../src/run/clock.ts';

type Event = { atUs: number; order: number; callback: () => void };

export class World {
  nowUs: number;
  /** What one look at the clock or one turn of the event loop costs. */
  readonly #turnUs: number;
  /** A Node timer may fire up to 1 ms early: the worst that the pacer must bear. */
  readonly #earlyUs: number;
  /** Rounds of microtasks between two events: code that awaits comes as far as it can before time goes on. */
  readonly #rounds: number;
  readonly #events: Event[] = [];
  #order = 0;

  constructor(options: { startUs?: number; turnUs?: number; earlyUs?: number; rounds?: number } = {}) {
    this.#rounds = options.rounds ?? 1;
    this.nowUs = options.startUs ?? 0;
    this.#turnUs = options.turnUs ?? 5;
    this.#earlyUs = options.earlyUs ?? 999;
  }

  readonly clock = (): number => this.nowUs;

  readonly waiter: Waiter = {
    // Not before the next turn: a timer that fired 1 µs later would be asked for a thousand times a millisecond.
    after: (ms, callback) => this.at(this.nowUs + Math.max(this.#turnUs, ms * 1e3 - this.#earlyUs), callback),
    soon: (callback) => this.at(this.nowUs + this.#turnUs, callback),
    // Where nothing but events lets time pass, there is nothing to wait for in one place.
    pause: () => {},
  };

  at(atUs: number, callback: () => void): void {
    const event = { atUs: Math.max(atUs, this.nowUs), order: this.#order++, callback };
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#events[middle]!;
      if (other.atUs > event.atUs || (other.atUs === event.atUs && other.order > event.order)) low = middle + 1;
      else high = middle;
    }
    this.#events.splice(low, 0, event);
  }

  /** Runs until nothing is left to happen; awaits microtasks between events. */
  async run(untilUs = Number.POSITIVE_INFINITY): Promise<void> {
    for (let event = this.#events.pop(); event; event = this.#events.pop()) {
      if (event.atUs > untilUs) {
        this.#events.push(event);
        return;
      }
      this.nowUs = Math.max(this.nowUs, event.atUs);
      event.callback();
      for (let round = 0; round < this.#rounds; round++) await Promise.resolve();
    }
  }
}
