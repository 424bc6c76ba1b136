// The shop's books: stock and orders in SQLite. Every decision about an order is made here, by the rules (rules.ts) and the
// tables alone. The methods are synchronous and must run inside a transaction; commits.ts keeps one open around them.
//
// Invariant, per sku: initial = available + reserved + Σ quantity of confirmed orders. `place` moves units from available
// to reserved, `settle` takes them out (confirmed) or puts them back (declined).

import { DatabaseSync } from 'node:sqlite';
import { type CatalogueItem, DEFAULT_PRICE_CENTS, type ShopOptions } from './options.ts';
import { type Asked, honestRules, type Rules } from './rules.ts';
import { prepareStatements, SCHEMA, type Statements } from './tables.ts';

/** What a shopper asks for. `price` (each) and `total` are what the shopper was shown, in cents; null when not said. */
export type Wanted = {
  key: string;
  buyer: string;
  sku: string;
  quantity: number;
  price: number | null;
  total: number | null;
};

/** reserved = being paid. The last four never held stock. */
export type OrderStatus =
  | 'reserved'
  | 'confirmed'
  | 'declined'
  | 'sold_out'
  | 'limit'
  | 'price_changed'
  | 'unknown_sku';

/** One row of the orders: what was asked under one key, and what became of it. */
export type OrderRow = Wanted & { id: number; totalCents: number; status: OrderStatus; createdMs: number };

/** `seen`: this key came before; its row is the first answer. `reused`: it came with another body. */
export type Placement = { kind: 'new' | 'seen'; row: OrderRow } | { kind: 'reused' };

export type StockLevel = { initial: number; available: number; reserved: number };

export type ResetRequest = { stock?: number | Record<string, number>; limit?: number | null };

function sameWish(row: OrderRow, wanted: Wanted): boolean {
  return (
    row.buyer === wanted.buyer &&
    row.sku === wanted.sku &&
    row.quantity === wanted.quantity &&
    row.price === wanted.price &&
    row.total === wanted.total
  );
}

export class Books {
  readonly #db: DatabaseSync;
  readonly #sql: Statements;
  readonly #nowMs: () => number;
  readonly #priceCents = new Map<string, number>();
  #rules: Rules;
  #limit: number | null;
  /** Orders that hold stock, kept so that nobody has to count two million rows. */
  #heldRows = 0;
  /** Never reused, not even after a reset, so that a payment still running cannot settle another's order. */
  #nextId: number;

  constructor(options: Pick<ShopOptions, 'db' | 'catalogue' | 'limit'>, nowMs: () => number) {
    this.#db = new DatabaseSync(options.db);
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    this.#db.exec(SCHEMA);
    this.#sql = prepareStatements(this.#db);
    this.#rules = honestRules(this.#sql);
    this.#nowMs = nowMs;
    this.#limit = options.limit;
    this.transact(() => {
      this.#addMissing(options.catalogue);
      this.#recover();
    });
    this.#nextId = Number(this.#sql.lastId.get()?.id ?? 0) + 1;
    this.#countHeld();
  }

  /** Replaces rules by others: a bug moves in. `make` gets those it replaces, and the database for statements of its own. */
  bend(make: (rules: Rules, db: DatabaseSync) => Partial<Rules>): void {
    this.#rules = { ...this.#rules, ...make(this.#rules, this.#db) };
  }

  get limit(): number | null {
    return this.#limit;
  }

  /** Price of one unit, cents; undefined for an unknown sku. */
  priceCents(sku: string): number | undefined {
    return this.#priceCents.get(sku);
  }

  /** A number no order has or will have. */
  drawId(): number {
    return this.#nextId++;
  }

