// Orders whose answers the run itself did not wait for (a second Ctrl-C): unknown in the books, no evidence against the shop.

import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../src/judge/spec.ts';
import { judge } from '../../src/judge/verdict.ts';
import { Recorder } from '../../src/measure/recorder.ts';
import { histogramShape } from '../../src/measure/shape.ts';
import { Timeline } from '../../src/measure/timeline.ts';
import { outcomesOf } from '../../src/order/classify.ts';

const OUTCOMES = outcomesOf({ rules: [] });
const index = (name: string): number => OUTCOMES.findIndex((outcome) => outcome.name === name);

/** Two seconds at 100/s; the last 60 orders end in `outcome`. */
function evidenceWith(outcome: string, slo: string[]): Evidence {
  const shape = histogramShape(10e6);
  const recorder = new Recorder(0, OUTCOMES, shape);
  for (let k = 0; k < 200; k++) {
    const dueUs = k * 10_000;
    recorder.fired(dueUs, dueUs);
    const last = k >= 140;
    recorder.done(dueUs, dueUs, dueUs, last ? 2e6 : dueUs + 1_000, index(last ? outcome : '2xx'));
  }
  const timeline = new Timeline(OUTCOMES, shape);
  timeline.add(recorder.flush(4e6).interval);
  const { fired, dropped, sent, accepted, rejected, failed, unknown } = recorder.counts;
  return {
    slo: slo.map((text) => ({ text, place: undefined })),
    durationUs: 10e6,
    planned: new Uint32Array(10).fill(100),
    phases: [],
    timeline,
    orders: { planned: 1_000, fired, dropped, unreached: 800, sent, accepted, rejected, failed, unknown },
    incidents: [],
    ending: { kind: 'interrupted', signal: 'SIGINT', atUs: 2e6 },
  };
}

describe('orders the run gave up itself', () => {
  it.each(['errors < 1%', 'unknown == 0', 'errors < 1% in every 1s'])('do not break `%s`', (slo) => {
    expect(judge(evidenceWith('abandoned', [slo])).slo[0]!.status).not.toBe('fail');
    expect(judge(evidenceWith('timeout', [slo])).slo[0]!.status).toBe('fail');
  });

  it('stay in the counts: both identities hold', () => {
    const { gates } = judge(evidenceWith('abandoned', ['errors < 1%']));
    expect(gates.filter((gate) => gate.status === 'void')).toEqual([]);
  });
});
