// Lines of a history, night by night, made of nothing but what a test wants to say.

import { type HistoryRow, historyRow } from '../../src/report/history-row.ts';
import { resultOf } from '../../src/report/result.ts';
import { passing } from '../report/runs.ts';

let base: HistoryRow | undefined;

/** The n-th night of November 2026, 02:17 UTC; a fit, complete run that passed, unless `changed`. */
export function nightRow(n: number, changed: Partial<HistoryRow> = {}): HistoryRow {
  base ??= historyRow('base', resultOf(passing()));
  const startedAt = new Date(Date.UTC(2026, 10, n, 2, 17)).toISOString();
  const folder = `${startedAt.slice(0, 10)}-nightly`;
  return { ...base, id: `run-${n}`, folder, name: 'nightly', startedAt, endedAt: startedAt, ...changed };
}

/** One row a night with this p99, ms; p50 and p90 are a third and two thirds of it. */
export function nightsOf(p99Ms: readonly number[], changed: Partial<HistoryRow> = {}): HistoryRow[] {
  return p99Ms.map((ms, at) =>
    nightRow(at + 1, { p50Us: ms * 333, p90Us: ms * 667, p99Us: ms * 1000, errors: 0, ...changed }),
  );
}
