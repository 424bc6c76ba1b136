// On the picture of orders in flight: the plateaus on which the queue grew, and when each burst was got over.

import type { BurstRecovery } from '../../../judge/spec.ts';
import { formatDuration } from '../../../units.ts';
import type { ResultStability } from '../../result-stability.ts';
import type { Html } from '../escape.ts';
import { html } from '../escape.ts';
import type { Scale } from './axis.ts';
import { px } from './axis.ts';
import { INKS, PLOT } from './frame.ts';

export type Growth = { fromS: number; untilS: number };
export type Moment = { atS: number; text: string };

export const growthsOf = (stability: ResultStability | undefined): Growth[] =>
  (stability?.plateaus ?? [])
    .filter(({ backlog }) => backlog === 'growing')
    .map(({ fromUs, untilUs }) => ({ fromS: fromUs / 1e6, untilS: untilUs / 1e6 }));

/** Bursts that took a while to get over, as the table beside the picture times them. */
export const momentsOf = (stability: ResultStability | undefined): Moment[] =>
  (stability?.recoveries ?? []).flatMap((each) =>
    isSlow(each) ? [{ atS: each.atUs / 1e6, text: `back after ${formatDuration(each.tookUs)}` }] : [],
  );

const isSlow = (each: BurstRecovery): each is BurstRecovery & { atUs: number; tookUs: number } =>
  each.atUs !== null && each.tookUs !== null && each.tookUs > 0;

/** Red, and a bar on the axis: seen without colours too. */
export function growth(stability: ResultStability | undefined, x: Scale): Html {
  let labelledTo = 0;
  return html`${growthsOf(stability).map(({ fromS, untilS }) => {
    const [left, right] = [x.at(fromS), Math.min(x.at(untilS), PLOT.right)];
    const width = px(Math.max(right - left, 2));
    const room = left >= labelledTo && left + 64 < PLOT.right;
    if (room) labelledTo = left + 64;
    return html`<rect class="limit" x="${px(left)}" y="${PLOT.top}" width="${width}" height="${PLOT.bottom - PLOT.top}" fill="${INKS.limit}" fill-opacity="0.09"/><rect class="limit" x="${px(left)}" y="${PLOT.bottom - 4}" width="${width}" height="4" fill="${INKS.limit}"/>${room && html`<text class="limit" x="${px(left + 3)}" y="${PLOT.bottom - 9}" font-size="11" fill="${INKS.limit}">growing</text>`}`;
  })}`;
}

export function moments(stability: ResultStability | undefined, x: Scale): Html {
  let labelledTo = 0;
  return html`${momentsOf(stability).map(({ atS, text }) => {
    const at = x.at(atS);
    const width = text.length * 6.2;
    const room = at >= labelledTo && at + width < PLOT.right;
    if (room) labelledTo = at + width + 6;
    return html`<line class="ink-plan" x1="${px(at)}" x2="${px(at)}" y1="${PLOT.top}" y2="${PLOT.bottom}" stroke="${INKS.plan}" stroke-width="1.2" stroke-dasharray="5 4"/>${room && html`<text class="tick" x="${px(at + 4)}" y="${PLOT.top + 24}" font-size="11" fill="#5b6472">${text}</text>`}`;
  })}`;
}
