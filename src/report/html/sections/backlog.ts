// 10: orders in flight, and how long the shop took to come back from each burst.

import { formatClock, formatCount, formatDuration } from '../../../units.ts';
import { cellOf } from '../../charts/rows.ts';
import type { Html } from '../escape.ts';
import { html } from '../escape.ts';
import { figure, section, table } from '../parts.ts';
import { clockScale, linearScale } from '../svg/axis.ts';
import { area, frame, hatching, PLOT, shading } from '../svg/frame.ts';
import { bandsOf, middles, valuesOf } from '../svg/time.ts';
import type { RunView } from '../view.ts';
import { clockCell, countCell, spanText } from '../words.ts';
import { joined, MOST_TABLE_ROWS } from './rate.ts';

export function backlogSection(view: RunView): Html {
  const reads =
    'Read it as: orders fired and not yet answered at the end of each second. Flat is a shop that keeps up; a slope is a queue that grows, and its way down is how fast it is worked off.';
  return section(
    'backlog',
    'Backlog and recovery',
    html`${figure({ id: 'backlog', chart: 'inflight', reads, picture: picture(view), numbers: numbers(view) })}
${recovery(view)}
<p class="quiet">Capacity and headroom were not measured in this run.</p>`,
  );
}

function picture(view: RunView): Html {
  const { charts } = view;
  const { flow } = charts;
  const x = clockScale(charts.seconds, { from: PLOT.left, to: PLOT.right });
  const values = valuesOf(flow, flow.columns.inFlight).map((value) => value ?? 0);
  const most = Math.max(0, ...values);
  const y = linearScale(Math.max(4, most), { from: PLOT.bottom, to: PLOT.top }, formatCount);
  const xs = middles(flow, x);
  const ys = values.map(y.at);
  const layers = [
    shading(bandsOf(view), x),
    area('inflight', xs, ys, { edge: true, opacity: 0.14 }),
    hatching(charts.stretches, x),
  ];
  return frame(`Orders in flight over the run, at most ${formatCount(most)}.`, x, y, layers);
}

function numbers({ charts: { flow } }: RunView): Html {
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

function recovery({ charts: { recoveries } }: RunView): Html {
  if (recoveries.length === 0) {
    return html`<p class="quiet">No burst had a calm stretch before it to compare with, so no recovery is timed.</p>`;
  }
  const rows = recoveries.map(({ part, fromS, before, most, mostAtS, recoveredS }) => [
    part,
    clockCell(fromS),
    { shows: before.toFixed(1), sort: before },
    countCell(most),
    { shows: formatClock(mostAtS * 1e6), sort: mostAtS },
    recoveredS === null
      ? { shows: 'not within the run', sort: Number.MAX_SAFE_INTEGER }
      : { shows: formatDuration((recoveredS - mostAtS) * 1e6), sort: recoveredS - mostAtS },
  ]);
  return html`<h3>Recovery after each burst</h3>
${table(
  'From the most orders in flight until they were as few as before, for 10 s',
  [
    { label: 'Part', kind: 'text' },
    ...['Start', 'In flight before', 'At the most', 'When', 'Recovered after'].map((label) => ({
      label,
      kind: 'number' as const,
    })),
  ],
  rows,
)}`;
}
