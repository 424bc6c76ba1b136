// capacity.json: a search for capacity as data, for CI jobs and people with jq, and all that text and pages are made of.
// Times µs, rates orders per second, shares 0…1; what is not known is null. The published schema is capacity-schema.ts.

import type { Capacity, Headroom, Load, Trial, Usl } from '../judge/capacity/spec.ts';
import type { OrderCounts, Reason, Verdict } from '../judge/spec.ts';
import type { CapacityRecord } from './capacity-record.ts';
import { redactCommand, withoutSecretsIn } from './foreign.ts';
import type { Environment } from './record.ts';
import { type ResultSlo, sloOf } from './result.ts';

export const CAPACITY_VERSION = 1;

type Maybe = number | null;
/** From what held, and from what broke. */
export type Range = { low: Maybe; high: Maybe };

export type CapacityLoad = Omit<Load, 'lossInterval'> & { lossInterval: Range };

export type CapacityTrial = Omit<Trial, 'response' | 'proportions' | 'slo'> & {
  response: { [name in keyof NonNullable<Trial['response']>]: Maybe } | null;
  proportions: { text: string; bad: number; of: number; allowed: number; clumping: number; interval: Range }[];
  slo: ResultSlo[];
};

export type CapacityUsl = Omit<Usl, 'peak' | 'fitted'> & {
  peak: { perS: number; inFlight: number } | null;
  fitted: { low: number; high: number };
};

export type CapacityFile = {
  schemaVersion: typeof CAPACITY_VERSION;
  kind: 'capacity';
  /** Null when nothing was asked of the answer. */
  verdict: Verdict | null;
  exitCode: number;
  /** The answer in one plain sentence. */
  says: string;
  reasons: Reason[];
  notes: string[];
  ending: 'complete' | 'SIGINT' | 'SIGTERM';
  bracket: { heldPerS: Maybe; brokePerS: Maybe; relativeWidth: Maybe };
  limitedBy: Capacity['limitedBy'];
  confirmed: boolean;
  whatBroke: Reason[];
  target: { meanPerS: number; peakPerS: number };
  headroom: { overMean: Range; overPeak: Range };
  gate: {
    text: string;
    line: Maybe;
    status: 'pass' | 'fail' | 'inconclusive';
    over: 'peak' | 'mean';
    limit: Maybe;
    measured: Range;
    says: string;
  }[];
  loads: CapacityLoad[];
  trials: CapacityTrial[];
  usl: CapacityUsl | null;
  uslMissing: string | null;
  knee: { ratePerS: number; between: { low: number; high: number }; meanUs: number; says: string } | null;
  kneeMissing: string | null;
  /** Of a closed loop: how much came through, and no times. */
  closedLoop: { perS: number; connections: number; durationUs: number; answers: Record<string, number> } | null;
  closedLoopSays: string;
  asked: {
    lines: { text: string; written: string; line: Maybe }[];
    setAside: { text: string; why: string }[];
    limitUs: Maybe;
    allowedLoss: number;
  };
  /** `ordersBeside`: sent by the probe, and to see whether the shop had come to rest. */
  budget: { us: number; spentUs: number; orders: Maybe; spentOrders: number; ordersBeside: number };
  environment: Omit<Environment, 'commit'> & { commit: string | null };
  run: {
    id: string;
    name: string;
    profile: string;
    profileHash: string;
    target: string;
    startedAt: string;
    endedAt: string;
    command: string;
    seed: number;
    driver: string;
    driverReason: string;
    warnings: string[];
  };
  files: string[];
};

