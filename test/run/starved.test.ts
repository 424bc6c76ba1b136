// Who made the numbers: a generator that gets no turns, or a shop that is slow? The real share, pacer and judge on a
// virtual clock; the same with real processes is test/bench/starve.ts.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Evidence, Judgement } from '../../src/judge/spec.ts';
import { judge } from '../../src/judge/verdict.ts';
import { histogramShape } from '../../src/measure/histogram.ts';
import { Recorder } from '../../src/measure/recorder.ts';
import { Timeline } from '../../src/measure/timeline.ts';
import { classifierOf, outcomesOf } from '../../src/order/classify.ts';
import { plainDesk } from '../../src/run/plain-desk.ts';
import { startShare } from '../../src/run/share.ts';
import { plannedPerSecond, scheduleOf } from '../../src/traffic/schedule.ts';
import type { CurveSpec } from '../../src/traffic/spec.ts';
import { type Pretend, pretendDriver } from '../support/pretend-driver.ts';
import { World } from '../support/world.ts';

const OUTCOMES = outcomesOf({ rules: [] });
const PLAIN = { outcomes: OUTCOMES, step: 'order', classify: classifierOf({ rules: [] }), soldOut: [] };
const SHAPE = histogramShape(600e6);
/** What a turn of the event loop takes a thread that runs. */
const TURN_US = 50;

type Load = { ratePerS: number; seconds: number; slo: string[] };

/** When the generator's thread is next given a turn that it wants at `us`. */
type Turns = (us: number) => number;
const always: Turns = (us) => us;
/** `SIGSTOP`ped from `fromUs` on. */
const stoppedFor =
  (stopUs: number, fromUs = 4e6): Turns =>
  (us) =>
    us >= fromUs && us < fromUs + stopUs ? fromUs + stopUs : us;
/** Of each period only the first part is its own. */
const oneTurnIn =
  (parts: number, periodUs = 100_000): Turns =>
  (us) =>
    us - Math.floor(us / periodUs) * periodUs < periodUs / parts ? us : (Math.floor(us / periodUs) + 1) * periodUs;

async function judged({ ratePerS, seconds, slo }: Load, turns: Turns, pretend: Pretend): Promise<Judgement> {
  const curve: CurveSpec = {
    orders: ratePerS * seconds,
    durationUs: seconds * 1e6,
    arrivals: 'even',
    seed: 1,
    basePerS: ratePerS,
    parts: [{ kind: 'base', name: 'base', addsPerS: ratePerS }],
  };
  const world = new World({ startUs: -50_000 });
  // The thread's own turns, timers and answers read alike, wait until it runs; the shop's clock does not.
  const waiter = {
    after: (ms: number, callback: () => void) => world.at(turns(world.nowUs + ms * 1e3), callback),
    soon: (callback: () => void) => world.at(turns(world.nowUs + TURN_US), callback),
    pause: world.waiter.pause,
  };
  const recorder = new Recorder(0, OUTCOMES, SHAPE);
  const timeline = new Timeline(OUTCOMES, SHAPE);
  const doneAtUs: Pretend['doneAtUs'] = (nowUs, attempt) => {
    const doneUs = pretend.doneAtUs(nowUs, attempt);
    return doneUs === undefined ? undefined : turns(doneUs);
  };
  const share = startShare({
    nowUs: world.clock,
    waiter,
    schedule: scheduleOf(curve, 0, 1),
    recorder,
    makeDesk: (rest) => ({ desk: plainDesk(PLAIN, { ...rest, nowUs: world.clock, recorder }) }),
    makeDriver: (onAnswer) => pretendDriver(world, { ...pretend, doneAtUs }, onAnswer),
    send: (interval, transfer) => void timeline.add(structuredClone(interval, { transfer })),
  });
  await world.run();
  await share.ended;
  const { fired, dropped, sent, accepted, rejected, failed, unknown } = recorder.counts;
  const evidence: Evidence = {
    slo: slo.map((text) => ({ text, place: undefined })),
    durationUs: curve.durationUs,
    planned: plannedPerSecond(curve),
    phases: [],
    timeline,
    orders: { planned: curve.orders, fired, dropped, unreached: 0, sent, accepted, rejected, failed, unknown },
    incidents: [],
    ending: { kind: 'complete' },
  };
  return judge(evidence);
}

