// The table of times on the screen: what the shopper waited for, what of it the shop took, and where the rest went.

import type { HistogramView, View } from '../measure/spec.ts';
import { leastCountFor } from '../measure/summary.ts';
import { formatCount, formatDuration } from '../units.ts';
import { visible } from './foreign.ts';
import type { TextOptions } from './layout.ts';
import { cut, LABEL, labelled, padStart, widthOf } from './layout.ts';
import { QUANTILES, stepsOf } from './numbers.ts';
import type { RunRecord } from './record.ts';

const TIMES: { label: string; view: View; says: string }[] = [
  { label: 'response', view: { of: 'response' }, says: 'from due to answered' },
  { label: 'service', view: { of: 'service' }, says: 'what the shop took' },
];

type TimesRow = { label: string; histogram: HistogramView; says: string };

/** What a shopper waits for before the request is on its way, where it says something of the shop: TLS, fresh connections. */
function openingRows({ evidence: { opened, timeline }, plan }: RunRecord): TimesRow[] {
  if (opened === undefined || (opened.tls.count === 0 && plan.target.connection !== 'fresh')) return [];
  const rows = [
    { label: 'wait', histogram: timeline.total().histogram({ of: 'wait' }), says: 'for a connection' },
    { label: '  connect', histogram: opened.connect, says: 'of that, TCP' },
    { label: '  TLS', histogram: opened.tls, says: 'of that, TLS' },
  ];
  return rows.filter(({ histogram }) => histogram.count > 0);
}

/** The steps of a journey, where there are several, and the shoppers' pauses, where anybody made one. */
function partRows({ evidence: { timeline } }: RunRecord): TimesRow[] {
  const total = timeline.total();
  const steps = stepsOf(total).map((name, step) => ({
    label: `  ${cut(visible(name), LABEL - 3)}`,
    histogram: total.histogram({ of: 'step', step }),
    says: 'of that',
  }));
  const think = { label: 'think', histogram: total.histogram({ of: 'think' }), says: "the shopper's own pauses" };
  return [...steps, ...(think.histogram.maxUs > 0 ? [think] : [])].filter(({ histogram }) => histogram.count > 0);
}

/** At most `most`: when not all fit, the last line counts the others. */
function partLines(rows: readonly TimesRow[], lineOf: (row: TimesRow) => string, most: number): string[] {
  if (rows.length <= most) return rows.map(lineOf);
  if (most === 0) return [];
  const shown = rows.slice(0, most - 1);
  return [...shown.map(lineOf), labelled('', `and ${rows.length - shown.length} more in result.json`)];
}

/** A percentile that too few orders support is `–`, never a number. `parts`: lines for steps and pauses, at most. */
export function timesLines(record: RunRecord, { paint }: TextOptions, width: number, parts: number): string[] {
  const total = record.evidence.timeline.total();
  const counts = width >= 76;
  const cell = (text: string) => padStart(text, 9);
  const header = [...(counts ? [padStart('orders', 11)] : []), ...QUANTILES.map(([label]) => cell(label)), cell('max')];
  const shown: TimesRow[] = TIMES.map(({ view, ...row }) => ({ ...row, histogram: total.histogram(view) }));
  const lineOf = ({ label, histogram, says }: TimesRow): string => {
    const { count } = histogram;
    const cells = QUANTILES.map(([, p]) =>
      cell(count > 0 && count >= leastCountFor(p) ? formatDuration(histogram.percentile(p)) : '–'),
    );
    const row = [
      ...(counts ? [padStart(formatCount(count), 11)] : []),
      ...cells,
      cell(count > 0 ? formatDuration(histogram.maxUs) : '–'),
    ].join('');
    const line = labelled(label, row);
    return widthOf(line) + 3 + says.length <= width ? `${line}   ${paint('dim', says)}` : line;
  };
  return [
    paint('dim', labelled('times', header.join(''))),
    ...shown.map(lineOf),
    ...partLines(partRows(record), lineOf, parts),
    ...openingRows(record).map(lineOf),
  ];
}