/** `files`: names of what the folder holds beside this. No secret of the target or the command gets in. */
export function capacityFileOf(record: CapacityRecord, files: readonly string[] = []): CapacityFile {
  const { capacity } = record;
  const { bracket, headroom, budget, gate } = capacity;
  return withoutSecretsIn({
    schemaVersion: CAPACITY_VERSION,
    kind: 'capacity',
    verdict: capacity.verdict ?? null,
    exitCode: capacity.exitCode,
    says: capacity.says,
    reasons: capacity.reasons,
    notes: capacity.notes,
    ending: record.interrupted ?? 'complete',
    bracket: {
      heldPerS: known(bracket.held),
      brokePerS: known(bracket.broke),
      relativeWidth: known(capacity.relativeWidth),
    },
    limitedBy: capacity.limitedBy,
    confirmed: capacity.confirmed,
    whatBroke: capacity.whatBroke,
    target: capacity.target,
    headroom: { overMean: rangeOf(headroom.overMean), overPeak: rangeOf(headroom.overPeak) },
    gate: gate.map(({ place, limit, measured, ...line }) => ({
      ...line,
      line: place?.line ?? null,
      limit: known(limit),
      measured: rangeOf(measured),
    })),
    loads: capacity.loads.map(loadOf),
    trials: capacity.trials.map(trialOf),
    ...curvesOf(capacity),
    closedLoop: closedLoopOf(capacity),
    closedLoopSays: record.probeSays,
    asked: askedOf(capacity),
    budget: { ...budget, orders: known(budget.orders), ordersBeside: record.ordersBeside },
    environment: { ...record.environment, commit: record.environment.commit ?? null },
    run: runOf(record),
    files: [...files],
  });
}

const known = (value: number | null | undefined): Maybe =>
  value !== undefined && value !== null && Number.isFinite(value) ? value : null;

const rangeOf = ({ low, high }: Headroom): Range => ({ low: known(low), high: known(high) });

function loadOf({ lossInterval: [low, high], ...load }: Load): CapacityLoad {
  return {
    ...load,
    goodputPerS: known(load.goodputPerS),
    throughputPerS: known(load.throughputPerS),
    inFlightMean: known(load.inFlightMean),
    meanUs: known(load.meanUs),
    p99Us: known(load.p99Us),
    lossShare: known(load.lossShare),
    lossInterval: rangeOf({ low, high }),
  } as CapacityLoad;
}

function trialOf({ response, proportions, slo, ...trial }: Trial): CapacityTrial {
  const { count, meanUs, p50Us, p90Us, p99Us, p999Us, maxUs } = response ?? {};
  const orders: OrderCounts = trial.orders;
  return {
    ...trial,
    orders,
    response:
      response === undefined
        ? null
        : {
            count: known(count),
            meanUs: known(meanUs),
            p50Us: known(p50Us),
            p90Us: known(p90Us),
            p99Us: known(p99Us),
            p999Us: known(p999Us),
            maxUs: known(maxUs),
          },
    proportions: proportions.map(({ interval: [low, high], ...share }) => ({
      ...share,
      interval: rangeOf({ low, high }),
    })),
    slo: slo.map(sloOf),
  };
}

function curvesOf({ usl, uslMissing, knee, kneeMissing }: Capacity) {
  return {
    usl:
      usl === undefined
        ? null
        : { ...usl, peak: usl.peak ?? null, fitted: { low: usl.fitted[0], high: usl.fitted[1] } },
    uslMissing: uslMissing ?? null,
    knee: knee === undefined ? null : { ...knee, between: { low: knee.between[0], high: knee.between[1] } },
    kneeMissing: kneeMissing ?? null,
  };
}

function closedLoopOf({ probe }: Capacity): CapacityFile['closedLoop'] {
  if (probe === undefined) return null;
  const { closedLoopPerS, connections, durationUs, answers = {} } = probe;
  return { perS: closedLoopPerS, connections, durationUs, answers };
}

function askedOf({ asked: { lines, setAside, limitUs, allowedLoss } }: Capacity): CapacityFile['asked'] {
  return {
    lines: lines.map(({ text, from }) => ({ text, written: from.text, line: from.place?.line ?? null })),
    setAside,
    limitUs: known(limitUs),
    allowedLoss,
  };
}

function runOf({ run, plan }: CapacityRecord): CapacityFile['run'] {
  return {
    id: run.id,
    name: plan.name,
    profile: plan.file,
    profileHash: plan.profileHash,
    target: plan.target.shown,
    startedAt: new Date(run.startedAtMs).toISOString(),
    endedAt: new Date(run.endedAtMs).toISOString(),
    command: redactCommand(run.command),
    seed: run.seed,
    driver: run.driver,
    driverReason: run.driverReason,
    warnings: [...new Set([...plan.warnings, ...run.warnings])],
  };
}