  /** One transaction around `work`; rolled back when it throws. */
  transact<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const value = work();
      this.#db.exec('COMMIT');
      return value;
    } catch (error) {
      // A failed COMMIT (disk full) may have rolled back by itself.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      if (this.#db.isOpen) this.#countHeld();
      throw error;
    }
  }

  /** Decides a wish: reserved, or one of the refusals. The decision is kept under its key for replays. */
  place(wanted: Wanted): Placement {
    const seen = this.#rules.known(wanted.key);
    if (seen) return sameWish(seen, wanted) ? { kind: 'seen', row: seen } : { kind: 'reused' };
    const priceCents = this.#priceCents.get(wanted.sku);
    const row: OrderRow = {
      ...wanted,
      id: this.#nextId++,
      totalCents: priceCents === undefined ? 0 : this.#rules.totalCents(wanted, priceCents),
      status: this.#decide(wanted, priceCents),
      createdMs: this.#nowMs(),
    };
    const { id, key, buyer, sku, quantity, price, total, totalCents, status, createdMs } = row;
    this.#sql.insert.run(id, key, buyer, sku, quantity, price, total, totalCents, status, createdMs);
    if (status === 'reserved') this.#heldRows++;
    return { kind: 'new', row };
  }

  #decide(wanted: Wanted, priceCents: number | undefined): OrderStatus {
    const { buyer, quantity, price, total } = wanted;
    if (priceCents === undefined) return 'unknown_sku';
    if ((price ?? priceCents) !== priceCents) return 'price_changed';
    if ((total ?? priceCents * quantity) !== priceCents * quantity) return 'price_changed';
    if (!this.#allows(buyer, quantity)) return 'limit';
    if (!this.#rules.reserve(wanted)) {
      this.#rules.turnedAway(wanted);
      return 'sold_out';
    }
    if (this.#limit !== null) this.#rules.hold(wanted);
    return 'reserved';
  }

  #allows(buyer: string, quantity: number): boolean {
    return this.#limit === null || this.#rules.heldBy(buyer) + quantity <= this.#limit;
  }

  /** Why these units cannot be had just now; undefined when they can. Promises nothing: a cart holds no stock. */
  refuses(asked: Asked): 'unknown_sku' | 'limit' | 'sold_out' | undefined {
    const { buyer, sku, quantity } = asked;
    if (!this.#priceCents.has(sku)) return 'unknown_sku';
    if (!this.#allows(buyer, quantity)) return 'limit';
    if (this.#rules.inStock(sku, quantity)) return undefined;
    this.#rules.turnedAway(asked);
    return 'sold_out';
  }

  /** Ends a payment. Undefined when the order is gone (the shop was reset meanwhile). */
  settle(id: number, paid: boolean): OrderRow | undefined {
    const status = paid ? 'confirmed' : 'declined';
    const row = this.#sql.settle.get(status, id) as OrderRow | undefined;
    if (!row) return undefined;
    this.#rules.unreserve(row, paid);
    if (this.#limit !== null) this.#rules.unhold(row, paid);
    if (!paid) this.#heldRows--;
    return row;
  }

  stock(): Record<string, StockLevel> {
    const levels: Record<string, StockLevel> = {};
    for (const row of this.#sql.stock.all()) {
      const { sku, initial, available, reserved } = row as StockLevel & { sku: string };
      levels[sku] = { initial, available, reserved };
    }
    return levels;
  }

  find(id: number): OrderRow | undefined {
    return this.#sql.findById.get(id) as OrderRow | undefined;
  }

  /** How many orders hold stock. */
  get heldRows(): number {
    return this.#heldRows;
  }

  /** The id of the order that holds stock and has so many behind it; undefined when there are fewer. */
  idFromEnd(behind: number): number | undefined {
    return this.#sql.idFromEnd.get(behind)?.id as number | undefined;
  }

  /** Sku → price of one unit, cents. */
  catalogue(): Record<string, number> {
    return Object.fromEntries(this.#priceCents);
  }

  /** Orders that hold stock (reserved, confirmed) with an id above `afterId`, ascending. */
  page(afterId: number, rows: number): OrderRow[] {
    return this.#sql.page.all(afterId, rows) as OrderRow[];
  }

  /** Forgets every order; stock is full again, at the levels given or at the ones it had. */
  reset(request: ResetRequest): void {
    const { stock, limit } = request;
    if (limit !== undefined) this.#limit = limit;
    this.#db.exec('DELETE FROM orders; DELETE FROM buyers;');
    this.#heldRows = 0;
    if (typeof stock === 'number') this.#sql.setAllStock.run(stock);
    if (typeof stock === 'object') {
      const named = Object.entries(stock).map(([sku, units]) => ({ sku, stock: units }));
      this.#addMissing(named.map((item) => ({ ...item, priceCents: DEFAULT_PRICE_CENTS })));
      for (const item of named) this.#sql.setStock.run(item.stock, item.sku);
    }
    this.#sql.refill.run();
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  #countHeld(): void {
    this.#heldRows = Number(this.#sql.heldRows.get()?.orders ?? 0);
  }

  #addMissing(items: readonly CatalogueItem[]): void {
    for (const item of items) this.#sql.addSku.run(item.sku, item.priceCents, item.stock, item.stock);
    for (const row of this.#sql.prices.all()) this.#priceCents.set(String(row.sku), Number(row.priceCents));
  }

  /**
   * A file left by a shop that was killed: orders whose payment never ended were never answered, so they are taken back,
   * and their keys may try again. What each buyer holds is counted anew because the file may have known no limit.
   */
  #recover(): void {
    this.#sql.releaseReserved.run();
    this.#db.exec("DELETE FROM orders WHERE status = 'reserved'; DELETE FROM buyers;");
    if (this.#limit !== null) this.#sql.countBuyers.run();
  }
}
