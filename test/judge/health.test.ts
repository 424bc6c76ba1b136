import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HealthFold, type HealthSample, MachineFold } from '../../src/judge/health.ts';
import type { Evidence, Gate, WorkerEvidence } from '../../src/judge/spec.ts';
import { judge } from '../../src/judge/verdict.ts';
import { evidenceOf, steadyOrders } from '../support/evidence.ts';

/** One sample a second, so busy; the timer is up to 1 ms early. */
function samplesOf(busyShares: readonly number[], more: Partial<HealthSample> = {}): HealthSample[] {
  return busyShares.map((share, second) => {
    const [fromUs, untilUs] = [second * 999_500, (second + 1) * 999_500];
    return { fromUs, untilUs, busyUs: share * (untilUs - fromUs), gcUs: 0, gcMaxUs: 0, queued: 0, ...more };
  });
}

function foldOf(samples: readonly HealthSample[], worker = 0) {
  const fold = new HealthFold(worker);
  for (const sample of samples) fold.add(sample);
  return fold.health;
}

describe('how busy a worker was', () => {
  test('is its busiest 5 s, by a naive look at every 5 samples', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.integer({ min: 60, max: 100 }).map((percent) => percent / 100),
          { minLength: 5, maxLength: 40 },
        ),
        (shares) => {
          const sums = shares.slice(4).map((_, i) => shares.slice(i, i + 5).reduce((sum, share) => sum + share, 0) / 5);
          const over = new Set(
            sums.flatMap((mean, i) => (mean > 0.85 + 1e-9 ? [0, 1, 2, 3, 4].map((k) => i + k) : [])),
          );
          const health = foldOf(samplesOf(shares));
          expect(health.worstBusy?.share).toBeCloseTo(Math.max(...sums), 9);
          expect(health.overbusyUs / 999_500).toBeCloseTo(over.size, 6);
          expect(health.busyUs / 999_500).toBeCloseTo(
            shares.reduce((sum, share) => sum + share, 0),
            6,
          );
        },
      ),
      { seed: 3, numRuns: 200 },
    );
  });

  test('of a run shorter than that is the whole of it, and of one that said nothing is not known', () => {
    expect(foldOf(samplesOf([0.2, 0.4])).worstBusy?.share).toBeCloseTo(0.3, 9);
    expect(foldOf([]).worstBusy).toBeUndefined();
  });
});

const orders = steadyOrders(100, 60);

/** One worker that says this of itself, and keeps Little's law. */
function evidenceWith(health: Partial<WorkerEvidence>, rest: Partial<Evidence> = {}): Evidence {
  const whole = evidenceOf(orders, { slo: ['p99 < 300ms'] });
  const worker: WorkerEvidence = {
    ...foldOf(samplesOf(Array(60).fill(0.1))),
    connections: 10,
    openMax: 3,
    latenessP99Us: 0,
    latenessMaxUs: 0,
    inFlightAreaUs: 6_000 * 20_000,
    ...health,
  };
  return { ...whole, workers: [worker], ...rest };
}

function gateOf(name: string, evidence: Evidence): Gate {
  const gate = judge(evidence).gates.find((one) => one.name === name);
  if (!gate) throw new Error(`no gate ${name}`);
  return gate;
}

test('a generator that says it was well is fit, and every gate but those not asked for is known', () => {
  const { gates, verdict } = judge(evidenceWith({}));
  expect(verdict).toBe('pass');
  expect(gates.filter((gate) => gate.status !== 'ok')).toEqual([]);
  expect(gates.filter((gate) => gate.known === false).map((gate) => gate.name)).toEqual(['machine']);
});

test('a generator that said nothing is held against nothing', () => {
  const { gates, verdict } = judge(evidenceOf(orders, { slo: ['p99 < 300ms'] }));
  const unknown = gates.filter((gate) => gate.known === false);
  expect(unknown.map((gate) => gate.name)).toEqual([
    'busy',
    'garbage collection',
    'machine',
    'connections',
    'in flight',
  ]);
  expect(unknown.every((gate) => gate.status === 'ok' && gate.measured === 'cannot be known')).toBe(true);
  expect(verdict).toBe('pass');
});

