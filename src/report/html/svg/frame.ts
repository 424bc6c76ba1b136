// The frame of a chart: axes, grid, shading, legend. Colours are presentation attributes, so that the picture stands where
// style sheets are refused; the classes let the style sheet recolour it for dark and print.

import type { Html, Slot } from '../escape.ts';
import { html, pathData } from '../escape.ts';
import type { Scale } from './axis.ts';
import { px } from './axis.ts';

export const WIDTH = 860;
export const PLOT = { left: 62, right: 828, top: 14, bottom: 236 };
export const HEIGHT = 268;

/** Name → class and fallback colour. Chosen to be told apart without red and green (Okabe and Ito's palette, darkened). */
export const INKS = {
  plan: '#6b7585',
  fired: '#1f5fbf',
  accepted: '#1b7f79',
  rejected: '#b7791f',
  failed: '#c2410c',
  unknown: '#7c3aed',
  p50: '#8fb4e8',
  p90: '#5b8fd9',
  p99: '#1f5fbf',
  p999: '#143f86',
  max: '#0f1f3d',
  limit: '#c0262d',
  inflight: '#1f5fbf',
} as const;
export type Ink = keyof typeof INKS;

export type Band = { fromS: number; untilS: number; name: string };

/** `describes`: what the picture shows, for those who cannot see it. */
export function frame(describes: string, x: Scale, y: Scale, layers: Slot): Html {
  const grid = y.ticks.map(
    ({ value, label }) =>
      html`<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${px(y.at(value))}" y2="${px(y.at(value))}" stroke="#e3e7ee"/><text class="tick" x="${PLOT.left - 8}" y="${px(y.at(value) + 4)}" text-anchor="end" font-size="12" fill="#5b6472">${label}</text>`,
  );
  const time = x.ticks.map(
    ({ value, label }) =>
      html`<line class="axis" x1="${px(x.at(value))}" x2="${px(x.at(value))}" y1="${PLOT.bottom}" y2="${PLOT.bottom + 4}" stroke="#9aa4b2"/><text class="tick" x="${px(x.at(value))}" y="${PLOT.bottom + 19}" text-anchor="middle" font-size="12" fill="#5b6472">${label}</text>`,
  );
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${describes}" font-family="system-ui, sans-serif" width="${WIDTH}" height="${HEIGHT}">
${grid}<g class="clock">${time}</g><line class="axis" x1="${PLOT.left}" x2="${PLOT.right}" y1="${PLOT.bottom}" y2="${PLOT.bottom}" stroke="#9aa4b2"/>
${layers}
</svg>`;
}

/** Stretches of time, shaded and named at the top. */
export function shading(bands: readonly Band[], x: Scale): Html {
  let free = 0;
  const seen = new Set<string>();
  return html`${bands.map(({ fromS, untilS, name }) => {
    const [left, right] = [x.at(fromS), Math.min(x.at(untilS), PLOT.right)];
    const width = name.length * 6.4;
    // At its start, the first time also further right, as long as that is above it; and again where there is room.
    const start = Math.min(left + 3, PLOT.right - width);
    const at = seen.has(name) ? start : Math.max(start, free);
    const room = at >= free && at + width <= PLOT.right && (at === start || at < right);
    if (room) {
      free = at + width + 8;
      seen.add(name);
    }
    return html`<rect class="band" x="${px(left)}" y="${PLOT.top}" width="${px(Math.max(right - left, 1))}" height="${PLOT.bottom - PLOT.top}" fill="#1f5fbf" fill-opacity="0.07"/>${room && html`<text class="tick" x="${px(at)}" y="${PLOT.top + 10}" font-size="11" fill="#5b6472">${name}</text>`}`;
  })}`;
}

/** The pattern of `hatching`, once on a page: in a picture of its own, because those of the charts may be hidden. */
export const HATCH = html`<svg class="defs" width="0" height="0" aria-hidden="true"><defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse"><path class="hatch" d="M-1 7L7 -1M-1 1L1 -1M5 7L7 5" stroke="#8a5a00" stroke-opacity="0.6" stroke-width="1" fill="none"/></pattern></defs></svg>`;

/** Seconds in which the generator was in the way. */
export function hatching(bands: readonly { fromS: number; untilS: number }[], x: Scale): Html | undefined {
  if (bands.length === 0) return undefined;
  const boxes = bands.map(({ fromS, untilS }) => {
    const left = x.at(fromS);
    return `M${px(left)} ${PLOT.top}H${px(Math.max(x.at(untilS), left + 2))}V${PLOT.bottom}H${px(left)}Z`;
  });
  return html`<path d="${pathData(boxes.join(''))}" fill="url(#hatch)"/>`;
}

/** A line through the values; gaps where there are none. Lone points are drawn as dots. */
export function line(
  ink: Ink,
  xs: readonly number[],
  ys: readonly (number | null)[],
  { dashed = false, width = 1.6 } = {},
): Html {
  const pen = new Pen();
  let drawing = false;
  xs.forEach((x, index) => {
    const y = ys[index] ?? null;
    if (y === null) drawing = false;
    else if (drawing) pen.line(x, y);
    else {
      pen.move(x, y);
      if ((ys[index + 1] ?? null) === null) pen.line(x + 1.5, y);
      drawing = true;
    }
  });
  return html`<path class="ink-${ink}" d="${pathData(pen.d)}" fill="none" stroke="${INKS[ink]}" stroke-width="${width}" stroke-linejoin="round"${dashed && html` stroke-dasharray="5 4"`}/>`;
}

/** The area below a line, down to the axis; `edge` draws the line itself too. Of a stack the highest is drawn first. */
export function area(ink: Ink, xs: readonly number[], ys: readonly number[], { edge = false, opacity = 1 } = {}): Html {
  const pen = new Pen();
  if (xs.length > 0) {
    pen.move(xs[0]!, PLOT.bottom);
    xs.forEach((x, index) => {
      pen.line(x, ys[index]!);
    });
    pen.line(xs.at(-1)!, PLOT.bottom);
  }
  return html`<path class="fill-${ink}${edge && html` ink-${ink}`}" d="${pathData(pen.d)}" fill="${INKS[ink]}" fill-opacity="${opacity}"${edge && html` stroke="${INKS[ink]}" stroke-width="1.3"`}/>`;
}

/** Writes path data in steps from point to point, which takes half the room of places; rounding does not add up. */
class Pen {
  d = '';
  #x = 0;
  #y = 0;

  move(x: number, y: number): void {
    this.#x = Math.round(x * 10);
    this.#y = Math.round(y * 10);
    this.d += `M${tenths(this.#x)}${apart(tenths(this.#y))}l`;
  }

  line(x: number, y: number): void {
    const [dx, dy] = [Math.round(x * 10) - this.#x, Math.round(y * 10) - this.#y];
    this.#x += dx;
    this.#y += dy;
    const first = tenths(dx);
    this.d += `${this.d.endsWith('l') ? first : apart(first)}${apart(tenths(dy))}`;
  }
}

/** `.3`, `-1.2`, `7` */
const tenths = (value: number): string => String(value / 10).replace(/^(-?)0\./, '$1.');
const apart = (number: string): string => (number.startsWith('-') ? number : ` ${number}`);

/** Of the names of parts, at the top of a chart. */
const NAMES_HEIGHT = 24;

/** A horizontal line at a limit, with its words: above it, unless the names of parts are there. */
export function limitLine(y: number, label: string): Html {
  const baseline = y < PLOT.top + NAMES_HEIGHT ? y + 13 : y - 5;
  return html`<line class="ink-limit" x1="${PLOT.left}" x2="${PLOT.right}" y1="${px(y)}" y2="${px(y)}" stroke="${INKS.limit}" stroke-width="1.3" stroke-dasharray="2 3"/><text class="limit" x="${PLOT.right - 4}" y="${px(baseline)}" text-anchor="end" font-size="11" fill="${INKS.limit}">${label}</text>`;
}