const QUICK: Pretend = { doneAtUs: (nowUs) => nowUs + 1_000 };
const voids = ({ gates }: Judgement): string[] =>
  gates.filter((gate) => gate.status === 'void').map(({ name }) => name);

describe('a starved generator', () => {
  const slacks = [['p99 < 2s', 'errors < 1%'], ['errors < 1%'], ['p99 < 50ms']];

  it.each(slacks)('stopped for 300 ms in 10 s at 1,000/s is INVALID for its lateness: %s', async (...slo) => {
    const judgement = await judged({ ratePerS: 1_000, seconds: 10, slo }, stoppedFor(300_000), QUICK);
    expect(judgement).toMatchObject({ verdict: 'invalid', exitCode: 4 });
    expect(voids(judgement)).toContain('lateness');
    expect(judgement.reasons[0]!.code).toMatch(/^lateness/);
  });

  it.each(slacks)('given one turn in ten is INVALID for its lateness: %s', async (...slo) => {
    const judgement = await judged({ ratePerS: 500, seconds: 6, slo }, oneTurnIn(10), QUICK);
    expect(judgement).toMatchObject({ verdict: 'invalid', exitCode: 4 });
    expect(voids(judgement)).toContain('lateness');
    expect(judgement.reasons[0]!.code).toMatch(/^lateness/);
  });

  it('is INVALID whatever the shop does beside, save where the shop alone broke the limit', async () => {
    // Half the orders are answered after 3 s: no lateness explains that.
    const shop: Pretend = { doneAtUs: (nowUs, { seq }) => nowUs + (seq % 2 ? 3e6 : 1_000) };
    const load = { ratePerS: 500, seconds: 10 };
    expect((await judged({ ...load, slo: ['p99 < 2s'] }, stoppedFor(300_000), shop)).verdict).toBe('fail');
    expect((await judged({ ...load, slo: ['p99 < 4s'] }, stoppedFor(300_000), shop)).verdict).toBe('invalid');
  });

  it('stopped for no longer than any machine is stopped now and then is believed', async () => {
    const load = { ratePerS: 1_000, seconds: 10, slo: ['p99 < 300ms', 'errors < 1%'] };
    expect(await judged(load, stoppedFor(3_000), QUICK)).toMatchObject({ verdict: 'pass', exitCode: 0 });
  });
});

describe('a slow shop and a fit generator', () => {
  it('never end INVALID, however slow, frozen, silent or broken the shop is', async () => {
    const shop = fc.record({
      serviceUs: fc.integer({ min: 100, max: 8_000_000 }),
      tail: fc.integer({ min: 1, max: 20 }),
      frozenAtUs: fc.integer({ min: 0, max: 4_000_000 }),
      frozenUs: fc.integer({ min: 0, max: 6_000_000 }),
      failsFromUs: fc.integer({ min: 0, max: 8_000_000 }),
      slo: fc.constantFrom<string[][]>(
        ['p99 < 5ms'],
        ['p99 < 300ms', 'errors < 1%'],
        ['p99 < 300ms in every 1s'],
        ['errors == 0'],
      ),
    });
    await fc.assert(
      fc.asyncProperty(shop, async ({ serviceUs, tail, frozenAtUs, frozenUs, failsFromUs, slo }) => {
        const pretend: Pretend = {
          doneAtUs: (nowUs, { seq }) => {
            const frozen = nowUs >= frozenAtUs && nowUs < frozenAtUs + frozenUs;
            return (frozen ? frozenAtUs + frozenUs : nowUs) + serviceUs * (1 + (seq % tail));
          },
          status: ({ dueUs }) => (dueUs >= failsFromUs ? 503 : 201),
        };
        const judgement = await judged({ ratePerS: 300, seconds: 5, slo }, always, pretend);
        expect(voids(judgement)).toEqual([]);
        expect(judgement.verdict).not.toBe('invalid');
        expect(judgement.exitCode).not.toBe(4);
      }),
      { seed: 20150408, numRuns: 25 },
    );
  });
});
