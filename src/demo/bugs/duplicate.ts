// Find, then insert, and no unique key in the table: a key counts as known only once its payment has ended, so a second
// click during the payment is a second order, and a second charge. Shows with double clicks (the same key within one
// payment's time: `--service fixed:50ms` or longer than the clicks are apart).

import type { OrderRow } from '../books.ts';
import { ROW } from '../tables.ts';
import type { MakeBug } from './bug.ts';

/** Of one key: payments running, orders confirmed since the first of them began. */
type AtTheTill = { paying: number; sold: number };

export const duplicate: MakeBug = ({ truth }) => {
  const keys = new Map<string, AtTheTill>();
  return {
    rules: (rules, db) => {
      db.exec('DROP INDEX IF EXISTS orders_key; CREATE INDEX IF NOT EXISTS orders_any_key ON orders (key)');
      const findEnded = db.prepare(
        `SELECT ${ROW} FROM orders WHERE key = ? AND status <> 'reserved' ORDER BY status <> 'confirmed', id LIMIT 1`,
      );
      return {
        known: (key) => findEnded.get(key) as OrderRow | undefined,
        reserve: (wanted) => {
          if (!rules.reserve(wanted)) return false;
          const till = keys.get(wanted.key);
          if (till) till.paying++;
          else keys.set(wanted.key, { paying: 1, sold: 0 });
          return true;
        },
        unreserve: (row, paid) => {
          rules.unreserve(row, paid);
          const till = keys.get(row.key);
          if (!till) return;
          if (paid && till.sold++ > 0) truth.note('duplicated', { key: row.key, units: row.quantity });
          if (--till.paying === 0) keys.delete(row.key);
        },
      };
    },
    forget: () => keys.clear(),
  };
};
