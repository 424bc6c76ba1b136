// The piscina task: one long task per worker and run. It compiles everything, and opens the connections it was told to
// open beforehand, before it says `ready`.

import type { MessagePort } from 'node:worker_threads';
import { Ledger } from '../audit/ledger.ts';
import type { DriverSeams } from '../drive/driver.ts';
import { DRIVERS } from '../drive/drivers.ts';
import { Opened } from '../measure/opened.ts';
import { Recorder } from '../measure/recorder.ts';
import { histogramShape } from '../measure/shape.ts';
import { compileJourney, isPlain } from '../order/journey.ts';
import { compileOrder } from '../order/template.ts';
import { OUTCOME_CLASSES } from '../outcomes.ts';
import { scheduleOf } from '../traffic/schedule.ts';
import { deskMaker } from './choose-desk.ts';
import { clockFrom, monotonicUs, waiter } from './clock.ts';
import { threadHealth } from './health.ts';
import { Keeper } from './keeper.ts';
import type { FromWorker, Share, ShareReport, ToWorker } from './messages.ts';
import { type RunningShare, startShare } from './share.ts';

export default async function fireShare({
  share,
  port,
}: {
  share: Share;
  port: MessagePort;
}): Promise<Omit<ShareReport, 'ledger'>> {
  const { order, worker, workers } = share;
  const journey = compileJourney(order);
  const { steps, outcomes } = journey;
  const shape = histogramShape(share.driverOptions.timeoutUs);
  const opened = new Opened(shape);
  const recorder = new Recorder(worker, outcomes, shape, isPlain(order) ? 0 : steps.length);
  const ledger = new Ledger({
    orders: share.traffic.orders,
    worker,
    workers,
    ids: order.answer?.id !== undefined || order.journey !== undefined,
    totals: order.answer?.total !== undefined || order.journey !== undefined,
  });
  const keeper = new Keeper(outcomes, order.identity.seed);
  const templates = compileOrder(order);
  const schedule = scheduleOf(share.traffic, worker, workers);
  // One clock from before the start to the end: it only learns later where its zero is.
  const monotonic = clockFrom(0);
  let startUs = monotonicUs();
  const nowUs = (): number => monotonic() - startUs;
  let report: DriverSeams['onAnswer'] = () => {};
  const driver = DRIVERS[share.driver](share.driverOptions, {
    templates,
    nowUs,
    onAnswer: (attempt, answer) => report(attempt, answer),
  });
  const makeDesk = deskMaker(share, journey, { nowUs, recorder, ledger, keeper });
  await driver.ready?.();

  const started = Promise.withResolvers<number>();
  let running: RunningShare | undefined;
  let early: 'drain' | 'abort' | undefined;
  port.on('message', (message: ToWorker) => {
    if (message.type === 'start') started.resolve(message.atUs);
    else if (running) running[message.type]();
    else early = message.type;
  });
  post(port, { type: 'ready' });

  const atUs = await started.promise;
  const lateStartUs = Math.max(0, monotonicUs() - atUs);
  startUs = atUs;
  const health = threadHealth(nowUs());
  const cpuBefore = process.threadCpuUsage();
  running = startShare({
    nowUs,
    waiter,
    schedule,
    recorder,
    makeDesk,
    makeDriver: (onAnswer) => {
      report = onAnswer;
      return driver;
    },
    send: (interval, transfer, sample) => {
      const change = ledger.changes();
      const arrays = change === undefined ? transfer : [...transfer, change.classes.buffer];
      post(port, { type: 'interval', interval, health: sample, change, kept: keeper.drain() }, arrays);
    },
    health,
    connections: share.driverOptions.connections,
    opened,
  });
  if (early) running[early]();
  await running.ended;
  const cpu = process.threadCpuUsage(cpuBefore);
  health.close();
  await running.driver.close();
  const { data, transfer } = ledger.toTransfer();
  post(port, { type: 'ledger', part: data }, transfer);
  port.close();

  const { counts } = recorder;
  return {
    worker: share.worker,
    intervals: running.intervals(),
    unreached: running.countUnreached(),
    fired: counts.fired,
    dropped: counts.dropped,
    sent: counts.sent,
    classes: OUTCOME_CLASSES.map((outcomeClass) => counts[outcomeClass]),
    lateStartUs,
    refused: running.refused(),
    thrown: running.thrown(),
    noSocket: running.noSocket(),
    counters: { ...running.driver.counters },
    connections: share.driverOptions.connections,
    opened: opened.drain(),
    inFlight: running.inFlight(),
    inFlightAreaUs: running.inFlightAreaUs(),
    cpuUs: cpu.user + cpu.system,
    spunUs: running.spunUs(),
  };
}

function post(port: MessagePort, message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}
