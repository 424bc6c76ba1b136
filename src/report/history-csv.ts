// history.csv: the series of the newest run as a table that Apache Otava (formerly Hunter) reads: a column `time`, the
// attributes `run` and `commit`, and columns of numbers. Otava wants a number in each cell, so a run that lacks one is not
// in it, nor is one whose numbers say nothing of the shop; and it knows one series a file.

import type { HistoryRow } from './history-row.ts';
import { worthComparing } from './series.ts';

const ATTRIBUTES = ['run', 'commit'] as const;

const METRICS: readonly [column: string, of: (row: HistoryRow) => number | null][] = [
  ['p50_ms', ({ p50Us }) => msOf(p50Us)],
  ['p90_ms', ({ p90Us }) => msOf(p90Us)],
  ['p99_ms', ({ p99Us }) => msOf(p99Us)],
  ['errors_percent', ({ errors }) => (errors === null ? null : rounded(errors * 100))],
  ['accepted', ({ accepted }) => accepted],
];

export const CSV_COLUMNS = ['time', ...ATTRIBUTES, ...METRICS.map(([column]) => column)] as const;

/** `rows` of one series. Times as Otava prints them: `2026-11-23 04:05:54 +0000`. */
export function formatHistoryCsv(rows: readonly HistoryRow[]): string {
  const lines = worthComparing(rows).flatMap((row) => {
    const numbers = METRICS.map(([, of]) => of(row));
    if (numbers.includes(null)) return [];
    const time = `${row.startedAt.slice(0, 19).replace('T', ' ')} +0000`;
    return [[time, row.id, row.commit ?? '', ...numbers].map(cellOf).join(',')];
  });
  return `${[CSV_COLUMNS.join(','), ...lines].join('\n')}\n`;
}

const msOf = (us: number | null): number | null => (us === null ? null : rounded(us / 1e3));
const rounded = (value: number): number => Number(value.toPrecision(6));

/** An attribute may be anything: quoted where a reader would take it for more than one cell. */
const cellOf = (cell: string | number | null): string =>
  /[",\n\r]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : String(cell);
