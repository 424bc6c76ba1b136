// How far a search for capacity may go, by its flags and its profile: time, orders, the highest rate; and what that is in
// words, for whoever has to allow it on a host that is not this machine.

import { userError } from '../errors.ts';
import type { SearchOptions } from '../judge/capacity/spec.ts';
import type { Plan } from '../profile/plan.ts';
import { mostProbeOrders, whyNoProbe } from '../run/ceiling.ts';
import { curveOf } from '../traffic/curve.ts';
import { formatCount, formatCountOf, formatDuration, formatRate } from '../units.ts';
import { isOwnHost } from './guard.ts';

export type BoundFlags = {
  /** µs */
  budget?: number;
  maxOrders?: number;
  /** Orders per second. */
  maxRate?: number;
};

/** On a host that is not this machine, where no `--max-rate` says otherwise: so many times the profile's peak. */
const MOST_PEAKS = 10;
/** Of the orders allowed, the part that the probe may send. */
const PROBE_SHARE = 0.1;

export type Bounds = Pick<SearchOptions, 'target' | 'budget' | 'mostPerS'> & { mostOrders: number };

/** @throws UserError when the budget is too short for one trial and one hold */
export function boundsOf(plan: Plan, flags: BoundFlags): Bounds {
  const { orders, durationUs } = plan.traffic;
  const target = { meanPerS: (orders * 1e6) / durationUs, peakPerS: curveOf(plan.traffic).peak().ratePerS };
  const own = plan.capacity;
  const us = flags.budget ?? own.budgetUs;
  const leastUs = 2 * own.settleUs + own.trialUs + own.holdUs;
  if (us < leastUs) {
    const needs = `one trial and one hold with their settle times, which take ${formatDuration(leastUs)}`;
    const way = 'give it more, or shorten them: `--set capacity.trial=10s --set capacity.hold=20s`';
    throw userError('CAPACITY_BUDGET', `--budget ${formatDuration(us)} is too short for ${needs}: ${way}`);
  }
  const budget = { us, orders: flags.maxOrders ?? own.maxOrders };
  const mostPerS = flags.maxRate ?? (isOwnHost(plan) ? undefined : MOST_PEAKS * target.peakPerS);
  const inTrials = Math.round(((mostPerS ?? MOST_PEAKS * target.peakPerS) * us) / 1e6);
  const mostOrders = budget.orders ?? inTrials + probeOrders(plan, budget);
  return { target, budget, mostPerS, mostOrders };
}

/** 0 where it cannot be probed. */
function probeOrders(plan: Plan, budget: SearchOptions['budget']): number {
  if (!plan.target.demo && whyNoProbe(plan, plan.target.url) !== undefined) return 0;
  return mostProbeOrders(ordersForProbe(budget));
}

/** What would go to a host that is not this machine. The probe waits for answers, and for no rate. */
export function loadText(plan: Plan, { mostOrders, budget, mostPerS, target }: Bounds): string {
  const all = `up to ${formatCountOf(mostOrders, 'order')} within ${formatDuration(budget.us)}`;
  const rate = `at up to ${formatRate(mostPerS ?? MOST_PEAKS * target.peakPerS)}`;
  const probe = probeOrders(plan, budget);
  const beside =
    probe === 0 ? '' : ` (up to ${formatCount(probe)} of them in a closed-loop probe, as fast as they are answered)`;
  return `${all}, ${rate}${beside}`;
}

export const ordersForProbe = ({ orders = Number.POSITIVE_INFINITY }: SearchOptions['budget']): number =>
  Math.floor(PROBE_SHARE * orders);
