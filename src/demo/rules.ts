// The single decisions the books are made of, each one statement or two, so that a bug (bugs/) can get exactly one of them
// wrong. All run inside a transaction.

import type { OrderRow, Wanted } from './books.ts';
import type { Statements } from './tables.ts';

/** Whom a shop turns away: the key is known only once it comes to paying. */
export type Asked = { key?: string; buyer: string; sku: string; quantity: number };

export type Rules = {
  /** What was decided under this key before. */
  known(key: string): OrderRow | undefined;
  /** What the card is charged. `priceCents` is the catalogue's price of one unit. */
  totalCents(wanted: Wanted, priceCents: number): number;
  /** Units this buyer holds, held against the limit. */
  heldBy(buyer: string): number;
  /** Only a look, for a cart: nothing is taken. */
  inStock(sku: string, quantity: number): boolean;
  /** Moves units from the shelf to those being paid; false when there are not enough. */
  reserve(wanted: Wanted): boolean;
  /** The end of a payment: the units are gone, or back on the shelf. */
  unreserve(row: OrderRow, paid: boolean): void;
  /** Counts units against the buyer's limit, and at the end of the payment takes them off again if it came to nothing. */
  hold(wanted: Wanted): void;
  unhold(row: OrderRow, paid: boolean): void;
  /** Told of everybody who is sent away for lack of stock. */
  turnedAway(asked: Asked): void;
};

export function honestRules(sql: Statements): Rules {
  return {
    known: (key) => sql.findByKey.get(key) as OrderRow | undefined,
    totalCents: (wanted, priceCents) => wanted.quantity * priceCents,
    heldBy: (buyer) => Number(sql.heldBy.get(buyer)?.units ?? 0),
    inStock: (sku, quantity) => Number(sql.available.get(sku)?.available ?? 0) >= quantity,
    // The condition and the change are one statement: this is what never oversells.
    reserve: ({ sku, quantity }) => sql.reserve.run(quantity, quantity, sku, quantity).changes !== 0,
    unreserve: (row, paid) => {
      sql.unreserve.run(row.quantity, paid ? 0 : row.quantity, row.sku);
    },
    hold: ({ buyer, quantity }) => {
      sql.hold.run(buyer, quantity);
    },
    unhold: (row, paid) => {
      if (!paid) sql.hold.run(row.buyer, -row.quantity);
    },
    turnedAway: () => {},
  };
}
