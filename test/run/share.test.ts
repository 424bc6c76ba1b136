import { describe, expect, it } from 'vitest';
import { histogramShape } from '../../src/measure/histogram.ts';
import { Recorder } from '../../src/measure/recorder.ts';
import type { Interval } from '../../src/measure/spec.ts';
import { Timeline } from '../../src/measure/timeline.ts';
import { classifierOf, outcomesOf } from '../../src/order/classify.ts';
import { plainDesk } from '../../src/run/plain-desk.ts';
import { startShare } from '../../src/run/share.ts';
import { scheduleOf } from '../../src/traffic/schedule.ts';
import type { CurveSpec } from '../../src/traffic/spec.ts';
import { type Pretend, pretendDriver } from '../support/pretend-driver.ts';
import { World } from '../support/world.ts';

const RULES = { rules: [] };
const PLAIN = { outcomes: outcomesOf(RULES), step: 'order', classify: classifierOf(RULES), soldOut: [] };
const SHAPE = histogramShape(10e6);

function steady(ratePerS: number, seconds: number): CurveSpec {
  return {
    orders: ratePerS * seconds,
    durationUs: seconds * 1e6,
    arrivals: 'even',
    seed: 1,
    basePerS: ratePerS,
    parts: [{ kind: 'base', name: 'base', addsPerS: ratePerS }],
  };
}

/** Runs all workers of a curve in one virtual world and merges what they sent. */
async function fire(
  curve: CurveSpec,
  workers: number,
  pretend: Pretend,
  act?: (world: World, end: { drain(): void; abort(): void }) => void,
  earlyUs = 999,
) {
  const world = new World({ startUs: -50_000, turnUs: 500, earlyUs });
  const timeline = new Timeline(outcomesOf(RULES), SHAPE);
  const received: Interval[] = [];
  const recorders = Array.from({ length: workers }, (_, k) => new Recorder(k, outcomesOf(RULES), SHAPE));
  const shares = recorders.map((recorder, k) =>
    startShare({
      nowUs: world.clock,
      waiter: world.waiter,
      schedule: scheduleOf(curve, k, workers),
      recorder,
      makeDesk: (rest) => ({ desk: plainDesk(PLAIN, { ...rest, nowUs: world.clock, recorder }) }),
      makeDriver: (onAnswer) => pretendDriver(world, pretend, onAnswer),
      send: (interval, transfer) => {
        const copy = structuredClone(interval, { transfer });
        received.push(copy);
        timeline.add(copy);
      },
    }),
  );
  act?.(world, {
    drain: () => {
      for (const share of shares) share.drain();
    },
    abort: () => {
      for (const share of shares) share.abort();
    },
  });
  await world.run();
  await Promise.all(shares.map((share) => share.ended));
  const sum = (of: (recorder: Recorder) => number): number => recorders.reduce((total, each) => total + of(each), 0);
  const orders = {
    planned: curve.orders,
    fired: sum((each) => each.counts.fired),
    dropped: sum((each) => each.counts.dropped),
    accepted: sum((each) => each.counts.accepted),
    unknown: sum((each) => each.counts.unknown),
    unreached: shares.reduce((total, share) => total + share.countUnreached(), 0),
  };
  return { timeline, orders, received, shares };
}

/** A shop that answers in 1 ms, but nothing between 9 s and 11 s. */
const FROZEN: Pretend = { doneAtUs: (nowUs) => (nowUs >= 9e6 && nowUs < 11e6 ? 11e6 : nowUs) + 1_000 };

