// The judge was written against an exact twin of the timeline; here the real one must bring it to the same judgement.

import { expect, test } from 'vitest';
import type { Evidence } from '../../src/judge/spec.ts';
import { judge } from '../../src/judge/verdict.ts';
import { histogramShape } from '../../src/measure/histogram.ts';
import { Recorder } from '../../src/measure/recorder.ts';
import { Timeline } from '../../src/measure/timeline.ts';
import { evidenceOf, type Order, OUTCOMES, steadyOrders } from '../support/evidence.ts';

/** The same orders through recorder and timeline. */
function recorded(orders: readonly Order[]): Timeline {
  const shape = histogramShape(10e6);
  const recorder = new Recorder(0, OUTCOMES, shape);
  const timeline = new Timeline(OUTCOMES, shape);
  for (const { dueUs, firedUs = dueUs, sentUs = firedUs, doneUs = firedUs, ends = 'accepted', fate } of orders) {
    if (fate === 'dropped') recorder.dropped(dueUs, firedUs);
    if (fate !== undefined) continue;
    recorder.fired(dueUs, firedUs);
    recorder.done(
      dueUs,
      firedUs,
      sentUs ?? Number.NaN,
      doneUs,
      OUTCOMES.findIndex((outcome) => outcome.class === ends),
    );
  }
  timeline.add(recorder.flush(1e9).interval);
  return timeline;
}

const slo = [
  'p99 < 300ms',
  'p95 of accepted < 2s',
  'p99 < 300ms in every 5s',
  'p90 < 1s during hourly',
  'service p99 < 40ms',
  'max < 3s',
  'mean of rejected < 10ms',
  'errors < 0.1%',
  'failed == 40',
  'accepted >= 88% of plan in every 4s',
  'achieved >= 200/s',
];
const phases = [
  { part: 'hourly', fromUs: 2e6, untilUs: 6e6 },
  { part: 'hourly', fromUs: 12e6, untilUs: 15.5e6 },
];

test('the real timeline is judged as its exact twin', () => {
  const orders = steadyOrders(200, 20, (dueUs, k) => {
    const firedUs = dueUs + (k % 5) * 30;
    if (k % 100 === 0) return { firedUs, sentUs: null, doneUs: firedUs + 5000, ends: 'failed' };
    if (k % 10 === 1) return { firedUs, doneUs: firedUs + 3000 + (k % 17), ends: 'rejected' };
    const sentUs = dueUs >= 9e6 && dueUs < 11e6 ? 11e6 + (k % 7) : firedUs + 20;
    return { firedUs, sentUs, doneUs: sentUs + 20_000 + 7 * (k % 999) };
  });
  const exact = evidenceOf(orders, { slo, phases });
  const real: Evidence = { ...exact, timeline: recorded(orders) };
  const [expected, found] = [judge(exact), judge(real)];
  expect(found.gates.map(({ name, status }) => [name, status])).toEqual(
    expected.gates.map(({ name, status }) => [name, status]),
  );
  for (const [index, one] of found.slo.entries()) {
    const other = expected.slo[index]!;
    expect([one.text, one.status, one.samples, one.windows]).toEqual([
      other.text,
      other.status,
      other.samples,
      other.windows,
    ]);
    // Buckets have three significant digits.
    expect(Math.abs(one.measured! - other.measured!)).toBeLessThanOrEqual(0.001 * other.measured!);
  }
  expect(new Set(found.slo.map(({ status }) => status))).toEqual(new Set(['pass', 'fail']));
});
