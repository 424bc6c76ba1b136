// result.json: the run as data, for CI jobs, comparisons and people with jq (DESIGN §3). Times µs, rates per second,
// shares 0…1; what cannot be known is null. The published schema is result-schema.ts; a test holds the two together.

import type { NoiseFloor } from '../judge/calibration.ts';
import type { Comparison } from '../judge/compare-spec.ts';
import type { Ending, Evidence, Gate, Incident, OrderCounts, Reason, SloResult, Verdict } from '../judge/spec.ts';
import type { OutcomeSummary, TimeSummary } from '../measure/summary.ts';
import { summaryOf, timeSummaryOf } from '../measure/summary.ts';
import type { Windows } from '../measure/windows.ts';
import { windowsOf } from '../measure/windows.ts';
import type { Adjustment, TraceSource } from '../profile/plan.ts';
import { redactCommand, withoutSecretsIn } from './foreign.ts';
import { type ResultCapacity, resultCapacity } from './known-capacity.ts';
import type { PhaseRow, Rates, Window } from './numbers.ts';
import { lastedUs, phaseRows, ratesOf, timelineOf } from './numbers.ts';
import type { EarlierRun, Environment, RunRecord, WorkerStory } from './record.ts';
import type { ResultAttempts, ResultBooks, ResultInvariant } from './result-audit.ts';
import { auditParts } from './result-audit.ts';
import type { ResultExamples } from './result-kept.ts';
import { examplesOf } from './result-kept.ts';
import type { ResultStability } from './result-stability.ts';
import { resultStability } from './result-stability.ts';
import { verdictSentence } from './sentence.ts';

export const SCHEMA_VERSION = 1;

/** `line`: line of the SLO in the profile, 1…; `measured`, `interval`, `limit` and `worst.measured` are in `unit`. */
export type ResultSlo = {
  text: string;
  line: number | null;
  status: SloResult['status'];
  unit: SloResult['unit'];
  measured: number | null;
  interval: { low: number; high: number } | null;
  /** null for a line that could not be read. */
  limit: number | null;
  samples: number;
  windows: { total: number; failed: number; undecided: number } | null;
  worst: (Window & { measured: number }) | null;
  says: string;
};

/** What a worker said of itself; null where it did not. `worstBusyShare`: of the busiest 5 s. */
export type WorkerHealthRow = {
  worstBusyShare: number | null;
  gcShare: number | null;
  gcMaxUs: number | null;
  connections: number | null;
  queued: number | null;
  latenessP99Us: number | null;
  latenessMaxUs: number | null;
};

export type Result = {
  schemaVersion: typeof SCHEMA_VERSION;
  verdict: Verdict;
  exitCode: number;
  sentence: string;
  reasons: Reason[];
  ending: Ending;
  orders: OrderCounts;
  response: TimeSummary;
  service: TimeSummary;
  wait: TimeSummary;
  /** Parts of wait: of the connections that orders waited for. */
  connect: TimeSummary;
  tls: TimeSummary;
  /** The shoppers' own pauses, inside the response. */
  think: TimeSummary;
  /** Service of each step; none where an order is one request. */
  steps: ({ name: string } & TimeSummary)[];
  lateness: TimeSummary;
  rate: Rates;
  slo: ResultSlo[];
  phases: PhaseRow[];
  outcomes: OutcomeSummary[];
  /** Single orders; not there in runs from before they were kept. */
  examples?: ResultExamples;
  audit: ResultInvariant[];
  books: ResultBooks | null;
  attempts: ResultAttempts | null;
  /** Not there in a result that an older Doorbuster wrote. */
  stability?: ResultStability;
  /** Not there where no search for it is known. */
  capacity?: ResultCapacity;
  /** Equal stretches of the plan, for comparisons. */
  windows: Windows;
  /** Null without a baseline. */
  comparison: { baseline: string; found: Comparison } | null;
  /** Runs like this one before it, in order of time; not there where nobody looked. */
  earlier?: EarlierRun[];
  adjustments: Adjustment[];
  /** Of traces read from a log, an export or another run; not there without one. */
  sources?: TraceSource[];
  generator: {
    driver: string;
    driverReason: string;
    workers: number;
    workersReason: string;
    /** Values above the histograms' range, counted at its end. */
    clamped: number;
    cpuUs: number | null;
    rssBytes: number | null;
    gates: (Omit<Gate, 'touched' | 'known' | 'byWorker'> & {
      touched: number | null;
      known: boolean;
      byWorker: { worker: number; measured: string }[];
    })[];
    incidents: Incident[];
    perWorker: (Omit<WorkerStory, 'cpuUs'> & { cpuUs: number | null } & WorkerHealthRow)[];
    machine: { stealShare: number; worstSteal: number; involuntary: number | null } | null;
    witness: { sent: number; answered: number } | null;
    noiseFloor: NoiseFloor | null;
    /** Only where code makes the orders. */
    code?: { cpuUsPerOrder: number | null; thrown: { says: string; count: number; seq: number }[] };
  };
  environment: Omit<Environment, 'commit'> & { commit: string | null };
  run: {
    id: string;
    name: string;
    profile: string;
    profileHash: string;
    target: string;
    startedAt: string;
    endedAt: string;
    durationUs: number;
    command: string;
    seed: number;
    warnings: string[];
  };
  files: string[];
};

