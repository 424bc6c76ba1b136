// One sale from wish to answer: reserve → pay → confirm or release; every decision is kept under its key and replayed
// (IETF draft-ietf-httpapi-idempotency-key-header). The steps are separate so that a bug (bugs/) can get one of them wrong.
// A sale that has begun goes on to its end even when the shopper hangs up.

import type { Books, OrderRow, Placement, StockLevel, Wanted } from './books.ts';
import type { Commits } from './commits.ts';
import type { Payments } from './payments.ts';

export type Steps = {
  place(wanted: Wanted): Promise<Placement>;
  /** True when the card was charged. */
  pay(row: OrderRow): Promise<boolean>;
  /** Undefined when the order is gone (the shop was reset meanwhile). */
  settle(row: OrderRow, paid: boolean): Promise<OrderRow | undefined>;
  /** The row as the shopper is told it; the same each time, so a replay needs no stored bytes. */
  tell(row: OrderRow, isReplay: boolean): OrderRow;
  /** For GET /orders/{id} and GET /stock. */
  find(id: number): OrderRow | undefined;
  stock(): Record<string, StockLevel>;
};

/** `isDeclined` is drawn once per payment. */
export type Till = { books: Books; commits: Commits; payments: Payments; isDeclined: () => boolean };

export function honestSteps({ books, commits, payments, isDeclined }: Till): Steps {
  return {
    place: (wanted) => commits.submit(() => books.place(wanted)),
    pay: async () => {
      await payments.pay();
      return !isDeclined();
    },
    settle: (row, paid) => commits.submit(() => books.settle(row.id, paid)),
    tell: (row) => row,
    find: (id) => books.find(id),
    stock: () => books.stock(),
  };
}

/** `told`: decided now, or `isReplay`. A told row is never `reserved`. */
export type Sale = { kind: 'told'; row: OrderRow; isReplay: boolean } | { kind: 'in_flight' | 'reused' | 'reset' };

export async function sell(wanted: Wanted, steps: Steps): Promise<Sale> {
  const placed = await steps.place(wanted);
  if (placed.kind === 'reused') return placed;
  if (placed.kind === 'seen') {
    const row = steps.tell(placed.row, true);
    return row.status === 'reserved' ? { kind: 'in_flight' } : { kind: 'told', row, isReplay: true };
  }
  const settled = placed.row.status === 'reserved' ? await payFor(placed.row, steps) : placed.row;
  return settled ? { kind: 'told', row: steps.tell(settled, false), isReplay: false } : { kind: 'reset' };
}

async function payFor(row: OrderRow, steps: Steps): Promise<OrderRow | undefined> {
  const paid = await steps.pay(row);
  return steps.settle(row, paid);
}
