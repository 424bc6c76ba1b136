import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Recorder } from '../../src/measure/recorder.ts';
import type { Interval } from '../../src/measure/spec.ts';
import { Tally } from '../../src/measure/tally.ts';
import { Timeline } from '../../src/measure/timeline.ts';
import type { Order } from './orders.ts';
import { allOf, anOrder, histogramOf, OUTCOMES, play, SHAPE, timelineOf, timesOf, VIEWS } from './orders.ts';

const seed = 1122;
const aRun = fc.tuple(
  fc.array(anOrder(2), { minLength: 1, maxLength: 80 }),
  fc.array(fc.double({ min: 0, max: 28e6, noNaN: true }), { maxLength: 20 }),
);

/** Orders due `everyUs`, accepted after `serviceUs(i)`. */
function steadyOrders(count: number, everyUs: number, serviceUs: (i: number) => number): Order[] {
  return Array.from({ length: count }, (_, i) => {
    const dueUs = i * everyUs;
    return {
      worker: i % 2,
      dueUs,
      firedUs: dueUs + 7,
      sentUs: dueUs + 20,
      doneUs: dueUs + 20 + serviceUs(i),
      outcome: 0,
    };
  });
}

/** A fixed spread of times that fills many buckets (a Weyl sequence, not random). */
const spreadUs = (i: number) => 2_000 + Math.floor(60_000 * ((i * 0.618_033_988_75) % 1) ** 3);

describe('adding intervals', () => {
  test('the order in which workers report does not matter', () => {
    fc.assert(
      fc.property(aRun, ([orders, flushesUs]) => {
        const { intervals } = play(orders, 2, flushesUs);
        const forwards = timelineOf(intervals);
        const swapped = timelineOf(intervals.toSorted((a, b) => a.index - b.index || b.worker - a.worker));
        expect(swapped.flows).toEqual(forwards.flows);
        for (const view of VIEWS) {
          expect(allOf(swapped.total().histogram(view))).toEqual(allOf(forwards.total().histogram(view)));
        }
      }),
      { seed, numRuns: 30 },
    );
  });

  test('a missing interval is a gap until it comes; one that comes twice is not added twice', () => {
    const orders = steadyOrders(40, 100_000, spreadUs);
    const { intervals } = play(orders, 1, [1e6, 2e6, 3e6]);
    const ofWorker0 = intervals.filter((interval) => interval.worker === 0);
    const [first, second, third, fourth] = ofWorker0 as [Interval, Interval, Interval, Interval];
    const timeline = timelineOf([first, fourth]);
    expect(timeline.gaps).toEqual([
      { worker: 0, index: 1 },
      { worker: 0, index: 2 },
    ]);
    timeline.add(third);
    expect(timeline.gaps).toEqual([{ worker: 0, index: 1 }]);
    timeline.add(second);
    expect(timeline.gaps).toEqual([]);
    timeline.add(second);
    timeline.add(first);
    expect(timeline.duplicates).toEqual([
      { worker: 0, index: 1 },
      { worker: 0, index: 0 },
    ]);
    expect(timeline.total().fired).toBe(20);
    expect(timeline.flows).toEqual(timelineOf(ofWorker0).flows);
    expect([timeline.intervalsOf(0), timeline.intervalsOf(1)]).toEqual([4, 0]);
  });

  test('a cell of other outcomes, or of no second, is refused', () => {
    const recorder = new Recorder(0, OUTCOMES.slice(0, 2), SHAPE);
    recorder.fired(0, 0);
    const { interval } = recorder.flush(0);
    expect(() => new Timeline(OUTCOMES, SHAPE).add(interval)).toThrow(RangeError);
    interval.cells[0]!.second = -1;
    expect(() => new Timeline(OUTCOMES.slice(0, 2), SHAPE).add(interval)).toThrow(RangeError);
  });
});

