// A RunRecord made from a plain list of orders through the real recorder, timeline and judge.

import { judge } from '../../src/judge/verdict.ts';
import { histogramShape } from '../../src/measure/histogram.ts';
import { Recorder } from '../../src/measure/recorder.ts';
import { Timeline } from '../../src/measure/timeline.ts';
import type { Outcome } from '../../src/outcomes.ts';
import type { Plan } from '../../src/profile/plan.ts';
import type { RunRecord } from '../../src/report/record.ts';
import { solveTraffic } from '../../src/traffic/solve.ts';
import type { TrafficSpec } from '../../src/traffic/spec.ts';
import type { EvidenceOptions, Order } from './evidence.ts';
import { evidenceOf, OUTCOMES } from './evidence.ts';
import { keptOf } from './kept.ts';

/** What a fold of the orders through one worker's recorder leaves, or has told by `untilUs`. */
export function timelineOfOrders(
  orders: readonly Order[],
  outcomes: readonly Outcome[] = OUTCOMES,
  untilUs = Number.POSITIVE_INFINITY,
): Timeline {
  const shape = histogramShape(10e6);
  const recorder = new Recorder(0, outcomes, shape);
  for (const order of orders) {
    const firedUs = order.firedUs ?? order.dueUs;
    if (order.fate === 'unreached' || firedUs >= untilUs) continue;
    if (order.fate === 'dropped') {
      recorder.dropped(order.dueUs, firedUs);
      continue;
    }
    recorder.fired(order.dueUs, firedUs);
    if ((order.doneUs ?? firedUs) >= untilUs) continue;
    const sentUs = order.sentUs === null ? Number.NaN : (order.sentUs ?? firedUs);
    const outcome = outcomes.findIndex((each) => each.class === (order.ends ?? 'accepted'));
    recorder.done(order.dueUs, firedUs, sentUs, order.doneUs ?? firedUs, outcome);
  }
  const last = orders.reduce((latest, order) => Math.max(latest, order.doneUs ?? order.dueUs), 0);
  const timeline = new Timeline(outcomes, shape);
  timeline.add(recorder.flush(Math.min(last + 1e6, untilUs)).interval);
  return timeline;
}

const STEADY: TrafficSpec = {
  orders: 490,
  durationUs: 10e6,
  arrivals: 'even',
  seed: 42,
  parts: [{ kind: 'base', name: 'base' }],
};

export function planOf(changes: Partial<Plan> = {}, traffic: TrafficSpec = STEADY): Plan {
  const solved = solveTraffic(traffic);
  if (!solved.ok) throw new Error(solved.mistakes.map((mistake) => mistake.message).join('\n'));
  return {
    version: 1,
    name: 'mi-fan-fest',
    file: 'profiles/mi-fan-fest.yaml',
    target: {
      shown: 'https://shop.example/api',
      url: 'https://ann:s3cret@shop.example/api',
      demo: false,
      http: '1.1',
      connection: 'keep-alive',
      connections: 256,
      queue: 10_000,
      warm: 0,
      connectTimeoutUs: 5e6,
      timeoutUs: 10e6,
      captureBytes: 4096,
      maxBodyBytes: 1e6,
      maxHeadBytes: 65_536,
      tls: { insecure: false },
      allow: [],
    },
    traffic: solved.curve,
    adjustments: [],
    order: {
      steps: [
        {
          name: 'checkout',
          method: 'POST',
          path: '/checkout',
          headers: [['authorization', 'Bearer s3cret']],
          body: { kind: 'none' },
        },
      ],
      identity: { runId: 'r', seed: 42, skus: [{ value: 'phone', weight: 1 }], quantity: [{ value: 1, weight: 1 }] },
      rules: [],
    },
    setup: [],
    teardown: [],
    slo: [],
    stop: [],
    capacity: { budgetUs: 600e6, maxOrders: undefined, trialUs: 15e6, holdUs: 60e6, settleUs: 3e6, slo: [] },
    warnings: [],
    profileHash: '0f1e2d3c4b5a6978',
    effectiveYaml: 'version: 1\nname: mi-fan-fest\n',
    ...changes,
  };
}

export type RecordOptions = EvidenceOptions & {
  plan?: Partial<Plan>;
  run?: Partial<RunRecord['run']>;
  outcomes?: readonly Outcome[];
  /** As seen at this time, while the run goes on. */
  untilUs?: number;
};

export function recordOf(orders: readonly Order[], options: RecordOptions = {}): RunRecord {
  const timeline = timelineOfOrders(orders, options.outcomes, options.untilUs);
  const kept = keptOf(orders, timeline.outcomes, options.plan?.target?.traceUrl !== undefined);
  const evidence = { ...evidenceOf(orders, options), timeline, kept };
  const { fired, dropped } = timeline.total();
  const highest = evidence.planned.reduce((most, count) => Math.max(most, count), 0);
  return {
    plan: planOf({ slo: [...evidence.slo], ...options.plan }),
    evidence,
    judgement: judge(evidence),
    peak: { ratePerS: highest, atUs: evidence.planned.indexOf(highest) * 1e6 },
    run: {
      id: '01JD0ORB0STER',
      startedAtMs: Date.UTC(2026, 10, 23, 4, 5, 54),
      endedAtMs: Date.UTC(2026, 10, 23, 4, 5, 54) + evidence.durationUs / 1e3,
      command: 'doorbuster run profiles/mi-fan-fest.yaml --target demo',
      seed: 42,
      driver: 'undici',
      driverReason: 'as asked',
      workers: 1,
      workersReason: 'one worker holds the peak',
      warnings: [],
      ...options.run,
    },
    environment: {
      doorbuster: '0.1.0',
      node: '24.21.0',
      platform: 'linux x64',
      cpu: 'Example CPU',
      cores: 2,
      memoryBytes: 8 * 2 ** 30,
      commit: 'c0ffee1',
    },
    generator: {
      cpuUs: 1_250_000,
      rssBytes: 120e6,
      workers: [{ worker: 0, fired, dropped, openMax: 12, waitingMax: 3, opened: 12 }],
    },
  };
}