/** `files`: names of what the run folder holds beside this. No secret of the target or the command gets in. */
export function resultOf(record: RunRecord, files: readonly string[] = []): Result {
  const { judgement, evidence, plan } = record;
  const total = timelineOf(evidence).total();
  const summary = summaryOf(total);
  const { outcomes } = evidence.timeline;
  const examples = examplesOf(evidence.kept, { outcomes, total, traceUrl: plan.target.traceUrl });
  const result = withoutSecretsIn<Result>({
    schemaVersion: SCHEMA_VERSION,
    verdict: judgement.verdict,
    exitCode: judgement.exitCode,
    sentence: verdictSentence(record),
    reasons: judgement.reasons,
    ending: evidence.ending,
    orders: evidence.orders,
    response: summary.response,
    service: summary.service,
    wait: summary.wait,
    connect: timeSummaryOf(evidence.opened?.connect),
    tls: timeSummaryOf(evidence.opened?.tls),
    think: summary.think,
    steps: summary.steps,
    lateness: summary.lateness,
    rate: ratesOf(record),
    slo: judgement.slo.map(sloOf),
    phases: phaseRows(evidence),
    outcomes: summary.outcomes,
    ...auditParts(evidence.audit),
    stability: resultStability(judgement.stability),
    ...(record.capacity === undefined ? {} : { capacity: resultCapacity(record.capacity, ratesOf(record)) }),
    windows: windowsOf(evidence.timeline, evidence.durationUs, lastedUs(evidence)),
    comparison: record.comparison ?? null,
    ...(record.earlier ? { earlier: [...record.earlier] } : {}),
    adjustments: plan.adjustments,
    ...(plan.sources ? { sources: plan.sources } : {}),
    generator: generatorOf(record, total.clamped),
    environment: { ...record.environment, commit: record.environment.commit ?? null },
    run: runOf(record),
    files: [...files],
  });
  return examples === undefined ? result : { ...result, examples };
}

const known = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

export function sloOf(slo: SloResult): ResultSlo {
  const { text, status, unit, limit, samples, says } = slo;
  return {
    text,
    line: slo.place?.line ?? null,
    status,
    unit,
    measured: known(slo.measured),
    interval: slo.interval === undefined ? null : { low: slo.interval[0], high: slo.interval[1] },
    limit: known(limit),
    samples,
    windows: slo.windows ?? null,
    worst: slo.worst ?? null,
    says,
  };
}

function generatorOf({ run, generator, judgement, evidence }: RunRecord, clamped: number): Result['generator'] {
  return {
    driver: run.driver,
    driverReason: run.driverReason,
    workers: run.workers,
    workersReason: run.workersReason,
    clamped,
    cpuUs: known(generator.cpuUs),
    rssBytes: known(generator.rssBytes),
    gates: judgement.gates.map((gate) => ({
      ...gate,
      touched: known(gate.touched),
      known: gate.known ?? true,
      byWorker: gate.byWorker ?? [],
    })),
    incidents: [...evidence.incidents],
    perWorker: generator.workers.map((worker) => ({
      ...worker,
      cpuUs: known(worker.cpuUs),
      ...healthOf(evidence, worker.worker),
    })),
    machine: machineOf(evidence),
    witness: evidence.witness ? { sent: evidence.witness.sent, answered: evidence.witness.samples.length } : null,
    noiseFloor: generator.noiseFloor ?? null,
    ...(evidence.code
      ? { code: { cpuUsPerOrder: known(evidence.code.cpuUsPerOrder), thrown: [...evidence.code.thrown] } }
      : {}),
  };
}

function healthOf({ workers }: Evidence, worker: number): WorkerHealthRow {
  const health = workers?.find((each) => each.worker === worker);
  return {
    worstBusyShare: known(health?.worstBusy?.share),
    gcShare: health && health.wallUs > 0 ? health.gcUs / health.wallUs : null,
    gcMaxUs: known(health?.gcMaxUs),
    connections: known(health?.connections),
    queued: known(health?.queued),
    latenessP99Us: known(health?.latenessP99Us),
    latenessMaxUs: known(health?.latenessMaxUs),
  };
}

function machineOf({ machine }: Evidence): Result['generator']['machine'] {
  if (machine === undefined) return null;
  const { stealShare, worstSteal, involuntary } = machine;
  return { stealShare, worstSteal, involuntary: known(involuntary) };
}

function runOf({ run, plan, evidence }: RunRecord): Result['run'] {
  return {
    id: run.id,
    name: plan.name,
    profile: plan.file,
    profileHash: plan.profileHash,
    target: plan.target.shown,
    startedAt: new Date(run.startedAtMs).toISOString(),
    endedAt: new Date(run.endedAtMs).toISOString(),
    durationUs: evidence.durationUs,
    command: redactCommand(run.command),
    seed: run.seed,
    warnings: [...new Set([...plan.warnings, ...run.warnings])],
  };
}
