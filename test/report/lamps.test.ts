import { describe, expect, it } from 'vitest';
import { lampLines, lampOf } from '../../src/report/lamps.ts';
import { plainPaint, widthOf } from '../../src/report/layout.ts';
import type { Order } from '../support/evidence.ts';
import { steadyOrders } from '../support/evidence.ts';
import { recordOf } from '../support/record.ts';

const PHASES = [
  { part: 'base', fromUs: 0, untilUs: 60e6 },
  { part: 'opening', fromUs: 0, untilUs: 15e6 },
  { part: 'hourly', fromUs: 50e6, untilUs: 55e6 },
];

/** The lamp of one limit, twenty seconds into a minute. */
function lamp(
  text: string,
  answer: (index: number) => Partial<Order> & { tookUs?: number } = () => ({}),
  ratePerS = 50,
) {
  const orders = steadyOrders(ratePerS, 60, (dueUs, index) => {
    if (dueUs >= 20e6) return { fate: 'unreached' };
    const { tookUs = 20_000, ...rest } = answer(index);
    return { doneUs: dueUs + tookUs, ...rest };
  });
  const ending = { kind: 'stopped', text: 'so far', atUs: 20e6 } as const;
  const { judgement } = recordOf(orders, { slo: [text], durationUs: 60e6, phases: PHASES, ending });
  return lampOf(judgement.slo[0]!, ['base', 'opening', 'hourly']);
}

describe('lampOf', () => {
  it('tells what holds so far from what cannot be told', () => {
    expect(lamp('p99 < 300ms')).toEqual({ text: 'p99 < 300ms', state: 'holds', says: 'holds, 20 ms' });
    expect(lamp('p99 < 300ms in every 10s')).toMatchObject({ state: 'holds', says: 'holds, 20 ms' });
    expect(lamp('errors < 0.1%')).toMatchObject({ state: 'holds', says: 'holds, 0 %' });
    expect(lamp('accepted >= 99% of plan')).toMatchObject({ state: 'holds', says: 'holds, 100 %' });
    expect(lamp('p99 < 300ms', undefined, 5)).toMatchObject({ state: 'open', says: 'too few orders' });
    expect(lamp('p99 < 300ms during hourly')).toMatchObject({ state: 'open', says: 'no orders yet' });
    expect(lamp('p99 < 300ms in every 1m')).toMatchObject({ state: 'open', says: 'no window yet' });
    expect(lamp('accepted >= 2000')).toMatchObject({ state: 'open', says: 'not yet, 1,000' });
    // 11 of 1,000 are over where 10 may be.
    const close = (index: number) => (index % 90 === 1 ? { tookUs: 400_000 } : {});
    expect(lamp('p99 < 300ms', close)).toMatchObject({ state: 'open', says: 'too close, 400 ms' });
  });

  it('tells both from what is settled', () => {
    expect(lamp('p99 < 300ms during opening')).toMatchObject({ state: 'held', says: 'held, 20 ms' });
    const slow = () => ({ tookUs: 400_000 });
    expect(lamp('p99 < 300ms', slow)).toMatchObject({ state: 'broken', says: 'broken, 400 ms' });
    expect(lamp('p99 < 300ms', slow, 2)).toMatchObject({ state: 'broken', says: 'broken' });
    expect(lamp('oversold == 0')).toMatchObject({ state: 'unread', says: 'not checked' });
  });
});

describe('lampLines', () => {
  const lines = (texts: string[], columns: number, most = Infinity, says = 'holds, 20 ms') =>
    lampLines(
      texts.map((text) => ({ text, state: 'holds', says })),
      { paint: plainPaint, width: columns },
      columns,
      most,
    );

  it('says mark, limit and number, two a line where they fit', () => {
    expect(lines(['p99 < 1s', 'errors < 0.1%', 'max < 2s'], 80)).toEqual([
      '· p99 < 1s       holds, 20 ms           · errors < 0.1%  holds, 20 ms',
      '· max < 2s       holds, 20 ms',
    ]);
    expect(lines(['p99 < 1s', 'accepted >= 99% of plan'], 70)).toEqual([
      '· p99 < 1s                 holds, 20 ms',
      '· accepted >= 99% of plan  holds, 20 ms',
    ]);
  });

  it('takes as many lines whatever the numbers are, and never more than it may', () => {
    const texts = ['p99 < 1s', 'errors < 0.1%', 'max < 2s', 'p50 < 1s', 'accepted > 1'];
    for (const columns of [50, 60, 70, 110]) {
      for (const most of [0, 1, 2, 3, 4, 9]) {
        const counts = ['no', 'too close, 59 m 59 s'].map((says) => lines(texts, columns, most, says).length);
        expect(new Set(counts).size).toBe(1);
        expect(counts[0]).toBeLessThanOrEqual(most);
        for (const line of lines(texts, columns, most)) expect(widthOf(line)).toBeLessThanOrEqual(columns);
      }
    }
    expect(lines(texts, 50, 2)).toEqual(['· p99 < 1s       holds, 20 ms', 'and 4 more']);
    expect(lines([], 50)).toEqual([]);
  });
});
