// 12: single orders that are worth a look: the slowest, and some of those that failed or may have been placed, each with
// where its time went and the way into the shop's own traces.

import { formatClock, formatCount, formatDuration } from '../../../units.ts';
import type { ResultOrder, ResultStep } from '../../result-kept.ts';
import type { Html } from '../escape.ts';
import { html } from '../escape.ts';
import type { Cell, Column } from '../parts.ts';
import { section, table, timeLink } from '../parts.ts';
import { seenRows, valuesOf } from '../svg/time.ts';
import type { RunView } from '../view.ts';
import { countCell, durationCell, durationText, spanText } from '../words.ts';
import { cutTo, exampleItem } from './books.ts';

const SHOWN_STRETCHES = 10;
const SHOWN_FAILED = 40;
/** Of words that others wrote. */
const MOST_WORD = 80;
const MOST_DETAIL = 160;

export function ordersSection(view: RunView): Html {
  const { examples } = view.result;
  return section(
    'orders',
    'Slowest and failed orders',
    html`${examples === undefined ? stretches(view) : slowest(view, examples.slowest)}
<h3>Failed, or perhaps placed</h3>
${failed(view)}${examples !== undefined && examples.failed.length > 0 && failedOrders(view, examples.failed)}${unknown(view)}`,
  );
}

const number = (label: string): Column => ({ label, kind: 'number' });

function slowest({ result }: RunView, orders: readonly ResultOrder[]): Html {
  if (orders.length === 0) return html`<p class="none">No order ended.</p>`;
  const shows = shownOf(orders);
  return html`<p class="quiet">Response runs from the moment an order was due. Late is our own doing, wait is the way to the shop (a free connection, connecting), service is the shop.${orders.some(({ steps }) => steps.length > 0) && ' Think is the pauses of the shopper, inside the response.'}</p>
${table(
  orders.length < result.orders.fired
    ? `The ${formatCount(orders.length)} slowest orders`
    : 'Every order of the run, the slowest first',
  [{ label: 'Order', kind: 'text' }, ...timeColumns(shows), { label: 'Outcome', kind: 'text' }],
  orders.map((order) => [orderCell(order), ...timeCells(order, shows), outcomeCell(order)]),
)}`;
}

function failedOrders({ result }: RunView, orders: readonly ResultOrder[]): Html {
  const shows = shownOf(orders);
  const { failed: bad, unknown: open } = result.orders;
  return table(
    orders.length < bad + open
      ? 'Of each such outcome the first order and a few drawn at random'
      : 'Every order that failed or may have been placed',
    [{ label: 'Outcome', kind: 'text' }, { label: 'Order', kind: 'text' }, ...timeColumns(shows)],
    orders
      .slice(0, SHOWN_FAILED)
      .map((order) => [
        { shows: outcomeCell(order), sort: order.outcome },
        orderCell(order),
        ...timeCells(order, shows),
      ]),
  );
}

/** Columns that say nothing of any of these orders are left out. */
type Shown = { think: boolean };
const shownOf = (orders: readonly ResultOrder[]): Shown => ({ think: orders.some(({ thinkUs }) => thinkUs > 0) });

const timeColumns = ({ think }: Shown): Column[] => [
  { label: 'Due', kind: 'text' },
  ...['Response', 'Late', 'Wait', 'Service', ...(think ? ['Think'] : [])].map(number),
];

const timed = (us: number | null): Cell => ({ shows: durationText(us), sort: us ?? -1 });

function timeCells(order: ResultOrder, { think }: Shown): Cell[] {
  const { dueUs, responseUs, latenessUs, waitUs, serviceUs, thinkUs } = order;
  const dueS = Math.floor(dueUs / 1e6);
  return [
    { shows: timeLink(dueS, dueS + 1, formatClock(dueUs)), sort: dueUs },
    { shows: html`<strong>${durationText(responseUs)}</strong>`, sort: responseUs },
    ...[latenessUs, waitUs, serviceUs, ...(think ? [thinkUs] : [])].map(timed),
  ];
}

