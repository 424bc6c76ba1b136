// 5 and 6: how long shoppers waited, as percentiles and as a heat map.

import type { Slo } from '../../../judge/spec.ts';
import type { TimeSummary } from '../../../measure/summary.ts';
import { formatDuration } from '../../../units.ts';
import { cellOf } from '../../charts/rows.ts';
import type { TimeColumn, TimeRows } from '../../charts/spec.ts';
import type { Html } from '../escape.ts';
import { html } from '../escape.ts';
import { legend } from '../legend.ts';
import { figure, section, table } from '../parts.ts';
import { clockScale, logScale } from '../svg/axis.ts';
import type { Ink } from '../svg/frame.ts';
import { frame, hatching, limitLine, line, PLOT, shading } from '../svg/frame.ts';
import { heatMap, heatTable } from '../svg/heat-map.ts';
import { bandsOf, middles, seenRows, valuesOf } from '../svg/time.ts';
import type { RunView } from '../view.ts';
import { countCell, durationCell, spanText } from '../words.ts';
import { joined, MOST_TABLE_ROWS } from './rate.ts';
import { sloOf } from './slo.ts';

const LINES: [name: Exclude<TimeColumn, 'count'>, label: string][] = [
  ['p50', 'p50'],
  ['p90', 'p90'],
  ['p99', 'p99'],
  ['p999', 'p99.9'],
  ['max', 'max'],
];
type Of = 'response' | 'service';

export function responseSection(view: RunView): Html {
  const seen = seenRows(view, view.charts.times);
  const { everyS } = seen;
  const reads = html`Read it as: of the orders due in each ${formatDuration(everyS * 1e6)}, half were answered below p50, 99 of 100 below p99; the axis is <span data-axis>logarithmic</span>. Response counts from when an order was due; service is what the shop took of it. Gaps: too few orders to say. Drag over a stretch to see its single seconds, a double click leads back.`;
  return section(
    'response',
    'Response over time',
    html`${figure({
      id: 'response',
      chart: 'times',
      reads,
      picture: html`<div data-of="response">${picture(view, 'response')}</div>`,
      numbers: html`${numbers(seen, 'response')}${numbers(seen, 'service')}`,
      controls: html`<div class="controls" data-controls="times" hidden></div>`,
    })}
<h3>All times of the run</h3>
${timesTable(view)}`,
  );
}

export type LimitLine = { us: number; text: string };

/** Time limits of all orders, whatever the window: the lines a response is held against. */
export function limitsOf({ result }: RunView): LimitLine[] {
  const parts = result.phases.map(({ name }) => name);
  const limits = result.slo.flatMap((each) => {
    const slo = sloOf(each, parts);
    return slo !== undefined && isOfAll(slo) && slo.limit.kind === 'duration'
      ? [{ us: slo.limit.us, text: each.text }]
      : [];
  });
  const heights = [...new Set(limits.map(({ us }) => us))];
  return heights.map((us) => {
    const same = limits.filter((limit) => limit.us === us);
    return { us, text: same.length === 1 ? same[0]!.text : `${same[0]!.text} and ${same.length - 1} more` };
  });
}

const isOfAll = ({ metric }: Slo): boolean => 'of' in metric && metric.of === 'all';

function picture(view: RunView, of: Of): Html {
  const { charts } = view;
  const times = seenRows(view, charts.times);
  const columns = times[of];
  const all = LINES.flatMap(([name]) => valuesOf(times, columns[name])).filter((us) => us !== null);
  if (all.length === 0) return html`<p class="none">No order was answered, so there are no times.</p>`;
  const limits = of === 'response' ? limitsOf(view) : [];
  const x = clockScale(charts.seconds, { from: PLOT.left, to: PLOT.right });
  const heights = [...all.filter((us) => us > 0), ...limits.map(({ us }) => us)];
  const y = logScale(Math.min(...heights, 1e6), Math.max(...heights, 1), { from: PLOT.bottom, to: PLOT.top });
  const xs = middles(times, x);
  const layers = [
    shading(bandsOf(view), x),
    ...LINES.map(([name]) =>
      line(
        name as Ink,
        xs,
        valuesOf(times, columns[name]).map((us) => us && y.at(us)),
        { width: name === 'p99' ? 2.2 : 1.4 },
      ),
    ),
    ...limits.map(({ us, text }) => limitLine(y.at(us), text)),
    hatching(charts.stretches, x),
  ];
  const describes = `${of} over the run as percentiles, on a logarithmic axis.`;
  return html`${legend(LINES.map(([name, label]) => [name as Ink, label]))}${frame(describes, x, y, layers)}`;
}

function numbers(times: TimeRows, of: Of): Html {
  const columns = times[of];
  const rows = joined(times, MOST_TABLE_ROWS).map(({ fromS, untilS, members }) => [
    spanText(fromS, untilS),
    countCell(members.reduce((sum, row) => sum + (cellOf(columns.count, row) ?? 0), 0)),
    ...LINES.map(([name]) => {
      const known = members.flatMap((row) => cellOf(columns[name], row) ?? []);
      return durationCell(known.length === 0 ? null : Math.max(...known));
    }),
  ]);
  const most = rows.length < times.untilS / times.everyS;
  const caption = `${of} over time${most ? `; the highest of each ${formatDuration(times.everyS * 1e6)} in it` : ''}`;
  return table(
    caption,
    [
      { label: 'Time', kind: 'text' },
      { label: 'orders', kind: 'number' },
      ...LINES.map(([, label]) => ({ label, kind: 'number' as const })),
    ],
    rows,
  );
}

function timesTable({ result }: RunView): Html {
  const rows: [string, TimeSummary, string][] = [
    ['response', result.response, 'from due to answered: what the shopper feels'],
    ['wait', result.wait, 'for a connection'],
    ['connect', result.connect, 'part of wait: name and TCP, of each new connection'],
    ['TLS', result.tls, 'part of wait: the handshake of each'],
    ['service', result.service, 'what the shop took'],
    ['think', result.think, "the shopper's own pauses, inside the response"],
    ['lateness', result.lateness, 'what the generator did wrong'],
  ];
  const names = ['p50Us', 'p90Us', 'p95Us', 'p99Us', 'p999Us', 'p9999Us', 'maxUs'] as const;
  return table(
    'Times of all orders; – where too few orders can say',
    [
      { label: 'Time', kind: 'text' },
      { label: 'count', kind: 'number' },
      ...['p50', 'p90', 'p95', 'p99', 'p99.9', 'p99.99', 'max', 'mean'].map((label) => ({
        label,
        kind: 'number' as const,
      })),
    ],
    rows
      .filter(([, summary]) => summary.count > 0)
      .map(([name, summary, says]) => [
        html`${name}<span class="quiet says">${says}</span>`,
        countCell(summary.count),
        ...names.map((each) => durationCell(summary[each])),
        durationCell(summary.meanUs),
      ]),
  );
}

export function heatSection(view: RunView): Html {
  const { heat } = view.charts;
  const reads =
    `Read it as: each cell is ${formatDuration(heat.everyS * 1e6)} wide; the more it stands out, the more orders took that long. ` +
    'A second such band is a second kind of answer; a band that climbs is a queue that grows.';
  const body =
    heat.edgesUs.length === 0
      ? html`<p class="none">No order was answered, so there is nothing to map.</p>`
      : figure({ id: 'heat', chart: 'heat', reads, picture: heatMap(view), numbers: heatTable(seenRows(view, heat)) });
  return section('heat', 'Heat map of response', body);
}
