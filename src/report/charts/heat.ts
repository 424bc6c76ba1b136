// The heat map of response over time, and the percentile spectrum: both straight from the histograms' buckets.

import type { HistogramView, TallyView } from '../../measure/spec.ts';
import type { Timeline } from '../../measure/timeline.ts';
import { remembered } from './memory.ts';
import { rounded, rowsOf, tallyOfRow, widthFor } from './rows.ts';
import type { Heat, Spectrum } from './spec.ts';

const MOST_COLUMNS = 144;
const MOST_BANDS = 32;
/** Edges a decade: as many as fit into `MOST_BANDS`. */
const PER_DECADE = [16, 12, 8, 6, 4, 3, 2];
/** Steps of the spectrum in each factor of ten towards 100 %. */
const STEPS = 12;

export function heatOf(timeline: Timeline, seconds: number): Heat {
  const rows = { fromS: 0, untilS: seconds, everyS: widthFor(seconds, MOST_COLUMNS) };
  const total = timeline.total().histogram({ of: 'response' });
  if (total.count === 0) return { ...rows, edgesUs: [], cells: [] };
  const edgesUs = edgesFor(total);
  const cells = Array.from({ length: rowsOf(rows) }, (_, index) => {
    const tally = tallyOfRow(timeline, rows, index);
    const what = `heat ${edgesUs[0]} ${edgesUs.at(-1)} ${edgesUs.length}`;
    const counts = remembered(timeline, { rows, row: index, tally, what }, () => countsOf(tally, edgesUs));
    const from = counts.findIndex((count) => count > 0);
    return from < 0 ? { from: 0, counts: [] } : { from, counts: counts.slice(from, lastFilled(counts) + 1) };
  });
  return { ...rows, edgesUs, cells };
}

function countsOf(tally: TallyView, edgesUs: readonly number[]): number[] {
  const counts = new Array<number>(edgesUs.length - 1).fill(0);
  for (const bucket of tally.histogram({ of: 'response' }).buckets()) {
    counts[bandOf(edgesUs, bucket.fromUs)]! += bucket.count;
  }
  return counts;
}

/** Evenly spaced on a log scale, from below the fastest to above the slowest. */
function edgesFor(total: HistogramView): number[] {
  const [low, high] = [Math.log10(Math.max(1, total.minUs)), Math.log10(Math.max(2, total.maxUs + 1))];
  const per = PER_DECADE.find((steps) => Math.ceil(high * steps) - Math.floor(low * steps) <= MOST_BANDS) ?? 1;
  const first = Math.floor(low * per);
  const last = Math.max(first + 1, Math.ceil(high * per));
  return Array.from({ length: last - first + 1 }, (_, index) => rounded(10 ** ((first + index) / per)));
}

function bandOf(edgesUs: readonly number[], us: number): number {
  let band = 0;
  while (band < edgesUs.length - 2 && us >= edgesUs[band + 1]!) band++;
  return band;
}

const lastFilled = (counts: readonly number[]): number => counts.findLastIndex((count) => count > 0);

/** Quantiles with a line in the table: the spectrum has them exactly. */
export const TABLE_QUANTILES = [0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9999, 0.99999];

/** Quantiles evenly spaced on the axis of nines, as far as so many orders reach, and the maximum behind them. */
export function spectrumOf(name: string, histogram: HistogramView): Spectrum {
  const { count } = histogram;
  if (count === 0) return { name, count, points: [] };
  const steps = Math.floor(STEPS * Math.log10(count));
  const grid = Array.from({ length: steps + 1 }, (_, step) => Number((1 - 10 ** (-step / STEPS)).toPrecision(8)));
  const quantiles = [...grid, ...TABLE_QUANTILES].filter((quantile) => count * (1 - quantile) >= 1);
  const sorted = [...new Set(quantiles)].sort((a, b) => a - b);
  const points = sorted.map((quantile): [number, number] => [quantile, rounded(histogram.percentile(quantile))]);
  points.push([1 - 1 / (2 * count), histogram.maxUs]);
  return { name, count, points };
}
