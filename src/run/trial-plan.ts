// The plan of one trial of a search for capacity: the profile's orders under one constant load, as Poisson arrivals. Who
// buys what is drawn anew in each trial, so that no buyer's limit is used up by the trials before.

import { type Problem, UserError } from '../errors.ts';
import type { Asked, TrialRequest } from '../judge/capacity/spec.ts';
import { parseSlo } from '../judge/slo.ts';
import type { Plan, SloLine } from '../profile/plan.ts';
import { formatCountOf } from '../units.ts';

const PART = 'base';

export function trialPlanOf(plan: Plan, request: TrialRequest, { lines }: Pick<Asked, 'lines'>): Plan {
  const durationUs = request.settleUs + request.durationUs;
  const orders = Math.max(1, Math.round((request.ratePerS * durationUs) / 1e6));
  // The curve's area is the number of orders, rounded as it is.
  const addsPerS = (orders * 1e6) / durationUs;
  return {
    ...plan,
    traffic: {
      orders,
      durationUs,
      arrivals: 'poisson',
      seed: request.seed,
      basePerS: addsPerS,
      parts: [{ kind: 'base', name: PART, addsPerS }],
    },
    adjustments: [],
    order: { ...plan.order, identity: { ...plan.order.identity, seed: request.seed } },
    slo: lines.map(({ text, from }) => ({ text, place: from.place })),
    stop: plan.stop.filter(isOfAnyLoad),
    // The orders of the trials before are in the books as well.
    ...(plan.books ? { books: { ...plan.books, foreign: 'ignore' as const } } : {}),
    warnings: [],
  };
}

/** A `stop:` line ends a trial as it ends a run, unless it speaks of a part of the curve: a trial has none. */
function isOfAnyLoad({ text }: SloLine): boolean {
  return parseSlo(text, { parts: [PART], place: 'stop' }).ok && !/\bduring\b/.test(text);
}

/** @throws UserError when trial after trial cannot send the orders of this profile */
export function refuseTrials({ order }: Plan): void {
  const problems: Problem[] = (order.feeders ?? [])
    .filter((feeder) => feeder.order === 'once')
    .map(({ name, rows }) => ({
      code: 'CAPACITY_FEEDER',
      path: `feeders.${name}`,
      message:
        `feeder \`${name}\` gives out each of its ${formatCountOf(rows, 'row')} once, and a search for capacity sends as many orders ` +
        'as it needs: let it be `order: circular` or `order: random`, with `--set` if only for this',
    }));
  if (problems.length > 0) throw new UserError(problems);
}
