// The shop's tables and every statement that touches them. Money is cents, times are ms since 1970.

import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** A row is one key: `asked_*` is the price the shopper was shown, kept so that a replay can be told from another body. */
export const SCHEMA = `
  CREATE TABLE IF NOT EXISTS stock (
    sku TEXT PRIMARY KEY, price_cents INTEGER NOT NULL,
    initial INTEGER NOT NULL, available INTEGER NOT NULL, reserved INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, buyer TEXT NOT NULL, sku TEXT NOT NULL, quantity INTEGER NOT NULL,
    asked_price INTEGER, asked_total INTEGER, total_cents INTEGER NOT NULL, status TEXT NOT NULL, created_ms INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS orders_key ON orders (key);
  CREATE TABLE IF NOT EXISTS buyers (buyer TEXT PRIMARY KEY, units INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

/** The columns of an OrderRow. */
export const ROW = `id, key, buyer, sku, quantity, asked_price AS price, asked_total AS total, total_cents AS totalCents, status,
  created_ms AS createdMs`;

const SQL = {
  // The order, hot.
  findByKey: `SELECT ${ROW} FROM orders WHERE key = ?`,
  reserve: 'UPDATE stock SET available = available - ?, reserved = reserved + ? WHERE sku = ? AND available >= ?',
  insert: 'INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  settle: `UPDATE orders SET status = ? WHERE id = ? AND status = 'reserved' RETURNING ${ROW}`,
  unreserve: 'UPDATE stock SET reserved = reserved - ?, available = available + ? WHERE sku = ?',
  available: 'SELECT available FROM stock WHERE sku = ?',
  heldBy: 'SELECT units FROM buyers WHERE buyer = ?',
  hold: 'INSERT INTO buyers VALUES (?, ?) ON CONFLICT (buyer) DO UPDATE SET units = units + excluded.units',
  // The books, read.
  stock: 'SELECT sku, initial, available, reserved FROM stock ORDER BY sku',
  prices: 'SELECT sku, price_cents AS priceCents FROM stock',
  findById: `SELECT ${ROW} FROM orders WHERE id = ?`,
  page: `SELECT ${ROW} FROM orders WHERE id > ? AND status IN ('reserved', 'confirmed') ORDER BY id LIMIT ?`,
  idFromEnd: "SELECT id FROM orders WHERE status IN ('reserved', 'confirmed') ORDER BY id DESC LIMIT 1 OFFSET ?",
  heldRows: "SELECT count(*) AS orders FROM orders WHERE status IN ('reserved', 'confirmed')",
  lastId: 'SELECT max(id) AS id FROM orders',
  // Opening and reset.
  addSku: 'INSERT INTO stock VALUES (?, ?, ?, ?, 0) ON CONFLICT (sku) DO NOTHING',
  setAllStock: 'UPDATE stock SET initial = ?',
  setStock: 'UPDATE stock SET initial = ? WHERE sku = ?',
  refill: 'UPDATE stock SET available = initial, reserved = 0',
  releaseReserved: 'UPDATE stock SET available = available + reserved, reserved = 0',
  countBuyers: "INSERT INTO buyers SELECT buyer, sum(quantity) FROM orders WHERE status = 'confirmed' GROUP BY buyer",
} as const;

export type Statements = Record<keyof typeof SQL, StatementSync>;

export function prepareStatements(db: DatabaseSync): Statements {
  return Object.fromEntries(Object.entries(SQL).map(([name, text]) => [name, db.prepare(text)])) as Statements;
}
