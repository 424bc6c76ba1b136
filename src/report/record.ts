// Everything one run leaves behind, as one value: what every page, file and line about a run is made from. The run
// builds it once at its end; nothing here is derived, so that result.ts, text.ts and the rest cannot disagree.

import type { NoiseFloor } from '../judge/calibration.ts';
import type { Comparison } from '../judge/compare-spec.ts';
import type { Evidence, Judgement } from '../judge/spec.ts';
import type { Plan } from '../profile/plan.ts';
import type { HistoryRow } from './history-row.ts';
import type { KnownCapacity } from './known-capacity.ts';

/** Who ran it and how. `command`: the command line, best from `formatCommand` (foreign.ts). */
export type RunStory = {
  id: string;
  /** Unix time, ms. */
  startedAtMs: number;
  endedAtMs: number;
  command: string;
  seed: number;
  driver: 'undici' | 'wire';
  /** Why that one: `HTTP/1.1`, `as asked`. */
  driverReason: string;
  workers: number;
  /** Why so many: `default: 1 of 2 cores, peak 369/s`. */
  workersReason: string;
  warnings: string[];
};

/** Where it ran. `doorbuster` and `node` are versions, `commit` that of the caller's repository. */
export type Environment = {
  doorbuster: string;
  node: string;
  platform: string;
  cpu: string;
  cores: number;
  memoryBytes: number;
  commit?: string;
};

/** One worker's own counters: orders, and the connections of its driver. */
export type WorkerStory = {
  worker: number;
  fired: number;
  dropped: number;
  openMax: number;
  waitingMax: number;
  opened: number;
  cpuUs?: number;
};

/** A run of the same series before this one, as its report shows it. */
export type EarlierRun = Pick<
  HistoryRow,
  'id' | 'startedAt' | 'verdict' | 'complete' | 'planned' | 'accepted' | 'p99Us'
>;

export type RunRecord = {
  plan: Plan;
  evidence: Evidence;
  judgement: Judgement;
  /** Highest planned rate and when: `curve.peak()`. */
  peak: { ratePerS: number; atUs: number };
  run: RunStory;
  environment: Environment;
  /** Held against an earlier run; `baseline`: its folder. */
  comparison?: { baseline: string; found: Comparison };
  /** Responses of the run it was compared with: HdrHistogram V2, base64, and the exact maximum. */
  baselineResponse?: { histogram: string; maxUs: number };
  /** By the latest search for it, with the same profile and shop. */
  capacity?: KnownCapacity;
  /** In order of time; undefined where nobody looked. */
  earlier?: readonly EarlierRun[];
  /** What the generator itself used. */
  generator: { cpuUs?: number; rssBytes?: number; workers: WorkerStory[]; noiseFloor?: NoiseFloor };
};
