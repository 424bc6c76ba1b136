// One order of a plan, sent as a run sends it: all its steps, pauses and all. What `check` shows of an order of several.

import type { Deed } from '../audit/spec.ts';
import type { Outcome } from '../outcomes.ts';
import type { Plan } from '../profile/plan.ts';
import { startRun } from '../run/run.ts';

export type OneOrder = {
  /** In the order they were answered. */
  deeds: readonly Deed[];
  outcome: Outcome;
  /** What the code of a journey threw; '' when it did not. */
  thrown: string;
};

/** `url`: of the target; `setup`: what the setup took from its answers. */
export type ProbeRun = { url: string; runId: string; setup: Record<string, string> };

/** @throws Error when nothing could be fired at all */
export async function sendOneOrder(plan: Plan, run: ProbeRun): Promise<OneOrder> {
  const only: Plan = {
    ...plan,
    traffic: {
      orders: 1,
      durationUs: 1e5,
      arrivals: 'even',
      seed: plan.traffic.seed,
      basePerS: 10,
      parts: [{ kind: 'base', name: 'base', addsPerS: 10 }],
    },
    slo: [],
    stop: [],
  };
  const { evidence, ledger, reports } = await startRun(only, { ...run, workers: 1 }).finished;
  const total = evidence.timeline.total();
  const outcome = evidence.timeline.outcomes.find((_, index) => total.countOfOutcome(index) > 0);
  if (!outcome) throw new Error('the order was never fired: please report it as a bug');
  const thrown = reports.flatMap((report) => report.thrown).map(({ says }) => says);
  return { deeds: ledger.storyOf(0)?.deeds ?? [], outcome, thrown: thrown[0] ?? '' };
}
