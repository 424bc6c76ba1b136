// The books are read after quiescence (METHOD §7): a shop may still be writing down what it has answered. The number of
// rows, and the stock where it is told, are looked at until they are the same twice in a row (an order that is still being
// paid may be a row already, and its units are reserved); then everything is read once. Where that reading lacks orders that
// were accepted, the shop may only be slow: it gets more time, and everything is read again.

import type { BookRow, Reading, StockLevels } from '../audit/spec.ts';
import type { BooksSpec, OrdersSource } from '../order/books.ts';
import { formatDuration } from '../units.ts';
import { blankReading, countRows, readOrders } from './read.ts';
import type { BooksSeams } from './seams.ts';
import { readStock } from './stock.ts';

/** `reading` undefined: the profile names no orders export. `stockTrouble` empty: read, or none is named. */
export type Books = { reading: Reading | undefined; stock: StockLevels | undefined; stockTrouble: string };

const INTERRUPTED = 'the reading was interrupted';

/** Longer than this, or this part of `settle`, nobody waits for accepted orders of which the books show no sign. */
const GRACE_US = 5e6;
const GRACE_PART = 1 / 6;

export type TakeRow = (row: BookRow) => void;
/** What a reading is wanted for: the books may come to rest before all of it is there. */
export type Awaiting = {
  /** A reading begins: whatever was taken before is void. */
  begin(): TakeRow;
  /** Accepted orders that this reading has not confirmed, and how many of them it has as reserved. */
  open(): { missing: number; reserved: number };
};

/** Waits until the books have come to rest, hands every row over, and reads the stock. Never rejects. */
export async function readBooks(spec: BooksSpec, seams: BooksSeams, to: TakeRow | Awaiting): Promise<Books> {
  const startUs = seams.nowUs();
  const reading = spec.orders && (await settledOrders({ spec, source: spec.orders, seams }, to));
  if (reading) reading.tookUs = seams.nowUs() - startUs;
  if (!spec.stock) return { reading, stock: undefined, stockTrouble: '' };
  const { levels: stock, trouble: stockTrouble } = await readStock(spec.stock, seams, spec.timeoutUs);
  return { reading, stock, stockTrouble };
}

type Settling = { spec: BooksSpec; source: OrdersSource; seams: BooksSeams };

async function settledOrders(books: Settling, to: TakeRow | Awaiting): Promise<Reading> {
  const { spec, seams } = books;
  const polls: number[] = [];
  const untilUs = seams.nowUs() + spec.settleUs;
  const patience = patienceFor(books);
  // A shop that was loaded may need a moment before it answers at all: one poll that fails is no reason to give up.
  let before: Look | undefined;
  let read: Reading | undefined;
  for (;;) {
    const look = await lookAt(books);
    if (seams.signal?.aborted) return { ...(read ?? blankReading(INTERRUPTED)), polls };
    let isAtRest = false;
    if ('trouble' in look) before = undefined;
    else {
      polls.push(look.rows);
      isAtRest = look.rows === before?.rows && look.stock === before.stock;
      before = look;
    }
    if (isAtRest) {
      read = await readAtRest(books, to, polls.at(-1)!);
      const isSpoilt = read.trouble !== '' || read.malformed > 0;
      if (isSpoilt || typeof to === 'function' || !patience(to.open())) return { ...read, polls };
    }
    if (seams.nowUs() + spec.pollUs > untilUs) {
      // What was read whole stands, unless more came; where others buy too, no two counts need be equal again.
      const stands = isAtRest || 'trouble' in look || spec.foreign === 'ignore';
      const trouble = 'trouble' in look ? look.trouble : restless(spec, polls);
      return { ...(read && stands ? read : blankReading(trouble)), polls };
    }
    await seams.sleep(spec.pollUs);
  }
}

/** Once, every row. */
async function readAtRest(books: Settling, to: TakeRow | Awaiting, settled: number): Promise<Reading> {
  const reading = await readOrders(books, typeof to === 'function' ? to : to.begin());
  const told = reading.claimed ?? reading.rows + reading.malformed;
  if (reading.trouble === '' && told !== settled) {
    reading.trouble = `the books held ${settled} rows when they had come to rest, and ${told} when they were read`;
  }
  return reading;
}

/** Whether more orders may yet come: those that are reserved all the time there is, others a grace from the last that came. */
function patienceFor({ spec, seams }: Settling): (open: ReturnType<Awaiting['open']>) => boolean {
  const graceUs = Math.max(GRACE_US, spec.settleUs * GRACE_PART);
  let known = { missing: -1, reserved: -1 };
  let changedUs = 0;
  return ({ missing, reserved }) => {
    if (missing !== known.missing || reserved !== known.reserved) changedUs = seams.nowUs();
    known = { missing, reserved };
    return missing > 0 && (reserved > 0 || seams.nowUs() + spec.pollUs <= changedUs + graceUs);
  };
}

/** `stock`: all levels as one text. */
type Look = { rows: number; stock: string };

async function lookAt(books: Settling): Promise<Look | { trouble: string }> {
  const { spec, seams } = books;
  const rows = await countRows(books);
  if (typeof rows === 'string') return { trouble: rows };
  if (!spec.stock) return { rows, stock: '' };
  const { levels, trouble } = await readStock(spec.stock, seams, spec.timeoutUs);
  return trouble === '' ? { rows, stock: JSON.stringify(levels) } : { trouble };
}

function restless({ settleUs }: BooksSpec, polls: readonly number[]): string {
  const last = polls.slice(-5).join(', ');
  const isStock = polls.length > 1 && polls.at(-1) === polls.at(-2);
  const what = isStock ? 'the stock still changes' : `${polls.length > 5 ? '… ' : ''}${last} rows`;
  return `the books did not come to rest within ${formatDuration(settleUs)}: ${what}`;
}
