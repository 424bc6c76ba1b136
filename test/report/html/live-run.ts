// A run of four minutes as its live page has it after so many seconds: the failing run of runs.ts, as far as it got.

import { soFar } from '../../../src/commands/progress.ts';
import { judge } from '../../../src/judge/verdict.ts';
import type { RunRecord } from '../../../src/report/record.ts';
import { steadyOrders } from '../../support/evidence.ts';
import { recordOf } from '../../support/record.ts';

export const LIVE_FOR_S = 240;

const orders = steadyOrders(20, LIVE_FOR_S, (dueUs, index) => {
  const slowUs = dueUs < 120e6 || dueUs > 132e6 ? 0 : 380_000;
  const ends = index % 97 === 3 ? 'rejected' : slowUs > 0 && index % 9 === 0 ? 'unknown' : 'accepted';
  return {
    firedUs: dueUs + 100,
    sentUs: dueUs + 140,
    doneUs: dueUs + 8_000 + ((index * 7_919) % 40_000) + slowUs,
    ends,
  };
});

export function liveRecord(untilS: number): RunRecord {
  const record = recordOf(orders, {
    untilUs: untilS * 1e6,
    durationUs: LIVE_FOR_S * 1e6,
    slo: ['p99 < 300ms', 'errors < 0.1%'],
    phases: [
      { part: 'base', fromUs: 0, untilUs: LIVE_FOR_S * 1e6 },
      { part: 'hourly', fromUs: 120e6, untilUs: 190e6 },
    ],
  });
  const evidence = soFar(record.evidence);
  return { ...record, evidence, judgement: judge(evidence) };
}
