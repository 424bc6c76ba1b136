// 4: was the plan driven, and did the shop keep up with it?

import { formatCount, formatRate } from '../../../units.ts';
import { cellOf, rowsOf, secondsOfRow } from '../../charts/rows.ts';
import type { FlowColumn, FlowRows } from '../../charts/spec.ts';
import { lastedUs } from '../../numbers.ts';
import { meansText } from '../../rates-text.ts';
import type { Html } from '../escape.ts';
import { html } from '../escape.ts';
import { legend } from '../legend.ts';
import { figure, section, table } from '../parts.ts';
import { clockScale, linearScale } from '../svg/axis.ts';
import { area, frame, hatching, line, PLOT, shading } from '../svg/frame.ts';
import { bandsOf, endsOf, middles, perSecond, rowsUntil, seenRows, tableStep } from '../svg/time.ts';
import type { RunView } from '../view.ts';
import { countCell, rateCell, spanText } from '../words.ts';

export const MOST_TABLE_ROWS = 48;

export function rateSection(view: RunView): Html {
  const { charts, result } = view;
  const reads =
    'Read it as: the filled line is what was fired, on the dashed line of the plan; where accepted falls below both, the shop said no, failed, or answered later. ' +
    (charts.stretches.length > 0
      ? 'Hatched: the generator was in the way there, not the shop.'
      : 'Nothing is hatched: the generator was never in the way.');
  const { rate, orders, ending, run } = result;
  const means = meansText({ rate, orders, lastedUs: lastedUs({ ending, durationUs: run.durationUs }) }).join('; ');
  return section(
    'rate',
    'Planned, fired and accepted',
    html`<p>On average planned ${formatRate(rate.plannedMean)}, with a peak of ${formatRate(rate.plannedPeak)}; ${means}.</p>
${figure({ id: 'rate', chart: 'rate', reads, picture: picture(view), numbers: numbers(view) })}`,
  );
}

function picture(view: RunView): Html {
  const { charts } = view;
  const { flow } = charts;
  const x = clockScale(charts.seconds, { from: PLOT.left, to: PLOT.right });
  const ends = endsOf(view);
  const rows = {
    planned: { ...flow, untilS: Math.min(flow.untilS, ends.plan) },
    fired: rowsUntil(view, flow, ends.fired),
    accepted: rowsUntil(view, flow, ends.answers),
  };
  const planned = perSecond(rows.planned, flow.columns.planned);
  const fired = perSecond(rows.fired, flow.columns.fired);
  const accepted = perSecond(rows.accepted, flow.columns.accepted);
  const y = linearScale(
    Math.max(0, ...planned, ...fired, ...accepted),
    { from: PLOT.bottom, to: PLOT.top },
    formatRate,
  );
  const at = (values: number[]) => values.map(y.at);
  const layers = [
    shading(bandsOf(view), x),
    area('fired', middles(rows.fired, x), at(fired), { edge: true, opacity: 0.14 }),
    line('plan', middles(rows.planned, x), at(planned), { dashed: true }),
    line('accepted', middles(rows.accepted, x), at(accepted), { width: 2 }),
    hatching(charts.stretches, x),
  ];
  const most = `${formatCount(result(view).planned)} orders planned, ${formatCount(result(view).fired)} fired, ${formatCount(result(view).accepted)} accepted`;
  return html`${legend([
    ['plan', 'planned'],
    ['fired', 'fired'],
    ['accepted', 'accepted'],
  ])}${frame(`Orders per second over the run: ${most}.`, x, y, layers)}`;
}

const result = ({ result: { orders } }: RunView) => orders;

function numbers(view: RunView): Html {
  const { flow } = view.charts;
  const { untilS: seenS } = seenRows(view, flow);
  const names: FlowColumn[] = ['planned', 'fired', 'accepted', 'rejected', 'failed', 'unknown', 'dropped'];
  const rows = joined(flow, MOST_TABLE_ROWS).map(({ fromS, untilS, members }) => {
    const total = (name: FlowColumn) => members.reduce((sum, row) => sum + (cellOf(flow.columns[name], row) ?? 0), 0);
    const highest = Math.max(...members.map((row) => cellOf(flow.columns.firedMax, row) ?? 0));
    const isSeen = fromS < seenS;
    return [
      spanText(fromS, untilS),
      ...names.map((name) => countCell(isSeen || name === 'planned' ? total(name) : null)),
      rateCell(isSeen ? highest : null),
    ];
  });
  return table(
    'Orders over time',
    [
      { label: 'Time', kind: 'text' },
      ...names.map((label) => ({ label, kind: 'number' as const })),
      { label: 'most fired in a second', kind: 'number' },
    ],
    rows,
  );
}

/** Rows taken together, so that a table stays readable; counts of them add, maxima are theirs. */
export function joined(rows: FlowRows | Parameters<typeof secondsOfRow>[0], most: number) {
  const step = tableStep(rows, most);
  return Array.from({ length: Math.ceil(rowsOf(rows) / step) }, (_, index) => {
    const members = Array.from({ length: step }, (_, each) => index * step + each).filter((row) => row < rowsOf(rows));
    const { fromS } = secondsOfRow(rows, members[0]!);
    const { untilS } = secondsOfRow(rows, members.at(-1)!);
    return { fromS, untilS, members };
  });
}
