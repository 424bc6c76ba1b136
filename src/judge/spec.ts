// What the judge reads and what it says. All data; pure.

import type { AuditResult, InvariantName } from '../audit/spec.ts';
import type { Place } from '../errors.ts';
import type { Kept } from '../measure/kept.ts';
import type { HistogramView, TimelineView } from '../measure/spec.ts';
import type { OutcomeClass } from '../outcomes.ts';
import type { SloLine } from '../profile/plan.ts';
import type { MachineHealth, WorkerHealth } from './health.ts';

// ── the SLO grammar's result ────────────────────────────────────────────────────────────────────────────────────────

export type DurationMetric = {
  kind: 'percentile' | 'max' | 'mean';
  /** 0…1, for kind percentile. */
  p: number;
  /** Which times: response of all orders or of one class; or service, wait (of all). */
  of: 'all' | OutcomeClass | 'service' | 'wait';
};
export type CountMetric = {
  kind: 'orders';
  /** errors = failed + unknown; achieved = fired. */
  of: 'errors' | OutcomeClass | 'achieved' | 'dropped';
};
/** An invariant of the audit; judged `not-checked` where nobody read the books. */
export type AuditMetric = { kind: 'audit'; of: InvariantName };

/** Does the queue grow on a plateau of the plan; how long after a burst of the part `after` is it as before. */
export type StabilityMetric = { kind: 'backlog' } | { kind: 'recovery'; after: string };

export type Limit =
  | { kind: 'duration'; us: number }
  /** Share of the orders planned in the scope that were fired or dropped (errors, rejected …), 0…1. */
  | { kind: 'share'; share: number }
  /** Share of the orders planned in the scope (`99% of plan`). */
  | { kind: 'of-plan'; share: number }
  | { kind: 'count'; count: number }
  | { kind: 'rate'; perS: number };

export type Slo = {
  text: string;
  metric: DurationMetric | CountMetric | AuditMetric | StabilityMetric;
  comparator: '<' | '<=' | '>' | '>=' | '==';
  limit: Limit;
  /** `in every 1m` */
  everyUs?: number;
  /** `during hourly` */
  during?: string;
  /** `for 30s`: only in `stop:` */
  forUs?: number;
};

export type SloContext = { parts: readonly string[]; place: 'slo' | 'stop' };

/** `at` and `length` are character offsets into the text. */
export type SloMistake = { code: string; message: string; at: number; length: number };

// ── evidence ────────────────────────────────────────────────────────────────────────────────────────────────────────

export type OrderCounts = {
  planned: number;
  fired: number;
  dropped: number;
  unreached: number;
  sent: number;
  accepted: number;
  rejected: number;
  failed: number;
  unknown: number;
};

/** Something the run noticed about itself. */
export type Incident =
  | { kind: 'lost-worker'; worker: number; detail: string }
  | { kind: 'telemetry-gap'; worker: number; detail: string }
  | { kind: 'missing-tally'; worker: number; detail: string }
  /** `detail`: the error, such as EMFILE. */
  | { kind: 'no-socket'; count: number; detail: string }
  /** The driver's full queue refused a step, a repeat or a check of an order under way. */
  | { kind: 'refused'; count: number; detail: string }
  | { kind: 'late-start'; worker: number; lateUs: number };

export type Ending =
  | { kind: 'complete' }
  /** A `stop:` condition ended the run. */
  | { kind: 'stopped'; text: string; atUs: number }
  /** `crash`: Doorbuster itself ended in the middle; rebuilt from its journal. */
  | { kind: 'interrupted'; signal: 'SIGINT' | 'SIGTERM' | 'crash'; atUs: number };

/** A contiguous stretch of the run in which one part of the traffic was on. */
export type PhaseWindow = { part: string; fromUs: number; untilUs: number };

/** What one worker said of itself over the whole run, beside its tallies. */
export type WorkerEvidence = WorkerHealth & {
  /** Its share of `target.connections`, and the most it had open. */
  connections: number;
  openMax: number;
  /** p99 and max of its orders' lateness, µs; NaN without orders. */
  latenessP99Us: number;
  latenessMaxUs: number;
  /** ∫ orders in flight dt, order·µs; undefined when it did not end idle. */
  inFlightAreaUs: number | undefined;
};

/** Service times of a separate process that sent a few orders of its own, by the second each was due (run/witness.ts). */
export type WitnessEvidence = {
  /** Orders it sent; they are in no other count. */
  sent: number;
  samples: readonly { second: number; serviceUs: number }[];
  /** Why it saw less than it should have; empty when it did. */
  trouble: string;
};

