// A generator in a process of its own, so that wire.ts can pin it to a core: one worker's whole share (template, driver,
// classify, recorder) on the main thread. `node wire-load.ts JSON` prints one JSON line.

import {
  type Attempt,
  type DriverName,
  type DriverOptions,
  type DriverSeams,
  driverFor,
} from '../../src/drive/driver.ts';

import { DRIVERS } from '../../src/drive/drivers.ts';
import { Recorder } from '../../src/measure/recorder.ts';
import { histogramShape } from '../../src/measure/shape.ts';
import { Timeline } from '../../src/measure/timeline.ts';
import { classifierOf, outcomesOf } from '../../src/order/classify.ts';
import type { OrderSpec } from '../../src/order/spec.ts';
import { compileOrder } from '../../src/order/template.ts';
import { clockFrom, monotonicUs, waiter } from '../../src/run/clock.ts';
import { plainDesk } from '../../src/run/plain-desk.ts';
import { startShare } from '../../src/run/share.ts';
import { scheduleOf } from '../../src/traffic/schedule.ts';
import { solveTraffic } from '../../src/traffic/solve.ts';

export type Load = {
  driver?: DriverName;
  origin: string;
  seconds: number;
  connections: number;
  /** Open loop at this rate; without it closed loop: as many orders in flight as there are connections. */
  ratePerS?: number;
};

/** `cpuUs`: user and system time of the process while it fired. Lateness of the open loop only. */
export type Loaded = {
  orders: number;
  accepted: number;
  seconds: number;
  cpuUs: number;
  latenessUs?: { p50: number; p99: number };
};

export const ORDER: OrderSpec = {
  steps: [
    {
      name: 'checkout',
      method: 'POST',
      path: '/checkout',
      headers: [['idempotency-key', '{{order.key}}']],
      body: { kind: 'json', value: { buyer: '{{buyer.id}}', sku: '{{sku}}', quantity: 1 } },
    },
  ],
  identity: {
    runId: 'bench',
    seed: 42,
    skus: [{ value: 'phone', weight: 1 }],
    quantity: [{ value: 1, weight: 1 }],
  },
  rules: [
    { name: 'sold', class: 'accepted', status: [201] },
    { name: 'sold_out', class: 'rejected', status: [409] },
  ],
};

const TIMEOUT_US = 10e6;
const START_US = 300e3;
const WARM_UP_ORDERS = 20_000;

function driverOptions(load: Load): DriverOptions {
  return {
    origin: load.origin,
    http: '1.1',
    connection: 'keep-alive',
    connections: load.connections,
    queue: 1_000_000,
    connectTimeoutUs: 5e6,
    timeoutUs: TIMEOUT_US,
    captureBytes: 16_384,
    maxBodyBytes: 1e6,
    maxHeadBytes: 65_536,
    tls: { insecure: false },
    warm: load.connections,
  };
}

/** As many in flight as there are connections; the first orders warm up the compiler and are not counted. */
function closedLoop(load: Load): Promise<Loaded> {
  const outcomes = outcomesOf(ORDER);
  const recorder = new Recorder(0, outcomes, histogramShape(TIMEOUT_US));
  const classify = classifierOf(ORDER);
  const nowUs = clockFrom(monotonicUs());
  const { promise, resolve } = Promise.withResolvers<Loaded>();
  let seq = 0;
  let done = 0;
  let from: { done: number; accepted: number; atUs: number; cpu: NodeJS.CpuUsage } | undefined;
  let flushAtUs = 1e6;
  const fire = (attempt: Attempt): void => {
    attempt.seq = seq++;
    attempt.dueUs = attempt.firedUs = nowUs();
    if (driver.fire(attempt)) recorder.fired(attempt.dueUs, attempt.firedUs);
  };
  const onAnswer: DriverSeams['onAnswer'] = (attempt, answer) => {
    recorder.done(attempt.dueUs, attempt.firedUs, answer.sentUs, answer.doneUs, classify(answer));
    done++;
    if (done === WARM_UP_ORDERS) {
      from = { done, accepted: recorder.counts.accepted, atUs: answer.doneUs, cpu: process.cpuUsage() };
    }
    if (answer.doneUs > flushAtUs) {
      recorder.flush(answer.doneUs);
      flushAtUs += 1e6;
    }
    if (from && answer.doneUs - from.atUs >= load.seconds * 1e6) {
      const cpu = process.cpuUsage(from.cpu);
      resolve({
        orders: done - from.done,
        accepted: recorder.counts.accepted - from.accepted,
        seconds: (answer.doneUs - from.atUs) / 1e6,
        cpuUs: cpu.user + cpu.system,
      });
      void driver.close();
    } else fire(attempt);
  };
  const makeDriver = DRIVERS[load.driver ?? driverFor({ http: '1.1' })];
  const driver = makeDriver(driverOptions(load), { templates: compileOrder(ORDER), nowUs, onAnswer });
  void driver.ready?.().then(() => {
    for (let i = 0; i < load.connections; i++) fire({ seq: 0, step: 0, dueUs: 0, firedUs: 0 });
  });
  return promise;
}

/** The worker's own loop, from the second second on (the first warms up the compiler). */
async function openLoop(load: Load & { ratePerS: number }): Promise<Loaded> {
  const durationUs = (load.seconds + 1) * 1e6;
  const orders = Math.round((load.ratePerS * durationUs) / 1e6);
  const solved = solveTraffic({
    orders,
    durationUs,
    arrivals: 'even',
    seed: 42,
    parts: [{ kind: 'base', name: 'base' }],
  });
  if (!solved.ok) throw new Error(solved.mistakes.map((mistake) => mistake.message).join('\n'));
  const outcomes = outcomesOf(ORDER);
  const shape = histogramShape(TIMEOUT_US);
  const timeline = new Timeline(outcomes, shape);
  const recorder = new Recorder(0, outcomes, shape);
  const nowUs = clockFrom(monotonicUs() + START_US);
  const seams = { templates: compileOrder(ORDER), nowUs };
  let cpu = process.cpuUsage();
  setTimeout(
    () => {
      cpu = process.cpuUsage();
    },
    START_US / 1e3 + 1e3,
  );
  const share = startShare({
    nowUs,
    waiter,
    schedule: scheduleOf(solved.curve, 0, 1),
    recorder,
    makeDesk: (rest) => {
      const orders = { outcomes, step: 'order', classify: classifierOf(ORDER), soldOut: [] };
      return { desk: plainDesk(orders, { ...rest, nowUs, recorder }) };
    },
    makeDriver: (onAnswer) => {
      const driver = DRIVERS[load.driver ?? 'wire'](driverOptions(load), { ...seams, onAnswer });
      void driver.ready?.();
      return driver;
    },
    send: (interval) => timeline.add(interval),
  });
  await share.ended;
  const used = process.cpuUsage(cpu);
  const endUs = nowUs();
  await share.driver.close();
  let fired = 0;
  for (const cell of timeline.cells()) if (cell.second >= 1) fired += cell.fired;
  const lateness = timeline.total().histogram({ of: 'lateness' });
  return {
    orders: fired,
    accepted: recorder.counts.accepted,
    seconds: endUs / 1e6 - 1,
    cpuUs: used.user + used.system,
    latenessUs: { p50: lateness.percentile(0.5), p99: lateness.percentile(0.99) },
  };
}

if (import.meta.main) {
  const load: Load = JSON.parse(process.argv[2] ?? '{}');
  const { ratePerS } = load;
  const loaded = await (ratePerS === undefined ? closedLoop(load) : openLoop({ ...load, ratePerS }));
  console.log(JSON.stringify(loaded));
}
