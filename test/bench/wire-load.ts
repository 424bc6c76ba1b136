// Closed loop, as fast as a driver can: template, driver, classify and recorder of a worker, without a schedule, in a
// process of its own. `node wire-load.ts JSON` prints a line when it is warm and one at its end.

import type { Attempt, DriverName, DriverOptions, DriverSeams } from '../../src/drive/driver.ts';
import { DRIVERS } from '../../src/drive/drivers.ts';
import { Recorder } from '../../src/measure/recorder.ts';
import { histogramShape } from '../../src/measure/shape.ts';
import { classifierOf, outcomesOf } from '../../src/order/classify.ts';
import type { OrderSpec } from '../../src/order/spec.ts';
import { compileOrder } from '../../src/order/template.ts';
import { clockFrom, monotonicUs } from '../../src/run/clock.ts';

export type ClosedLoad = { driver: DriverName; origin: string; seconds: number; connections: number };

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
const WARM_UP_US = 1e6;

function driverOptions(load: ClosedLoad): DriverOptions {
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
function closedLoop(load: ClosedLoad): Promise<{ orders: number; accepted: number }> {
  const outcomes = outcomesOf(ORDER);
  const recorder = new Recorder(0, outcomes, histogramShape(TIMEOUT_US));
  const classify = classifierOf(ORDER);
  const nowUs = clockFrom(monotonicUs());
  const { promise, resolve } = Promise.withResolvers<{ orders: number; accepted: number }>();
  let seq = 0;
  let done = 0;
  const warmUs = nowUs() + WARM_UP_US;
  let warm = false;
  let flushAtUs = 1e6;
  const fire = (attempt: Attempt): void => {
    attempt.seq = seq++;
    attempt.dueUs = attempt.firedUs = nowUs();
    if (driver.fire(attempt)) recorder.fired(attempt.dueUs, attempt.firedUs);
  };
  const onAnswer: DriverSeams['onAnswer'] = (attempt, answer) => {
    recorder.done(attempt.dueUs, attempt.firedUs, answer.sentUs, answer.doneUs, classify(answer));
    done++;
    if (answer.doneUs > warmUs && !warm) {
      warm = true;
      process.stdout.write('{"says":"warm"}\n');
    }
    if (answer.doneUs > flushAtUs) {
      recorder.flush(answer.doneUs);
      flushAtUs += 1e6;
    }
    if (answer.doneUs - warmUs >= load.seconds * 1e6) {
      resolve({ orders: done, accepted: recorder.counts.accepted });
      void driver.close();
    } else fire(attempt);
  };
  const driver = DRIVERS[load.driver](driverOptions(load), { templates: compileOrder(ORDER), nowUs, onAnswer });
  void driver.ready?.().then(() => {
    for (let i = 0; i < load.connections; i++) fire({ seq: 0, step: 0, dueUs: 0, firedUs: 0 });
  });
  return promise;
}

if (import.meta.main) {
  const load: ClosedLoad = JSON.parse(process.argv[2] ?? '{}');
  console.log(JSON.stringify(await closedLoop(load)));
}
