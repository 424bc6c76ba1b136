// history.csv by the rules of Otava's importer: a header, a time it can parse in column `time`, a number in every cell of
// a metric, one row a run in order of time.

import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { formatHistoryCsv } from '../../src/report/history-csv.ts';
import { nightRow } from '../support/history-rows.ts';

const tableOf = (text: string) => parse(text, { columns: true }) as Record<string, string>[];
const METRICS = ['p50_ms', 'p90_ms', 'p99_ms', 'errors_percent', 'accepted'];

describe('history.csv', () => {
  it('has a row for each run that can be compared, in order of time', () => {
    const text = formatHistoryCsv([
      nightRow(3, { p50Us: 20_123.45, p90Us: 30_000, p99Us: 47_300, errors: 0.0025, accepted: 29_160, commit: null }),
      nightRow(2, { commit: '5acf5ec', errors: 0 }),
      nightRow(4, { fit: false }),
      nightRow(5, { complete: false }),
      nightRow(6, { p99Us: null }),
    ]);
    expect(text.split('\n')[0]).toBe('time,run,commit,p50_ms,p90_ms,p99_ms,errors_percent,accepted');
    expect(text.split('\n')[2]).toBe('2026-11-03 02:17:00 +0000,run-3,,20.1235,30,47.3,0.25,29160');
    const rows = tableOf(text);
    expect(rows.map(({ run }) => run)).toEqual(['run-2', 'run-3']);
    for (const row of rows) {
      for (const metric of METRICS) expect(Number.isFinite(Number.parseFloat(row[metric]!)), metric).toBe(true);
      expect(Number.isNaN(Date.parse(row.time!))).toBe(false);
    }
  });

  it('is a table whatever an attribute holds, and a header alone without runs', () => {
    const [row] = tableOf(formatHistoryCsv([nightRow(1, { commit: 'a,"b"\nc' })]));
    expect(row!.commit).toBe('a,"b"\nc');
    expect(formatHistoryCsv([])).toBe('time,run,commit,p50_ms,p90_ms,p99_ms,errors_percent,accepted\n');
  });
});