/** Of orders made by code. */
export type CodeEvidence = {
  /** Errors of one place are one, the most frequent first; `seq`: the first order that threw it. */
  thrown: readonly { says: string; count: number; seq: number }[];
  /** What one order cost a worker at most, µs of CPU: polling for due times is left out as far as it can be told apart. */
  cpuUsPerOrder: number | undefined;
};

export type Evidence = {
  slo: readonly SloLine[];
  durationUs: number;
  /** Orders due in each second of the plan. */
  planned: Uint32Array;
  phases: readonly PhaseWindow[];
  timeline: TimelineView;
  /** As counted by the workers themselves, not derived from the timeline: the identities compare the two. */
  orders: OrderCounts;
  /** Of `orders.unknown`: those in flight when the generator or one of its workers died, of which no tally tells. */
  inFlightAtCrash?: number;
  incidents: readonly Incident[];
  /** The run died before it could tell of its incidents: that none is here says nothing. */
  incidentsUntold?: boolean;
  ending: Ending;
  /** Undefined while the run goes on, and in runs that did not ask: then those gates cannot be known. */
  workers?: readonly WorkerEvidence[];
  /** Undefined where the operating system does not say. */
  machine?: MachineHealth;
  /** What the connections took that orders waited for; undefined as `workers` is. */
  opened?: { connect: HistogramView; tls: HistogramView };
  /** Undefined when no witness was asked for. */
  witness?: WitnessEvidence;
  /** Undefined while the run goes on, and where no code makes the orders. */
  code?: CodeEvidence;
  /** Single orders and answers; undefined in runs from before they were kept. */
  kept?: Kept;
  /** The ledger held against the shop's books; undefined while the run goes on. */
  audit?: AuditResult;
};

// ── judgement ───────────────────────────────────────────────────────────────────────────────────────────────────────

export type Verdict = 'pass' | 'fail' | 'inconclusive' | 'invalid';
export type SloStatus = 'pass' | 'fail' | 'inconclusive' | 'not-checked';

export type Reason = { code: string; message: string };

/** `measured` and `limit` are in the metric's own unit: µs, share, count, or per second, as `unit` says. */
export type SloResult = {
  text: string;
  place: Place | undefined;
  status: SloStatus;
  unit: 'us' | 'share' | 'count' | 'perS';
  measured: number | undefined;
  /** 95 % interval of `measured`, where one can be given. */
  interval: [low: number, high: number] | undefined;
  limit: number;
  /** Orders the judgement rests on. */
  samples: number;
  /** For `in every W`. */
  windows: { total: number; failed: number; undecided: number } | undefined;
  /** The worst window: where to look. */
  worst: { fromUs: number; untilUs: number; measured: number } | undefined;
  /** One plain sentence. */
  says: string;
};

/** One gate of fitness (METHOD §4). */
export type Gate = {
  name: string;
  status: 'ok' | 'warn' | 'void';
  measured: string;
  limit: string;
  /** Share of the run touched, 0…1, where it can be said. */
  touched: number | undefined;
  /** What to do; empty when ok. */
  advice: string;
  /** False where this run or this machine did not say: then the status is ok, and nothing was held against anything. */
  known?: boolean;
  /** The same measured worker by worker, where it can be told apart. */
  byWorker?: { worker: number; measured: string }[];
};

/** One plateau of the plan, as far as the run got in it: did the queue grow? The numbers are there where that can be told. */
export type PlateauStability = {
  /** The part of the traffic it lies in; left out where only what is always on was on. */
  part?: string;
  fromUs: number;
  untilUs: number;
  ratePerS: number;
  backlog: 'stable' | 'growing' | 'cannot-tell';
  /** Orders fired and ended in it. */
  arrivals?: number;
  completions?: number;
  meanInFlight?: number;
  /** Of orders in flight, per second. */
  slopePerS?: number;
  pValue?: number;
  says: string;
};

/** One burst of a part: how many orders were in flight before it and at the most, and when they were as few again. */
export type BurstRecovery = {
  part: string;
  fromUs: number;
  untilUs: number;
  status: 'recovered' | 'not-within-the-run' | 'cannot-tell';
  before: number | null;
  most: number | null;
  mostAtUs: number | null;
  /** From when on as few as before were in flight, for 10 s; and how long after the end of the burst that is. */
  atUs: number | null;
  tookUs: number | null;
  says: string;
};

/** How the run held together, in order of time. */
export type Stability = { plateaus: PlateauStability[]; recoveries: BurstRecovery[] };

export type Judgement = {
  verdict: Verdict;
  exitCode: number;
  reasons: Reason[];
  slo: SloResult[];
  gates: Gate[];
  /** Judged by nothing unless an SLO asks for it; a warning all the same. */
  stability: Stability;
};
