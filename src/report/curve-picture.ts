// The planned rate as a picture of text: solid up to the mean of each column of time, shaded up to its highest moment,
// so that a flash of five minutes is seen even where a column is half an hour.

import { formatClock, formatRate } from '../units.ts';
import { padStart } from './layout.ts';

/** Mean and highest planned rate of one stretch; stretches follow one another. */
export type RateStretch = { fromUs: number; untilUs: number; ratePerS: number; peakPerS: number };

const ROWS = 10;
const EIGHTHS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const SHADE = '░';
const NICE_STEPS = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];
const NICE_TICKS_US = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 14_400, 21_600, 43_200,
].map((s) => s * 1e6);

type Column = { meanPerS: number; peakPerS: number };

/**
 * @param stretches at least one; finer than a column, or the columns repeat
 * @param columns width of the whole picture, axis labels included
 */
export function curvePicture(stretches: readonly RateStretch[], durationUs: number, columns: number): string[] {
  const highest = Math.max(...stretches.map((stretch) => stretch.peakPerS));
  const top = niceTop(highest);
  const labels = Array.from({ length: ROWS + 1 }, (_, row) => axisLabel(row, top));
  const margin = Math.max(...labels.map((label) => label.length));
  // The plot ends early enough for every label to start below its tick.
  const bars = columnsOf(stretches, durationUs, columns - margin - 2 - (formatClock(durationUs).length - 1));
  const rows = Array.from({ length: ROWS }, (_, index) => {
    const row = ROWS - 1 - index;
    const cells = bars.map((bar) => cell(bar, row, top)).join('');
    return `${padStart(labels[row + 1]!, margin)} ┤${cells}`.trimEnd();
  });
  return [...rows, ...timeAxis(durationUs, bars.length, margin, labels[0]!)];
}

/** The next round number at or above the highest rate: the halves of these steps are round too. */
function niceTop(highest: number): number {
  if (!(highest > 0)) return 1;
  const scale = 10 ** Math.floor(Math.log10(highest));
  return scale * NICE_STEPS.find((step) => step * scale >= highest * (1 - 1e-9))!;
}

/** Label at the lower edge of a row (0 = the axis): the top, the middle and the axis are named. */
function axisLabel(edge: number, top: number): string {
  if (edge === 0) return '0/s';
  return edge === ROWS || edge * 2 === ROWS ? formatRate((top * edge) / ROWS) : '';
}

function columnsOf(stretches: readonly RateStretch[], durationUs: number, count: number): Column[] {
  return Array.from({ length: count }, (_, index) => {
    const fromUs = (durationUs * index) / count;
    const untilUs = (durationUs * (index + 1)) / count;
    let orders = 0;
    let coveredUs = 0;
    let peakPerS = 0;
    for (const stretch of stretches) {
      const overlapUs = Math.min(untilUs, stretch.untilUs) - Math.max(fromUs, stretch.fromUs);
      if (overlapUs <= 0) continue;
      orders += stretch.ratePerS * overlapUs;
      coveredUs += overlapUs;
      peakPerS = Math.max(peakPerS, stretch.peakPerS);
    }
    return { meanPerS: coveredUs > 0 ? orders / coveredUs : 0, peakPerS };
  });
}

/** Anything above zero shows at least the lowest block. */
function cell({ meanPerS, peakPerS }: Column, row: number, top: number): string {
  const solid = Math.round((meanPerS / top) * ROWS * 8);
  const eighths = Math.min(8, Math.max(0, (meanPerS > 0 ? Math.max(1, solid) : 0) - row * 8));
  if (eighths > 0) return EIGHTHS[eighths]!;
  return Math.round((peakPerS / top) * ROWS) > row ? SHADE : ' ';
}

function timeAxis(durationUs: number, count: number, margin: number, zero: string): string[] {
  // A label with seconds is the longer one, and needs its place as soon as ticks fall between whole minutes.
  const widest = (us: number) => (us % 60e6 === 0 ? '00:00' : '00:00:00').length + (durationUs >= 360_000e6 ? 3 : 2);
  const tickUs =
    NICE_TICKS_US.find((us) => (count * us) / durationUs >= widest(us)) ??
    Math.ceil(durationUs / 4 / 86_400e6) * 86_400e6;
  const line = new Array<string>(count).fill('─');
  let text = '';
  for (let us = 0; us <= durationUs; us += tickUs) {
    const column = Math.min(count - 1, Math.round((us / durationUs) * count));
    line[column] = '┬';
    text = text.padEnd(margin + 2 + column) + formatClock(us);
  }
  return [`${padStart(zero, margin)} ┼${line.join('')}`, text];
}
