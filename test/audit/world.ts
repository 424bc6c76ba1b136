// A made-up run for the audit's tests: what the workers noted of each order, and the shop's books, as plain data, so that
// the same world can be given to the audit and to a slow twin of it.

import { auditOrders } from '../../src/audit/audit.ts';
import { Ledger } from '../../src/audit/ledger.ts';
import { mergeLedgers } from '../../src/audit/merge-ledgers.ts';
import type {
  AuditResult,
  BookRow,
  Deed,
  InvariantName,
  LedgerView,
  Reading,
  StockLevels,
  TroubleKind,
} from '../../src/audit/spec.ts';
import type { BooksSpec } from '../../src/order/books.ts';
import { blankIdentity, identityOf, orderKeyOf } from '../../src/order/identity.ts';
import type { IdentitySpec, OrderIdentity } from '../../src/order/spec.ts';
import { OUTCOME_CLASSES, type OutcomeClass } from '../../src/outcomes.ts';

/** One order as its worker saw it. Instants µs. */
export type Told = {
  class: OutcomeClass;
  /** The placing step was sent several times. */
  repeated?: boolean;
  soldOutAtUs?: number;
  refusedAtUs?: number;
  id?: string;
  total?: number;
  troubles?: TroubleKind[];
  deeds?: Deed[];
};

/** `seq` of the plan, `beside` of the witness, or a `key` of somebody else. */
export type Row = Omit<BookRow, 'key'> & ({ seq: number } | { beside: number } | { key: string });

export type World = {
  identity: IdentitySpec;
  told: Told[];
  workers: number;
  answers?: { replays?: number; altered?: number; untold?: number; readBacks?: number };
  /** Undefined: the profile names no export. */
  rows?: Row[];
  /** Of before the run; they come behind the others where `isNewestFirst`. */
  earlier?: BookRow[];
  isNewestFirst?: boolean;
  books: Partial<BooksSpec>;
  before?: StockLevels;
  after?: StockLevels;
  hasCart?: boolean;
  outcomes?: { name: string; class: OutcomeClass; count: number }[];
  reading?: Partial<Reading>;
  /** In place of what the ledger knows. */
  ledger?: Partial<LedgerView>;
};

const ORDERS_AT: BooksSpec['orders'] = { kind: 'file', path: 'orders.csv', format: 'csv' };
export const BESIDE = 'beside';

export const booksOf = (world: World): BooksSpec => ({
  ...(world.rows ? { orders: ORDERS_AT, fields: { key: 'key', status: 'status' } } : {}),
  confirmed: ['confirmed'],
  reserved: ['reserved'],
  soldOut: ['sold_out'],
  foreign: 'refuse',
  settleUs: 1e6,
  pollUs: 1e5,
  timeoutUs: 1e6,
  maxRows: 1e6,
  ...world.books,
});

export const identityAt = ({ identity }: World, seq: number): OrderIdentity =>
  identityOf(identity)(seq, blankIdentity());

export function keyOf({ identity }: World, row: Row): string {
  if ('key' in row) return row.key;
  return 'seq' in row ? orderKeyOf(identity.runId, row.seq) : orderKeyOf(BESIDE, row.beside);
}

export function ledgerOf({ told, workers, answers }: World) {
  const ledgers = Array.from(
    { length: workers },
    (_, worker) => new Ledger({ orders: told.length, worker, workers, ids: true, totals: true }),
  );
  for (const [seq, order] of told.entries()) {
    const ledger = ledgers[seq % workers]!;
    ledger.mark(seq, OUTCOME_CLASSES.indexOf(order.class));
    if (order.repeated) ledger.repeated(seq);
    if (order.soldOutAtUs !== undefined) ledger.soldOut(seq, order.soldOutAtUs);
    if (order.refusedAtUs !== undefined) ledger.refused(seq, order.refusedAtUs);
    if (order.id !== undefined) ledger.keepId(seq, order.id);
    if (order.total !== undefined) ledger.keepTotal(seq, order.total);
    for (const kind of order.troubles ?? []) ledger.trouble(seq, kind);
    for (const deed of order.deeds ?? []) {
      ledger.story({ seq, dueUs: seq * 1e3 }, OUTCOME_CLASSES.indexOf(order.class), deed);
    }
  }
  Object.assign(ledgers[0]!.answers, answers);
  return mergeLedgers(
    ledgers.map((ledger) => ledger.toTransfer().data),
    { orders: told.length, workers },
  );
}

export function auditOf(world: World): AuditResult {
  const ledger = { ...ledgerOf(world), ...world.ledger };
  const audit = auditOrders({
    ledger,
    answers: ledger.answers,
    identity: world.identity,
    books: booksOf(world),
    also: [BESIDE],
    stockBefore: world.before,
    hasCart: world.hasCart,
    outcomes: world.outcomes,
    dueUsOf: (seq) => seq * 1e3,
  });
  const { earlier = [], isNewestFirst = false } = world;
  if (!isNewestFirst) for (const row of earlier) audit.earlier(row);
  for (const row of world.rows ?? []) audit.row({ ...row, key: keyOf(world, row) });
  if (isNewestFirst) for (const row of earlier) audit.earlier(row);
  const reading: Reading = {
    rows: world.rows?.length ?? 0,
    malformed: 0,
    malformedExamples: [],
    trouble: '',
    polls: [],
    tookUs: 0,
    ...world.reading,
  };
  return audit.finish({ reading: world.rows ? reading : undefined, stockAfter: world.after });
}

export const invariantOf = (result: AuditResult, name: InvariantName) =>
  result.invariants.find((each) => each.name === name)!;

/** `{ lost: 3 }`: the invariants that failed, with their counts. */
export const brokenOf = (result: AuditResult): Partial<Record<InvariantName, number>> =>
  Object.fromEntries(
    result.invariants.filter(({ status }) => status === 'fail').map(({ name, violations }) => [name, violations]),
  );
