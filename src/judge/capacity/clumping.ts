// How sure a share of slow or lost orders is. Under load orders go bad together: one long queue spoils a hundred, and a
// hundred spoiled at once are one piece of evidence. Kish's design effect (Survey Sampling, 1965) says how many orders one
// piece holds; the bounds are Clopper and Pearson's of so many fewer.

import { type Interval, proportionBounds, TAIL } from '../statistics.ts';
import { studentQuantile } from '../student.ts';

/** Of the orders due in one second. */
export type Second = { bad: number; of: number };

/** Neighbouring seconds go together too, so stretches of these lengths are looked at, as long as there are so many. */
const STRETCHES_S = [1, 2, 5, 10];
const LEAST_STRETCHES = 10;

/**
 * Variance of what went bad in stretches of time over what it would be if each order went bad on its own; the largest of
 * several lengths, and at least 1. 1 when none or all went bad: then nothing is known of it.
 */
export function clumpingOf(seconds: readonly Second[]): number {
  let [bad, of] = [0, 0];
  for (const second of seconds) {
    bad += second.bad;
    of += second.of;
  }
  if (bad === 0 || bad >= of) return 1;
  const share = bad / of;
  const alone = of * share * (1 - share);
  let most = 1;
  for (const length of STRETCHES_S) {
    const count = Math.floor(seconds.length / length);
    if (count < LEAST_STRETCHES) break;
    let spread = 0;
    for (let k = 0; k < count; k++) {
      let off = 0;
      for (const second of seconds.slice(k * length, (k + 1) * length)) off += second.bad - share * second.of;
      spread += off ** 2;
    }
    // What the last, unfinished stretch would have added.
    const whole = seconds.length / (count * length);
    most = Math.max(most, ((spread * whole * count) / (count - 1) / alone) * widening(count - 1));
  }
  return most;
}

const NORMAL = 1.959963984540054;

/** A spread that was estimated itself makes bounds wider: Student's t over the normal deviate, squared. */
const widening = (degrees: number): number => (studentQuantile(2 * TAIL, degrees) / NORMAL) ** 2;

/** 95 % bounds of bad / of, when `clumping` orders go bad together. */
export function boundsOf(bad: number, of: number, clumping: number): Interval {
  if (of === 0) return [0, 1];
  const n = Math.max(1, Math.round(of / clumping));
  return proportionBounds(Math.min(n, Math.round(bad / clumping)), n);
}
