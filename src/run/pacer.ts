// The only loop that waits. It holds no arithmetic beyond due − now: a timer until shortly before the due time, then
// setImmediate for the rest, because a timer has a 1 ms grain and may fire up to 1 ms early, and a timer alone costs
// 0.6 ms of median lateness. Never early; when behind, everything due is fired, nothing is skipped or smoothed.

import type { Schedule } from '../traffic/spec.ts';
import type { Waiter } from './clock.ts';

/** A sleep ends this long before the due time, so that the timer's grain and its usual overshoot are still early. */
const WAKE_BEFORE_US = 2_200;
/**
 * From here on naps of 1 ms, and below SPIN_BELOW_US no sleep at all. A thread that stays awake for long is put aside by a
 * busy machine just when the order is due; one that slept until a moment ago is not, and takes less of the core. A nap
 * takes 1.06 to 1.3 ms here, so one that begins at the limit still ends in time (test/bench/README.md, "Pacing").
 */
const NAP_BELOW_US = 4_000;
const SPIN_BELOW_US = 1_400;
const NAP_MS = 1;
/** Timers longer than this overflow in Node; a pause of hours is slept in pieces. */
const LONGEST_SLEEP_MS = 1_000_000;
/**
 * When behind, fire for this long before answers are read again: without the pause a backlog of thousands would keep
 * answers that have already arrived waiting unread, and their service time would be ours, not the shop's.
 */
const BURST_US = 500;
/**
 * A turn with nothing to do waits where it stands for so long before it gives the loop another, and looks at the clock
 * about once a microsecond: turns and looks leave objects and numbers behind, and each turn is a way into the kernel, which
 * may put somebody else on the core. An answer may be read this much later; none is while there are others.
 */
const LINGER_US = 10;
/** A turn of the loop this long had something in it beside a look at the clock: then it was no empty one. */
const EMPTY_TURN_US = 50;

/** What is due beside the schedule (agenda.ts). */
export type Later = {
  /** When the first of it is due, µs; Infinity when there is nothing. */
  readonly nextUs: number;
  /** Hands the first of it over. */
  fire(): void;
};

/** What a pacer may be told beside what it fires. */
export type Beside = {
  readonly later?: Later;
  /** Whether no answer is awaited, so that none can be read late; left out, there may always be one. */
  readonly idle?: () => boolean;
};

export class Pacer {
  readonly #nowUs: () => number;
  readonly #schedule: Schedule;
  readonly #fire: (seq: number, dueUs: number) => void;
  readonly #waiter: Waiter;
  readonly #later: Later | undefined;
  readonly #idle: () => boolean;
  #dueUs = 0;
  /** What a sleep is for, µs; −Infinity while it does not sleep. */
  #sleepsForUs = Number.NEGATIVE_INFINITY;
  #sleeps = 0;
  /** When the turn before this one ended, if nothing but polling has happened since; NaN otherwise. */
  #polledUs = Number.NaN;
  #spunUs = 0;
  #ended: (() => void) | undefined;
  readonly #turn = (): void => this.#run();

  constructor(
    nowUs: () => number,
    schedule: Schedule,
    waiter: Waiter,
    fire: (seq: number, dueUs: number) => void,
    { later, idle = () => false }: Beside = {},
  ) {
    this.#later = later;
    this.#idle = idle;
    this.#nowUs = nowUs;
    this.#schedule = schedule;
    this.#waiter = waiter;
    this.#fire = fire;
  }

  /** Fires the whole schedule; `ended` is called once, after the last order was fired or after `stop`. */
  start(ended: () => void): void {
    this.#ended = ended;
    this.#dueUs = this.#schedule.next();
    this.#run();
  }

  /** No order is fired any more; what is due later still is. Idempotent. */
  stop(): void {
    const ended = this.#ended;
    this.#ended = undefined;
    ended?.();
  }

  /** Time spent so far in empty turns of the event loop: polling for a due time that is too near to sleep. */
  get spunUs(): number {
    return this.#spunUs;
  }

  /** Something else was done in this turn of the loop (an answer was read): it is not an empty one. */
  worked(): void {
    this.#polledUs = Number.NaN;
  }

  /** Orders of the schedule that were never handed over; counted one by one, after `stop`. */
  countUnreached(): number {
    let unreached = 0;
    while (this.#dueUs !== Number.POSITIVE_INFINITY) {
      unreached++;
      this.#dueUs = this.#schedule.next();
    }
    return unreached;
  }

