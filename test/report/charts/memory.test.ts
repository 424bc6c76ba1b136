// The page of a run that goes on is drawn from what was kept of its settled rows: it must be what is drawn from scratch.

import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/judge/verdict.ts';
import { Timeline } from '../../../src/measure/timeline.ts';
import { chartsOf } from '../../../src/report/charts/charts.ts';
import type { RunRecord } from '../../../src/report/record.ts';
import { type Order, OUTCOMES, play, SHAPE } from '../../measure/orders.ts';
import { recordOf } from '../../support/record.ts';

const FOR_S = 800;
/** Fired before the first look, done after it. */
const LAST_OF_ITS_ROW = 2_390;

/** Ten a second, some slow, some never fired; towards the end one faster than all before, which widens the heat map. */
const orders: Order[] = Array.from({ length: FOR_S * 10 }, (_, index) => {
  const dueUs = index * 100_000;
  const slowUs =
    index === 7_001
      ? 200
      : index === LAST_OF_ITS_ROW || index % 977 === 0
        ? 4e6
        : index % 31 === 0
          ? 900_000
          : 8_000 + ((index * 7919) % 5_000);
  const outcome = index % 613 === 5 ? undefined : index % 53 === 0 ? 4 : index % 7 === 0 ? 1 : 0;
  return { worker: index % 2, dueUs, firedUs: dueUs + 90, sentUs: dueUs + 130, doneUs: dueUs + 130 + slowUs, outcome };
});
const FLUSHES = [241e6, 260e6, 600e6];

describe('charts drawn again and again', () => {
  it('are those of a timeline that nobody looked at before', () => {
    const model = recordOf([], { slo: ['p99 < 300ms', 'errors < 1%'] });
    const { intervals } = play(orders, 2, FLUSHES);
    const planned = new Uint32Array(FOR_S).fill(10);
    const phases = [{ part: 'flash', fromUs: 300e6, untilUs: 400e6 }];
    const recordWith = (timeline: Timeline): RunRecord => {
      const evidence = { ...model.evidence, durationUs: FOR_S * 1e6, planned, phases, timeline };
      return { ...model, evidence, judgement: judge(evidence) };
    };
    const watched = new Timeline(OUTCOMES, SHAPE);
    for (let round = 0; round <= FLUSHES.length; round++) {
      const so = intervals.filter(({ index }) => index <= round);
      for (const interval of so.filter(({ index }) => index === round)) watched.add(interval);
      const fresh = new Timeline(OUTCOMES, SHAPE);
      for (const interval of so) fresh.add(interval);
      expect(chartsOf(recordWith(watched))).toEqual(chartsOf(recordWith(fresh)));
    }
    expect(watched.total().done).toBeGreaterThan(7_500);
  });
});
