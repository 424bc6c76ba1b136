// The books are read after quiescence (METHOD §7): a shop may still be writing down what it has answered. The number of
// rows, and the stock where it is told, are looked at until they are the same twice in a row (an order that is still being
// paid may be a row already, and its units are reserved); then everything is read once. Where that reading lacks orders that
// were accepted, the shop may only be slow: it gets more time, and everything is read again. What was read whole once is not
// worth less for a shop that cannot be read again.

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

/** Who takes the rows, and what is awaited of them: the books may come to rest before all of it is there. */
export type Awaiting = {
  /** A reading begins. What it took stands once it is kept, in place of what was kept before. */
  begin(): { take: (row: BookRow) => void; keep(): void };
  /** Accepted orders that the kept reading has not confirmed, and how many of them it has as reserved. */
  open(): { missing: number; reserved: number };
};

/** Waits until the books have come to rest, hands every row over, and reads the stock. Never rejects. */
export async function readBooks(spec: BooksSpec, seams: BooksSeams, to: Awaiting): Promise<Books> {
  const startUs = seams.nowUs();
  const reading = spec.orders && (await settledOrders({ spec, source: spec.orders, seams }, to));
  if (reading) reading.tookUs = seams.nowUs() - startUs;
  if (!spec.stock) return { reading, stock: undefined, stockTrouble: '' };
  const { levels: stock, trouble: stockTrouble } = await readStock(spec.stock, seams, spec.timeoutUs);
  return { reading, stock, stockTrouble };
}

type Settling = { spec: BooksSpec; source: OrdersSource; seams: BooksSeams };

async function settledOrders(books: Settling, to: Awaiting): Promise<Reading> {
  const { spec, seams } = books;
  const polls: number[] = [];
  const untilUs = seams.nowUs() + spec.settleUs;
  const isWorthWaiting = patienceFor(books);
  // Where others buy too, no two counts need be equal again once they were.
  const isShared = spec.foreign === 'ignore';
  // A shop that was loaded may need a moment before it answers at all: one poll that fails is no reason to give up.
  let before: Look | undefined;
  let read: { reading: Reading; of: Look } | undefined;
  /** What was read whole stands, whatever goes wrong later, unless the books have changed since. */
  let isStale = false;
  const end = (trouble: string): Reading => {
    if (read && !isStale) return { ...read.reading, polls };
    to.begin().keep();
    return { ...blankReading(trouble), polls };
  };
  for (;;) {
    const look = await lookAt(books);
    if (seams.signal?.aborted) return end(INTERRUPTED);
    let trouble = 'trouble' in look ? look.trouble : '';
    const isAtRest = !('trouble' in look) && (isSame(look, before) || (isShared && read !== undefined));
    before = 'trouble' in look ? undefined : look;
    if (before) {
      polls.push(before.rows);
      isStale = read !== undefined && !isShared && !isSame(before, read.of);
      if (isAtRest) {
        const { take, keep } = to.begin();
        const reading = await readAtRest(books, take, before.rows);
        ({ trouble } = reading);
        if (trouble === '' || !read) {
          keep();
          read = { reading, of: before };
          isStale = false;
          if (trouble !== '' || reading.malformed > 0) return end('');
        }
      } else trouble = restless(spec, polls);
    }
    if (read && !isStale && !isWorthWaiting(to.open())) return end('');
    if (seams.nowUs() + spec.pollUs > untilUs) return end(trouble);
    await seams.sleep(spec.pollUs);
  }
}

/** Once, every row. */
async function readAtRest(books: Settling, take: (row: BookRow) => void, settled: number): Promise<Reading> {
  const reading = await readOrders(books, take);
  const told = reading.claimed ?? reading.rows + reading.malformed;
  if (reading.trouble === '' && told !== settled && books.spec.foreign !== 'ignore') {
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

const isSame = (look: Look, other: Look | undefined): boolean =>
  look.rows === other?.rows && look.stock === other.stock;

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
