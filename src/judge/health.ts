// What the generator says of itself, folded as it comes, so that twelve hours take no more room than a minute: per
// worker how busy its event loop was, its garbage collection, its connections; of the machine, what others took from it.

/** How busy a worker may be over any stretch of so long (METHOD §4): beyond it, answers wait unread. */
export const MOST_BUSY = 0.85;
export const BUSY_STRETCH_S = 5;
/** Shares are quotients of sums. */
const ROUNDING = 1e-9;
export const MOST_STEAL = 0.05;

/** What one worker noticed since it last said so, about a second. µs of the run's clock. */
export type HealthSample = {
  fromUs: number;
  untilUs: number;
  /**
   * Time in which the event loop was neither asleep nor in an empty turn of the pacer. Wall time, not CPU time: what
   * counts is how long an answer that arrives finds the loop taken, also by a machine that does not let it run.
   */
  busyUs: number;
  gcUs: number;
  gcMaxUs: number;
  /** Orders that found every connection taken and none left to open. */
  queued: number;
};

/** A whole run of one worker. `worstBusy` undefined: it said nothing. */
export type WorkerHealth = {
  worker: number;
  wallUs: number;
  busyUs: number;
  worstBusy: { share: number; untilUs: number } | undefined;
  /** Time in stretches that were too busy. */
  overbusyUs: number;
  gcUs: number;
  gcMaxUs: number;
  queued: number;
  /** Time in samples with queued orders. */
  queuedUs: number;
};

/** Adds up the samples of one worker, in their order. */
export class HealthFold {
  readonly #worker: number;
  readonly #latest: HealthSample[] = [];
  readonly #health: WorkerHealth;
  #touchedUs = Number.NEGATIVE_INFINITY;

  constructor(worker: number) {
    this.#worker = worker;
    const none = { wallUs: 0, busyUs: 0, overbusyUs: 0, gcUs: 0, gcMaxUs: 0, queued: 0, queuedUs: 0 };
    this.#health = { worker, worstBusy: undefined, ...none };
  }

  add(sample: HealthSample): void {
    const health = this.#health;
    const wallUs = sample.untilUs - sample.fromUs;
    health.wallUs += wallUs;
    health.busyUs += sample.busyUs;
    health.gcUs += sample.gcUs;
    health.gcMaxUs = Math.max(health.gcMaxUs, sample.gcMaxUs);
    health.queued += sample.queued;
    if (sample.queued > 0) health.queuedUs += wallUs;
    this.#latest.push(sample);
    this.#look();
  }

  get health(): WorkerHealth {
    const { wallUs, busyUs } = this.#health;
    // A run too short for one stretch is one.
    const whole = wallUs > 0 ? { share: busyUs / wallUs, untilUs: this.#latest.at(-1)!.untilUs } : undefined;
    return { ...this.#health, worker: this.#worker, worstBusy: this.#health.worstBusy ?? whole };
  }

  /** The latest samples that make up one stretch: the timer that asks for them may be 1 ms early each time. */
  #look(): void {
    const leastUs = BUSY_STRETCH_S * 1e6 * 0.99;
    const untilUs = this.#latest.at(-1)!.untilUs;
    while (this.#latest.length > 1 && untilUs - this.#latest[1]!.fromUs >= leastUs) this.#latest.shift();
    const { fromUs } = this.#latest[0]!;
    if (untilUs - fromUs < leastUs) return;
    const share = this.#latest.reduce((sum, sample) => sum + sample.busyUs, 0) / (untilUs - fromUs);
    const { worstBusy } = this.#health;
    if (worstBusy === undefined || share > worstBusy.share) this.#health.worstBusy = { share, untilUs };
    if (share <= MOST_BUSY + ROUNDING) return;
    this.#health.overbusyUs += untilUs - Math.max(fromUs, this.#touchedUs);
    this.#touchedUs = untilUs;
  }
}

/** What the operating system counted of the whole machine and of this process since the last look. */
export type MachineSample = {
  /** Time of all cores, and the part of it that a hypervisor gave to others; any unit, the same for both. */
  totalTicks: number;
  stealTicks: number;
  /** Times a thread of this process was put aside though it had work; undefined where they are not counted. */
  involuntary: number | undefined;
};

/** `stolenS`: seconds in which more than 5 % was stolen. */
export type MachineHealth = {
  seconds: number;
  stealShare: number;
  worstSteal: number;
  stolenS: number;
  involuntary: number | undefined;
};

/** One sample a second. Undefined while there was none: a machine that does not say. */
export class MachineFold {
  #seconds = 0;
  #total = 0;
  #steal = 0;
  #worst = 0;
  #stolenS = 0;
  #involuntary: number | undefined;

  add({ totalTicks, stealTicks, involuntary }: MachineSample): void {
    if (totalTicks <= 0) return;
    const share = stealTicks / totalTicks;
    this.#seconds++;
    this.#total += totalTicks;
    this.#steal += stealTicks;
    this.#worst = Math.max(this.#worst, share);
    if (share > MOST_STEAL) this.#stolenS++;
    if (involuntary !== undefined) this.#involuntary = (this.#involuntary ?? 0) + involuntary;
  }

  get health(): MachineHealth | undefined {
    if (this.#seconds === 0) return undefined;
    return {
      seconds: this.#seconds,
      stealShare: this.#steal / this.#total,
      worstSteal: this.#worst,
      stolenS: this.#stolenS,
      involuntary: this.#involuntary,
    };
  }
}