describe('a share of a run', () => {
  it.each([1, 3])('tells the truth of a shop that froze for 2 s, from %i worker(s)', async (workers) => {
    const { timeline, orders } = await fire(steady(1_000, 20), workers, FROZEN);
    const response = timeline.total().histogram({ of: 'response' });
    // 1 in 10 orders was due in the freeze; one due x before its end waited x: p95 = 1 s, p99 = 1.8 s.
    expect(response.percentile(0.95) / 1e6).toBeCloseTo(1.0, 1);
    expect(Math.abs(response.percentile(0.95) / 1e6 - 1.0)).toBeLessThan(0.03 * 1.0);
    expect(Math.abs(response.percentile(0.99) / 1e6 - 1.8)).toBeLessThan(0.03 * 1.8);
    expect(orders).toEqual({ planned: 20_000, fired: 20_000, dropped: 0, accepted: 20_000, unknown: 0, unreached: 0 });
    expect(timeline.total().histogram({ of: 'lateness' }).maxUs).toBeLessThan(1_100);
  });

  it('gives the same histogram from one worker as from three, bucket by bucket', async () => {
    const buckets = async (workers: number) => {
      // Punctual timers keep every turn, and so every order, on one grid of 500 µs, however many workers there are.
      const { timeline } = await fire(steady(500, 12), workers, FROZEN, undefined, 0);
      return [...timeline.total().histogram({ of: 'service' }).buckets()];
    };
    expect(await buckets(3)).toEqual(await buckets(1));
  });

  it('sends a tally about once a second, numbered without gaps, and a last one', async () => {
    const { received, shares } = await fire(steady(100, 5), 2, { doneAtUs: (nowUs) => nowUs + 700_000 });
    for (const worker of [0, 1]) {
      const own = received.filter((interval) => interval.worker === worker);
      expect(own.map((interval) => interval.index)).toEqual(own.map((_, index) => index));
      expect(own.length).toBe(shares[worker]!.intervals());
      expect(own.length).toBeGreaterThanOrEqual(5);
      expect(own.length).toBeLessThanOrEqual(7);
    }
  });

  it('counts what a full queue refuses as dropped, and nothing disappears', async () => {
    const { orders } = await fire(steady(1_000, 4), 2, { doneAtUs: (nowUs) => nowUs + 2e6, queue: 100 });
    expect(orders.dropped).toBeGreaterThan(0);
    expect(orders.fired + orders.dropped).toBe(4_000);
    expect(orders.accepted).toBe(orders.fired);
  });

  it('drains: fires no more, awaits the answers, counts the rest as unreached', async () => {
    const { orders } = await fire(steady(1_000, 10), 3, { doneAtUs: (nowUs) => nowUs + 500_000 }, (world, end) =>
      world.at(4e6, end.drain),
    );
    expect(Math.abs(orders.fired - 4_000)).toBeLessThan(5);
    expect(orders.accepted).toBe(orders.fired);
    expect(orders.fired + orders.unreached).toBe(10_000);
  });

  it('aborts: what is in hand is unknown, and the share ends', async () => {
    const { orders, timeline, shares } = await fire(steady(1_000, 10), 3, { doneAtUs: () => undefined }, (world, end) =>
      world.at(4e6, end.abort),
    );
    expect(orders.unknown).toBe(orders.fired);
    expect(orders.fired + orders.unreached).toBe(10_000);
    // What was given up counts with the time it had waited, in the integral and in the tallies alike (Little's law).
    const area = shares.reduce((sum, share) => sum + share.inFlightAreaUs(), 0);
    const punctual = timeline.total().histogram({ of: 'punctual' });
    expect(punctual.count).toBe(orders.fired);
    expect(Math.abs(area - punctual.meanUs * punctual.count)).toBeLessThanOrEqual(orders.fired);
  });

  it("integrates what is in flight exactly: Little's law against the merged tallies", async () => {
    const { timeline, shares } = await fire(steady(1_000, 20), 3, FROZEN);
    const area = shares.reduce((sum, share) => sum + share.inFlightAreaUs(), 0);
    const punctual = timeline.total().histogram({ of: 'punctual' });
    // 18,000 orders of 1 ms, and 2,000 that waited for the end of the freeze: 1 s on average.
    expect(area / 1e6).toBeCloseTo(18 + 2_000 * 1.001, -1);
    expect(Math.abs(area - punctual.meanUs * punctual.count)).toBeLessThanOrEqual(20_000);
    expect(shares.map((share) => share.inFlight())).toEqual([0, 0, 0]);
  });

  it('counts by its error what found no socket on this machine', async () => {
    const { shares, orders } = await fire(steady(100, 2), 2, {
      doneAtUs: (nowUs) => nowUs + 1_000,
      says: ({ seq }) =>
        seq % 10 ? {} : { failure: 'no-socket', detail: seq % 20 ? 'EMFILE' : 'EADDRNOTAVAIL', unsent: true },
    });
    expect(orders).toMatchObject({ fired: 200, accepted: 180 });
    expect(shares.map((share) => share.noSocket())).toEqual([{ EADDRNOTAVAIL: 10, EMFILE: 10 }, {}]);
  });

  it('counts the orders that found every connection taken, and says so once a second', async () => {
    const world = new World({ startUs: -50_000, turnUs: 50 });
    const queuedAt: number[] = [];
    const curve = steady(100, 4);
    const counters = { open: 0, openMax: 0, opened: 0, waiting: 0, waitingMax: 0 };
    const recorder = new Recorder(0, outcomesOf(RULES), SHAPE);
    const share = startShare({
      nowUs: world.clock,
      waiter: world.waiter,
      schedule: scheduleOf(curve, 0, 1),
      recorder,
      makeDesk: (rest) => ({ desk: plainDesk(PLAIN, { ...rest, nowUs: world.clock, recorder }) }),
      makeDriver: (onAnswer) => {
        const inner = pretendDriver(world, { doneAtUs: (nowUs) => nowUs + 1_000 }, onAnswer);
        const fired = (attempt: Parameters<typeof inner.fire>[0]): boolean => {
          // In the second second the cap of 2 is reached and an order waits; later one waits below the cap, to connect.
          counters.waiting = world.nowUs >= 1e6 && world.nowUs < 3e6 ? 1 : 0;
          counters.open = world.nowUs < 2e6 ? 2 : 1;
          return inner.fire(attempt);
        };
        return { name: 'undici', counters, fire: fired, close: () => inner.close() };
      },
      send: (_interval, _transfer, health) => queuedAt.push(health?.queued ?? Number.NaN),
      connections: 2,
      health: {
        sample: (nowUs, { queued, spunUs }) => ({
          fromUs: 0,
          untilUs: nowUs,
          busyUs: spunUs,
          gcUs: 0,
          gcMaxUs: 0,
          queued,
        }),
        close: () => {},
      },
    });
    await world.run();
    await share.ended;
    expect(Math.max(...queuedAt)).toBe(100);
    expect(queuedAt[0]).toBe(0);
    expect(share.spunUs()).toBeGreaterThan(0);
  });
});
