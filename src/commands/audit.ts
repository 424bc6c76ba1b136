// The audit around a run: the stock and what the books hold before the first order, and both again when everything has come
// to rest, held against the ledger (METHOD §7).

import { setTimeout as sleep } from 'node:timers/promises';
import { auditOrders } from '../audit/audit.ts';
import type { AuditResult, BookRow, StockLevels } from '../audit/spec.ts';
import { countRows, readOrders } from '../books/read.ts';
import type { BooksSeams } from '../books/seams.ts';
import { readBooks } from '../books/settle.ts';
import { readStock } from '../books/stock.ts';
import { EXIT, userError } from '../errors.ts';
import type { BooksSpec } from '../order/books.ts';
import { placedByOf } from '../order/variables.ts';
import type { Plan } from '../profile/plan.ts';
import { monotonicUs } from '../run/clock.ts';
import type { Run } from '../run/run.ts';
import { withoutSecrets } from '../secrets.ts';
import { scheduleOf } from '../traffic/schedule.ts';
import { formatCount, formatCountOf } from '../units.ts';
import { awaitedOrders } from './awaited.ts';
import { shownAudit } from './shown-audit.ts';

/** So many orders of earlier days can be told from those of this run. */
const MOST_KNOWN = 100_000;
/** Due times of more orders are not made for the sake of some examples. */
const MOST_DUE = 20_000_000;
/** 4 bytes hold 119 hours of it. */
const DUE_UNIT_US = 100;

export type BooksBefore = {
  stock: StockLevels | undefined;
  /** Keys that the books held before the first order: whoever bought there is nothing to this run. */
  known: ReadonlySet<string>;
  warnings: string[];
};

/** What reading takes from the world. `folder`: the profile's. */
export function booksSeams(plane: BooksSeams['plane'], folder: string, signal: AbortSignal): BooksSeams {
  const wait = (us: number) => sleep(us / 1e3, undefined, { signal }).catch(() => {});
  return { plane, folder, signal, sleep: wait, nowUs: monotonicUs };
}

/** @throws UserError (exit 3) when stock or orders cannot be read: better known now than when the sale is over */
export async function lookBefore(
  books: BooksSpec,
  seams: BooksSeams,
  secrets: readonly string[],
): Promise<BooksBefore> {
  const refuse = (where: string, trouble: string): never => {
    const message = `audit.${where}: ${withoutSecrets(trouble, secrets)}; no order was sent`;
    throw userError('BOOKS', message, { exitCode: EXIT.unreachable });
  };
  const before: BooksBefore = { stock: undefined, known: new Set(), warnings: [] };
  if (books.stock) {
    const { levels, trouble } = await readStock(books.stock, seams, books.timeoutUs);
    if (trouble !== '') refuse('stock', trouble);
    before.stock = levels;
  }
  const source = books.orders;
  // A file or a program may have its export only when the sale is over.
  if (source?.kind !== 'http') return before;
  const rows = await countRows({ spec: books, source, seams });
  if (typeof rows === 'string') return refuse('orders', rows);
  if (rows === 0 || books.foreign === 'ignore') return before;
  if (rows > MOST_KNOWN) {
    const way = 'empty the books in `setup:`, or say `audit.foreign: ignore`';
    refuse('orders', `the books hold ${formatCount(rows)} orders already, which are none of this run; ${way}`);
  }
  const known = new Set<string>();
  const { trouble } = await readOrders({ spec: books, source, seams }, ({ key }) => known.add(key));
  if (trouble !== '') refuse('orders', trouble);
  return { ...before, known, warnings: known.size === 0 ? [] : [knownSays(known.size, books)] };
}

function knownSays(count: number, { limit }: BooksSpec): string {
  const were = `${formatCountOf(count, 'order')} ${count === 1 ? 'was' : 'were'} in the books before the run`;
  const but = limit === undefined ? '' : ', but for what their buyers already hold (`over_limit`)';
  return `${were}: the audit leaves ${count === 1 ? 'it' : 'them'} out${but}`;
}

export type ToAudit = {
  plan: Plan;
  run: Pick<Run, 'ledger' | 'evidence'>;
  runId: string;
  before: BooksBefore;
  seams: BooksSeams;
  secrets: readonly string[];
};

