// Closed loop through a worker's own desk, as fast as it can: template, driver, desk, recorder and ledger, without a pacer
// and so without polling, in a process of its own. `node journey-load.ts JSON` prints what an order cost it once warm.

import { Ledger } from '../../src/audit/ledger.ts';
import { makeWireDriver } from '../../src/drive/wire/wire.ts';
import { Recorder } from '../../src/measure/recorder.ts';
import { histogramShape } from '../../src/measure/shape.ts';
import { compileJourney, isPlain } from '../../src/order/journey.ts';
import { compileOrder } from '../../src/order/template.ts';
import { deskMaker } from '../../src/run/choose-desk.ts';
import { clockFrom, monotonicUs } from '../../src/run/clock.ts';
import type { Desk } from '../../src/run/desk.ts';
import { Keeper } from '../../src/run/keeper.ts';
import type { Share } from '../../src/run/messages.ts';
import { driverOptionsOf, orderFor } from '../../src/run/shares.ts';
import { type OrderKind, planOf } from './generator.ts';

export type DeskLoad = { url: string; order: OrderKind; seconds: number; connections: number };

/** More than any round places. */
const MOST_ORDERS = 4_000_000;
const WARM_US = 1e6;

/** Of the whole process, user + system, over the orders that ended once it was warm. */
export type DeskCost = { cpuUs: number; orders: number };

async function closedLoop({ url, order: kind, seconds, connections }: DeskLoad): Promise<DeskCost> {
  const plan = planOf({
    kind: 'run',
    url,
    driver: 'wire',
    ratePerS: 1,
    riseS: 0,
    seconds: 1,
    connections,
    order: kind,
  });
  const order = orderFor(plan, { runId: 'bench', url });
  const journey = compileJourney(order);
  const nowUs = clockFrom(monotonicUs());
  const steps = isPlain(order) ? 0 : journey.steps.length;
  const recorder = new Recorder(0, journey.outcomes, histogramShape(plan.target.timeoutUs), steps);
  const ledger = new Ledger({
    orders: MOST_ORDERS,
    worker: 0,
    workers: 1,
    ids: kind !== 'one',
    totals: kind === 'code',
  });
  const driverOptions = driverOptionsOf(plan.target, url, 1);
  const keeper = new Keeper(journey.outcomes, order.identity.seed);
  let desk: Desk | undefined;
  const driver = makeWireDriver(driverOptions, {
    templates: compileOrder(order),
    nowUs,
    onAnswer: (attempt, answer) => desk!.onAnswer(attempt, answer),
  });
  await driver.ready?.();
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const warmUs = nowUs() + WARM_US;
  let seq = 0;
  let warm: { cpu: NodeJS.CpuUsage; accepted: number } | undefined;
  let flushAtUs = 1e6;
  const take = (): void => {
    const atUs = nowUs();
    if (atUs - warmUs > seconds * 1e6) end();
    else if (seq < MOST_ORDERS) desk!.take(seq++, atUs);
    if (atUs > warmUs) warm ??= { cpu: process.cpuUsage(), accepted: recorder.counts.accepted };
    if (atUs < flushAtUs) return;
    recorder.flush(atUs);
    keeper.drain();
    flushAtUs += 1e6;
  };
  const share: Share = {
    worker: 0,
    workers: 1,
    traffic: plan.traffic,
    order,
    soldOut: [],
    throttled: [],
    driver: 'wire',
    driverOptions,
  };
  desk = deskMaker(share, journey, { nowUs, recorder, ledger, keeper })({
    driver: () => driver,
    // One order ends, and another begins.
    changeInFlight: (_atUs, by) => {
      if (by < 0) queueMicrotask(take);
    },
    onTaken: () => {},
    onIdle: () => {},
    wake: () => {},
  }).desk;
  for (let i = 0; i < connections; i++) take();
  await ended;
  if (!warm) throw new Error('it never was warm');
  const { user, system } = process.cpuUsage(warm.cpu);
  const { fired, accepted } = recorder.counts;
  if (fired - accepted > connections) throw new Error(`${fired} orders, ${accepted} accepted`);
  await driver.close();
  return { cpuUs: user + system, orders: accepted - warm.accepted };
}

if (import.meta.main) {
  const load: DeskLoad = JSON.parse(process.argv[2] ?? '{}');
  console.log(JSON.stringify(await closedLoop(load)));
}
