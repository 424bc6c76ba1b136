// What a firing worker writes its orders into: five histogram records an order, grouped by the second the order was due,
// handed over about once a second. The hot path (`fired`, `dropped`, `done`) allocates nothing per order; a few due
// seconds are open at once (orders end long after they were due), the least recently used is sealed early when another is
// needed. Cost per order: test/bench/measure.ts.
//
// Rounding is done once, on the instants: each time is cut to whole µs, and every duration is a difference of cut times.
// So response = lateness + wait + service holds exactly, order by order; nothing is negative as long as due ≤ fired ≤
// sent ≤ done; each duration is within 1 µs of the true one; and an order counts in the second floor(dueUs / 1e6).

import type { Outcome, OutcomeClass } from '../outcomes.ts';
import { OUTCOME_CLASSES } from '../outcomes.ts';
import { Bins } from './bins.ts';
import { FlowRows } from './flowrows.ts';
import type { Shape } from './shape.ts';
import { bucketOf } from './shape.ts';
import type { Cell, Interval } from './spec.ts';
import {
  LATENESS,
  punctualSeries,
  responseSeries,
  SERVICE,
  seriesCount,
  stepSeries,
  thinkSeries,
  WAIT,
} from './spec.ts';
import { addSeries, clearStats, emptyStats } from './stats.ts';
import { keyOf, MAX_SERIES } from './words.ts';

/** Due seconds open at once. More are needed only while answers come back in no order over that many seconds. */
const OPEN_SECONDS = 16;

const NO_SECOND = -1;

/** One open due second. */
type Slot = {
  second: number;
  fired: number;
  dropped: number;
  clamped: number;
  used: number;
  bins: Bins;
  stats: Float64Array;
};

/** Orders since the recorder was made, as the worker itself saw them: one side of the identities. */
export type RecorderCounts = { fired: number; dropped: number; sent: number } & Record<OutcomeClass, number>;

/**
 * The parts of an order of several exchanges, whole µs, each summed over them; `serviceUs` is NaN when none was sent.
 * Its response is their sum, and ran from `dueUs`.
 */
export type OrderTimes = { dueUs: number; latenessUs: number; waitUs: number; serviceUs: number; thinkUs: number };

export class Recorder {
  readonly #worker: number;
  readonly #series: number;
  readonly #outcomes: number;
  readonly #highestUs: number;
  readonly #bucketOf: (valueUs: number) => number;
  /** Index into OUTCOME_CLASSES by outcome. */
  readonly #classOf: number[];
  readonly #flows = new FlowRows();
  readonly #slots: Slot[] = [];
  #hot: Slot;
  #sealed: Cell[] = [];
  #tick = 0;
  #index = 0;
  #fired = 0;
  #dropped = 0;
  #sent = 0;
  readonly #ended = [0, 0, 0, 0];

  /**
   * `steps`: how many have a histogram of their own; 0 for plain orders.
   *
   * @throws RangeError when there are more outcomes than a packed word can name (126 with no steps)
   */
  constructor(worker: number, outcomes: readonly Outcome[], shape: Shape, steps = 0) {
    this.#outcomes = outcomes.length;
    this.#series = seriesCount(outcomes.length, steps);
    if (this.#series > MAX_SERIES) {
      const most = (MAX_SERIES - seriesCount(0, steps)) >> 1;
      throw new RangeError(`Expected at most ${most} outcomes, got ${outcomes.length}`);
    }
    this.#worker = worker;
    this.#highestUs = shape.highestUs;
    this.#bucketOf = bucketOf(shape);
    this.#classOf = outcomes.map((outcome) => OUTCOME_CLASSES.indexOf(outcome.class));
    this.#hot = this.#newSlot();
  }

