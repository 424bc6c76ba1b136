// Runs whose books were audited, judged anew with what the audit found; and one of a journey of several steps.

import type { AuditResult, Deed } from '../../src/audit/spec.ts';
import { bookGate, bookReasons, brokenIn } from '../../src/judge/books.ts';
import { exitCodeOf, verdictOf } from '../../src/judge/verdict.ts';
import { histogramShape } from '../../src/measure/histogram.ts';
import { Recorder } from '../../src/measure/recorder.ts';
import { Timeline } from '../../src/measure/timeline.ts';
import type { RunRecord } from '../../src/report/record.ts';
import { Keeper } from '../../src/run/keeper.ts';
import { OUTCOMES } from '../support/evidence.ts';
import { toldOf } from '../support/kept.ts';

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
  const keeper = new Keeper(OUTCOMES, 42);
  for (let order = 0; order < record.evidence.orders.fired; order++) {
    const dueUs = order * 20_000;
    recorder.fired(dueUs, dueUs);
    const servicesUs = steps.map((_, step) => 4_000 + 1_000 * step + (order % 50) * 20);
    for (const [step, us] of servicesUs.entries()) recorder.step(dueUs, step, us);
    const serviceUs = servicesUs.reduce((sum, us) => sum + us, 0);
    const path = { dueUs, latenessUs: 100, waitUs: 40, serviceUs, thinkUs };
    recorder.ended(path, 0);
    const deeds = deedsOf(steps, servicesUs, { dueUs: dueUs + thinkUs, thinkUs });
    keeper.keepJourney({ seq: order, path: { ...path, atUs: 0 }, deeds }, 0, { detail: '' });
  }
  const timeline = new Timeline(OUTCOMES, shape, steps);
  timeline.add(recorder.flush(record.evidence.durationUs + 2e6).interval);
  const answers = [...(record.evidence.kept?.answers ?? [])];
  const kept = toldOf(keeper, { outcomes: OUTCOMES, answers, traced: true });
  const target = { ...record.plan.target, traceUrl: 'https://traces.example/search?trace={{trace.id}}#{{order.key}}' };
  return { ...record, plan: { ...record.plan, target }, evidence: { ...record.evidence, timeline, kept } };
}

/** The exchanges of one order: 100 µs late and 40 µs waiting in the first, the pause before it. */
function deedsOf(
  steps: readonly string[],
  servicesUs: readonly number[],
  { dueUs, thinkUs }: { dueUs: number; thinkUs: number },
): Deed[] {
  let atUs = dueUs;
  return steps.map((step, index) => {
    const firedUs = atUs + (index === 0 ? 100 : 0);
    const sentUs = firedUs + (index === 0 ? 40 : 0);
    atUs = sentUs + servicesUs[index]!;
    const times = {
      firedUs,
      sentUs,
      doneUs: atUs,
      thinkUs: index === 0 ? thinkUs : 0,
      latenessUs: index === 0 ? 100 : 0,
    };
    return { step, why: 'first', ...times, status: index === steps.length - 1 ? 201 : 200, outcome: 'sold' };
  });
}
