// A leak: a payment that is declined never gives its units back to the shelf. Buyers are told SOLD_OUT while units lie
// reserved for nobody: at the end GET /stock has more reserved than the orders of that status hold, and initial = available
// + reserved + confirmed is still true. Shows with declined payments (`--decline 5%`) in a run that sells out.

import type { MakeBug } from './bug.ts';

/** Of one sku: units that leaked, and how many of those were noted, which happens once somebody was turned away. */
type Leak = { units: number; noted: number; isMissed: boolean };

export const undersell: MakeBug = ({ truth }) => {
  const leaks = new Map<string, Leak>();
  const noteUnits = (leak: Leak, key?: string): void => {
    truth.note('undersold', { key, units: leak.units - leak.noted, times: key === undefined ? 0 : 1 });
    leak.noted = leak.units;
  };
  return {
    rules: (rules, db) => {
      const shelf = db.prepare('SELECT available FROM stock WHERE sku = ?');
      return {
        unreserve: (row, paid) => {
          if (paid) return rules.unreserve(row, paid);
          const leak = leaks.get(row.sku) ?? { units: 0, noted: 0, isMissed: false };
          leaks.set(row.sku, leak);
          leak.units += row.quantity;
          if (leak.isMissed) noteUnits(leak);
        },
        turnedAway: (asked) => {
          rules.turnedAway(asked);
          const leak = leaks.get(asked.sku);
          const available = Number(shelf.get(asked.sku)?.available ?? 0);
          if (!leak || available + leak.units < asked.quantity) return;
          leak.isMissed = true;
          noteUnits(leak, asked.key ?? asked.buyer);
        },
      };
    },
    forget: () => leaks.clear(),
  };
};
