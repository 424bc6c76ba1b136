// What a comparison reads of each run, and what it says. All data; both come out of result.json.

import type { Windows } from '../measure/windows.ts';

/** One run, as far as it matters here. */
export type ComparedRun = {
  /** Gates that say that its generator was not fit; what its books are like is no matter here. */
  unfit: readonly string[];
  /** Complete, or why not. */
  ending: string;
  profileHash: string;
  /** `--scale 1%` and the like, which the hash of the profile does not know. */
  adjustments: string;
  /** Processor, cores, platform, Node and Doorbuster: what the times depend on beside the shop. */
  machine: string;
  driver: string;
  workers: number;
  seed: number;
  target: string;
  planned: number;
  durationUs: number;
  windows: Windows;
  phases: readonly { name: string; windows: readonly { fromUs: number; untilUs: number }[] }[];
};

/** Times are compared by their ratio, shares by their difference. */
export type Tolerance = {
  /** A change of times below it is no regression, whatever its certainty; 0.1 is 10 %. */
  minEffect: number;
  /** The whole interval must lie beyond it. */
  tolerance: number;
  /** Changes of times by less than this are never a regression, µs. */
  floorUs: number;
  /** The same for shares of orders, 0…1. */
  floorShare: number;
};

export const TOLERANCE: Tolerance = { minEffect: 0.1, tolerance: 0.02, floorUs: 1_000, floorShare: 0.002 };

export type Change = 'same' | 'worse' | 'better' | 'cannot-tell';

export type MetricChange = {
  /** `p50`, `p90`, `p99` of response, `errors`, `accepted`. */
  metric: string;
  /** A part of the traffic; undefined for the whole run. */
  phase: string | undefined;
  /** µs, or share of the orders. The middle of the window values: what was compared, not the whole run's percentile. */
  unit: 'us' | 'share';
  before: number | null;
  after: number | null;
  /** Of times: after ÷ before − 1. Of shares: after − before. */
  change: number | null;
  interval: [low: number, high: number] | null;
  /** Windows that both runs could fill. */
  pairs: number;
  verdict: Change;
  /** One plain sentence. */
  says: string;
};

export type Comparison =
  | { comparable: false; why: { code: string; message: string }[] }
  | {
      comparable: true;
      /** `worse` when any metric is; `cannot-tell` when none could be told. */
      verdict: Change;
      metrics: MetricChange[];
      /** What differs and does not matter enough to refuse. */
      notes: string[];
    };
