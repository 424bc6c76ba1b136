// What each worker gets of a plan: the order with this run's identities, and its part of connections and queue.

import type { DriverOptions } from '../drive/driver.ts';
import type { OrderSpec } from '../order/spec.ts';
import type { Plan, TargetPlan } from '../profile/plan.ts';

/** The plan's order for one run: its identities carry the run's id, its paths the base path of the target. */
export function orderFor(plan: Plan, run: { runId: string; url: string; setup?: Record<string, string> }): OrderSpec {
  const base = new URL(run.url).pathname.replace(/\/+$/, '');
  const { identity, steps, shoppers, journey } = plan.order;
  const readBack = shoppers?.readBack && { ...shoppers.readBack, path: base + shoppers.readBack.path };
  return {
    ...plan.order,
    setup: run.setup,
    identity: { ...identity, runId: run.runId },
    steps: steps.map((step) => ({ ...step, path: base + step.path })),
    ...(journey ? { journey: { ...journey, base } } : {}),
    ...(readBack ? { shoppers: { ...shoppers, readBack } } : {}),
  };
}

/** Worker k's part of the connections and of the queue: together the workers have exactly what the profile says. */
export function driverOptionsOf(target: TargetPlan, url: string, workers: number, worker = 0): DriverOptions {
  const partOf = (whole: number): number => Math.floor(whole / workers) + (worker < whole % workers ? 1 : 0);
  return {
    origin: new URL(url).origin,
    http: target.http,
    connection: target.connection,
    connections: partOf(target.connections),
    queue: partOf(target.queue),
    warm: partOf(target.warm),
    connectTimeoutUs: target.connectTimeoutUs,
    timeoutUs: target.timeoutUs,
    captureBytes: target.captureBytes,
    maxBodyBytes: target.maxBodyBytes,
    maxHeadBytes: target.maxHeadBytes,
    tls: target.tls,
    ...(target.proxy === undefined ? {} : { proxy: target.proxy }),
  };
}
