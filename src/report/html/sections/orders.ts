// 12: single orders that are worth a look: the slowest, and some of those that failed or may have been placed, each with
// where its time went and the way into the shop's own traces.

import { formatClock, formatCount, formatCountOf, formatDuration } from '../../../units.ts';
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
  const isAll = orders.length >= result.orders.fired;
  return html`<p class="quiet">Response runs from the moment an order was due. Late is our own doing, wait is the way to the shop (a free connection, connecting), service is the shop.${hasThink(orders) && ' Think is the pauses of the shopper, inside the response.'}</p>
${ordersTable(isAll ? 'Every order of the run, the slowest first' : `The ${formatCount(orders.length)} slowest orders`, orders)}`;
}

function failedOrders({ result }: RunView, orders: readonly ResultOrder[]): Html {
  const { failed: bad, unknown: open } = result.orders;
  const isAll = orders.length >= bad + open;
  return ordersTable(
    isAll
      ? 'Every order that failed or may have been placed'
      : 'Of each of these outcomes the first order, and a few drawn at random',
    orders.slice(0, SHOWN_FAILED),
  );
}

const hasThink = (orders: readonly ResultOrder[]): boolean => orders.some(({ thinkUs }) => thinkUs > 0);

function ordersTable(caption: string, orders: readonly ResultOrder[]): Html {
  const think = hasThink(orders);
  const traced = orders.some(({ trace }) => trace !== null);
  const times = ['Response', 'Late', 'Wait', 'Service', ...(think ? ['Think'] : [])];
  const columns: Column[] = [
    { label: 'Order', kind: 'text' },
    { label: 'Due', kind: 'text' },
    ...times.map(number),
    { label: 'Outcome', kind: 'text' },
    ...(traced ? [{ label: 'Trace', kind: 'text' } as const] : []),
  ];
  return table(
    caption,
    columns,
    orders.map((order) => [
      orderCell(order),
      ...timeCells(order, think),
      outcomeCell(order),
      ...(traced ? [order.trace === null ? '–' : traceLink(order.trace)] : []),
    ]),
  );
}

const timed = (us: number | null): Cell => ({ shows: durationText(us), sort: us ?? -1 });

function timeCells(order: ResultOrder, think: boolean): Cell[] {
  const { dueUs, responseUs, latenessUs, waitUs, serviceUs, thinkUs } = order;
  const dueS = Math.floor(dueUs / 1e6);
  return [
    { shows: timeLink(dueS, dueS + 1, formatClock(dueUs)), sort: dueUs },
    { shows: html`<strong>${durationText(responseUs)}</strong>`, sort: responseUs },
    ...[latenessUs, waitUs, serviceUs, ...(think ? [thinkUs] : [])].map(timed),
  ];
}

/** Its number in the plan, and its key as in the books. */
function orderCell({ seq, key }: ResultOrder): Cell {
  return {
    sort: seq,
    shows: html`${formatCount(seq)} <code class="key">${cutTo(key, MOST_WORD)}</code>`,
  };
}

/** Only what a browser opens as a page: a run folder may have been written by anybody. */
function traceLink({ id, url }: NonNullable<ResultOrder['trace']>): Html {
  if (url === null || !/^https?:\/\//i.test(url)) return html`<code class="key">${cutTo(id, MOST_WORD)}</code>`;
  return html`<a href="${url}" rel="noopener noreferrer">open</a>`;
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

/** How it ended, and its exchanges where it has several. */
function outcomeCell({ outcome, class: of, status, detail, steps }: ResultOrder): Cell {
  const said = [status > 0 ? String(status) : '', detail].filter((part) => part !== '').join(' ');
  return {
    sort: outcome,
    shows: html`<code>${cutTo(outcome, MOST_WORD)}</code> <span class="class class-${of}">${of}</span>${said !== '' && html`<br><span class="quiet">${cutTo(said, MOST_DETAIL)}</span>`}${
      steps.length > 0 &&
      html`<details><summary>${formatCountOf(steps.length, 'request')}</summary><ol class="examples">${steps.map(stepItem)}</ol></details>`
    }`,
  };
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
      html`<li><code>${name}</code> (${of}): ${formatCount(count)}, due ${firstS === lastS ? 'at' : 'from'} ${secondLink(firstS)}${lastS !== firstS && html` to ${secondLink(lastS)}`}</li>`,
  )}</ul>`;
}

const secondLink = (second: number): Html => timeLink(second, second + 1, formatClock(second * 1e6));

/** The first orders whose answer never came, and what the books say of them. */
function unknown({ result: { books } }: RunView): Html | undefined {
  const examples = books?.unknown?.examples ?? [];
  if (examples.length === 0) return undefined;
  return html`<h3>Orders whose answer never came</h3><ol class="examples">${examples.map(exampleItem)}</ol>`;
}
