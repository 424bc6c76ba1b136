// One worker's share of a run: schedule → pacer → desk → driver → recorder, and a tally once a second. Everything
// it touches is a parameter, so that tests run it on a virtual clock with a pretended shop.

import type { Driver, DriverSeams } from '../drive/driver.ts';
import type { HealthSample } from '../judge/health.ts';
import type { Opened } from '../measure/opened.ts';
import type { Recorder } from '../measure/recorder.ts';
import type { Interval } from '../measure/spec.ts';
import type { Schedule } from '../traffic/spec.ts';
import type { Waiter } from './clock.ts';
import type { Desk, DeskSeams, Thrown } from './desk.ts';
import type { HealthProbe } from './health.ts';
import { type Later, Pacer } from './pacer.ts';

const FLUSH_MS = 1_000;

export type ShareSeams = {
  nowUs: () => number;
  waiter: Waiter;
  schedule: Schedule;
  recorder: Recorder;
  /** What becomes of an order that is due; `wake` tells the pacer that something new is due `later`. */
  makeDesk: (seams: Omit<DeskSeams, 'recorder' | 'nowUs'> & { wake: () => void }) => { desk: Desk; later?: Later };
  makeDriver: (onAnswer: DriverSeams['onAnswer']) => Driver;
  send: (interval: Interval, transfer: ArrayBuffer[], health: HealthSample | undefined) => void;
  /** Of this thread; left out, nothing is known of it. */
  health?: HealthProbe;
  /** The driver's cap on connections. */
  connections?: number;
  /** Where the times of opened connections are kept; left out, nowhere. */
  opened?: Opened;
};

export type RunningShare = {
  driver: Driver;
  /** Attempts for which this machine had no socket, by its error. */
  noSocket: () => Record<string, number>;
  /** Later steps, repeats and checks that the driver's full queue refused. */
  refused: () => number;
  /** What the code of a journey threw. */
  thrown: () => readonly Thrown[];
  /** Fired and not yet ended. */
  inFlight: () => number;
  /** Time spent in empty turns of the event loop so far. */
  spunUs: () => number;
  /** ∫ orders in flight dt so far, order·µs. */
  inFlightAreaUs: () => number;
  /** After the end: orders of the schedule that were neither fired nor dropped. */
  countUnreached: () => number;
  /** Tallies sent. */
  intervals: () => number;
  /** Resolves when every fired order has its outcome and the last tally is sent. */
  ended: Promise<void>;
  drain(): void;
  abort(): void;
};

/** Starts firing at once: the clock's zero is the shared start, and an order due at 0 µs waits for it. */
export function startShare(seams: ShareSeams): RunningShare {
  const { nowUs, recorder, waiter, health, opened, connections = Number.POSITIVE_INFINITY } = seams;
  let inFlight = 0;
  let areaUs = 0;
  let changedUs = 0;
  let queued = 0;
  const noSocket: Record<string, number> = {};
  let intervals = 0;
  let firing = true;
  let open = true;
  const { promise: ended, resolve } = Promise.withResolvers<void>();

  const flush = (): void => {
    const atUs = nowUs();
    const { interval, transfer } = recorder.flush(atUs);
    intervals = interval.index + 1;
    seams.send(interval, transfer, health?.sample(atUs, { spunUs: pacer.spunUs, queued }));
  };
  /** One step of ∫ L dt. Instants may come a little out of order: the sum is the same. */
  const changeInFlight = (atUs: number, by: 1 | -1): void => {
    areaUs += inFlight * (atUs - changedUs);
    changedUs = atUs;
    inFlight += by;
  };
  const settle = (): void => {
    if (firing || inFlight > 0 || desk.busy > 0 || !open) return;
    open = false;
    flush();
    resolve();
  };
  const driver = seams.makeDriver((attempt, answer) => {
    if (answer.failure === 'no-socket') noSocket[answer.detail] = (noSocket[answer.detail] ?? 0) + 1;
    opened?.record(answer.connectUs, answer.tlsUs);
    desk.onAnswer(attempt, answer);
    pacer.worked();
    if (inFlight === 0) settle();
  });
  const { desk, later } = seams.makeDesk({
    driver: () => driver,
    changeInFlight,
    onTaken: () => {
      // It stands last in line, and no connection may be opened for it.
      if (driver.counters.waiting > 0 && driver.counters.open >= connections) queued++;
    },
    wake: () => pacer.wake(),
    onIdle: () => settle(),
  });
  const pacer = new Pacer(nowUs, seams.schedule, waiter, (seq, dueUs) => desk.take(seq, dueUs), {
    later,
    idle: () => inFlight === 0 && desk.busy === 0,
  });
  const tick = (): void => {
    if (!open) return;
    flush();
    waiter.after(FLUSH_MS, tick);
  };

  waiter.after(FLUSH_MS, tick);
  pacer.start(() => {
    firing = false;
    settle();
  });
  return {
    driver,
    noSocket: () => noSocket,
    refused: () => desk.refused,
    thrown: () => desk.thrown ?? [],
    inFlight: () => inFlight,
    spunUs: () => pacer.spunUs,
    inFlightAreaUs: () => areaUs,
    countUnreached: () => pacer.countUnreached(),
    intervals: () => intervals,
    ended,
    drain: () => pacer.stop(),
    abort: () => {
      pacer.stop();
      desk.giveUp();
      void driver.close().then(settle);
    },
  };
}
