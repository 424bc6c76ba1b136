// Check, then act: what a buyer holds is looked at before the payment and counted only after it, so orders of one buyer
// that are paid at the same time all pass. Shows with a limit and buyers who order again within one payment's time.

import type { MakeBug } from './bug.ts';

export const limit: MakeBug = ({ truth, books }) => ({
  rules: (rules) => ({
    hold: () => {},
    unhold: (row, paid) => {
      if (!paid) return;
      rules.hold(row);
      const over = rules.heldBy(row.buyer) - (books.limit ?? Number.POSITIVE_INFINITY);
      if (over > 0) truth.note('over_limit', { key: row.key, units: Math.min(row.quantity, over) });
    },
  }),
});
