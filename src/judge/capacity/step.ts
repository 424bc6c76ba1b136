// One step of the search: what it is decided from, what it asks for, where the first one starts and how long a trial is.

import { LEAST_PLATEAU_S } from '../backlog.ts';
import type { Weighed } from './loads.ts';
import type { LimitedBy, SearchOptions, Trial, TrialRequest } from './spec.ts';

export type Wish = Pick<TrialRequest, 'ratePerS' | 'durationUs' | 'purpose'>;
export type Step = { wish: Wish } | { done: LimitedBy };
export type Seen = { options: SearchOptions; trials: readonly Trial[]; loads: readonly Weighed[] };

/** Of the first load: below it nobody asks. */
export const LEAST_SHARE = 1 / 64;
/** Standard errors at which a load counts as decided. */
export const DECIDED = 2.2;
/** A trial is made longer for too few orders up to so many times. */
const MOST_TRIALS = 4;

/** Half the profile's peak, or of the closed-loop ceiling where that is less. */
export function startOf({ target, probe, mostPerS = Number.POSITIVE_INFINITY }: SearchOptions): number {
  return Math.min(Math.min(target.peakPerS, probe?.closedLoopPerS ?? Number.POSITIVE_INFINITY) / 2, mostPerS);
}

/** Of the usual length, or longer where so few orders would come that they say nothing. */
export function trialAt(ratePerS: number, options: SearchOptions, purpose: TrialRequest['purpose']): Wish {
  return { ratePerS, durationUs: wholeSeconds(leastUs(ratePerS, options)), purpose };
}

const LEAST_ORDERS = 100;

/** Where no time is limited, a queue that grows is all that tells too much from enough, and that takes a plateau to see. */
function leastUs(ratePerS: number, { trialUs, asked }: SearchOptions): number {
  const leastUs = Math.max(trialUs, asked.limitUs === undefined ? LEAST_PLATEAU_S * 1e6 : 0);
  return Math.min(MOST_TRIALS * trialUs, Math.max(leastUs, (LEAST_ORDERS / ratePerS) * 1e6));
}

export const wholeSeconds = (us: number): number => Math.max(1, Math.ceil(us / 1e6 - 1e-9)) * 1e6;
