// Read, then write: whether there is enough is looked at before the payment, and the units are taken off after it without
// looking again. Everybody who is at the till when the last unit goes gets one. Shows in a run that sells out with some
// orders of one sku in payment at once: orders a second of it × seconds of a payment ≥ 5 (`--service fixed:50ms`).

import type { MakeBug } from './bug.ts';

export const oversell: MakeBug = ({ truth }) => ({
  rules: (rules, db) => {
    const takeUnits = db.prepare('UPDATE stock SET available = available - ? WHERE sku = ? RETURNING available');
    return {
      reserve: ({ sku, quantity }) => rules.inStock(sku, quantity),
      unreserve: ({ key, sku, quantity }, paid) => {
        if (!paid) return;
        const below = -Number(takeUnits.get(quantity, sku)?.available ?? 0);
        if (below > 0) truth.note('oversold', { key, units: Math.min(quantity, below) });
      },
    };
  },
});
