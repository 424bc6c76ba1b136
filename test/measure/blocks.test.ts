// Sums of ten seconds, a minute and ten minutes are the sums of their seconds, whenever they were asked for and whatever came later.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Timeline } from '../../src/measure/timeline.ts';
import { allOf, anOrder, OUTCOMES, play, SHAPE, VIEWS } from './orders.ts';

const LONG_S = 150;
const aRunOf = (seconds: number) =>
  fc.array(
    fc.tuple(anOrder(2), fc.nat(seconds)).map(([order, shiftS]) => ({
      ...order,
      dueUs: order.dueUs + shiftS * 1e6,
      firedUs: order.firedUs + shiftS * 1e6,
      sentUs: order.sentUs + shiftS * 1e6,
      doneUs: order.doneUs + shiftS * 1e6,
    })),
    { minLength: 1, maxLength: 120 },
  );
const aSpan = fc.tuple(fc.nat(LONG_S), fc.nat(LONG_S)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);

/** Second by second: no block holds a single one. */
function bySeconds(timeline: Timeline, from: number, until: number) {
  const sum = timeline.tally(0, 0);
  for (let second = from; second < until; second++) sum.add(timeline.tally(second, second + 1));
  return sum;
}

describe('a stretch of a timeline', () => {
  test('is the sum of its seconds while the run goes on', () => {
    fc.assert(
      fc.property(aRunOf(LONG_S), fc.array(aSpan, { minLength: 3, maxLength: 6 }), (orders, spans) => {
        const flushes = Array.from({ length: 6 }, (_, index) => (index + 1) * 25e6);
        const { intervals } = play(orders, 2, flushes);
        const timeline = new Timeline(OUTCOMES, SHAPE);
        for (const interval of intervals) {
          timeline.add(interval);
          for (const [from, until] of [...spans, [0, 60] as const, [0, LONG_S + 60] as const]) {
            const [whole, sum] = [timeline.tally(from, until), bySeconds(timeline, from, until)];
            const counts = ({ fired, dropped, done, clamped }: typeof whole) => ({ fired, dropped, done, clamped });
            expect(counts(whole)).toEqual(counts(sum));
            for (const view of VIEWS) expect(allOf(whole.histogram(view))).toEqual(allOf(sum.histogram(view)));
          }
        }
      }),
      { seed: 20261123, numRuns: 12 },
    );
  });

  test('of a quarter of an hour too, asked for before the last orders came and after', () => {
    const long = [0, 900] as const;
    fc.assert(
      fc.property(aRunOf(long[1]), fc.tuple(fc.nat(300), fc.nat(900)), (orders, span) => {
        const { intervals } = play(orders, 2, [400e6, 700e6]);
        const timeline = new Timeline(OUTCOMES, SHAPE);
        for (const interval of intervals) {
          timeline.add(interval);
          for (const [from, until] of [long, span]) timeline.tally(from, until);
        }
        for (const [from, until] of [long, span]) {
          const [whole, sum] = [timeline.tally(from, until), bySeconds(timeline, from, until)];
          expect(whole.fired).toBe(sum.fired);
          for (const view of VIEWS) expect(allOf(whole.histogram(view))).toEqual(allOf(sum.histogram(view)));
        }
        expect(timeline.tally(...long).fired).toBe(timeline.total().fired);
      }),
      { seed: 20261123, numRuns: 5 },
    );
  });
});