describe('reading', () => {
  test('windows are disjoint and add up to the total; a tally of tallies is the tally of all', () => {
    fc.assert(
      fc.property(aRun, fc.integer({ min: 1, max: 9 }), ([orders, flushesUs], width) => {
        const timeline = timelineOf(play(orders, 2, flushesUs).intervals);
        const sum = new Tally(OUTCOMES, SHAPE);
        for (let from = 0; from < timeline.seconds; from += width) sum.add(timeline.tally(from, from + width));
        const total = timeline.total();
        const counts = (tally: Tally) => [tally.fired, tally.dropped, tally.sent, tally.done, tally.clamped];
        expect(counts(sum)).toEqual(counts(total));
        expect(counts(timeline.tally(-5, 1e6))).toEqual(counts(total));
        expect(counts(timeline.recent(0))).toEqual(counts(total));
        for (const view of VIEWS) {
          expect(allOf(sum.histogram(view))).toEqual(allOf(total.histogram(view)));
          expect(allOf(sum.histogram(view))).toEqual(allOf(new Tally(OUTCOMES, SHAPE).add(sum).fold().histogram(view)));
        }
      }),
      { seed, numRuns: 25 },
    );
  });

  test('cells are the timeline again', () => {
    fc.assert(
      fc.property(aRun, ([orders, flushesUs]) => {
        const timeline = timelineOf(play(orders, 2, flushesUs).intervals);
        const again = timelineOf([{ worker: 0, index: 0, cells: [...timeline.cells()], flows: [...timeline.flows] }]);
        expect([...again.cells()]).toEqual([...timeline.cells()]);
        expect(again.flows).toEqual(timeline.flows);
        const folded = new Tally(OUTCOMES, SHAPE);
        for (const cell of timeline.cells()) folded.addCell(cell);
        expect(allOf(folded.histogram({ of: 'response' }))).toEqual(
          allOf(timeline.total().histogram({ of: 'response' })),
        );
      }),
      { seed, numRuns: 25 },
    );
  });

  test('a window that was returned does not change when more arrives; the total does, and is not copied', () => {
    const orders = steadyOrders(60, 100_000, spreadUs);
    const { intervals } = play(orders, 2, [2e6, 4e6]);
    const timeline = new Timeline(OUTCOMES, SHAPE);
    timeline.add(intervals[0]!);
    const [total, window] = [timeline.total(), timeline.tally(0, 10)];
    const seen = (tally: Tally) => [tally.fired, allOf(tally.histogram({ of: 'response' }))];
    const before = seen(window);
    expect(seen(total)).toEqual(before);
    for (const interval of intervals.slice(1)) timeline.add(interval);
    expect(seen(window)).toEqual(before);
    expect(timeline.total()).toBe(total);
    expect(total.fired).toBe(60);
  });

  test('counts go by class and by outcome', () => {
    fc.assert(
      fc.property(aRun, ([orders, flushesUs]) => {
        const total = timelineOf(play(orders, 2, flushesUs).intervals).total();
        const ended = orders.filter((order) => order.outcome !== undefined);
        OUTCOMES.forEach((outcome, index) => {
          expect(total.countOfOutcome(index)).toBe(ended.filter((order) => order.outcome === index).length);
          const ofClass = ended.filter((order) => OUTCOMES[order.outcome!]!.class === outcome.class).length;
          expect(total.countOf(outcome.class)).toBe(ofClass);
        });
        expect(total.sent).toBe(ended.filter((order) => !Number.isNaN(order.sentUs)).length);
      }),
      { seed, numRuns: 30 },
    );
  });

  test('a view of no outcome is empty; a class and an outcome outside it exclude each other', () => {
    const total = timelineOf(play(steadyOrders(5, 1e5, spreadUs), 2, []).intervals).total();
    expect(total.histogram({ of: 'response', class: 'failed' }).count).toBe(0);
    expect(total.histogram({ of: 'response', class: 'accepted', outcome: 1 }).count).toBe(0);
    expect(total.histogram({ of: 'response', class: 'accepted', outcome: 0 }).count).toBe(5);
  });
});

describe('settledUntil', () => {
  const planned = Uint32Array.of(2, 0, 2, 1);
  const recorder = new Recorder(0, OUTCOMES, SHAPE);
  const timeline = new Timeline(OUTCOMES, SHAPE);
  const settled = (nowUs: number) => {
    timeline.add(recorder.flush(nowUs).interval);
    return timeline.settledUntil(planned);
  };

  test('a second is settled when every planned order was dropped or has ended, and none before it is open', () => {
    expect(settled(0)).toBe(0);
    recorder.fired(100, 100);
    recorder.done(100, 100, 101, 500, 0);
    // All that was fired has ended, but not all that is planned was fired.
    expect(settled(1e6)).toBe(0);
    recorder.fired(900_000, 1.1e6);
    recorder.fired(2.1e6, 2.1e6);
    recorder.dropped(2.2e6, 2.2e6);
    recorder.done(2.1e6, 2.1e6, 2.1e6, 2.3e6, 0);
    // Second 2 is complete, second 0 is not.
    expect(settled(2.5e6)).toBe(0);
    recorder.done(900_000, 1.1e6, Number.NaN, 2.6e6, 4);
    // Second 1 has no orders to wait for.
    expect(settled(3e6)).toBe(3);
    recorder.fired(3.5e6, 3.5e6);
    expect(settled(3.6e6)).toBe(3);
    recorder.done(3.5e6, 3.5e6, 3.5e6, 9e6, 0);
    expect(settled(9e6)).toBe(planned.length);
  });
});

describe('twelve hours at 49/s', () => {
  test('stay under 50 MB', () => {
    // A tenth of it: seconds are kept apart from each other, so twelve hours take ten times this.
    const seconds = 4_320;
    const recorders = [0, 1].map((worker) => new Recorder(worker, OUTCOMES, SHAPE));
    const timeline = new Timeline(OUTCOMES, SHAPE);
    for (let second = 0, i = 0; second < seconds; second++) {
      for (let k = 0; k < 49; k++, i++) {
        const dueUs = second * 1e6 + k * 20_408;
        const firedUs = dueUs + (i % 40);
        recorders[i % 2]!.fired(dueUs, firedUs);
        recorders[i % 2]!.done(dueUs, firedUs, firedUs + (i % 90), firedUs + 90 + spreadUs(i), 0);
      }
      for (const recorder of recorders) timeline.add(recorder.flush(second * 1e6 + 1e6).interval);
    }
    const total = timeline.total();
    expect(total.done).toBe(49 * seconds);
    // 25 MB in test/bench/measure.ts, which plays all of it; the total beside it does not grow with time.
    expect(timeline.bytes * 10).toBeLessThan(50e6);
    expect(timeline.bytes / seconds).toBeGreaterThan(49 * 5);
    expect(total.bytes).toBeLessThan(10 * SHAPE.length * 8);
  });

  test('an order more in a bucket that is there takes no memory', () => {
    const same = (count: number) => steadyOrders(count, 1_000, () => 5_000);
    const bytesOf = (orders: Order[]) => timelineOf(play(orders, 2, []).intervals).bytes;
    expect(bytesOf(same(500))).toBe(bytesOf(same(90)));
    const orders = same(90);
    expect(
      timelineOf(play(orders, 2, []).intervals)
        .total()
        .histogram({ of: 'service' }).count,
    ).toBe(histogramOf(timesOf(orders, { of: 'service' })).count);
  });
});
