// Where the orders go: the plan's own target, or the built-in shop as a process of its own. Either is reached once
// before anything is sent, so that a dead target costs a second and exit 3, not a run.

import { type DemoProcess, startDemo } from '../demo/process.ts';
import { reach } from '../drive/reach.ts';
import { EXIT, userError } from '../errors.ts';
import type { Plan } from '../profile/plan.ts';

export type OpenTarget = { url: string; demo: DemoProcess | undefined; close(): Promise<void> };

/** @throws UserError (exit 3) when nothing answers there */
export async function openTarget(plan: Plan, onDemoExit: (says: string) => void): Promise<OpenTarget> {
  const skus = plan.order.identity.skus.map((sku) => sku.value);
  const demo = plan.target.demo ? await startDemo({ skus }, { onExit: (_code, says) => onDemoExit(says) }) : undefined;
  const url = demo?.url ?? plan.target.url;
  const { http, tls, proxy, connectTimeoutUs } = plan.target;
  const reached = await reach({ origin: new URL(url).origin, http, tls, proxy, connectTimeoutUs });
  if (!reached.ok) {
    await demo?.stop();
    const message = `target ${plan.target.shown}: ${reached.message}`;
    throw userError(reached.code, message, { exitCode: EXIT.unreachable });
  }
  return { url, demo, close: async () => demo?.stop() };
}
