import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Recorder } from '../../src/measure/recorder.ts';
import type { Flow, View } from '../../src/measure/spec.ts';
import {
  LATENESS,
  punctualSeries,
  responseSeries,
  SERVICE,
  STATS_PER_SERIES,
  seriesCount,
  WAIT,
} from '../../src/measure/spec.ts';
import { Timeline } from '../../src/measure/timeline.ts';
import type { Outcome } from '../../src/outcomes.ts';
import { allOf, anOrder, histogramOf, lastUs, OUTCOMES, play, SHAPE, timelineOf, timesOf, VIEWS } from './orders.ts';

const seed = 4021;

const someOrders = (workers: number) => fc.array(anOrder(workers), { minLength: 1, maxLength: 120 });
const someFlushes = fc.array(fc.double({ min: 0, max: 30e6, noNaN: true }), { maxLength: 30 });

describe('nothing is lost and nothing is counted twice', () => {
  test('orders over random workers and flush times = brute force, per due second and in total', () => {
    fc.assert(
      fc.property(someOrders(3), someFlushes, (orders, flushesUs) => {
        const timeline = timelineOf(play(orders, 3, flushesUs).intervals);
        expect([timeline.gaps, timeline.duplicates]).toEqual([[], []]);
        for (const view of VIEWS) {
          expect(allOf(timeline.total().histogram(view))).toEqual(allOf(histogramOf(timesOf(orders, view))));
        }
        for (let second = 0; second < timeline.seconds; second++) {
          const due = orders.filter((order) => Math.floor(order.dueUs / 1e6) === second);
          const tally = timeline.tally(second, second + 1);
          expect(tally.fired).toBe(due.filter((order) => order.outcome !== undefined).length);
          expect(tally.dropped).toBe(due.filter((order) => order.outcome === undefined).length);
          const view = VIEWS[second % VIEWS.length]!;
          expect(allOf(tally.histogram(view))).toEqual(allOf(histogramOf(timesOf(due, view))));
        }
      }),
      { seed, numRuns: 40 },
    );
  });

  test('rows of the clock add up to what happened, and in-flight to fired − done at the end of each second', () => {
    fc.assert(
      fc.property(someOrders(2), someFlushes, (orders, flushesUs) => {
        const { flows } = timelineOf(play(orders, 2, flushesUs).intervals);
        const secondOf = (us: number) => Math.floor(us / 1e6);
        const ended = orders.filter((order) => order.outcome !== undefined);
        const classIs = (order: (typeof orders)[number], name: string) => OUTCOMES[order.outcome!]!.class === name;
        for (let second = 0; second <= secondOf(lastUs(orders)); second++) {
          const done = (until: (at: number) => boolean) => ended.filter((order) => until(secondOf(order.doneUs)));
          const now = done((at) => at === second);
          const fired = ended.filter((order) => secondOf(order.firedUs) <= second).length;
          const brute: Flow = {
            second,
            fired: ended.filter((order) => secondOf(order.firedUs) === second).length,
            dropped: orders.filter((each) => each.outcome === undefined && secondOf(each.firedUs) === second).length,
            accepted: now.filter((order) => classIs(order, 'accepted')).length,
            rejected: now.filter((order) => classIs(order, 'rejected')).length,
            failed: now.filter((order) => classIs(order, 'failed')).length,
            unknown: now.filter((order) => classIs(order, 'unknown')).length,
            inFlight: fired - done((at) => at <= second).length,
          };
          expect(flows[second]).toEqual(brute);
        }
      }),
      { seed, numRuns: 60 },
    );
  });

  test("the worker's own counts are those of its orders", () => {
    fc.assert(
      fc.property(someOrders(1), someFlushes, (orders, flushesUs) => {
        const recorder = play(orders, 1, flushesUs).recorders[0]!;
        const ended = orders.filter((order) => order.outcome !== undefined);
        const { fired, dropped, sent, accepted, rejected, failed, unknown } = recorder.counts;
        expect(fired).toBe(ended.length);
        expect(dropped).toBe(orders.length - ended.length);
        expect(sent).toBe(ended.filter((order) => !Number.isNaN(order.sentUs)).length);
        expect(rejected).toBe(ended.filter((order) => OUTCOMES[order.outcome!]!.class === 'rejected').length);
        expect(accepted + rejected + failed + unknown).toBe(fired);
        expect(recorder.inFlight).toBe(0);
      }),
      { seed, numRuns: 40 },
    );
  });

  test('more due seconds open at once than are kept are sealed early, still exactly', () => {
    // Answers of 60 due seconds come back interleaved, twice round, without a flush in between.
    const orders = Array.from({ length: 240 }, (_, i) => {
      const dueUs = (i % 60) * 1e6 + i;
      return { worker: 0, dueUs, firedUs: dueUs, sentUs: dueUs + 1, doneUs: 70e6 + i * 10, outcome: i % 5 };
    });
    const { intervals } = play(orders, 1, []);
    const timeline = timelineOf(intervals);
    expect(intervals).toHaveLength(1);
    for (const view of VIEWS) {
      expect(allOf(timeline.total().histogram(view))).toEqual(allOf(histogramOf(timesOf(orders, view))));
    }
    expect([...timeline.cells()].map((cell) => cell.fired)).toEqual(new Array(60).fill(4));
  });
});

