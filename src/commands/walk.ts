// One order of a plan, step by step in this thread: what `check` shows of it. As a run sends it, pauses and cookies and
// all, but once: no second clicks, no retries. The last answer is kept whole, which is what a profile is mended by.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Attempt, driverFor } from '../drive/driver.ts';
import { DRIVERS } from '../drive/drivers.ts';
import type { Answer } from '../order/answer.ts';
import { jarsFor } from '../order/cookie-jars.ts';
import { compileJourney } from '../order/journey.ts';
import { compileOrder } from '../order/template.ts';
import type { Outcome } from '../outcomes.ts';
import type { Plan } from '../profile/plan.ts';
import { clockFrom, monotonicUs } from '../run/clock.ts';
import { driverOptionsOf, orderFor } from '../run/shares.ts';
import { pathsOf } from '../run/try-path.ts';
import type { ProbeRun } from './one-order.ts';

/** One answered request. `answer` is a copy: drivers reuse theirs. */
export type Stride = { step: number; answer: Answer };
/** `vars`: what was extracted, by name. */
export type Walk = { strides: Stride[]; outcome: Outcome; vars: Record<string, string> };

/** Index of what ended the order, or −1; what the answer means where it did not. */
type Judged = { outcome: number; lacks: number };

export async function walkOrder(plan: Plan, run: ProbeRun): Promise<Walk> {
  const order = orderFor(plan, run);
  const { steps, placedBy, skipped, outcomes, variables } = compileJourney(order);
  const jar = jarsFor(order, { url: run.url, workers: 1 })?.of(0);
  const vars = variables.map(() => '');
  const strides: Stride[] = [];
  let take: (answer: Answer) => void = () => {};
  const nowUs = clockFrom(monotonicUs());
  const templates = compileOrder(order);
  const pathOf = pathsOf(
    order.steps.map(({ path }) => path),
    () => templates,
  );
  const driver = DRIVERS[driverFor(plan.target)](driverOptionsOf(plan.target, run.url, 1), {
    templates,
    nowUs,
    onAnswer: (_attempt, answer) => take(answer),
  });
  /** What an answer means is read while the driver still holds it. */
  const ask = (step: number): Promise<Judged> =>
    new Promise((resolve) => {
      take = (answer) => {
        const { classify, goesOn, extract } = steps[step]!;
        jar?.take(answer.headers, () => pathOf({ seq: 0, step, vars }), Date.now());
        const outcome = classify(answer);
        strides.push({ step, answer: { ...answer, body: new Uint8Array(answer.body) } });
        resolve({ outcome, lacks: goesOn(outcome) ? (extract?.(answer, vars) ?? -1) : outcome });
      };
      const firedUs = nowUs();
      const attempt: Attempt = { seq: 0, step, dueUs: firedUs, firedUs, vars };
      const cookie = jar?.headerFor(() => pathOf(attempt), Date.now());
      if (cookie !== undefined) attempt.cookie = cookie;
      driver.fire(attempt);
    });
  let end = skipped;
  try {
    for (const [index, { holds, thinkUs }] of steps.entries()) {
      if (!(holds?.(vars) ?? true)) {
        if (index === placedBy) break;
        continue;
      }
      await sleep((thinkUs?.(0) ?? 0) / 1e3);
      const { outcome, lacks } = await ask(index);
      // From the placing step on the order is what that step's answer made it.
      if (index < placedBy) end = lacks >= 0 ? lacks : end;
      else if (index === placedBy) end = outcome;
      if (lacks >= 0) break;
    }
  } finally {
    await driver.close();
  }
  const found = Object.fromEntries(variables.map((name, index) => [name, vars[index]!]));
  return { strides, outcome: outcomes[end]!, vars: found };
}
