// Rows of a few hundred seconds each, made of the timeline's single ones. Counts add, percentiles are those of all the
// orders of a row together (never averages), and the highest second stays the highest.

import type { HistogramView } from '../../measure/spec.ts';
import { leastCountFor } from '../../measure/summary.ts';
import type { Tally } from '../../measure/tally.ts';
import type { Timeline } from '../../measure/timeline.ts';
import { remembered } from './memory.ts';
import type { Column, FlowColumn, FlowRows, Rows, TimeColumns, TimeRows } from './spec.ts';
import { FLOW_COLUMNS } from './spec.ts';

const WIDTHS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];

/** The narrowest round width that makes at most so many rows. */
export function widthFor(seconds: number, most: number): number {
  return WIDTHS_S.find((width) => seconds / width <= most) ?? Math.ceil(seconds / most / 86_400) * 86_400;
}

/** The next round width that is at least this. */
export function roundWidth(atLeastS: number): number {
  return WIDTHS_S.find((width) => width >= atLeastS) ?? WIDTHS_S.at(-1)!;
}

export const rowsOf = ({ fromS, untilS, everyS }: Rows): number => Math.max(0, Math.ceil((untilS - fromS) / everyS));

/** First second of row i and the one behind its last. */
export function secondsOfRow(rows: Rows, index: number): { fromS: number; untilS: number } {
  const fromS = rows.fromS + index * rows.everyS;
  return { fromS, untilS: Math.min(rows.untilS, fromS + rows.everyS) };
}

export function packColumn(values: (number | null)[]): Column {
  const [first = 0] = values;
  return values.every((value) => value === first) ? first : values;
}

export function cellOf(column: Column, index: number): number | null {
  return Array.isArray(column) ? (column[index] ?? null) : column;
}

/** Three significant digits: more cannot be seen in a picture. */
export const rounded = (us: number): number => Number(us.toPrecision(3));

export function tallyOfRow(timeline: Timeline, rows: Rows, row: number): Tally {
  const { fromS, untilS } = secondsOfRow(rows, row);
  return timeline.tally(fromS, untilS);
}

const EMPTY = { fired: 0, dropped: 0, accepted: 0, rejected: 0, failed: 0, unknown: 0, inFlight: 0 };

/** `planned`: orders due in each second. */
export function flowRows({ flows }: Timeline, planned: Uint32Array, rows: Rows): FlowRows {
  const columns = Object.fromEntries(FLOW_COLUMNS.map((name) => [name, [] as number[]])) as Record<
    FlowColumn,
    number[]
  >;
  for (let row = 0; row < rowsOf(rows); row++) {
    const { fromS, untilS } = secondsOfRow(rows, row);
    for (const name of FLOW_COLUMNS) columns[name].push(0);
    for (let second = fromS; second < untilS; second++) {
      const due = planned[second] ?? 0;
      const flow = flows[second] ?? EMPTY;
      for (const name of ['fired', 'dropped', 'accepted', 'rejected', 'failed', 'unknown'] as const) {
        columns[name][row]! += flow[name];
      }
      columns.planned[row]! += due;
      columns.inFlight[row] = Math.max(columns.inFlight[row]!, flow.inFlight);
      columns.firedMax[row] = Math.max(columns.firedMax[row]!, flow.fired);
      columns.plannedMax[row] = Math.max(columns.plannedMax[row]!, due);
    }
  }
  const packed = FLOW_COLUMNS.map((name) => [name, packColumn(columns[name])]);
  return { ...rows, columns: Object.fromEntries(packed) as Record<FlowColumn, Column> };
}

/** Times of the orders due in each row. */
export function timeRows(timeline: Timeline, rows: Rows): TimeRows {
  const [response, service, lateness] = [emptyColumns(), emptyColumns(), emptyColumns()];
  for (let row = 0; row < rowsOf(rows); row++) {
    const tally = tallyOfRow(timeline, rows, row);
    const cells = remembered(timeline, { rows, row, tally, what: 'times' }, () =>
      [{ of: 'response' } as const, { of: 'service' } as const, { of: 'lateness' } as const].map((view) =>
        timesOf(tally.histogram(view)),
      ),
    );
    [response, service, lateness].forEach((columns, index) => {
      addRow(columns, cells[index]!);
    });
  }
  const { p99, max } = packAll(lateness);
  return { ...rows, response: packAll(response), service: packAll(service), lateness: { p99, max } };
}

const QUANTILES = { p50: 0.5, p90: 0.9, p99: 0.99, p999: 0.999 } as const;
type Quantile = keyof typeof QUANTILES;

const emptyColumns = () => ({ count: [], p50: [], p90: [], p99: [], p999: [], max: [] }) as LooseColumns;
type LooseColumns = Record<keyof TimeColumns, (number | null)[]>;

type Times = Record<keyof TimeColumns, number | null>;

function timesOf(histogram: HistogramView): Times {
  const { count } = histogram;
  const percentiles = (Object.keys(QUANTILES) as Quantile[]).map((name) => [
    name,
    percentileOf(histogram, QUANTILES[name]),
  ]);
  return { count, max: count === 0 ? null : histogram.maxUs, ...Object.fromEntries(percentiles) };
}

function addRow(columns: LooseColumns, times: Times): void {
  for (const name of Object.keys(columns) as (keyof TimeColumns)[]) columns[name].push(times[name]);
}

/** null where so few orders cannot say. */
export function percentileOf(histogram: HistogramView, p: number): number | null {
  const { count } = histogram;
  return count > 0 && count >= leastCountFor(p) ? rounded(histogram.percentile(p)) : null;
}

function packAll(columns: LooseColumns): TimeColumns {
  const packed = (Object.keys(columns) as (keyof TimeColumns)[]).map((name) => [name, packColumn(columns[name])]);
  return Object.fromEntries(packed) as TimeColumns;
}
