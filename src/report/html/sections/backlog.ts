// 10: orders in flight, where the queue grew, and how long the shop took to come back from each burst.

import type { BurstRecovery, PlateauStability, SloStatus } from '../../../judge/spec.ts';
import { formatCount, formatCountOf, formatDuration } from '../../../units.ts';
import { headroomWords } from '../../capacity-words.ts';
import { cellOf } from '../../charts/rows.ts';
import { sidesWords } from '../../known-capacity.ts';
import type { ResultStability } from '../../result-stability.ts';
import type { Html } from '../escape.ts';
import { html } from '../escape.ts';
import { figure, mark, section, table, timeLink } from '../parts.ts';
import { clockScale, linearScale } from '../svg/axis.ts';
import { area, frame, hatching, PLOT, shading } from '../svg/frame.ts';
import { growth, moments } from '../svg/stability.ts';
import { bandsOf, endsOf, middles, rowsUntil, seenRows, valuesOf } from '../svg/time.ts';
import type { RunView } from '../view.ts';
import { clockCell, countCell, rateCell, spanText, stampText } from '../words.ts';
import { joined, MOST_TABLE_ROWS } from './rate.ts';

const reads =
  'Read it as: orders fired and not yet answered at the end of each second. Flat is a shop that keeps up; a slope is a queue that grows, and its way down is how fast it is worked off. Red: a plateau, a stretch at one rate, on which the queue grew. A dashed line: from when on as few were in flight again as before a burst.';

export function backlogSection(view: RunView): Html {
  const { stability } = view.result;
  return section(
    'backlog',
    'Backlog and recovery',
    html`${figure({ id: 'backlog', chart: 'inflight', reads, picture: picture(view), numbers: numbers(view) })}
${stability === undefined ? older : html`${plateaus(stability)}${recoveries(stability)}`}
${headroom(view)}`,
  );
}

function headroom({ result: { capacity, rate } }: RunView): Html {
  const title = html`<h3>Capacity and headroom</h3>`;
  if (capacity === undefined) {
    return html`${title}<p class="quiet">Unknown: run <code>doorbuster capacity</code> with this profile against this shop.</p>`;
  }
  const { folder, startedAt, heldPerS, brokePerS, overPeak, overMean } = capacity;
  return html`${title}<p>The shop holds ${sidesWords(heldPerS, brokePerS)}: ${headroomWords(overPeak, 'peak', rate.plannedPeak, "this run's")}, ${headroomWords(overMean, 'mean', rate.plannedMean, 'its')}. Found on ${stampText(startedAt)} with the same profile, by <a href="../${folder.split('/').map(encodeURIComponent).join('/')}/capacity.html">a search of its own</a>.</p>`;
}

const older = html`<p class="quiet">This run was written by a Doorbuster that did not yet look for queues that grow.</p>`;

function picture(view: RunView): Html {
  const { charts, result } = view;
  const flow = rowsUntil(view, charts.flow, endsOf(view).answers);
  const x = clockScale(charts.seconds, { from: PLOT.left, to: PLOT.right });
  const values = valuesOf(flow, flow.columns.inFlight).map((value) => value ?? 0);
  const most = Math.max(0, ...values);
  const y = linearScale(Math.max(4, most), { from: PLOT.bottom, to: PLOT.top }, formatCount);
  const xs = middles(flow, x);
  const ys = values.map(y.at);
  const layers = [
    shading(bandsOf(view), x),
    growth(result.stability, x),
    area('inflight', xs, ys, { edge: true, opacity: 0.14 }),
    moments(result.stability, x),
    hatching(charts.stretches, x),
  ];
  return frame(`Orders in flight over the run, at most ${formatCount(most)}.`, x, y, layers);
}

function numbers(view: RunView): Html {
  const flow = seenRows(view, view.charts.flow);
  const rows = joined(flow, MOST_TABLE_ROWS).map(({ fromS, untilS, members }) => [
    spanText(fromS, untilS),
    countCell(Math.max(...members.map((row) => cellOf(flow.columns.inFlight, row) ?? 0))),
  ]);
  return table(
    'Most orders in flight',
    [
      { label: 'Time', kind: 'text' },
      { label: 'in flight', kind: 'number' },
    ],
    rows,
  );
}

