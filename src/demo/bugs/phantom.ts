// The shop waits for a payment twice as long as one takes on average, tells the shopper that it was declined, and forgets
// to call it off: it goes through later and the order is confirmed. Shows with payments of varying length (the default:
// 5 % of them; `exponential:10ms`: 13 %) or with a line at the till; with `fixed` and no line, never.

import type { OrderRow } from '../books.ts';
import type { MakeBug } from './bug.ts';

const MIN_PATIENCE_MS = 5;

export const phantom: MakeBug = ({ truth, delay, meanServiceMs }) => {
  const patienceMs = Math.max(MIN_PATIENCE_MS, 2 * meanServiceMs);
  /** Told no while the payment went on. Kept, so that a repeat is told the same. */
  const late = new Set<number>();
  const refused = (row: OrderRow): OrderRow => ({ ...row, status: 'declined' });
  return {
    steps: (steps) => ({
      pay: async (row) => {
        const payment = steps.pay(row);
        const paid = await Promise.race([payment, delay(patienceMs)]);
        if (paid !== undefined) return paid;
        late.add(row.id);
        const goesOn = async (): Promise<void> => {
          const settled = await steps.settle(row, await payment);
          if (settled?.status === 'confirmed') truth.note('phantom', { key: row.key, units: row.quantity });
        };
        // The shop may have closed; nobody waits for this.
        goesOn().catch(() => {});
        return false;
      },
      settle: (row, paid) => (late.has(row.id) ? Promise.resolve(refused(row)) : steps.settle(row, paid)),
      tell: (row, isReplay) => (late.has(row.id) ? refused(row) : steps.tell(row, isReplay)),
    }),
    forget: () => late.clear(),
  };
};
