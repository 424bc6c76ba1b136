// Answered before it is written: confirmed orders go to a write queue that is emptied every 100 ms and keeps only the newest
// order per slot, the slot being a hash of the key that is too short. Two orders of one slot between two writes: the
// older was accepted and is never confirmed; its reservation lapses, so its units are sold again. Shows with nothing but
// load (64 slots: at 200 orders a second about one in seven), best with more stock than orders.

import type { OrderRow } from '../books.ts';
import type { MakeBug } from './bug.ts';

const SLOTS = 64;
const WRITE_EVERY_MS = 100;

/** FNV-1a, cut to a slot. */
function slotOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % SLOTS;
}

export const lost: MakeBug = ({ books, truth, delay }) => {
  const queue = new Map<number, OrderRow>();
  /** What was answered and is not, or never, in the books: a repeat is told the same, for the answers are kept. */
  const written = new Map<number, OrderRow>();
  const gone = new Map<number, OrderRow>();
  let isWriting = false;
  return {
    steps: (steps) => {
      const write = async (): Promise<void> => {
        isWriting = true;
        await delay(WRITE_EVERY_MS);
        const orders = [...queue.values()];
        queue.clear();
        isWriting = false;
        for (const row of orders) {
          // The shop may have closed; nobody waits for this.
          void steps.settle(row, true).then(
            () => written.delete(row.id),
            () => {},
          );
        }
      };
      const lose = (row: OrderRow): void => {
        truth.note('lost', { key: row.key, units: row.quantity });
        gone.set(row.id, { ...row, status: 'confirmed' });
        written.delete(row.id);
        void steps.settle(row, false).catch(() => {});
      };
      return {
        settle: async (row, paid) => {
          if (!paid || !books.find(row.id)) return steps.settle(row, paid);
          const slot = slotOf(row.key);
          const older = queue.get(slot);
          if (older) lose(older);
          queue.set(slot, row);
          const told: OrderRow = { ...row, status: 'confirmed' };
          written.set(row.id, told);
          if (!isWriting) void write();
          return told;
        },
        tell: (row, isReplay) => steps.tell(written.get(row.id) ?? gone.get(row.id) ?? row, isReplay),
        find: (id) => written.get(id) ?? steps.find(id),
      };
    },
    forget: () => {
      for (const orders of [queue, written, gone]) orders.clear();
    },
  };
};
