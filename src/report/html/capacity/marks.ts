// On the pictures of a search for capacity: each load by what became of it, the bracket, and the rates that are named.
// Shapes say what colours say: a dot held, a cross broke, a ring is undecided.

import type { CapacityFile, CapacityLoad } from '../../capacity-file.ts';
import type { Html } from '../escape.ts';
import { html, pathData } from '../escape.ts';
import type { Scale } from '../svg/axis.ts';
import { px } from '../svg/axis.ts';
import type { Ink } from '../svg/frame.ts';
import { INKS, PLOT } from '../svg/frame.ts';

export type Spot = { x: number; y: number; outcome: CapacityLoad['outcome'] };

export function spots(ink: Ink, all: readonly Spot[]): Html {
  return html`${all.map(({ x, y, outcome }) => {
    if (outcome === 'broke') {
      const d = `M${px(x - 4)} ${px(y - 4)}L${px(x + 4)} ${px(y + 4)}M${px(x - 4)} ${px(y + 4)}L${px(x + 4)} ${px(y - 4)}`;
      return html`<path class="ink-${ink}" d="${pathData(d)}" fill="none" stroke="${INKS[ink]}" stroke-width="2"/>`;
    }
    const filled = outcome === 'held';
    return html`<circle class="ink-${ink}${filled && ` fill-${ink}`}" cx="${px(x)}" cy="${px(y)}" r="4" fill="${filled ? INKS[ink] : 'none'}" stroke="${INKS[ink]}" stroke-width="1.8"/>`;
  })}`;
}

/** Between what held and what broke; the rest of the picture where nothing broke, or nothing held. */
export function bracketBand({ bracket: { heldPerS, brokePerS } }: CapacityFile, x: Scale): Html | undefined {
  if (heldPerS === null && brokePerS === null) return undefined;
  const left = heldPerS === null ? PLOT.left : x.at(heldPerS);
  const right = Math.max(brokePerS === null ? PLOT.right : x.at(brokePerS), left + 2);
  const before = left > PLOT.left + 70;
  const name = heldPerS === null ? 'below this' : brokePerS === null ? 'at least this' : 'capacity';
  return html`<rect class="fill-rejected" x="${px(left)}" y="${PLOT.top}" width="${px(right - left)}" height="${PLOT.bottom - PLOT.top}" fill="${INKS.rejected}" fill-opacity="${heldPerS === null || brokePerS === null ? 0.1 : 0.22}"/>${[heldPerS, brokePerS].map((perS) => perS !== null && html`<line class="ink-rejected" x1="${px(x.at(perS))}" x2="${px(x.at(perS))}" y1="${PLOT.top}" y2="${PLOT.bottom}" stroke="${INKS.rejected}" stroke-width="1.2"/>`)}<text class="tick" x="${px(before ? left - 4 : right + 4)}" y="${PLOT.top + 10}" text-anchor="${before ? 'end' : 'start'}" font-size="11" fill="#5b6472">${name}</text>`;
}

/** The knee lies somewhere in it. */
export function kneeBand({ knee }: CapacityFile, x: Scale): Html | undefined {
  if (knee === null) return undefined;
  const [left, right] = [x.at(knee.between.low), x.at(knee.between.high)];
  return html`<rect class="band" x="${px(left)}" y="${PLOT.top}" width="${px(Math.max(right - left, 1))}" height="${PLOT.bottom - PLOT.top}" fill="#1f5fbf" fill-opacity="0.07"/><text class="tick" x="${px(left + 3)}" y="${PLOT.top + 24}" font-size="11" fill="#5b6472">knee</text>`;
}

/** The profile's mean and peak, named at the foot on either side. */
export function wanted({ target: { meanPerS, peakPerS } }: CapacityFile, x: Scale): Html {
  const line = (perS: number, name: string, anchor: 'start' | 'end') => {
    const at = x.at(perS);
    return html`<line class="ink-plan" x1="${px(at)}" x2="${px(at)}" y1="${PLOT.top}" y2="${PLOT.bottom}" stroke="${INKS.plan}" stroke-width="1.2" stroke-dasharray="5 4"/><text class="tick" x="${px(at + (anchor === 'end' ? -4 : 4))}" y="${PLOT.bottom - 6}" text-anchor="${anchor}" font-size="11" fill="#5b6472">${name}</text>`;
  };
  // Of a constant traffic they are one.
  if (peakPerS - meanPerS < 0.01 * peakPerS) return line(peakPerS, 'the profile', 'start');
  return html`${line(meanPerS, 'mean', 'end')}${line(peakPerS, 'peak', 'start')}`;
}

export function words(x: number, y: number, text: string, anchor: 'start' | 'middle' | 'end' = 'start'): Html {
  return html`<text class="tick" x="${px(x)}" y="${px(y)}" text-anchor="${anchor}" font-size="11" fill="#5b6472">${text}</text>`;
}
