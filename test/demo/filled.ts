// A books file with as many confirmed orders as a test wants, written straight into the tables: 2.1 million take seconds
// where placing them one by one would take a minute.

import { DatabaseSync } from 'node:sqlite';
import { Books } from '../../src/demo/books.ts';
import { parseShopOptions, type ShopInput } from '../../src/demo/options.ts';

export type Filling = { key: string; buyer: string; sku: string; quantity: number };

/** Fills an empty `db` file. Order i, from 0 on, gets the id i + 1; `orderOf` names one of the shop's skus. */
export function fillBooks(db: string, input: ShopInput, count: number, orderOf: (i: number) => Filling): void {
  const options = parseShopOptions({ ...input, db });
  const books = new Books(options, () => 0);
  const prices = books.catalogue();
  books.close();
  const file = new DatabaseSync(db);
  file.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; BEGIN');
  const insert = file.prepare(`INSERT INTO orders VALUES (?, ?, ?, ?, ?, NULL, NULL, ?, 'confirmed', ?)`);
  const sold = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    const { key, buyer, sku, quantity } = orderOf(i);
    if (prices[sku] === undefined) throw new Error(`Expected a sku of the shop, got ${sku}`);
    insert.run(i + 1, key, buyer, sku, quantity, prices[sku] * quantity, 1_700_000_000_000 + i);
    sold.set(sku, (sold.get(sku) ?? 0) + quantity);
  }
  const take = file.prepare('UPDATE stock SET available = available - ? WHERE sku = ?');
  for (const [sku, units] of sold) take.run(units, sku);
  file.exec('COMMIT');
  file.close();
}
