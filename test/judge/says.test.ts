// The words of a judgement: one knows one from many.

import { describe, expect, test } from 'vitest';
import { judge } from '../../src/judge/verdict.ts';
import { type EvidenceOptions, evidenceOf, type Order, steadyOrders } from '../support/evidence.ts';

const saysOf = (slo: string, orders: readonly Order[], options: EvidenceOptions = {}): string =>
  judge(evidenceOf(orders, { ...options, slo: [slo] })).slo[0]!.says;
const measuredOf = (name: string, orders: readonly Order[]): string =>
  judge(evidenceOf(orders, { slo: ['errors < 1%'] })).gates.find((gate) => gate.name === name)!.measured;

const minutes = (count: number) => steadyOrders(20, count * 60, (dueUs) => ({ doneUs: dueUs + 20_000 }));

describe('an SLO says', () => {
  test('that errors were, and that one order was', () => {
    expect(saysOf('errors < 1%', minutes(1))).toBe('errors were 0 %, within < 1 %, over 1,200 orders');
    expect(saysOf('accepted >= 99% of plan', [{ dueUs: 0, ends: 'failed' }])).toBe(
      'accepted was 0 % of plan, outside >= 99 % of plan, over 1 order',
    );
  });

  test.each([
    [1, 'p99 < 300ms in every 1m', /^held in the only window of 1 m there was, worst 20 ms at 00:00–00:01$/],
    [2, 'p99 < 300ms in every 1m', /^held in all 2 windows of 1 m, worst 20 ms at/],
    [1, 'p99 < 10ms in every 1m', /^broke in the only window of 1 m there was, worst 20 ms at 00:00–00:01$/],
    [2, 'p99 < 10ms in every 1m', /^broke in 2 of 2 windows of 1 m, worst/],
    [1, 'p99.9 < 1s in every 1m', /^the only window of 1 m there was had too few orders to say$/],
    [2, 'p99.9 < 1s in every 1m', /^none of 2 windows of 1 m had enough orders to say$/],
    [1, 'service p50 < 1s in every 1m', /^held in the only window/],
  ])('of %i window(s) by `%s`', (count, slo, says) => {
    expect(saysOf(slo, minutes(count))).toMatch(says);
  });

  test('that the only window had none of what it asks for', () => {
    const refused = minutes(1).map((order) => ({ ...order, sentUs: null, ends: 'failed' as const }));
    expect(saysOf('service p50 < 1s in every 1m', refused)).toBe(
      'the only window of 1 m there was had no such order at all',
    );
  });
});

describe('a gate says', () => {
  const second = minutes(1);
  test.each([
    [1, '1 order found the queue full', '1 order was never fired'],
    [2, '2 orders found the queue full', '2 orders were never fired'],
  ])('%i', (count, dropped, unreached) => {
    const more = (fate: 'dropped' | 'unreached') => [...second, ...Array(count).fill({ dueUs: 1, fate })];
    expect(measuredOf('dropped', more('dropped'))).toBe(dropped);
    expect(measuredOf('unreached', more('unreached'))).toBe(unreached);
  });
});
