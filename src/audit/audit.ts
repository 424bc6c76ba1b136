// The audit: the ledger held against the shop's own books (METHOD §7). Rows are taken one by one as they are read; `finish`
// judges every invariant by what was really looked at. It waits for nothing and reads no clock: who reads the books feeds it.

import type { BooksSpec } from '../order/books.ts';
import type { Outcome } from '../outcomes.ts';
import { formatCount, formatCountOf } from '../units.ts';
import { checkLimit, checkPrices, checkReplays, checkUnread, twoIdsOf, wrongRepeats } from './check-answers.ts';
import { checkDuplicated, checkLost, checkPhantom, readOrders, settleUnknown } from './check-orders.ts';
import { checkOversold, checkUndersold, type Stock } from './check-stock.ts';
import type { Findings } from './findings.ts';
import { outcomeNames } from './outcome-names.ts';
import { whyUntold } from './own-orders.ts';
import { RowBook, type RowBookInput } from './row-book.ts';
import type { AuditResult, BookRow, Reading, StockLevels } from './spec.ts';
import { demandOf } from './stock-sums.ts';

export type AuditInput = RowBookInput & {
  /** Before the first order. */
  stockBefore?: StockLevels;
  /** Orders fill a cart first, and for how long the shop keeps its units for one that is not bought nobody knows. */
  hasCart?: boolean;
  /** When an order was due, µs from the start of the run: for those without a story. */
  dueUsOf?: (seq: number) => number | undefined;
  /** How many orders ended in which outcome: names what those without a story came to. */
  outcomes?: readonly (Outcome & { count: number })[];
};

/** `reading` undefined: the orders in the books were not read at all. */
export type AuditEnd = { reading?: Reading; stockAfter?: StockLevels };

export type Audit = {
  /** One row of the export. Cheap; keeps nothing of it. */
  row(row: BookRow): void;
  /** One that was in the books before the run: it is judged no more. */
  earlier(row: BookRow): void;
  finish(end: AuditEnd): AuditResult;
};

export function auditOrders(input: AuditInput): Audit {
  const book = new RowBook(input);
  return {
    row: (row) => book.take(row),
    earlier: (row) => book.takeEarlier(row),
    finish: (end) => judgeBooks(input, book, end),
  };
}

function judgeBooks(input: AuditInput, book: RowBook, { reading, stockAfter }: AuditEnd): AuditResult {
  const { ledger, answers, books, stockBefore, hasCart = false, dueUsOf = () => undefined } = input;
  const hasRows = reading !== undefined;
  const incomplete = whyIncomplete(input, book, { reading, stockAfter });
  const outcomeOf = outcomeNames(ledger, input.outcomes ?? [], books?.soldOut ?? []);
  const findings: Findings = { ledger, book, hasRows, isWhole: incomplete === '', dueUsOf, outcomeOf };
  const repeats = wrongRepeats(findings, answers);
  const orders = readOrders(findings, repeats);
  const stock: Stock = {
    before: stockBefore,
    after: stockAfter,
    hasReservedRows: hasRows && (books?.reserved.length ?? 0) > 0 && books?.fields?.status !== undefined,
    knowsSoldOut: (books?.soldOut.length ?? 0) > 0,
    isShared: book.foreign.rows > 0,
    untold: whyUntold(books, hasRows),
    isOtherwise: (books?.sentOtherwise?.length ?? 0) > 0,
    demand: stockBefore === undefined ? new Map() : demandOf(findings, hasCart),
  };
  return {
    invariants: [
      checkOversold(findings, stock),
      checkLost(findings, orders),
      checkDuplicated(findings, orders, twoIdsOf(answers)),
      checkPhantom(findings, orders),
      checkUndersold(findings, stock),
      checkLimit(findings, books),
      checkPrices(findings),
      checkReplays(findings, { repeats, mistold: orders.mistold }, answers),
      checkUnread(findings, answers),
    ],
    incomplete,
    books: reading,
    ...settleUnknown(findings, orders),
    foreign: book.foreign,
    attempts: { orders: answers.sent, attempts: answers.attempts },
  };
}

/** Empty when all that the profile names was read whole. */
function whyIncomplete({ books, stockBefore }: AuditInput, book: RowBook, { reading, stockAfter }: AuditEnd): string {
  const noStock = [
    books?.stock !== undefined && stockBefore === undefined ? 'the stock before the run was not read' : '',
    books?.stock !== undefined && stockAfter === undefined ? 'the stock after the run was not read' : '',
  ];
  const whys = books?.orders === undefined ? [] : whyRowsLack(books, book, reading);
  return [...whys, ...noStock].filter((why) => why !== '').join('; ');
}

function whyRowsLack(books: BooksSpec, book: RowBook, reading: Reading | undefined): string[] {
  if (reading === undefined) return ['the orders in the books were not read'];
  const { rows, claimed, malformed, malformedExamples, trouble } = reading;
  const all = rows + malformed;
  const [firstBad] = malformedExamples;
  const [firstKey] = book.foreign.keys;
  return [
    trouble,
    claimed !== undefined && claimed !== all
      ? `the books say they have ${formatCountOf(claimed, 'order')}, and gave ${formatCount(all)}`
      : '',
    malformed > 0
      ? `${formatCountOf(malformed, 'row')} could not be read${firstBad === undefined ? '' : `, the first: ${firstBad}`}`
      : '',
    books.foreign === 'refuse' && book.foreign.rows > 0
      ? `${formatCountOf(book.foreign.rows, 'row')} ${book.foreign.rows === 1 ? 'has a key' : 'have keys'} that no order of this run has, the first: \`${firstKey}\``
      : '',
    book.ids.listedTwice > 0
      ? `${formatCountOf(book.ids.listedTwice, 'row')} came twice, key and id: the export is no list of orders`
      : '',
    rows !== book.rows ? `${formatCount(rows)} rows were read, and ${formatCount(book.rows)} were looked at` : '',
    book.ids.left > 0 ? `${formatCountOf(book.ids.left, 'id')} found no room to be compared` : '',
  ];
}
