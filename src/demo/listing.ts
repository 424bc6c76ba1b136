// What an export shows of the books: how many rows there are, and the rows from an id on. Its faults are for proving that
// an audit notices an export it cannot trust; the books behind them stay right.

import type { Books, OrderRow } from './books.ts';

/** The faults by name, with what each is, for --help. */
export const EXPORT_FAULTS = {
  cut: 'breaks off half-way',
  miscount: 'claims one row in a hundred more than there are',
  malformed: 'one row in the middle is broken',
  foreign: 'three rows at the end are of nobody in this shop',
  unsettled: 'each reading shows one more row, the first 64 times',
} as const;
export type ExportFault = keyof typeof EXPORT_FAULTS;
export const FAULT_NAMES = Object.keys(EXPORT_FAULTS) as ExportFault[];

export type ListedRow = OrderRow & { isBroken?: boolean };

/** One reading of the books. `rows` ascend by id; fewer than asked for means that the end is reached. */
export type Listing = { total: number; rows(afterId: number, limit: number): ListedRow[] };

/** Thrown where a listing breaks off. */
export class BrokenOff extends Error {}

const FOREIGN_ROWS = 3;
/** Above any id of an order. */
const FOREIGN_ID = 1e12;
const SETTLED_AFTER = 64;

export const honestListing = (books: Books): Listing => ({
  total: books.heldRows,
  rows: (afterId, limit) => books.page(afterId, limit),
});

/** The first id of the second half; the rows with a lower one are the first. */
const middleOf = (books: Books): number => Math.ceil((books.idFromEnd(0) ?? 0) / 2);

function cutListing(books: Books, honest: Listing): Listing {
  const middle = middleOf(books);
  return {
    ...honest,
    rows: (afterId, limit) => {
      const rows = honest.rows(afterId, limit);
      const whole = rows.filter((row) => row.id < middle);
      if (whole.length === 0 && limit > 0) throw new BrokenOff('The export breaks off here');
      return whole;
    },
  };
}

function malformedListing(books: Books, honest: Listing): Listing {
  const middle = middleOf(books);
  return {
    ...honest,
    rows: (afterId, limit) => {
      const rows: ListedRow[] = honest.rows(afterId, limit);
      const at = afterId < middle ? rows.findIndex((row) => row.id >= middle) : -1;
      return at < 0 ? rows : rows.with(at, { ...rows[at]!, isBroken: true });
    },
  };
}

function foreignListing(honest: Listing, nowMs: number): Listing {
  // Nobody has bought yet: who is there before a run began is nothing to it.
  if (honest.total === 0) return honest;
  const strangers = Array.from({ length: FOREIGN_ROWS }, (_, i): ListedRow => {
    const wish = { key: `foreign-${i + 1}`, buyer: 'somebody', sku: 'sku-1', quantity: 1, price: null, total: null };
    return { ...wish, id: FOREIGN_ID + i, totalCents: 100, status: 'confirmed', createdMs: nowMs };
  });
  return {
    total: honest.total + FOREIGN_ROWS,
    rows: (afterId, limit) => {
      const rows = honest.rows(afterId, limit);
      const more = strangers.filter((row) => row.id > afterId).slice(0, limit - rows.length);
      return [...rows, ...more];
    },
  };
}

/** `hidden`: rows at the end that do not show yet. */
function unsettledListing(books: Books, honest: Listing, hidden: number): Listing {
  if (hidden === 0) return honest;
  const firstHidden = books.idFromEnd(Math.min(hidden, honest.total) - 1) ?? 0;
  return {
    total: Math.max(0, honest.total - hidden),
    rows: (afterId, limit) => honest.rows(afterId, limit).filter((row) => row.id < firstHidden),
  };
}

/** `readings`: how often the export was read from its beginning before. */
export function listingOf(books: Books, fault: ExportFault | null, { readings = 0, nowMs = 0 } = {}): Listing {
  const honest = honestListing(books);
  switch (fault) {
    case null:
      return honest;
    case 'cut':
      return cutListing(books, honest);
    case 'miscount':
      return { ...honest, total: honest.total + Math.max(1, Math.round(honest.total / 100)) };
    case 'malformed':
      return malformedListing(books, honest);
    case 'foreign':
      return foreignListing(honest, nowMs);
    case 'unsettled':
      return unsettledListing(books, honest, Math.max(0, SETTLED_AFTER - readings));
  }
}
