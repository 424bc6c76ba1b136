// What `plan` says of the orders: what is sent before them, their steps, where their values come from, how their shoppers
// behave, and which books they are held against. A row of a label and a text each; a label is left out where it repeats.

import type { Plan } from '../profile/plan.ts';
import { shownPathOf } from '../profile/redact.ts';
import { formatCountOf, formatDuration, formatShare } from '../units.ts';

export type PlanRow = [label: string, text: string];

type Order = Plan['order'];
type Step = Order['steps'][number];
type Books = NonNullable<Plan['books']>;

export function orderRows({ order, setup, teardown, books }: Plan): PlanRow[] {
  const { shoppers, feeders = [] } = order;
  return [
    ...rows('setup', setup.map(namedRequest)),
    ...rows('order', stepTexts(order)),
    ...rows(
      'feeders',
      feeders.map(({ name, rows, order: how }) => `${name}: ${formatCountOf(rows, 'row')}, ${how}`),
    ),
    ...rows('shoppers', shoppers ? habitsOf(shoppers) : []),
    ...rows('books', books ? bookTexts(books) : []),
    ...rows('teardown', teardown.map(namedRequest)),
  ];
}

function rows(label: string, texts: readonly string[]): PlanRow[] {
  return texts.map((text, index) => [index === 0 ? label : '', text]);
}

const requestOf = (step: Step) => `${step.method} ${shownPathOf(step)}`;
const namedRequest = (step: Step) => `${step.name}: ${requestOf(step)}`;

function stepTexts({ steps, placedBy = steps.length - 1, journey }: Order): string[] {
  if (journey !== undefined) {
    const names = steps.map(({ name }, index) => (index === placedBy ? `${name} (places the order)` : name));
    return [`the code of ${steps[0]!.shownPath ?? 'a module'}: ${names.join(', ')}`];
  }
  if (steps.length === 1) return steps.map(requestOf);
  return steps.map((step, index) => {
    const more = [
      ...(step.think ? [`after ${thinkText(step.think)}`] : []),
      ...(step.when ? ['only when its conditions hold'] : []),
      ...(index === placedBy ? ['places the order'] : []),
    ];
    return [namedRequest(step), ...more].join(', ');
  });
}

function thinkText(think: NonNullable<Step['think']>): string {
  if (think.kind === 'fixed') return formatDuration(think.us);
  if (think.kind === 'uniform') return `${formatDuration(think.fromUs)} to ${formatDuration(think.untilUs)}`;
  return `about ${formatDuration(think.medianUs)}`;
}

function habitsOf(shoppers: NonNullable<Order['shoppers']>): string[] {
  const { doubleClick, replay, altered, abandon, readBack, retry } = shoppers;
  const texts: string[] = [];
  if (doubleClick) {
    const { fromCopies, untilCopies, withinUs } = doubleClick;
    const copies = fromCopies === untilCopies ? fromCopies : `${fromCopies} to ${untilCopies}`;
    texts.push(`${formatShare(doubleClick.share)} click ${copies} times within ${formatDuration(withinUs)}`);
  }
  if (replay) texts.push(`${formatShare(replay.share)} replay ${formatDuration(replay.afterUs)} after the answer`);
  if (altered) texts.push(`${formatShare(altered.share)} send the key again with another body`);
  if (abandon)
    texts.push(
      `${formatShare(abandon.share)} cut the connection and ask again ${formatDuration(abandon.againUs)} later`,
    );
  if (readBack) texts.push(`${formatShare(readBack.share)} read their order back`);
  if (retry) texts.push(`all retry up to ${formatCountOf(retry.times, 'time')} after ${retry.on.join(' or ')}`);
  return texts;
}

function bookTexts({ stock, orders, limit }: Books): string[] {
  const sources = [...(stock ? [`stock from ${requestOf(stock.step)}`] : []), ...(orders ? [ordersText(orders)] : [])];
  const limits = limit === undefined ? [] : [`at most ${formatCountOf(limit, 'unit')} a buyer`];
  return sources.length + limits.length === 0 ? [] : [[...sources, ...limits].join(', ')];
}

/** The name of a file or a program may be what a variable holds, so it is not shown. */
function ordersText(orders: NonNullable<Books['orders']>): string {
  if (orders.kind === 'http') return `orders from ${requestOf(orders.step)} (${orders.format})`;
  return `orders from a ${orders.kind === 'file' ? 'file' : 'program'} (${orders.format})`;
}