  get counts(): RecorderCounts {
    const [accepted, rejected, failed, unknown] = this.#ended as [number, number, number, number];
    return { fired: this.#fired, dropped: this.#dropped, sent: this.#sent, accepted, rejected, failed, unknown };
  }

  /** Fired and not yet done. */
  get inFlight(): number {
    const [accepted, rejected, failed, unknown] = this.#ended as [number, number, number, number];
    return this.#fired - accepted - rejected - failed - unknown;
  }

  /** The driver took the order. */
  fired(dueUs: number, firedUs: number): void {
    if (!(dueUs >= 0 && firedUs >= dueUs)) throw outOfOrder(dueUs, firedUs);
    this.#slotOf(dueUs).fired++;
    this.#flows.fired(firedUs);
    this.#fired++;
  }

  /** The driver refused the order: it will not be done. */
  dropped(dueUs: number, firedUs: number): void {
    if (!(dueUs >= 0 && firedUs >= dueUs)) throw outOfOrder(dueUs, firedUs);
    this.#slotOf(dueUs).dropped++;
    this.#flows.dropped(firedUs);
    this.#dropped++;
  }

  /**
   * The order ended. `sentUs` is NaN when its bytes never reached a socket: it then has no service, and all the time from
   * fired to done is wait.
   *
   * @throws RangeError when the times are not finite and in order, or there is no such outcome: a bug of the caller
   */
  done(dueUs: number, firedUs: number, sentUs: number, doneUs: number, outcome: number): void {
    const wasSent = !Number.isNaN(sentUs);
    const due = Math.floor(dueUs);
    const fired = Math.floor(firedUs);
    const done = Math.floor(doneUs);
    const sent = wasSent ? Math.floor(sentUs) : done;
    const outcomeClass = this.#classOf[outcome];
    if (!(due >= 0 && fired >= due && sent >= fired && done >= sent && done < Infinity) || outcomeClass === undefined) {
      throw new RangeError(
        `Expected 0 <= due <= fired <= sent <= done and an outcome < ${this.#classOf.length}, ` +
          `got ${dueUs}, ${firedUs}, ${sentUs}, ${doneUs} µs and ${outcome}`,
      );
    }
    const slot = this.#slotOf(due);
    if (wasSent) this.#record(slot, SERVICE, done - sent);
    this.#record(slot, WAIT, sent - fired);
    this.#record(slot, LATENESS, fired - due);
    this.#record(slot, responseSeries(outcome), done - due);
    this.#record(slot, punctualSeries(outcome), done - fired);
    this.#flows.done(done, outcomeClass);
    this.#ended[outcomeClass]!++;
    if (wasSent) this.#sent++;
  }

  /** One exchange of a journey was answered, or given up, after its request was sent. */
  step(dueUs: number, step: number, serviceUs: number): void {
    this.#record(this.#slotOf(dueUs), stepSeries(this.#outcomes, step), serviceUs);
  }

  /**
   * An order of several exchanges ended.
   *
   * @throws RangeError when a part is negative or not finite, or there is no such outcome: a bug of the caller
   */
  ended(times: OrderTimes, outcome: number): void {
    const { dueUs, latenessUs, waitUs, serviceUs, thinkUs } = times;
    const wasSent = !Number.isNaN(serviceUs);
    const punctualUs = waitUs + (wasSent ? serviceUs : 0) + thinkUs;
    const outcomeClass = this.#classOf[outcome];
    const least = Math.min(dueUs, latenessUs, waitUs, wasSent ? serviceUs : 0, thinkUs);
    if (!(least >= 0 && latenessUs + punctualUs < Infinity) || outcomeClass === undefined) {
      throw new RangeError(
        `Expected parts >= 0 and an outcome < ${this.#outcomes}, got ${JSON.stringify(times)} µs and ${outcome}`,
      );
    }
    const slot = this.#slotOf(dueUs);
    if (wasSent) this.#record(slot, SERVICE, serviceUs);
    this.#record(slot, WAIT, waitUs);
    this.#record(slot, LATENESS, latenessUs);
    this.#record(slot, thinkSeries(this.#outcomes), thinkUs);
    this.#record(slot, responseSeries(outcome), latenessUs + punctualUs);
    this.#record(slot, punctualSeries(outcome), punctualUs);
    this.#flows.done(Math.floor(dueUs) + latenessUs + punctualUs, outcomeClass);
    this.#ended[outcomeClass]!++;
    if (wasSent) this.#sent++;
  }

  /**
   * Everything recorded since the last flush. The buffers of `transfer` are the interval's own and may be transferred.
   * `nowUs` only says up to which second in-flight orders are reported; nothing is held back for a later flush.
   */
  flush(nowUs: number): { interval: Interval; transfer: ArrayBuffer[] } {
    for (const slot of this.#slots) this.#seal(slot);
    const cells = this.#sealed;
    this.#sealed = [];
    const interval = { worker: this.#worker, index: this.#index++, cells, flows: this.#flows.drain(nowUs) };
    return { interval, transfer: cells.flatMap((cell) => [cell.words.buffer, cell.stats.buffer]) };
  }

  #record(slot: Slot, series: number, valueUs: number): void {
    if (valueUs > this.#highestUs) slot.clamped++;
    slot.bins.add(keyOf(series, this.#bucketOf(valueUs)), 1);
    addSeries(slot.stats, series, 1, valueUs, valueUs, valueUs);
  }

  #slotOf(dueUs: number): Slot {
    const second = Math.floor(dueUs / 1e6);
    return this.#hot.second === second ? this.#hot : this.#switchTo(second);
  }

  /** The slot of another second: the one that has it, a free one, a new one, or the least recently used, sealed. */
  #switchTo(second: number): Slot {
    let chosen: Slot | undefined;
    for (const slot of this.#slots) {
      if (slot.second === second) {
        chosen = slot;
        break;
      }
      if (slot.second === NO_SECOND) chosen = slot;
    }
    chosen ??= this.#slots.length < OPEN_SECONDS ? this.#newSlot() : this.#evict();
    chosen.second = second;
    chosen.used = ++this.#tick;
    this.#hot = chosen;
    return chosen;
  }

  #evict(): Slot {
    const oldest = this.#slots.reduce((least, slot) => (slot.used < least.used ? slot : least));
    this.#seal(oldest);
    return oldest;
  }

  #newSlot(): Slot {
    const stats = emptyStats(this.#series);
    const slot = { second: NO_SECOND, fired: 0, dropped: 0, clamped: 0, used: 0, bins: new Bins(this.#series), stats };
    this.#slots.push(slot);
    return slot;
  }

  #seal(slot: Slot): void {
    if (slot.second === NO_SECOND) return;
    const { second, fired, dropped, clamped } = slot;
    this.#sealed.push({ second, fired, dropped, clamped, words: slot.bins.drain(), stats: slot.stats.slice() });
    clearStats(slot.stats);
    slot.second = NO_SECOND;
    slot.fired = 0;
    slot.dropped = 0;
    slot.clamped = 0;
  }
}

function outOfOrder(dueUs: number, firedUs: number): RangeError {
  return new RangeError(`Expected 0 <= due <= fired, got ${dueUs} and ${firedUs} µs`);
}