/** Its number in the plan, its key as in the books, the way to its trace, and its exchanges where it has several. */
function orderCell({ seq, key, trace, steps }: ResultOrder): Cell {
  return {
    sort: seq,
    shows: html`${formatCount(seq)}${trace !== null && html` ${traceLink(trace)}`}<br><code class="quiet">${cutTo(key, MOST_WORD)}</code>${
      steps.length > 0 &&
      html`<details><summary>${formatCount(steps.length)} ${steps.length === 1 ? 'request' : 'requests'}</summary><ol class="examples">${steps.map(stepItem)}</ol></details>`
    }`,
  };
}

/** Only what a browser opens as a page: a run folder may have been written by anybody. */
function traceLink({ id, url }: NonNullable<ResultOrder['trace']>): Html {
  if (url === null || !/^https?:\/\//i.test(url))
    return html`<span class="quiet">trace <code>${cutTo(id, MOST_WORD)}</code></span>`;
  return html`<a href="${url}" rel="noopener noreferrer">trace</a>`;
}

function stepItem({ step, why, thinkUs, latenessUs, firedUs, sentUs, doneUs, status, outcome }: ResultStep): Html {
  const parts = [
    thinkUs > 0 && `after a pause of ${formatDuration(thinkUs)}`,
    latenessUs >= 1_000 && `${formatDuration(latenessUs)} late`,
    sentUs === null ? 'never sent' : sentUs - firedUs >= 1_000 && `waited ${formatDuration(sentUs - firedUs)}`,
    sentUs !== null && `took ${formatDuration(doneUs - sentUs)}`,
  ].filter((part) => part !== false);
  return html`<li>${cutTo(step, MOST_WORD)}${why !== 'first' && ` (${why})`}: ${status > 0 && `${status} `}<code>${cutTo(outcome, MOST_WORD)}</code> <span class="quiet">${parts.join(', ')}</span></li>`;
}

function outcomeCell({ outcome, class: of, status, detail }: ResultOrder): Html {
  const said = [status > 0 ? String(status) : '', detail].filter((part) => part !== '').join(' ');
  return html`<code>${cutTo(outcome, MOST_WORD)}</code> <span class="class class-${of}">${of}</span>${said !== '' && html`<br><span class="quiet">${cutTo(said, MOST_DETAIL)}</span>`}`;
}

/** Of a run from before single orders were kept: when the slowest were due. */
function stretches(view: RunView): Html {
  const times = seenRows(view, view.charts.times);
  const maxima = valuesOf(times, times.response.max);
  const counts = valuesOf(times, times.response.count);
  const rows = maxima
    .map((us, row) => ({ us, fromS: row * times.everyS, count: counts[row] }))
    .filter(({ us }) => us !== null)
    .sort((a, b) => b.us! - a.us!)
    .slice(0, SHOWN_STRETCHES)
    .map(({ us, fromS, count }) => {
      const untilS = Math.min(fromS + times.everyS, times.untilS);
      return [
        { shows: timeLink(fromS, untilS, spanText(fromS, untilS)), sort: fromS },
        durationCell(us),
        countCell(count),
      ];
    });
  if (rows.length === 0) return html`<p class="none">No order was answered.</p>`;
  return html`<p class="quiet">This run was made before single orders were kept: these are the stretches that the slowest were due in.</p>
${table(
  `Slowest response of each ${formatDuration(times.everyS * 1e6)}`,
  [{ label: 'Due', kind: 'text' }, number('slowest'), number('of orders')],
  rows,
)}`;
}

function failed({ charts }: RunView): Html {
  const bad = charts.outcomes.filter(({ class: of, count }) => count > 0 && (of === 'failed' || of === 'unknown'));
  if (bad.length === 0) return html`<p>No order failed, and of none the outcome is unknown.</p>`;
  return html`<ul>${bad.map(
    ({ name, class: of, count, firstS, lastS }) =>
      html`<li><code>${name}</code> (${of}): ${formatCount(count)}, due from ${timeLink(firstS, firstS + 1, formatClock(firstS * 1e6))} to ${timeLink(lastS, lastS + 1, formatClock(lastS * 1e6))}</li>`,
  )}</ul>`;
}

/** The first orders whose answer never came, and what the books say of them. */
function unknown({ result: { books } }: RunView): Html | undefined {
  const examples = books?.unknown?.examples ?? [];
  if (examples.length === 0) return undefined;
  return html`<h3>Orders whose answer never came</h3><ol class="examples">${examples.map(exampleItem)}</ol>`;
}