/** Reads the books where the profile names some, and holds the ledger against them; without books, what answers show. */
export async function auditRun({ plan, run, runId, before, seams, secrets }: ToAudit): Promise<AuditResult> {
  const { books, order, traffic } = plan;
  const input = {
    ledger: run.ledger,
    answers: run.ledger.answers,
    identity: { ...order.identity, runId },
    also: [`${runId}-witness`],
    hasCart: placedByOf(order) > 0 && books?.cartHolds !== false,
    dueUsOf: dueTimes(traffic),
    outcomes: endedAs(run),
    ...(books ? { books } : {}),
    ...(before.stock ? { stockBefore: before.stock } : {}),
  };
  const fresh = () => ({ audit: auditOrders(input), awaited: awaitedOrders(run.ledger, runId), old: 0 });
  let kept = fresh();
  if (!books) return shownAudit(kept.audit.finish({}), secrets);
  const begin = () => {
    const next = fresh();
    const take = (row: BookRow): void => {
      if (before.known.has(row.key)) {
        next.old++;
        next.audit.earlier(row);
      } else {
        next.audit.row(row);
        next.awaited.take(row);
      }
    };
    const keep = () => {
      kept = next;
    };
    return { take, keep };
  };
  const { reading, stock, stockTrouble } = await readBooks(books, seams, { begin, open: () => kept.awaited.open() });
  if (reading) {
    reading.rows -= kept.old;
    if (reading.claimed !== undefined) reading.claimed -= kept.old;
    reading.trouble = withoutSecrets(reading.trouble, secrets, true);
    reading.malformedExamples = reading.malformedExamples.map((text) => withoutSecrets(text, secrets, true));
  }
  const end = { ...(reading ? { reading } : {}), ...(stock ? { stockAfter: stock } : {}) };
  const found = shownAudit(kept.audit.finish(end), secrets);
  const why = withoutSecrets(stockTrouble, secrets, true);
  return stockTrouble === '' ? found : { ...found, incomplete: `${found.incomplete}: ${why}` };
}

/** What the books hold of one order that was just sent. `row` undefined: nothing. */
export type FoundInBooks = { rows: number; row: BookRow | undefined; stock: StockLevels | undefined; trouble: string };

/** Reads the books as after a run, and looks for one order in them, which they must hold in the end where it `isDue`. */
export async function findInBooks(
  books: BooksSpec,
  seams: BooksSeams,
  { key, isDue }: { key: string; isDue: boolean },
): Promise<FoundInBooks> {
  let row: BookRow | undefined;
  const begin = () => {
    let found: BookRow | undefined;
    const take = (each: BookRow): void => {
      if (each.key === key) found = { ...each };
    };
    const keep = () => {
      row = found;
    };
    return { take, keep };
  };
  const open = () => ({
    missing: isDue && row?.status !== 'confirmed' ? 1 : 0,
    reserved: row?.status === 'reserved' ? 1 : 0,
  });
  const { reading, stock, stockTrouble } = await readBooks(books, seams, { begin, open });
  const { trouble = '', malformed = 0, malformedExamples = [], rows = 0, claimed = rows + malformed } = reading ?? {};
  const whys = [
    trouble,
    stockTrouble,
    malformed > 0 ? `${formatCountOf(malformed, 'row')} could not be read, the first: ${malformedExamples[0]}` : '',
    claimed === rows + malformed ? '' : `the books say they have ${claimed} orders, and gave ${rows + malformed}`,
  ];
  return { rows, row, stock, trouble: whys.filter((why) => why !== '').join('; ') };
}

function endedAs({ evidence }: ToAudit['run']) {
  const total = evidence.timeline.total();
  return total.outcomes.map((outcome, index) => ({ ...outcome, count: total.countOfOutcome(index) }));
}

/** Due times are computed, never kept: made once, when the first one is asked for, to a tenth of a millisecond. */
function dueTimes(traffic: Plan['traffic']): (seq: number) => number | undefined {
  if (traffic.orders > MOST_DUE) return () => undefined;
  let due: Uint32Array | undefined;
  return (seq) => {
    if (due === undefined) {
      due = new Uint32Array(traffic.orders);
      const schedule = scheduleOf(traffic, 0, 1);
      for (let i = 0; i < due.length; i++) due[i] = Math.floor(schedule.next() / DUE_UNIT_US);
    }
    const units = due[seq];
    return units === undefined ? undefined : units * DUE_UNIT_US;
  };
}
