// How a run held together, in the one or two lines there is to say: a queue that grew, and how bursts were got over.
// Nothing is said of a run in which no queue grew and each burst was got over before it ended.

import type { BurstRecovery, Stability } from '../judge/spec.ts';
import { growingOf, worstBacklog } from '../judge/stability.ts';
import { formatClock, formatCountOf, formatDuration } from '../units.ts';
import { visible } from './foreign.ts';

/** One sentence on the queue, empty where none grew. */
export function backlogSentence(stability: Stability): string {
  const worst = worstBacklog(stability);
  if (worst === undefined) return '';
  const during = worst.part === undefined ? '' : `, during ${visible(worst.part)}`;
  const others = growingOf(stability.plateaus).length - 1;
  const more = others === 0 ? '' : `; it grew on ${formatCountOf(others, 'other plateau')} too`;
  return `${worst.says}${during}${more}`;
}

/** One sentence on the bursts, empty where none took any time to get over. */
export function recoverySentence({ recoveries }: Stability): string {
  const told = recoveries.filter(({ status }) => status !== 'cannot-tell');
  const back = told.filter(({ status }) => status === 'recovered');
  const never = told.find(({ status }) => status === 'not-within-the-run');
  if (never !== undefined) {
    const others = back.length === 0 ? '' : `; from ${formatCountOf(back.length, 'other burst')} it did`;
    return `the shop did not recover from ${nameOf(never)} within the run${others}`;
  }
  const [slowest] = back.sort((a, b) => (b.tookUs ?? 0) - (a.tookUs ?? 0));
  if (slowest === undefined || slowest.tookUs === 0 || slowest.tookUs === null) return '';
  const others = back.length === 2 ? 'burst' : formatCountOf(back.length - 1, 'burst');
  const most = back.length === 1 ? '' : `; the other ${others} took no longer`;
  return `the shop recovered from ${nameOf(slowest)} ${formatDuration(slowest.tookUs)} after its end${most}`;
}

/** `hourly at 02:00` */
const nameOf = ({ part, fromUs }: BurstRecovery): string => `${visible(part)} at ${formatClock(fromUs)}`;
