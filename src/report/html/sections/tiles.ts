// 3: the numbers people ask for first, each with how it went over the run.

import { formatCount, formatShare } from '../../../units.ts';
import { rangeWords } from '../../capacity-words.ts';
import { cellOf, rowsOf } from '../../charts/rows.ts';
import type { Column, Rows } from '../../charts/spec.ts';
import type { Html } from '../escape.ts';
import { html, pathData } from '../escape.ts';
import { prose, section } from '../parts.ts';
import { px } from '../svg/axis.ts';
import { seenRows } from '../svg/time.ts';
import type { RunView } from '../view.ts';
import { durationText } from '../words.ts';

type Tile = { name: string; figure: string; says: string; spark?: { rows: Rows; column: Column } };

export function tilesSection(view: RunView): Html {
  const tiles = tilesOf(view).map(
    ({
      name,
      figure,
      says,
      spark,
    }) => html`<li class="tile"><span class="name">${name}</span><strong>${figure}</strong><span class="quiet">${prose(says)}</span>${spark && sparkline(seenRows(view, { ...spark.rows, untilS: Math.min(spark.rows.untilS, view.charts.durationS) }), spark.column)}</li>
`,
  );
  return section('numbers', 'Key numbers', html`<ul class="tiles">${tiles}</ul>`);
}

function tilesOf(view: RunView): Tile[] {
  const { result, charts } = view;
  const { orders, response } = result;
  const { flow, times } = charts;
  const errors = orders.failed + orders.unknown;
  const share = (count: number, of: number) => (of > 0 ? formatShare(count / of) : '–');
  const time = (name: string, us: number | null, column: Column, says: string): Tile => ({
    name,
    figure: durationText(us),
    says: us === null ? 'too few orders to say' : says,
    spark: { rows: times, column },
  });
  return [
    {
      name: 'Accepted',
      figure: formatCount(orders.accepted),
      says: `${share(orders.accepted, orders.planned)} of ${formatCount(orders.planned)} planned`,
      spark: { rows: flow, column: flow.columns.accepted },
    },
    {
      name: 'Fired',
      figure: share(orders.fired, orders.planned),
      says: `of plan: ${formatCount(orders.fired)} orders`,
      spark: { rows: flow, column: flow.columns.fired },
    },
    time('p50', response.p50Us, times.response.p50, 'half of the shoppers waited less'),
    time('p99', response.p99Us, times.response.p99, '1 in 100 waited longer'),
    time('p99.9', response.p999Us, times.response.p999, '1 in 1,000 waited longer'),
    time('Slowest', response.maxUs, times.response.max, 'from due to answered'),
    {
      name: 'Errors',
      figure: formatCount(errors),
      says: `${share(errors, orders.fired)}: ${formatCount(orders.failed)} failed, ${formatCount(orders.unknown)} unknown`,
      spark: { rows: flow, column: sumOf(flow, flow.columns.failed, flow.columns.unknown) },
    },
    {
      name: 'Rejected',
      figure: formatCount(orders.rejected),
      says: `${share(orders.rejected, orders.fired)}: the shop said no`,
      spark: { rows: flow, column: flow.columns.rejected },
    },
    oversold(view),
    headroom(view),
  ];
}

function headroom({ result: { capacity } }: RunView): Tile {
  if (capacity === undefined) return { name: 'Headroom', figure: '–', says: 'unknown: run `doorbuster capacity`' };
  return {
    name: 'Headroom',
    figure: rangeWords(capacity.overPeak),
    says: `the peak, by the search of ${capacity.startedAt.slice(0, 10)}`,
  };
}

function oversold({ result }: RunView): Tile {
  const invariant = result.audit.find(({ name }) => name === 'oversold');
  const checked = invariant !== undefined && invariant.status !== 'not-checked';
  return {
    name: 'Oversold',
    figure: checked ? formatCount(invariant.violations) : '–',
    says: checked ? 'units beyond the stock' : "the shop's books were not read",
  };
}

function sumOf(rows: Rows, a: Column, b: Column): Column {
  return Array.from({ length: rowsOf(rows) }, (_, row) => (cellOf(a, row) ?? 0) + (cellOf(b, row) ?? 0));
}

const [SPARK_WIDTH, SPARK_HEIGHT, MOST_POINTS] = [132, 28, 66];

/** The highest of each stretch, so that no spike is lost. */
function sparkline(rows: Rows, column: Column): Html | undefined {
  const values = Array.from({ length: rowsOf(rows) }, (_, row) => cellOf(column, row));
  const per = Math.ceil(values.length / MOST_POINTS);
  const points = Array.from({ length: Math.ceil(values.length / per) }, (_, index) => {
    const known = values.slice(index * per, (index + 1) * per).filter((value) => value !== null);
    return known.length === 0 ? null : Math.max(...known);
  });
  const top = Math.max(...points.map((point) => point ?? 0));
  if (points.length < 2 || top === 0) return undefined;
  let [d, pen] = ['', 'M'];
  points.forEach((point, index) => {
    if (point === null) pen = 'M';
    else {
      const x = (index / (points.length - 1)) * (SPARK_WIDTH - 2) + 1;
      d += `${pen}${px(x)} ${px(SPARK_HEIGHT - 2 - (point / top) * (SPARK_HEIGHT - 4))}`;
      pen = 'L';
    }
  });
  return html`<svg class="spark" viewBox="0 0 ${SPARK_WIDTH} ${SPARK_HEIGHT}" width="${SPARK_WIDTH}" height="${SPARK_HEIGHT}" preserveAspectRatio="none" aria-hidden="true"><path class="ink-fired" d="${pathData(d)}" fill="none" stroke="#1f5fbf" stroke-width="1.5"/></svg>`;
}
