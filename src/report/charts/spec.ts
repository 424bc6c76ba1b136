// charts.json: what the report draws, and all it knows of time. Rows of whole seconds from the start of the run; counts are
// of orders, times µs with three digits (maxima exact), null where too few orders can say. A few hundred rows however long
// the run was, and single seconds around what went wrong.

import type { OutcomeClass } from '../../outcomes.ts';

export const CHARTS_VERSION = 1;

/** One value for each row; a single value where all are the same. */
export type Column = number | null | (number | null)[];

/** Rows `fromS + i · everyS`; the last one may be shorter: it ends at `untilS`. */
export type Rows = { fromS: number; untilS: number; everyS: number };

/** What was planned for these seconds and what happened in them; `…Max`: of the highest single second. */
export const FLOW_COLUMNS = [
  'planned',
  'fired',
  'dropped',
  'accepted',
  'rejected',
  'failed',
  'unknown',
  'inFlight',
  'firedMax',
  'plannedMax',
] as const;
export type FlowColumn = (typeof FLOW_COLUMNS)[number];
export type FlowRows = Rows & { columns: Record<FlowColumn, Column> };

/** Percentiles of the orders due in these seconds. */
export const TIME_COLUMNS = ['count', 'p50', 'p90', 'p99', 'p999', 'max'] as const;
export type TimeColumn = (typeof TIME_COLUMNS)[number];
export type TimeColumns = Record<TimeColumn, Column>;
export type TimeRows = Rows & { response: TimeColumns; service: TimeColumns; lateness: { p99: Column; max: Column } };

/** Orders due in these seconds by how they ended; `index`: into `outcomes`, −1 for all the others together. */
export type OutcomeRows = Rows & { of: { index: number; counts: Column }[] };

/** Counts of responses: `cells[i][j]` of column i between `edgesUs[j]` and `edgesUs[j + 1]`, leading and trailing zeros cut off. */
export type Heat = Rows & { edgesUs: number[]; cells: { from: number; counts: number[] }[] };

/** `points`: [quantile, µs]; the last is the maximum, at the quantile 1 − 1 / (2 · count). */
export type Spectrum = { name: string; count: number; points: [number, number][] };

/** Seconds in which the generator, not the shop, was in the way. */
export type Stretch = { fromS: number; untilS: number; why: 'off plan' | 'late' | 'dropped' };

export type Charts = {
  chartsVersion: typeof CHARTS_VERSION;
  /** What a reader must know beside the numbers (notes.ts). */
  notes: { label: string; text: string }[];
  /** Of the plan. */
  durationS: number;
  /** Plan and the answers that came after it. */
  seconds: number;
  /** The second the run got to, when it was not its end. */
  reachedS: number;
  flow: FlowRows;
  times: TimeRows;
  /** Single seconds, where rows are longer than that. */
  detail: { why: string; flow: FlowRows; times: TimeRows }[];
  /** In the order of result.json's outcomes. */
  outcomes: { name: string; class: OutcomeClass; count: number; firstS: number; lastS: number; p99Us: number | null }[];
  byOutcome: OutcomeRows;
  heat: Heat;
  /** `baseline`: response of the run it was compared with. */
  spectra: { response: Spectrum; service: Spectrum; parts: Spectrum[]; baseline?: Spectrum };
  stretches: Stretch[];
};
