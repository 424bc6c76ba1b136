// SLOs about the shop's books that a run could not answer, told before it starts. A warning, no error: such a line keeps
// the run from passing, so nobody is misled, and the same profile must run against a shop whose books nobody can read.

import type { Plan } from './plan.ts';
import type { Section } from './section.ts';
import type { AuditLine } from './slo.ts';

type Known = Pick<Plan, 'books' | 'order'>;

const needsOrders = ({ books }: Known) => (books?.orders ? undefined : '`audit.orders`');
const repeats = ({ order: { shoppers } }: Known) =>
  shoppers !== undefined &&
  [shoppers.doubleClick, shoppers.replay, shoppers.altered, shoppers.abandon, shoppers.retry].some(Boolean);

/** Without an id, another body that is accepted leaves open what was taken. */
const canCompare = ({ answer, shoppers }: Known['order']) =>
  answer?.id !== undefined || (!shoppers?.altered && (answer?.quantity !== undefined || answer?.total !== undefined));

/** What each check lacks to look at anything. */
const LACKS: Readonly<Record<string, (known: Known) => string | undefined>> = {
  oversold: ({ books }) => (books?.stock ? undefined : '`audit.stock`'),
  lost: needsOrders,
  phantom: needsOrders,
  duplicated: (known) =>
    known.books?.orders || (known.order.answer?.id && repeats(known))
      ? undefined
      : '`audit.orders`, or `audit.answer.id` and `shoppers` that repeat orders',
  undersold: ({ books }) =>
    !books?.stock
      ? '`audit.stock`'
      : books.soldOut.length > 0
        ? undefined
        : '`audit.sold-out`: the outcomes that mean it',
  over_limit: ({ books }) =>
    books?.limit !== undefined && books.orders ? undefined : '`audit.limit` and `audit.orders`',
  mispriced: ({ books, order }) =>
    books?.orders && books.fields?.total && (books.prices || order.answer?.total)
      ? undefined
      : '`audit.orders` with `fields.total`, and `audit.prices` or `audit.answer.total`',
  replay_mismatch: (known) =>
    !repeats(known)
      ? '`shoppers` that repeat orders, such as `replay: 1%`'
      : canCompare(known.order)
        ? undefined
        : '`audit.answer.id`: where an accepted answer names its order',
  unread: ({ order }) => (order.shoppers?.readBack ? undefined : '`shoppers.read-back`'),
};

export function warnOfUnchecked(lines: readonly AuditLine[], known: Known, { warn }: Section): void {
  for (const { subject, text } of lines) {
    const lack = LACKS[subject]?.(known);
    if (lack !== undefined)
      warn(`slo: \`${text}\` stays NOT CHECKED, which keeps the run from passing: it needs ${lack}`);
  }
}
