// One worker's share of a run: schedule → pacer → driver → classify → recorder, and a tally once a second. Everything
// it touches is a parameter, so that tests run it on a virtual clock with a pretended shop.

import type { Attempt, Driver, DriverSeams } from '../drive/driver.ts';
import type { Recorder } from '../measure/recorder.ts';
import type { Interval } from '../measure/spec.ts';
import type { Answer } from '../order/answer.ts';
import type { Schedule } from '../traffic/spec.ts';
import type { Waiter } from './clock.ts';
import { Pacer } from './pacer.ts';

const FLUSH_MS = 1_000;

export type ShareSeams = {
  nowUs: () => number;
  waiter: Waiter;
  schedule: Schedule;
  recorder: Recorder;
  classify: (answer: Answer) => number;
  makeDriver: (onAnswer: DriverSeams['onAnswer']) => Driver;
  send: (interval: Interval, transfer: ArrayBuffer[]) => void;
};

export type RunningShare = {
  driver: Driver;
  noSocket: () => number;
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
  const { nowUs, recorder, waiter } = seams;
  const spare: Attempt[] = [];
  let inFlight = 0;
  let noSocket = 0;
  let intervals = 0;
  let firing = true;
  let open = true;
  const { promise: ended, resolve } = Promise.withResolvers<void>();

  const flush = (): void => {
    const { interval, transfer } = recorder.flush(nowUs());
    intervals = interval.index + 1;
    seams.send(interval, transfer);
  };
  const settle = (): void => {
    if (firing || inFlight > 0 || !open) return;
    open = false;
    flush();
    resolve();
  };
  const driver = seams.makeDriver((attempt, answer) => {
    if (answer.failure === 'no-socket') noSocket++;
    recorder.done(attempt.dueUs, attempt.firedUs, answer.sentUs, answer.doneUs, seams.classify(answer));
    spare.push(attempt);
    inFlight--;
    if (inFlight === 0) settle();
  });
  const pacer = new Pacer(nowUs, seams.schedule, waiter, (seq, dueUs) => {
    const attempt = spare.pop() ?? { seq: 0, step: 0, dueUs: 0, firedUs: 0 };
    attempt.seq = seq;
    attempt.dueUs = dueUs;
    attempt.firedUs = nowUs();
    if (driver.fire(attempt)) {
      inFlight++;
      recorder.fired(dueUs, attempt.firedUs);
    } else {
      recorder.dropped(dueUs, attempt.firedUs);
      spare.push(attempt);
    }
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
    countUnreached: () => pacer.countUnreached(),
    intervals: () => intervals,
    ended,
    drain: () => pacer.stop(),
    abort: () => {
      pacer.stop();
      void driver.close();
    },
  };
}