describe('one order', () => {
  /** The exact sums of the series of a single order. */
  function sumsOf(dueUs: number, firedUs: number, sentUs: number, doneUs: number) {
    const recorder = new Recorder(0, OUTCOMES, SHAPE);
    recorder.done(dueUs, firedUs, sentUs, doneUs, 4);
    const { stats, second } = recorder.flush(doneUs).interval.cells[0]!;
    const sum = (series: number) => (stats[series * STATS_PER_SERIES] === 0 ? undefined : stats[series * 4 + 1]!);
    return {
      second,
      service: sum(SERVICE),
      wait: sum(WAIT),
      lateness: sum(LATENESS),
      response: sum(responseSeries(4)),
      punctual: sum(punctualSeries(4)),
    };
  }

  const aWait = fc.double({ min: 0, max: 3e6, noNaN: true });
  test('response = lateness + wait + service to the µs; each is within 1 µs of the true time', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 43_200e6, noNaN: true }), aWait, aWait, aWait, (dueUs, a, b, c) => {
        const [firedUs, sentUs, doneUs] = [dueUs + a, dueUs + a + b, dueUs + a + b + c];
        const sums = sumsOf(dueUs, firedUs, sentUs, doneUs);
        expect(sums.response).toBe(sums.lateness! + sums.wait! + sums.service!);
        expect(sums.punctual).toBe(sums.response! - sums.lateness!);
        expect(sums.second).toBe(Math.floor(dueUs / 1e6));
        expect(Math.abs(sums.response! - (doneUs - dueUs))).toBeLessThan(1);
        expect(Math.abs(sums.service! - (doneUs - sentUs))).toBeLessThan(1);
      }),
      { seed },
    );
  });

  test('one that was never sent has no service: all after fired is wait', () => {
    expect(sumsOf(999_999.7, 1_000_004.2, Number.NaN, 1_000_104.9)).toEqual({
      second: 0,
      service: undefined,
      wait: 100,
      lateness: 5,
      response: 105,
      punctual: 100,
    });
  });

  test('times out of order, NaN, or an outcome that does not exist are bugs, and leave no trace', () => {
    const recorder = new Recorder(0, OUTCOMES, SHAPE);
    const bad: [number, number, number, number, number][] = [
      [10, 9, 11, 12, 0],
      [10, 11, 10, 12, 0],
      [10, 11, 12, 11, 0],
      [Number.NaN, 11, 12, 13, 0],
      [10, Number.NaN, 12, 13, 0],
      [10, 11, Number.NaN, Number.NaN, 0],
      [10, 11, 12, Infinity, 0],
      [-1, 11, 12, 13, 0],
      [10, 11, 12, 13, OUTCOMES.length],
      [10, 11, 12, 13, -1],
    ];
    for (const order of bad) expect(() => recorder.done(...order)).toThrow(RangeError);
    for (const [dueUs, firedUs] of [
      [10, 9],
      [-1, 5],
      [Number.NaN, 5],
      [5, Number.NaN],
    ] as const) {
      expect(() => recorder.fired(dueUs, firedUs)).toThrow(RangeError);
      expect(() => recorder.dropped(dueUs, firedUs)).toThrow(RangeError);
    }
    const { cells, flows } = recorder.flush(0).interval;
    expect([cells, flows]).toEqual([[], []]);
    expect(recorder.counts.fired + recorder.counts.accepted).toBe(0);
  });

  test('a time over the range is clamped, counted, and exact beside the buckets', () => {
    const recorder = new Recorder(0, OUTCOMES, SHAPE);
    const endUs = SHAPE.highestUs * 2;
    recorder.fired(0, 0);
    recorder.done(0, 0, 1, endUs, 0);
    const timeline = timelineOf([recorder.flush(endUs).interval]);
    // service, response and punctual
    expect(timeline.total().clamped).toBe(3);
    expect(timeline.total().histogram({ of: 'response' }).maxUs).toBe(endUs);
    recorder.fired(1, 1);
    recorder.done(1, 1, Number.NaN, endUs, 4);
    timeline.add(recorder.flush(endUs).interval);
    // wait, response and punctual more, in the same due second
    expect(timeline.tally(0, 1).clamped).toBe(6);
  });
});

