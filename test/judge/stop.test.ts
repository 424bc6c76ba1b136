import { describe, expect, test } from 'vitest';
import { parseSlo } from '../../src/judge/slo.ts';
import type { Slo } from '../../src/judge/spec.ts';
import { type Stop, type StopContext, stopperOf } from '../../src/judge/stop.ts';
import { evidenceOf, type Order, steadyOrders } from '../support/evidence.ts';

function stopOf(text: string): Slo {
  const parsed = parseSlo(text, { parts: ['hourly'], place: 'stop' });
  if (!parsed.ok) throw new Error(parsed.mistake.message);
  return parsed.slo;
}

/** Checks once after every settled second, as a run does; the second in which it stopped, and what it said. */
function watch(
  text: string,
  orders: readonly Order[],
  context: Partial<StopContext> = {},
): (Stop & { afterS: number }) | undefined {
  const { timeline, planned } = evidenceOf(orders);
  const stopper = stopperOf([stopOf(text)], { planned, ...context });
  for (let settled = 0; settled <= planned.length; settled++) {
    const stop = stopper.check(timeline, settled);
    if (stop) return { ...stop, afterS: settled };
  }
  return undefined;
}

/** 10 orders a second; those due in a second for which `bad` is true fail. */
const failing = (forS: number, bad: (second: number) => boolean) =>
  steadyOrders(10, forS, (dueUs) => ({ ends: bad(Math.floor(dueUs / 1e6)) ? 'failed' : 'accepted' }));

describe('a streak', () => {
  test('stops the run as soon as it is long enough, at the end of its last second', () => {
    const stop = watch(
      'errors > 20% for 5s',
      failing(30, (second) => second >= 10),
    )!;
    expect(stop).toMatchObject({ afterS: 15, atUs: 15e6 });
    expect(stop.says).toBe('`errors > 20% for 5s` held for 5 s up to 00:00:15; errors were 100 % in its last second');
  });

  test('one second short does not, and a good second starts it anew', () => {
    expect(
      watch(
        'errors > 20% for 5s',
        failing(30, (second) => second >= 10 && second < 14),
      ),
    ).toBeUndefined();
    expect(
      watch(
        'errors > 20% for 5s',
        failing(30, (second) => second >= 10 && second !== 14),
      )?.afterS,
    ).toBe(20);
  });

  test('seconds without orders neither break it nor lengthen it', () => {
    const gap = failing(30, () => true).filter(({ dueUs }) => dueUs < 2e6 || dueUs >= 12e6);
    expect(watch('errors > 20% for 5s', gap)?.afterS).toBe(13);
    expect(watch('failed >= 10 for 5s', gap)?.afterS).toBe(13);
    const tail = [...failing(2, () => true), { dueUs: 29e6, ends: 'accepted' as const }];
    expect(watch('errors > 20% for 5s', tail)).toBeUndefined();
  });

  test('nothing is judged before it is settled, and nothing twice', () => {
    const { timeline, planned } = evidenceOf(failing(10, () => true));
    const looked: number[] = [];
    const watched = {
      ...timeline,
      tally: (from: number, until: number) => {
        looked.push(from);
        return timeline.tally(from, until);
      },
    };
    const stopper = stopperOf([stopOf('errors > 20% for 30s')], { planned });
    for (const settled of [0, 3, 3, 2, 7]) expect(stopper.check(watched, settled)).toBeUndefined();
    expect(looked).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test('a call that comes late finds the same stop', () => {
    const { timeline, planned } = evidenceOf(failing(30, (second) => second >= 10));
    expect(stopperOf([stopOf('errors > 20% for 5s')], { planned }).check(timeline, 30)?.atUs).toBe(15e6);
  });
});

describe('what can be watched', () => {
  const slow = steadyOrders(200, 10, (dueUs) => ({ doneUs: dueUs + (dueUs >= 5e6 ? 3e6 : 1000) }));

  test('percentiles, of plan, rates', () => {
    expect(watch('p99 > 2s for 3s', slow)?.atUs).toBe(8e6);
    expect(watch('max >= 3s for 1s', slow)?.atUs).toBe(6e6);
    expect(
      watch(
        'accepted < 50% of plan for 2s',
        failing(10, (second) => second >= 4),
      )?.atUs,
    ).toBe(6e6);
    expect(
      watch(
        'accepted < 5/s for 2s',
        failing(10, (second) => second >= 4),
      )?.atUs,
    ).toBe(6e6);
    expect(watch('p99 > 4s for 1s', slow)).toBeUndefined();
  });

  test('only during its part, and a part that comes again starts anew', () => {
    const phases = [
      { part: 'hourly', fromUs: 5e6, untilUs: 8e6 },
      { part: 'hourly', fromUs: 20e6, untilUs: 30e6 },
    ];
    expect(
      watch(
        'errors > 20% during hourly for 5s',
        failing(30, () => true),
        { phases },
      )?.atUs,
    ).toBe(25e6);
    expect(() =>
      watch(
        'errors > 20% during hourly for 5s',
        failing(3, () => true),
      ),
    ).toThrow(RangeError);
  });
});
