// What `doorbuster compare` prints: the answer in one sentence, then each metric with what it was, what it is, how sure.

import { signedPercent } from '../judge/change-text.ts';
import { wordOf } from '../judge/compare.ts';
import type { Change, Comparison, MetricChange } from '../judge/compare-spec.ts';
import { comparisonSentence, nameOf } from '../judge/regression.ts';
import { formatDuration, formatShare } from '../units.ts';
import { visible } from './foreign.ts';
import type { Style, TextOptions } from './layout.ts';
import { columnsOf, padEnd, padStart, widthOf, wrap } from './layout.ts';

const STYLES: Record<Change, Style> = { same: 'pass', worse: 'fail', better: 'pass', 'cannot-tell': 'warn' };
const MARKS: Record<Change, string> = { same: '=', worse: '✘', better: '✔', 'cannot-tell': '?' };

/** No newline at the end. */
export function formatComparison(found: Comparison, options: TextOptions): string {
  const width = columnsOf(options.width);
  const { paint } = options;
  if (!found.comparable) {
    const lines = found.why.flatMap(({ message }) => wrap(`- ${visible(message)}`, width));
    return [paint('fail', 'These two runs cannot be compared:'), ...lines].join('\n');
  }
  const head = wrap(`${MARKS[found.verdict]} ${visible(comparisonSentence(found))}`, width);
  const notes = found.notes.flatMap((note) => wrap(`note: ${visible(note)}`, width));
  return [
    paint(STYLES[found.verdict], head[0]!),
    ...head.slice(1),
    '',
    ...tableOf(found.metrics, options),
    ...notes,
  ].join('\n');
}

function tableOf(metrics: readonly MetricChange[], { paint }: TextOptions): string[] {
  const rows = metrics.map((metric) => [nameOf(metric), ...cellsOf(metric)]);
  const header = ['', 'before', 'after', 'change', '95 % interval', ''];
  const widths = header.map((cell, column) =>
    Math.max(...[header, ...rows].map((row) => widthOf(visible((row[column] ?? cell) as string)))),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        column === 0 || column === cells.length - 1
          ? padEnd(visible(cell), widths[column]!)
          : padStart(visible(cell), widths[column]!),
      )
      .join('  ')
      .trimEnd();
  const body = rows.map((row, index) => {
    const text = line(row);
    const word = row.at(-1)!;
    return text.slice(0, text.length - word.length) + paint(STYLES[metrics[index]!.verdict], word);
  });
  return [paint('dim', line(header)), ...body];
}

function cellsOf({ metric, unit, before, after, change, interval, verdict, pairs }: MetricChange): string[] {
  const word = {
    same: 'same',
    worse: wordOf({ name: metric, unit }, 'worse'),
    better: wordOf({ name: metric, unit }, 'better'),
    'cannot-tell': 'cannot tell',
  }[verdict];
  if (before === null || after === null || change === null || interval === null) {
    return ['–', '–', '–', `${pairs} windows`, `${MARKS[verdict]} ${word}`];
  }
  const value = (each: number) => (unit === 'us' ? formatDuration(each) : formatShare(Math.max(0, each)));
  return [
    value(before),
    value(after),
    percentText(change, unit),
    interval.map((each) => percentText(each, unit)).join(' to '),
    `${MARKS[verdict]} ${word}`,
  ];
}

function percentText(change: number, unit: 'us' | 'share'): string {
  return `${signedPercent(change)} ${unit === 'us' ? '%' : 'pt'}`;
}