const number = (label: string) => ({ label, kind: 'number' as const });
const words = (label: string) => ({ label, kind: 'text' as const });

const QUEUES: Record<PlateauStability['backlog'], { status: SloStatus; word: string }> = {
  stable: { status: 'pass', word: 'no queue grew' },
  growing: { status: 'fail', word: 'growing' },
  'cannot-tell': { status: 'inconclusive', word: 'cannot tell' },
};

function plateaus({ plateaus: all, plateausInAll }: ResultStability): Html {
  const title = html`<h3>Did the queue grow?</h3>`;
  if (all.length === 0) {
    return html`${title}<p class="quiet">No stretch of 30 s or more at one rate was reached, so nobody can say.</p>`;
  }
  const growing = all.filter(({ backlog }) => backlog === 'growing').length;
  const open = all.filter(({ backlog }) => backlog === 'cannot-tell').length;
  const told = plateausInAll - open;
  const says =
    growing === 0
      ? `On none of ${formatCountOf(told, 'plateau')} of 30 s or more that can be told.`
      : `On ${growing} of ${formatCountOf(told, 'plateau')}: had the load lasted, the shop would have broken there, whatever the times still say.`;
  const rows = all.map(
    ({ part, fromUs, untilUs, ratePerS, backlog, arrivals, completions, slopePerS, meanInFlight }) => [
      { shows: timeLink(fromUs / 1e6, untilUs / 1e6, spanText(fromUs / 1e6, untilUs / 1e6)), sort: fromUs },
      part ?? '–',
      rateCell(ratePerS),
      backlog === 'stable' ? QUEUES.stable.word : mark(QUEUES[backlog].status, QUEUES[backlog].word),
      countCell(arrivals === undefined || completions === undefined ? undefined : Math.max(0, arrivals - completions)),
      rateCell(slopePerS === undefined ? undefined : Math.max(0, slopePerS)),
      meanInFlight === undefined ? '–' : { shows: meanInFlight.toFixed(1), sort: meanInFlight },
    ],
  );
  const body = table(
    `Plateaus: stretches of 30 s or more at one rate${all.length < plateausInAll ? `, ${all.length} of ${formatCount(plateausInAll)}` : ''}`,
    [
      words('When'),
      words('Part'),
      number('Rate'),
      words('Queue'),
      number('More came than went'),
      number('Grew by'),
      number('In flight, mean'),
    ],
    rows,
  );
  return html`${title}<p>${says}</p>
${all.length > FEW ? html`<details><summary>All ${formatCount(all.length)} of them</summary>${body}</details>` : body}`;
}

/** As many rows as are no burden to who scrolls by. */
const FEW = 16;

function recoveries({ recoveries: all, recoveriesInAll }: ResultStability): Html {
  const title = html`<h3>Recovery after each burst</h3>`;
  if (all.length === 0) return html`${title}<p class="quiet">The run had no bursts to recover from.</p>`;
  const rows = all.map((each) => [
    each.part,
    clockCell(each.fromUs / 1e6),
    clockCell(each.untilUs / 1e6),
    each.before === null ? '–' : { shows: each.before.toFixed(1), sort: each.before },
    countCell(each.most),
    each.mostAtUs === null ? '–' : clockCell(each.mostAtUs / 1e6),
    tookCell(each),
  ]);
  const body = table(
    `From the end of the burst until as few orders were in flight as before it, for 10 s${all.length < recoveriesInAll ? `; ${all.length} of ${formatCount(recoveriesInAll)} bursts` : ''}`,
    [words('Part'), ...['Start', 'End', 'In flight before', 'At the most', 'When', 'Recovered after'].map(number)],
    rows,
  );
  return html`${title}${all.length > FEW ? html`<details><summary>All ${formatCount(all.length)} of them</summary>${body}</details>` : body}`;
}

function tookCell({ status, tookUs, says }: BurstRecovery) {
  if (status === 'recovered') {
    return { shows: tookUs === 0 ? 'before its end' : formatDuration(tookUs ?? 0), sort: tookUs ?? 0 };
  }
  const word = status === 'cannot-tell' ? 'cannot tell' : 'not within the run';
  return { shows: html`${word}<span class="says">${says}</span>`, sort: Number.MAX_SAFE_INTEGER };
}