describe('the gate of busy workers', () => {
  const busy = (shares: number[]) => gateOf('busy', evidenceWith(foldOf(samplesOf(shares))));

  test('voids a run of which more than a blip was too busy, and says which worker', () => {
    const gate = busy(Array(60).fill(0.9));
    expect(gate).toMatchObject({ status: 'void', measured: 'worker 0 90 % at most' });
    expect(gate.touched).toBeCloseTo(1, 2);
    expect(gate.byWorker).toEqual([{ worker: 0, measured: '90 % at most, 90 % over the run' }]);
  });

  test('allows 0.85', () => expect(busy(Array(60).fill(0.85 - 1e-9)).status).toBe('ok'));

  test('warns of one stretch in a long run', () => {
    const health = foldOf(samplesOf(Array.from({ length: 200 }, (_, s) => (s >= 50 && s < 55 ? 1 : 0.1))));
    const long = { ...evidenceWith(health), ...evidenceOf(steadyOrders(10, 200), {}), workers: undefined };
    const gate = gateOf('busy', { ...long, workers: evidenceWith(health).workers });
    expect(gate).toMatchObject({ status: 'warn' });
    expect(gate.touched).toBeCloseTo(5 / 200, 3);
  });
});

describe('the gate of garbage collection', () => {
  const gc = (gcUs: number) =>
    gateOf('garbage collection', evidenceWith(foldOf(samplesOf([0, 0], { gcUs, gcMaxUs: 7_000 }))));
  test('warns above 2 % and shows the longest pause', () => {
    expect(gc(19_000)).toMatchObject({ status: 'ok', measured: 'worker 0 1.9 %, longest pause 7 ms' });
    expect(gc(21_000)).toMatchObject({ status: 'warn' });
  });
});

describe('the gate of the machine', () => {
  const machineOf = (steals: readonly number[], involuntary?: number) => {
    const fold = new MachineFold();
    for (const stealTicks of steals) fold.add({ totalTicks: 200, stealTicks, involuntary });
    return gateOf('machine', evidenceWith({}, { machine: fold.health }));
  };
  test('shows what was stolen and how often threads were put aside', () => {
    expect(machineOf([0, 4, 2], 30)).toMatchObject({
      status: 'ok',
      measured: '1 % stolen, 2 % in the worst second, 30 involuntary switches a second',
    });
  });
  test('warns above 5 % of the run, or above it in more than a blip', () => {
    expect(machineOf([11, 11]).status).toBe('warn');
    expect(machineOf([...Array(5).fill(11), ...Array(55).fill(0)]).status).toBe('warn');
    expect(machineOf([...Array(3).fill(11), ...Array(57).fill(0)]).status).toBe('ok');
  });
  test('knows nothing where the kernel counts nothing', () => {
    expect(new MachineFold().health).toBeUndefined();
  });
});

test('orders that waited for our cap are told apart from a slow shop, with what to do, and only warn', () => {
  const samples = samplesOf(Array(60).fill(0.1)).map((sample, s) => ({ ...sample, queued: s < 6 ? 50 : 0 }));
  const { gates, verdict } = judge(evidenceWith({ ...foldOf(samples), openMax: 10 }));
  const gate = gates.find((one) => one.name === 'connections')!;
  expect(gate).toMatchObject({ status: 'warn', byWorker: [{ measured: '10 of 10 open, 300 waited' }] });
  expect(gate.measured).toContain('all 10 connections were taken for 300 orders over 6 s');
  expect(gate.advice).toContain('target.connections');
  expect(gate.touched).toBeCloseTo(0.1, 3);
  expect(verdict).toBe('pass');
});

describe("Little's law", () => {
  const areaUs = 6_000 * 20_000;
  test('holds up to 2 %, and voids beyond', () => {
    expect(gateOf('in flight', evidenceWith({})).measured).toMatch(/^2\.0\d on average, 2\.0\d by rate × time$/);
    expect(gateOf('in flight', evidenceWith({ inFlightAreaUs: areaUs * 1.019 })).status).toBe('ok');
    for (const off of [1.03, 0.97]) {
      expect(gateOf('in flight', evidenceWith({ inFlightAreaUs: areaUs * off })).status).toBe('void');
    }
  });
  test('notices orders that the merged tallies lack', () => {
    const lost = evidenceOf(orders.slice(0, 5_800), { slo: ['p99 < 300ms'] });
    expect(gateOf('in flight', { ...evidenceWith({}), timeline: lost.timeline }).status).toBe('void');
  });
  test('cannot be known of a run that did not end idle', () => {
    expect(gateOf('in flight', evidenceWith({ inFlightAreaUs: undefined }))).toMatchObject({
      status: 'ok',
      known: false,
    });
  });
});
