// The runs of a folder in a line each, the latest first: what `history` prints and reports/index.html lists.

import { formatCount, formatCountOf, formatDuration, formatRate, formatShare } from '../units.ts';
import { visible } from './foreign.ts';
import type { Style, TextOptions } from './layout.ts';
import { columnsOf, cut, padEnd, padStart, widthOf } from './layout.ts';
import type { Result } from './result.ts';
import { VERDICTS } from './sentence.ts';

/** `folder`: its name in the folder of all runs. Times µs, shares 0…1; null where too few orders can say. */
export type HistoryRow = {
  folder: string;
  name: string;
  profileHash: string;
  startedAt: string;
  verdict: Result['verdict'];
  complete: boolean;
  planned: number;
  accepted: number;
  ratePerS: number;
  p50Us: number | null;
  p99Us: number | null;
  errors: number | null;
  sentence: string;
};

export function historyRow(folder: string, result: Result): HistoryRow {
  const { orders, run, response } = result;
  return {
    folder,
    name: run.name,
    profileHash: run.profileHash,
    startedAt: run.startedAt,
    verdict: result.verdict,
    complete: result.ending.kind === 'complete',
    planned: orders.planned,
    accepted: orders.accepted,
    ratePerS: result.rate.firedMean,
    p50Us: response.p50Us,
    p99Us: response.p99Us,
    errors: orders.fired > 0 ? (orders.failed + orders.unknown) / orders.fired : null,
    sentence: result.sentence,
  };
}

/** Runs, and folders that hold none that can be read, with why. */
export type History = { rows: HistoryRow[]; unread: { folder: string; why: string }[]; older: number };

const STYLES: Record<Result['verdict'], Style> = { pass: 'pass', fail: 'fail', inconclusive: 'warn', invalid: 'fail' };
const HEADER = ['started', 'verdict', 'accepted', 'rate', 'p50', 'p99', 'errors', 'run'];
const LEFT = [0, 1, 7];

/** No newline at the end. */
export function formatHistory({ rows, unread, older }: History, { paint, width }: TextOptions): string {
  const cells = rows.map((row) => [
    row.startedAt.slice(0, 16).replace('T', ' '),
    `${VERDICTS[row.verdict].mark} ${VERDICTS[row.verdict].word}`,
    formatCount(row.accepted),
    formatRate(row.ratePerS),
    row.p50Us === null ? '–' : formatDuration(row.p50Us),
    row.p99Us === null ? '–' : formatDuration(row.p99Us),
    row.errors === null ? '–' : formatShare(row.errors),
    visible(row.folder),
  ]);
  const widths = HEADER.map((head, column) => Math.max(...[head, ...cells.map((row) => row[column]!)].map(widthOf)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (LEFT.includes(column) ? padEnd : padStart)(cell, widths[column]!)).join('  ');
  const room = columnsOf(width);
  const lines = cells.map((row, index) => {
    const text = cut(line(row).trimEnd(), room);
    const [verdict, start] = [row[1]!, widths[0]! + 2];
    return text.slice(0, start) + paint(STYLES[rows[index]!.verdict], verdict) + text.slice(start + verdict.length);
  });
  const notes = [
    ...(rows.length === 0 ? ['No runs yet.'] : []),
    ...(older > 0 ? [`and ${formatCountOf(older, 'older folder')}`] : []),
    ...unread.map(({ folder, why }) => `not read: ${visible(folder)}: ${visible(why)}`),
  ];
  return [...(rows.length > 0 ? [paint('dim', line(HEADER).trimEnd())] : []), ...lines, ...notes].join('\n');
}
