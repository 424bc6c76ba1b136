// Response over time as cells, the darker the more orders: one hue, dark to light, so that it reads in grey and to eyes
// that see few colours. Cells of a shade are one path of strokes, which keeps thousands of them small.

import { formatCount, formatDuration } from '../../../units.ts';
import { rowsOf, secondsOfRow } from '../../charts/rows.ts';
import type { Heat } from '../../charts/spec.ts';
import type { Html } from '../escape.ts';
import { html, pathData } from '../escape.ts';
import { table } from '../parts.ts';
import type { RunView } from '../view.ts';
import { countCell, spanText } from '../words.ts';
import { clockScale, logScale, px } from './axis.ts';
import { frame, hatching, PLOT } from './frame.ts';

/** Light to dark, on white; dark pages turn the order around in the style sheet. */
export const SHADES = ['#dbe8fb', '#b3cdf3', '#86ade8', '#5a8bd9', '#376bc2', '#234f9e', '#163672', '#0b1f47'];

export function heatMap({ charts }: RunView): Html {
  const { heat } = charts;
  const x = clockScale(charts.seconds, { from: PLOT.left, to: PLOT.right });
  const low = heat.edgesUs[0]!;
  const high = heat.edgesUs.at(-1)!;
  const y = { ...logScale(low, high, { from: PLOT.bottom, to: PLOT.top }), low, high };
  const span = Math.log(high / low);
  const at = (us: number) => PLOT.bottom - (PLOT.bottom - PLOT.top) * (Math.log(us / low) / span);
  const ticks = y.ticks.filter(({ value }) => value >= low && value <= high);
  const most = Math.max(...heat.cells.flatMap(({ counts }) => counts));
  const paths = SHADES.map(() => '');
  const bands = heat.edgesUs.slice(1).map((edge, band) => (at(edge) + at(heat.edgesUs[band]!)) / 2);
  for (let band = 0; band < bands.length; band++) {
    for (const { shade, fromS, untilS } of runsOf(heat, band, most)) {
      paths[shade] += `M${px(x.at(fromS))} ${px(bands[band]!)}H${px(x.at(untilS))}`;
    }
  }
  const height = (PLOT.bottom - PLOT.top) / bands.length;
  const [width, tall] = [PLOT.right - PLOT.left, PLOT.bottom - PLOT.top];
  // A picture of its own, so that zooming is nothing but another view box.
  const cells = html`<svg class="cells" x="${PLOT.left}" y="${PLOT.top}" width="${width}" height="${tall}" viewBox="${PLOT.left} ${PLOT.top} ${width} ${tall}" preserveAspectRatio="none">${paths.map((d, shade) => d !== '' && html`<path class="heat-${shade}" d="${pathData(d)}" stroke="${SHADES[shade]}" stroke-width="${px(height + 0.3)}"/>`)}${hatching(charts.stretches, x)}</svg>`;
  const describes = `Heat map of response: ${formatDuration(low)} to ${formatDuration(high)}, at most ${formatCount(most)} orders in a cell.`;
  return html`${scale(most)}${frame(describes, x, { ...y, at, ticks }, cells)}`;
}

/** Neighbours of one shade are one stroke. */
function runsOf(heat: Heat, band: number, most: number) {
  const runs: { shade: number; fromS: number; untilS: number }[] = [];
  for (let index = 0; index < rowsOf(heat); index++) {
    const { from, counts } = heat.cells[index]!;
    const count = counts[band - from] ?? 0;
    if (count === 0) continue;
    const { fromS, untilS } = secondsOfRow(heat, index);
    const shade = shadeOf(count, most);
    const last = runs.at(-1);
    if (last?.shade === shade && last.untilS === fromS) last.untilS = untilS;
    else runs.push({ shade, fromS, untilS });
  }
  return runs;
}

/** By the logarithm: one order among thousands is still seen. */
function shadeOf(count: number, most: number): number {
  if (most <= 1) return SHADES.length - 1;
  return Math.min(SHADES.length - 1, Math.floor((Math.log(count) / Math.log(most)) * (SHADES.length - 1) + 0.5));
}

function scale(most: number): Html {
  return html`<p class="scale"><span>1 order</span> <svg viewBox="0 0 160 10" width="160" height="10" aria-hidden="true">${SHADES.map((shade, index) => html`<rect class="fill-heat-${index}" x="${index * 20}" width="20" height="10" fill="${shade}"/>`)}</svg> <span>${formatCount(most)}</span></p>`;
}

const MOST_LINES = 24;

/** How many orders took how long: the whole run, and stretches of it. */
export function heatTable(heat: Heat): Html {
  const cells = heat.cells.slice(0, rowsOf(heat));
  const step = Math.max(1, Math.ceil(cells.length / MOST_LINES));
  const groups = Array.from({ length: Math.ceil(cells.length / step) }, (_, index) => index * step);
  const bands = heat.edgesUs
    .slice(1)
    .map((edge, band) => ({ band, name: `${formatDuration(heat.edgesUs[band]!)}–${formatDuration(edge)}` }));
  const wide = Math.max(1, Math.ceil(bands.length / 8));
  const columns = Array.from({ length: Math.ceil(bands.length / wide) }, (_, index) =>
    bands.slice(index * wide, (index + 1) * wide),
  );
  const rows = groups.map((first) => {
    const members = cells.slice(first, first + step);
    const { fromS } = secondsOfRow(heat, first);
    const { untilS } = secondsOfRow(heat, first + members.length - 1);
    const total = (group: typeof bands) =>
      members.reduce(
        (sum, { from, counts }) => sum + group.reduce((each, { band }) => each + (counts[band - from] ?? 0), 0),
        0,
      );
    return [spanText(fromS, untilS), ...columns.map((group) => countCell(total(group)))];
  });
  const label = (group: typeof bands) => `${group[0]!.name.split('–')[0]}–${group.at(-1)!.name.split('–')[1]}`;
  return table(
    'Orders by how long they took',
    [{ label: 'Time', kind: 'text' }, ...columns.map((group) => ({ label: label(group), kind: 'number' as const }))],
    rows,
  );
}
