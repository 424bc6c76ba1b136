// The closing summary of a search for capacity: the answer in one plain sentence, what it means for the profile, every
// load that was tried, and what the answer rests on.

import { formatCount, formatDuration, formatRate } from '../units.ts';
import type { CapacityFile, CapacityLoad } from './capacity-file.ts';
import {
  bracketWords,
  confirmedWords,
  headroomWords,
  LOAD_WORDS,
  limitedWords,
  loadCells,
  rangeWords,
} from './capacity-words.ts';
import { visible } from './foreign.ts';
import type { Style, TextOptions } from './layout.ts';
import { columnsOf, cut, LABEL, labelled, padEnd, padStart, widthOf, wrap } from './layout.ts';
import { VERDICTS } from './sentence.ts';

/** `folder`: as a person would type it; left out when there is none. */
export type CapacityTextOptions = TextOptions & { folder?: string };

const MOST_LOADS = 14;
const MOST_NOTES = 4;

/** No newline at the end. */
export function formatCapacityText(file: CapacityFile, options: CapacityTextOptions): string {
  const width = columnsOf(options.width);
  const sections = [
    headLines(file, options, width),
    [...gateLines(file, options, width), ...answerLines(file, width)],
    loadLines(file, options, width),
    [...behindLines(file, width), ...noteLines(file, options, width)],
  ].filter((lines) => lines.length > 0);
  const folder = options.folder === undefined ? [] : [labelled('folder', cut(visible(options.folder), width - LABEL))];
  return [
    ...sections
      .map((lines) => lines.join('\n'))
      .join('\n\n')
      .split('\n'),
    ...folder,
  ].join('\n');
}

const GATES: Record<CapacityFile['gate'][number]['status'], { mark: string; style: Style }> = {
  pass: { mark: '✔ held', style: 'pass' },
  fail: { mark: '✘ broken', style: 'fail' },
  inconclusive: { mark: '? open', style: 'warn' },
};

function headLines({ verdict, says }: CapacityFile, { paint }: TextOptions, width: number): string[] {
  if (verdict === null) return wrap(visible(says), width, 6);
  const { mark, word } = VERDICTS[verdict];
  const badge = `${mark} ${word}`;
  const style: Style = verdict === 'pass' ? 'pass' : verdict === 'inconclusive' ? 'warn' : 'fail';
  const [first, ...rest] = wrap(`${badge}  ${visible(says)}`, width, 6);
  return [paint('bold', paint(style, badge)) + first!.slice(badge.length), ...rest];
}

function gateLines({ gate }: CapacityFile, { paint }: TextOptions, width: number): string[] {
  return gate.map(({ text, status, measured, says }) => {
    const { mark, style } = GATES[status];
    const known = measured.low !== null || measured.high !== null;
    const line = `${padEnd(mark, 10)}${visible(text)}  ${known ? rangeWords(measured) : visible(says)}`;
    const shown = cut(line, width);
    return paint(style, shown.slice(0, mark.length)) + shown.slice(mark.length);
  });
}

/** Hanging: further lines stand below the first one's text. */
function told(label: string, text: string, width: number, most = 4): string[] {
  return wrap(text, width - LABEL, most).map((line, index) => labelled(index === 0 ? label : '', line));
}

function answerLines(file: CapacityFile, width: number): string[] {
  const { headroom, target, whatBroke } = file;
  const hold = confirmedWords(file);
  return [
    ...told('holds', `${bracketWords(file)}${hold ? `, ${hold}` : ''}; ${limitedWords(file)}`, width),
    ...told(
      'headroom',
      `${headroomWords(headroom.overPeak, 'peak', target.peakPerS)}, ${headroomWords(headroom.overMean, 'mean', target.meanPerS)}`,
      width,
    ),
    ...whatBroke
      .slice(0, 3)
      .flatMap(({ message }, index) => told(index === 0 ? 'breaks by' : '', visible(message), width)),
  ];
}

const HEADER = ['load', '', 'trials', 'goodput', 'in flight', 'mean', 'p99', 'lost'];

