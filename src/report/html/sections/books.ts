// 9: what the shop's own books say of the orders it told us it took.

import { formatCount, formatDuration, plural } from '../../../units.ts';
import type { Result } from '../../result.ts';
import type { ResultBooks, ResultExample, ResultInvariant } from '../../result-audit.ts';
import type { Html } from '../escape.ts';
import { html } from '../escape.ts';
import { facts, mark, section, table } from '../parts.ts';
import type { RunView } from '../view.ts';
import { countCell } from '../words.ts';

export function booksSection({ result, live }: RunView): Html {
  const { audit, books, orders } = result;
  const read = books?.read ?? null;
  const intro =
    live !== undefined
      ? html`<p class="none">The shop's own books are read when the run has ended, where the profile names them.</p>`
      : read === null
        ? html`<p class="none">The shop's own books were not read: ${formatCount(orders.accepted)} orders were accepted by what it answered${orders.unknown > 0 && html`, ${formatCount(orders.unknown)} more may have been placed`}, and nobody checked that it kept them. Name its books under <code>audit:</code> in the profile.</p>${sentAgain(result)}`
        : html`${summary(result, books!)}`;
  return section('books', 'The books', html`${intro}${audit.length > 0 && invariants(audit)}`);
}

function summary(result: Result, books: ResultBooks): Html {
  const { orders, attempts } = result;
  const { read, truth, unknown, foreign } = books;
  const rows: [string, string][] = [
    ['Accepted by its answers', formatCount(orders.accepted)],
    ["In the shop's books", truth === null ? 'not known' : `${formatCount(truth.confirmed)} of this run`],
    [
      'Rows read',
      `${formatCount(read!.rows)}${read!.claimed === null ? '' : ` of ${formatCount(read!.claimed)} claimed`} in ${formatDuration(read!.tookUs)}`,
    ],
    ['Of other buyers', formatCount(foreign.rows)],
    ['Malformed rows', formatCount(read!.malformed)],
  ];
  if (unknown !== null && unknown.total > 0) {
    rows.push([
      'Unknown orders',
      `${formatCount(unknown.placed)} of ${formatCount(unknown.total)} were placed, ${formatCount(unknown.notPlaced)} were not`,
    ]);
  }
  if (attempts?.perOrder != null) rows.push(['Attempts for each order', attempts.perOrder.toFixed(2)]);
  return html`${books.incomplete !== '' && html`<p class="lead">${mark('fail', 'Audit incomplete')}: ${books.incomplete}.</p>`}
${truth !== null && html`<p class="lead">${truthText(truth)}</p>`}
${facts(rows)}`;
}

/** Without books: how often orders were sent, where one was sent more than once. */
function sentAgain({ attempts }: Result): Html | false {
  if (attempts === null || attempts.attempts <= attempts.orders) return false;
  const { orders, attempts: all, perOrder } = attempts;
  return html`<p>${formatCount(all)} attempts were made for ${formatCount(orders)} ${plural(orders, 'order')}, ${perOrder!.toFixed(2)} an order.</p>`;
}

function truthText({ accepted, confirmed, unknown, holds }: NonNullable<ResultBooks['truth']>): string {
  const range =
    unknown === 0 ? formatCount(accepted) : `${formatCount(accepted)} to ${formatCount(accepted + unknown)}`;
  return holds
    ? `In number the books agree: they confirm ${formatCount(confirmed)} ${plural(confirmed, 'order')}, and by the answers it had to be ${range}.`
    : `Not even in number do the books agree: they confirm ${formatCount(confirmed)} ${plural(confirmed, 'order')}, but by the answers it had to be ${range}.`;
}

/** What each invariant promises, for those who do not know its name. */
const PROMISES: Record<ResultInvariant['name'], string> = {
  oversold: 'no more is sold than there was',
  lost: 'what was accepted is in the books',
  duplicated: 'no order is in the books twice',
  phantom: 'what was refused is not in the books',
  undersold: 'nobody is turned away while there is stock',
  over_limit: 'no buyer gets more than the limit',
  mispriced: 'every order has the price it should have',
  replay_mismatch: 'the same order sent again gets the same answer',
  unread: 'an accepted order can be read at once',
};

function invariants(audit: readonly ResultInvariant[]): Html {
  const rows = audit.map(({ name, status, violations, checked, says, examples }) => [
    mark(status),
    html`<strong>${name}</strong><br><span class="quiet">${PROMISES[name] ?? ''}</span>`,
    countCell(status === 'not-checked' ? null : violations),
    countCell(status === 'not-checked' ? null : checked),
    html`${says}${examples.length > 0 && html`<details><summary>First ${formatCount(examples.length)}</summary><ol class="examples">${examples.map(exampleItem)}</ol></details>`}`,
  ]);
  return table(
    'What was held against the books of the shop',
    [
      { label: 'Status', kind: 'text' },
      { label: 'Invariant', kind: 'text' },
      { label: 'Violations', kind: 'number' },
      { label: 'Checked', kind: 'number' },
      { label: 'What was found', kind: 'text' },
    ],
    rows,
  );
}

/** With a mark where it was cut. */
export const cutTo = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text);

/** An order and what was seen of it, attempt by attempt. */
export function exampleItem({ seq, key, sku, says, story }: ResultExample): Html {
  const names = [seq === null ? '' : `order ${seq}`, sku ?? '', key ?? ''].filter((name) => name !== '');
  return html`<li>${names.length > 0 && html`<code>${cutTo(names.join(' · '), 160)}</code>: `}${cutTo(says, 400)}${
    story !== null &&
    html`<ul>${story.deeds
      .slice(0, 6)
      .map(
        ({ step, why, firedUs, doneUs, status, outcome, id }) =>
          html`<li class="quiet">${step} (${why}): ${status > 0 && `${status}, `}${outcome}${id !== null && html`, id <code>${cutTo(id, 80)}</code>`}${firedUs !== null && `, fired ${formatDuration(firedUs)}`}${doneUs !== null && firedUs !== null && `, took ${formatDuration(doneUs - firedUs)}`}</li>`,
      )}</ul>`
  }</li>`;
}
