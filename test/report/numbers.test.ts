import { expect, it } from 'vitest';
import { ratesOf, tailUs } from '../../src/report/numbers.ts';
import { verdictSentence } from '../../src/report/sentence.ts';
import { steadyOrders } from '../support/evidence.ts';
import { recordOf } from '../support/record.ts';

it('counts as throughput what was accepted while the run fired, and says how long the rest took', () => {
  // 30/s for 10 s at a shop that accepts 10/s: its last answer comes 20 s after the end.
  const lagging = recordOf(
    steadyOrders(30, 10, (dueUs) => ({ doneUs: 3 * dueUs + 50_000 })),
    { slo: ['errors < 1%'] },
  );
  expect(ratesOf(lagging)).toMatchObject({ plannedMean: 30, firedMean: 30, acceptedMean: expect.closeTo(10, 0) });
  expect(tailUs(lagging.evidence)).toBe(20e6);
  expect(verdictSentence(lagging)).toContain('300 of 300 orders were accepted in 10 s and the 20 s after');
});

it('makes no fuss about the last answers of a healthy shop', () => {
  const healthy = recordOf(
    steadyOrders(30, 10, (dueUs) => ({ doneUs: dueUs + 50_000 })),
    { slo: ['errors < 1%'] },
  );
  expect(ratesOf(healthy).acceptedMean).toBeCloseTo(30, 0);
  expect(tailUs(healthy.evidence)).toBe(0);
});