/** Ascending; the answer's two sides and their neighbours first where there are too many for a screen. */
function loadLines({ loads, trials, bracket }: CapacityFile, { paint }: TextOptions, width: number): string[] {
  const shown = nearest(loads, bracket.heldPerS ?? bracket.brokePerS ?? 0);
  if (shown.length === 0) return [];
  const rows = shown.map((load) => [
    formatRate(load.ratePerS),
    `${LOAD_WORDS[load.outcome].mark} ${LOAD_WORDS[load.outcome].word}`,
    ...loadCells(load, trials),
  ]);
  const widths = HEADER.map((head, column) => Math.max(...[head, ...rows.map((row) => row[column]!)].map(widthOf)));
  const kept = columnsThatFit(widths, width);
  const line = (cells: readonly string[]) =>
    kept
      .map((column) => (column === 1 ? padEnd : padStart)(cells[column]!, widths[column]!))
      .join('  ')
      .trimEnd();
  const lines = rows.map((row, index) => {
    const text = line(row);
    const from = widths[0]! + 2;
    const style = STYLES[shown[index]!.outcome];
    return text.slice(0, from) + paint(style, row[1]!) + text.slice(from + row[1]!.length);
  });
  const missing = loads.length - shown.length;
  return [paint('dim', line(HEADER)), ...lines, ...(missing > 0 ? [`and ${missing} more in capacity.json`] : [])];
}

const STYLES: Record<CapacityLoad['outcome'], Style> = {
  held: 'pass',
  broke: 'fail',
  undecided: 'warn',
  discarded: 'dim',
};
/** What a narrow terminal can do without, the first to go first. */
const SPARED = [4, 5, 2, 3];

function columnsThatFit(widths: readonly number[], width: number): number[] {
  let kept = widths.map((_, column) => column);
  const taken = () => kept.reduce((sum, column) => sum + widths[column]! + 2, -2);
  for (const spared of SPARED) if (taken() > width) kept = kept.filter((column) => column !== spared);
  return kept;
}

function nearest(loads: readonly CapacityLoad[], ratePerS: number): CapacityLoad[] {
  const far = (load: CapacityLoad) => Math.abs(Math.log(load.ratePerS / Math.max(ratePerS, 1e-9)));
  const kept = new Set([...loads].sort((a, b) => far(a) - far(b)).slice(0, MOST_LOADS));
  return loads.filter((load) => kept.has(load));
}

/** What the answer rests on. The probe's number is of a closed loop and is labelled so wherever it stands. */
function behindLines(file: CapacityFile, width: number): string[] {
  const { knee, usl, closedLoopSays, budget, trials, asked } = file;
  const held = asked.lines.map(({ text }) => text);
  const spent = `${formatDuration(budget.spentUs)} of ${formatDuration(budget.us)}, ${formatCount(budget.spentOrders)} orders`;
  const most = budget.orders === null ? '' : ` of at most ${formatCount(budget.orders)}`;
  return [
    ...told('asked', `${[...held, 'a stable backlog'].map(visible).join(' · ')}`, width, 2),
    ...(knee === null ? [] : told('knee', visible(knee.says), width)),
    ...(usl === null ? [] : told('scaling', visible(usl.says), width)),
    ...told('probe', visible(closedLoopSays), width, 3),
    ...told('budget', `${spent}${most}, ${trials.length === 1 ? '1 trial' : `${trials.length} trials`}`, width, 2),
  ];
}

function noteLines({ notes, run }: CapacityFile, { paint }: TextOptions, width: number): string[] {
  const all = [
    ...notes.map((text) => ({ label: 'note', style: 'accent' as const, text })),
    ...run.warnings.map((text) => ({ label: 'warning', style: 'warn' as const, text })),
  ];
  const shown = all.length > MOST_NOTES ? all.slice(0, MOST_NOTES - 1) : all;
  const lines = shown.flatMap(({ label, style, text }) =>
    told(label, visible(text), width, 2).map((line, index) =>
      index === 0 ? paint(style, line.slice(0, LABEL)) + line.slice(LABEL) : line,
    ),
  );
  const missing = all.length - shown.length;
  return missing > 0 ? [...lines, labelled('note', `and ${missing} more in capacity.json`)] : lines;
}