  /** Something new is due later; it may be due before what the pacer sleeps for. */
  wake(): void {
    const nextUs = this.#later?.nextUs ?? Number.POSITIVE_INFINITY;
    if (nextUs < this.#sleepsForUs) this.#rest(nextUs, this.#nowUs());
  }

  #run(): void {
    if (!this.#ended && !this.#later) return;
    this.#sleepsForUs = Number.NEGATIVE_INFINITY;
    let nowUs = this.#linger(this.#nowUs());
    const untilUs = nowUs + BURST_US;
    while (nowUs < untilUs && this.#fireNext(nowUs)) nowUs = this.#nowUs();
    if (this.#dueUs === Number.POSITIVE_INFINITY) this.stop();
    this.#rest(this.#nextUs(), nowUs);
  }

  /** Hands over one thing that is due. @returns whether there was one */
  #fireNext(nowUs: number): boolean {
    if (
      this.#later !== undefined &&
      this.#later.nextUs <= nowUs &&
      !(this.#ended && this.#dueUs < this.#later.nextUs)
    ) {
      this.#later.fire();
      return true;
    }
    if (!this.#ended || this.#dueUs > nowUs) return false;
    this.#fire(this.#schedule.seq, this.#dueUs);
    this.#dueUs = this.#schedule.next();
    return true;
  }

  #nextUs(): number {
    const dueUs = this.#ended ? this.#dueUs : Number.POSITIVE_INFINITY;
    return this.#later === undefined ? dueUs : Math.min(dueUs, this.#later.nextUs);
  }

  /** Gives the thread back until shortly before `dueUs`. */
  #rest(dueUs: number, nowUs: number): void {
    const gapUs = dueUs - nowUs;
    const sleeps = gapUs >= SPIN_BELOW_US;
    // Behind, the loop is given a turn to read answers in, not to wait.
    this.#polledUs = sleeps || gapUs <= 0 ? Number.NaN : nowUs;
    this.#sleepsForUs = sleeps ? dueUs : Number.NEGATIVE_INFINITY;
    if (!sleeps) this.#waiter.soon(this.#turn);
    else if (this.#later === undefined) {
      if (dueUs < Number.POSITIVE_INFINITY) this.#waiter.after(sleepMsOf(gapUs), this.#turn);
    } else this.#sleepLightly(dueUs, gapUs);
  }

  /** A sleep that a later one replaces. With nothing due at all there is none: `wake` ends it. */
  #sleepLightly(dueUs: number, gapUs: number): void {
    const sleep = ++this.#sleeps;
    if (dueUs === Number.POSITIVE_INFINITY) return;
    this.#waiter.after(sleepMsOf(gapUs), () => {
      if (sleep === this.#sleeps) this.#run();
    });
  }

  /** After an empty turn: waits a little where it stands. @returns the time */
  #linger(nowUs: number): number {
    // Compares false with NaN.
    if (!(nowUs - this.#polledUs <= EMPTY_TURN_US)) return nowUs;
    let spunUs = nowUs - this.#polledUs;
    const nextUs = this.#nextUs();
    let untilUs = Math.min(nextUs, nowUs + LINGER_US);
    // While no answer is awaited none can be read late, and the turn behind the last sleep has seen what a server closed
    // meanwhile: no turn until it is due (test/bench/README.md, "Pacing": what a turn costs). What is due may have changed
    // since this turn was asked for, as after a stop: then it may be far.
    if (nextUs - nowUs < SPIN_BELOW_US && this.#idle()) untilUs = nextUs;
    let atUs = nowUs;
    while (atUs < untilUs) {
      this.#waiter.pause();
      const laterUs = this.#nowUs();
      // A clock that stands still is not waited for.
      if (laterUs === atUs) break;
      // Longer than that, the machine had somebody else on the core: that is no polling.
      if (laterUs - atUs <= EMPTY_TURN_US) spunUs += laterUs - atUs;
      atUs = laterUs;
    }
    this.#spunUs += spunUs;
    return atUs;
  }
}

function sleepMsOf(gapUs: number): number {
  if (gapUs < NAP_BELOW_US) return NAP_MS;
  return Math.min(LONGEST_SLEEP_MS, Math.floor((gapUs - WAKE_BEFORE_US) / 1e3));
}