describe('intervals', () => {
  test('are numbered, own their buffers, and say nothing when nothing happened', () => {
    const recorder = new Recorder(5, OUTCOMES, SHAPE);
    recorder.fired(1, 2);
    recorder.done(1, 2, 3, 4, 0);
    const first = recorder.flush(900_000);
    const copy = structuredClone(first.interval, { transfer: first.transfer });
    expect(copy.cells[0]!.words.length).toBe(5);
    expect(first.interval.cells[0]!.words.length).toBe(0);
    recorder.fired(5, 6);
    recorder.done(5, 6, 7, 8, 0);
    expect(recorder.flush(950_000).interval.cells[0]!.words.length).toBe(5);
    expect(recorder.flush(3e6).interval).toEqual({ worker: 5, index: 2, cells: [], flows: [] });
    expect(copy.worker).toBe(5);
  });

  test('report orders in flight in seconds in which nothing happened, and a late answer corrects those after it', () => {
    const recorder = new Recorder(0, OUTCOMES, SHAPE);
    recorder.fired(0, 100);
    recorder.fired(0, 200);
    const flows = [recorder.flush(3.5e6).interval, recorder.flush(4.2e6).interval].flatMap((each) => each.flows);
    expect(flows.map((row) => [row.second, row.inFlight])).toEqual([
      [0, 2],
      [1, 2],
      [2, 2],
      [3, 2],
      [4, 2],
    ]);
    // Answered at 2.9 s, reported after the flush of 4.2 s.
    recorder.done(0, 100, 150, 2.9e6, 0);
    const late = recorder.flush(5.5e6).interval.flows;
    expect(late.map((row) => [row.second, row.inFlight])).toEqual([
      [2, -1],
      [3, -1],
      [4, -1],
      [5, 1],
    ]);
    expect(() => recorder.flush(Infinity)).toThrow(RangeError);
  });

  test('a flush that is told an earlier time than it has seen does not report a second twice', () => {
    const recorder = new Recorder(0, OUTCOMES, SHAPE);
    recorder.fired(0, 5.2e6);
    const { flows } = timelineOf([recorder.flush(3e6).interval, recorder.flush(6.1e6).interval]);
    expect(flows.map((row) => row.inFlight)).toEqual([0, 0, 0, 0, 0, 1, 1]);
  });

  test('an order of several exchanges is the sum of its parts, and each step keeps its own service', () => {
    const part = fc.nat(5_000_000);
    const orders = fc.array(
      fc.record({
        dueUs: fc.nat(9_000_000),
        latenessUs: part,
        waitUs: part,
        thinkUs: part,
        steps: fc.array(part, { minLength: 0, maxLength: 3 }),
        outcome: fc.nat(OUTCOMES.length - 1),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(orders, (list) => {
        const recorder = new Recorder(0, OUTCOMES, SHAPE, 3);
        const timeline = new Timeline(OUTCOMES, SHAPE, ['login', 'cart', 'pay']);
        for (const { steps, outcome, ...times } of list) {
          recorder.fired(times.dueUs, times.dueUs);
          steps.forEach((serviceUs, step) => {
            recorder.step(times.dueUs, step, serviceUs);
          });
          const serviceUs = steps.length > 0 ? steps.reduce((sum, us) => sum + us, 0) : Number.NaN;
          recorder.ended({ ...times, serviceUs }, outcome);
        }
        timeline.add(recorder.flush(20e6).interval);
        const total = timeline.total();
        const sumOf = (view: View) => {
          const { count, meanUs } = total.histogram(view);
          return count === 0 ? 0 : Math.round(count * meanUs);
        };
        const parts = (['lateness', 'wait', 'service', 'think'] as const).map((of) => sumOf({ of }));
        expect(sumOf({ of: 'response' })).toBe(parts.reduce((sum, us) => sum + us, 0));
        expect(sumOf({ of: 'punctual' })).toBe(sumOf({ of: 'response' }) - sumOf({ of: 'lateness' }));
        for (const step of [0, 1, 2]) {
          const times = list.flatMap(({ steps }) => (step in steps ? [steps[step]!] : []));
          expect(total.histogram({ of: 'step', step }).count).toBe(times.length);
          expect(sumOf({ of: 'step', step })).toBe(times.reduce((sum, us) => sum + us, 0));
        }
        expect(total.sent).toBe(list.filter(({ steps }) => steps.length > 0).length);
        expect(recorder.inFlight).toBe(0);
      }),
      { seed },
    );
  });

  test.each([
    { latenessUs: -1 },
    { waitUs: Number.NaN },
    { serviceUs: -1 },
    { thinkUs: Number.POSITIVE_INFINITY },
    { dueUs: -1 },
  ])('parts that cannot be are refused: %o', (wrong) => {
    const recorder = new Recorder(0, OUTCOMES, SHAPE, 1);
    const times = { dueUs: 0, latenessUs: 0, waitUs: 0, serviceUs: 0, thinkUs: 0, ...wrong };
    expect(() => recorder.ended(times, 0)).toThrow(RangeError);
  });

  test('more outcomes than a packed word can name are refused', () => {
    const many = (length: number): Outcome[] => Array.from({ length }, (_, i) => ({ name: `o${i}`, class: 'failed' }));
    expect(seriesCount(126)).toBeLessThanOrEqual(256);
    const recorder = new Recorder(0, many(126), SHAPE);
    recorder.fired(0, 0);
    recorder.done(0, 0, 1, SHAPE.highestUs, 125);
    const { interval } = recorder.flush(1e6);
    expect([...interval.cells[0]!.words].map((word) => word >>> 24)).toContain(punctualSeries(125));
    expect(() => new Recorder(0, many(127), SHAPE)).toThrow(/at most 126 outcomes/);
  });
});
