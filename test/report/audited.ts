// Runs whose books were audited, judged anew with what the audit found; and one of a journey of several steps.

import type { AuditResult } from '../../src/audit/spec.ts';
import { bookGate, bookReasons, brokenIn } from '../../src/judge/books.ts';
import { exitCodeOf, verdictOf } from '../../src/judge/verdict.ts';
import { histogramShape } from '../../src/measure/histogram.ts';
import { Recorder } from '../../src/measure/recorder.ts';
import { Timeline } from '../../src/measure/timeline.ts';
import type { RunRecord } from '../../src/report/record.ts';
import { OUTCOMES } from '../support/evidence.ts';

export function withAudit(record: RunRecord, audit: AuditResult): RunRecord {
  const { evidence, judgement } = record;
  const gates = [...judgement.gates, ...bookGate(audit)];
  const verdict = verdictOf(judgement.slo, gates, evidence.ending, brokenIn(audit).length > 0);
  return {
    ...record,
    evidence: { ...evidence, audit },
    judgement: {
      ...judgement,
      gates,
      verdict,
      exitCode: exitCodeOf(verdict, evidence.ending),
      reasons: [...bookReasons(audit, []), ...judgement.reasons],
    },
  };
}

/** The same run as if each order had taken these steps, with a pause between them. */
export function asJourney(record: RunRecord, steps: readonly string[], thinkUs = 250_000): RunRecord {
  const shape = histogramShape(10e6);
  const recorder = new Recorder(0, OUTCOMES, shape, steps.length);
  for (let order = 0; order < record.evidence.orders.fired; order++) {
    const dueUs = order * 20_000;
    recorder.fired(dueUs, dueUs);
    const servicesUs = steps.map((_, step) => 4_000 + 1_000 * step + (order % 50) * 20);
    for (const [step, us] of servicesUs.entries()) recorder.step(dueUs, step, us);
    const serviceUs = servicesUs.reduce((sum, us) => sum + us, 0);
    recorder.ended({ dueUs, latenessUs: 100, waitUs: 40, serviceUs, thinkUs }, 0);
  }
  const timeline = new Timeline(OUTCOMES, shape, steps);
  timeline.add(recorder.flush(record.evidence.durationUs + 2e6).interval);
  return { ...record, evidence: { ...record.evidence, timeline } };
}
