// 2: each limit as it was written, with its place, what was measured, how near it was, and where it was worst.

import { parseSlo } from '../../../judge/slo.ts';
import type { Slo } from '../../../judge/spec.ts';
import { formatCount } from '../../../units.ts';
import type { ResultSlo } from '../../result.ts';
import type { Html } from '../escape.ts';
import { html } from '../escape.ts';
import { mark, prose, section, table, timeLink } from '../parts.ts';
import type { RunView } from '../view.ts';
import type { Most } from '../where.ts';
import { mostOf } from '../where.ts';
import { measureText, shareText, spanText } from '../words.ts';

export function sloSection(view: RunView): Html {
  const { result, live } = view;
  if (result.slo.length === 0) {
    return section(
      'slo',
      'Limits',
      html`<p class="none">The profile has no <code>slo:</code> lines, so nothing could break.</p>`,
    );
  }
  const rows = result.slo.map((slo) => [
    mark(slo.status),
    html`<code>${slo.text}</code>${slo.line !== null && html` <span class="quiet">line ${slo.line}</span>`}<span class="says">${prose(live === undefined ? slo.says : saysSoFar(slo.says))}</span>`,
    { shows: measured(slo), sort: slo.measured ?? -1 },
    { shows: margin(slo), sort: (slo.measured ?? 0) / (slo.limit || 1) },
    worst(view, slo),
  ]);
  return section(
    'slo',
    'Limits',
    table(
      `Limits of ${result.run.profile}`,
      [
        { label: 'Status', kind: 'text' },
        { label: 'Limit', kind: 'text' },
        { label: 'Measured', kind: 'number' },
        { label: 'Margin', kind: 'text' },
        { label: 'Worst', kind: 'text' },
      ],
      rows,
    ),
  );
}

/** The judge takes a run that goes on for one that was ended where all its orders have ended (commands/progress.ts). */
const saysSoFar = (says: string): string => says.replace(/; the run ended at (\S+) of \S+$/, '; so far, until $1');

/** Undefined for a line that could not be read. */
export function sloOf({ text }: Pick<ResultSlo, 'text'>, parts: readonly string[]): Slo | undefined {
  const parsed = parseSlo(text, { parts, place: 'slo' });
  return parsed.ok ? parsed.slo : undefined;
}

function measured({ measured: value, interval, unit, samples }: ResultSlo): Html {
  if (value === null) return html`<span class="quiet">${samples > 0 ? 'too few' : 'no data'}</span>`;
  const sure = interval && interval.low !== interval.high;
  return html`<strong>${measureText(value, unit)}</strong>${sure && html`<br><span class="quiet">${measureText(interval.low, unit)} to ${measureText(interval.high, unit)}</span>`}`;
}

const TRACK = 140;
/** The limit stands here, so that both sides of it have room. */
const LIMIT_AT = 96;

/** From here on, times are easier to read than percent. */
const MANY = 10;

/** Whole from 10 % on: nobody acts on a hundredth of a margin. */
const percent = (share: number): string => (share >= 0.1 ? `${Math.round(share * 100)} %` : shareText(share));

/** How much of the limit is used up; the mark on the track is the limit. */
function margin({ measured: value, limit, status }: ResultSlo): Html | string {
  if (value === null || limit === null || limit === 0) return '–';
  const used = value / limit;
  const width = Math.round(Math.min(used * LIMIT_AT, TRACK));
  const side =
    used >= MANY
      ? `${formatCount(Math.round(used))} times the limit`
      : Math.abs(used - 1) < 0.005
        ? 'at the limit'
        : `${percent(Math.abs(used - 1))} ${used < 1 ? 'below' : 'above'}`;
  return html`<svg class="margin margin-${status}" viewBox="0 0 ${TRACK} 12" width="${TRACK}" height="12" aria-hidden="true"><rect class="track" width="${TRACK}" height="12" rx="3" fill="#e8ebf0"/><rect class="bar" width="${width}" height="12" rx="3" fill="${status === 'fail' ? '#b3261e' : status === 'pass' ? '#17734a' : '#8a5a00'}"/><line class="at" x1="${LIMIT_AT}" x2="${LIMIT_AT}" y1="0" y2="12" stroke="#1b2430" stroke-width="2"/></svg><br><span class="quiet">${side}</span>`;
}

function worst(view: RunView, slo: ResultSlo): Html | string {
  const { worst: window, unit, windows } = slo;
  if (window === null) return mostLink(mostOf(view, slo));
  const [from, until] = [window.fromUs / 1e6, window.untilUs / 1e6];
  const share = windows && html`<br><span class="quiet">${windows.failed} of ${windows.total} broke</span>`;
  return html`${timeLink(from, until, spanText(from, until))}<br>${measureText(window.measured, unit)}${share}`;
}

/** Of a limit on the whole run, or on all of a part: no window of it, but where most of it was. */
function mostLink(most: Most | undefined): Html | string {
  if (most === undefined) return '–';
  const { fromS, untilS, says } = most;
  return html`${timeLink(fromS, untilS, spanText(fromS, untilS))}<br><span class="quiet">${says}</span>`;
}
