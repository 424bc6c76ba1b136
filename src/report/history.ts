// The runs of a folder in a line each, the latest first, and how each series of them went: what `history` prints.

import { medianOf } from '../judge/statistics.ts';
import { formatCount, formatCountOf, formatDuration, formatRate, formatShare } from '../units.ts';
import { rangeWords } from './capacity-words.ts';
import { visible } from './foreign.ts';
import type { HistoryRow } from './history-row.ts';
import { headroomOver, type KnownCapacity, sidesWords } from './known-capacity.ts';
import type { Paint, Style, TextOptions } from './layout.ts';
import { columnsOf, cut, padEnd, padStart, widthOf, wrap } from './layout.ts';
import { VERDICTS } from './sentence.ts';
import { levelChangesOf, levelChangeText, seriesOf, worthComparing } from './series.ts';
import { sparkline } from './sparkline.ts';

/** A run whose report, or whole folder, may be gone by now. */
export type ListedRun = HistoryRow & { present: boolean };

/** Runs, the latest first; folders that hold none that can be read, with why; lines of history.jsonl that say nothing. */
export type History = {
  rows: ListedRun[];
  unread: { folder: string; why: string }[];
  /** Not in `rows`. */
  older: number;
  brokenLines: number;
  /** Searches for capacity among the folders, the latest first. */
  capacities?: readonly KnownCapacity[];
};

const STYLES: Record<HistoryRow['verdict'], Style> = {
  pass: 'pass',
  fail: 'fail',
  inconclusive: 'warn',
  invalid: 'fail',
};
const HEADER = ['started', 'verdict', 'accepted', 'rate', 'p50', 'p99', 'errors', 'run'];
const LEFT = [0, 1, 7];
const MOST_SERIES = 6;
/** Runs of a series in its sparkline, the latest. */
const MOST_RUNS = 30;

/** No newline at the end. */
export function formatHistory(history: History, { paint, width }: TextOptions): string {
  const { rows, unread, older, brokenLines } = history;
  const room = columnsOf(width);
  const notes = [
    ...(rows.length === 0 ? ['No runs yet.'] : []),
    ...(older > 0 ? [`and ${formatCountOf(older, 'older run')}`] : []),
    ...unread.map(({ folder, why }) => `not read: ${visible(folder)}: ${visible(why)}`),
    ...(brokenLines > 0 ? [`not read: ${formatCountOf(brokenLines, 'line')} of history.jsonl`] : []),
  ];
  const capacities = capacityLines(history.capacities ?? [], paint, room);
  return [...listOf(rows, paint, room), ...notes, ...trendsOf(rows, paint, room), ...capacities].join('\n');
}

const MOST_CAPACITIES = 6;

function capacityLines(all: readonly KnownCapacity[], paint: Paint, room: number): string[] {
  if (all.length === 0) return [];
  const lines = all.slice(0, MOST_CAPACITIES).map((each) => {
    const { startedAt, name, bracket, target, folder } = each;
    const when = startedAt.slice(0, 16).replace('T', ' ');
    const known = bracket.heldPerS !== null || bracket.brokePerS !== null;
    const times = known ? `, ${rangeWords(headroomOver(target.peakPerS, bracket))} the peak` : '';
    const holds = `${sidesWords(bracket.heldPerS, bracket.brokePerS)}${times}`;
    return cut(`${when}  ${visible(name)}  ${holds}  ${visible(folder)}`, room);
  });
  return ['', paint('dim', 'capacity'), ...lines];
}

function listOf(rows: readonly ListedRun[], paint: Paint, room: number): string[] {
  if (rows.length === 0) return [];
  const cells = rows.map((row) => [
    row.startedAt.slice(0, 16).replace('T', ' '),
    `${VERDICTS[row.verdict].mark} ${VERDICTS[row.verdict].word}`,
    formatCount(row.accepted),
    formatRate(row.ratePerS),
    row.p50Us === null ? '–' : formatDuration(row.p50Us),
    row.p99Us === null ? '–' : formatDuration(row.p99Us),
    row.errors === null ? '–' : formatShare(row.errors),
    `${row.present ? '' : '(gone) '}${visible(row.folder)}`,
  ]);
  const widths = HEADER.map((head, column) => Math.max(...[head, ...cells.map((row) => row[column]!)].map(widthOf)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (LEFT.includes(column) ? padEnd : padStart)(cell, widths[column]!)).join('  ');
  const lines = cells.map((row, index) => {
    const text = cut(line(row).trimEnd(), room);
    const [verdict, start] = [row[1]!, widths[0]! + 2];
    return text.slice(0, start) + paint(STYLES[rows[index]!.verdict], verdict) + text.slice(start + verdict.length);
  });
  return [paint('dim', line(HEADER).trimEnd()), ...lines];
}

/** p99 of each series (p50 where runs are too short for it), and where the series changed for good. */
function trendsOf(rows: readonly HistoryRow[], paint: Paint, room: number): string[] {
  const lines = seriesOf(rows)
    .slice(0, MOST_SERIES)
    .flatMap((series) => {
      const nights = worthComparing(series);
      const timesOf = (of: 'p99Us' | 'p50Us') => nights.map((row) => row[of]).filter((us) => us !== null);
      const shown = timesOf('p99Us').length >= 2 ? 'p99Us' : 'p50Us';
      const times = timesOf(shown);
      if (times.length < 2) return [];
      const drawn = sparkline(times.slice(-MOST_RUNS), Math.max(...times));
      const against = `${formatDuration(times.at(-1)!)}, the median of ${times.length} is ${formatDuration(medianOf(times.toSorted((a, b) => a - b)))}`;
      const { name, adjustments } = nights[0]!;
      const head = `${visible([name, adjustments].filter(Boolean).join(' '))}  ${shown.slice(0, 3)} ${drawn} ${against}`;
      const changes = levelChangesOf(series).flatMap((change) =>
        wrap(`! ${levelChangeText(change)}`, room - 2).map((text) => paint('warn', `  ${text}`)),
      );
      return [head, ...changes];
    });
  return lines.length === 0 ? [] : ['', paint('dim', 'trends, of runs that ended as planned and were fit'), ...lines];
}
