// The books are read after quiescence (METHOD §7): a shop may still be writing down what it has answered. The number of
// rows, and the stock where it is told, are looked at until they are the same twice in a row (an order that is still being
// paid may be a row already, and its units are reserved); then everything is read once.

import type { BookRow, Reading, StockLevels } from '../audit/spec.ts';
import type { BooksSpec, OrdersSource } from '../order/books.ts';
import { formatDuration } from '../units.ts';
import { blankReading, countRows, readOrders } from './read.ts';
import type { BooksSeams } from './seams.ts';
import { readStock } from './stock.ts';

/** `reading` undefined: the profile names no orders export. `stockTrouble` empty: read, or none is named. */
export type Books = { reading: Reading | undefined; stock: StockLevels | undefined; stockTrouble: string };

const INTERRUPTED = 'the reading was interrupted';

/** Waits until the books have come to rest, hands every row to `take`, and reads the stock. Never rejects. */
export async function readBooks(spec: BooksSpec, seams: BooksSeams, take: (row: BookRow) => void): Promise<Books> {
  const startUs = seams.nowUs();
  const reading = spec.orders && (await settledOrders({ spec, source: spec.orders, seams }, take));
  if (reading) reading.tookUs = seams.nowUs() - startUs;
  if (!spec.stock) return { reading, stock: undefined, stockTrouble: '' };
  const { levels: stock, trouble: stockTrouble } = await readStock(spec.stock, seams, spec.timeoutUs);
  return { reading, stock, stockTrouble };
}

type Settling = { spec: BooksSpec; source: OrdersSource; seams: BooksSeams };

async function settledOrders(books: Settling, take: (row: BookRow) => void): Promise<Reading> {
  const { spec, seams } = books;
  const polls: number[] = [];
  const untilUs = seams.nowUs() + spec.settleUs;
  const troubled = (trouble: string): Reading => ({ ...blankReading(trouble), polls });
  // A shop that was loaded may need a moment before it answers at all: one poll that fails is no reason to give up.
  let before: Look | undefined;
  for (;;) {
    const look = await lookAt(books);
    if (seams.signal?.aborted) return troubled(INTERRUPTED);
    if ('trouble' in look) before = undefined;
    else {
      polls.push(look.rows);
      if (look.rows === before?.rows && look.stock === before.stock) break;
      before = look;
    }
    if (seams.nowUs() + spec.pollUs > untilUs)
      return troubled('trouble' in look ? look.trouble : restless(spec, polls));
    await seams.sleep(spec.pollUs);
  }
  const reading = await readOrders(books, take);
  const settled = polls.at(-1)!;
  const told = reading.claimed ?? reading.rows + reading.malformed;
  if (reading.trouble === '' && told !== settled) {
    reading.trouble = `the books held ${settled} rows when they had come to rest, and ${told} when they were read`;
  }
  return { ...reading, polls };
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
