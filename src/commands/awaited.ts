// Which accepted orders one reading of the books has, each once: until all are confirmed, a shop may still be writing.

import type { BookRow, LedgerView } from '../audit/spec.ts';
import { orderKeys } from '../order/identity.ts';

const [RESERVED, CONFIRMED] = [1, 2];

export function awaitedOrders({ orders, classOf, countOf }: LedgerView, runId: string) {
  const { seqOf } = orderKeys(runId);
  const marks = new Uint8Array(orders);
  const counts = { reserved: 0, confirmed: 0 };
  return {
    take: ({ key, status }: BookRow): void => {
      const seq = status === 'other' ? undefined : seqOf(key);
      if (seq === undefined || seq >= orders || classOf(seq) !== 'accepted') return;
      const mark = status === 'confirmed' ? CONFIRMED : RESERVED;
      if (mark <= marks[seq]!) return;
      if (marks[seq] === RESERVED) counts.reserved--;
      counts[status as 'reserved' | 'confirmed']++;
      marks[seq] = mark;
    },
    open: () => ({ missing: countOf('accepted') - counts.confirmed, reserved: counts.reserved }),
  };
}
