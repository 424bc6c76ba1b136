// Reads come from a replica that takes over what changed in batches; a batch takes 2 ms and 1 ms for each change in it,
// so the replica falls behind as the load grows (at most half a second). Who asks for an order just accepted is told 404.
// Shows with orders that are read back at once. The books themselves, and their export, are right.

import type { StockLevel } from '../books.ts';
import type { MakeBug } from './bug.ts';

const BATCH_MS = 2;
const CHANGE_MS = 1;
const MAX_BATCH_MS = 500;

/** `available` and `reserved`: by how much they went up. `isEnd`: nothing more will happen to the order. */
type Change = { id: number; sku: string; available: number; reserved: number; isEnd: boolean };

export const staleRead: MakeBug = ({ truth, delay }) => {
  let waiting: Change[] = [];
  let isCopying = false;
  /** Orders that the replica has not got, and by how much the real stock is ahead of it. */
  let missing = new Set<number>();
  let ahead = new Map<string, { available: number; reserved: number }>();
  const count = ({ sku, available, reserved }: Change, sign: 1 | -1): void => {
    const level = ahead.get(sku) ?? { available: 0, reserved: 0 };
    ahead.set(sku, level);
    level.available += sign * available;
    level.reserved += sign * reserved;
  };
  const copy = async (): Promise<void> => {
    isCopying = true;
    while (waiting.length > 0) {
      const batch = waiting;
      const [orders, stock] = [missing, ahead];
      waiting = [];
      await delay(Math.min(MAX_BATCH_MS, BATCH_MS + CHANGE_MS * batch.length));
      // A reset came in between: these changes are history.
      if (orders !== missing || stock !== ahead) continue;
      for (const change of batch) {
        count(change, -1);
        if (change.isEnd) missing.delete(change.id);
      }
    }
    isCopying = false;
  };
  const happened = (change: Change): void => {
    count(change, 1);
    missing.add(change.id);
    waiting.push(change);
    if (!isCopying) void copy();
  };
  return {
    steps: (steps) => ({
      place: async (wanted) => {
        const placed = await steps.place(wanted);
        if (placed.kind !== 'new') return placed;
        const { id, sku, quantity, status } = placed.row;
        const units = status === 'reserved' ? quantity : 0;
        happened({ id, sku, available: -units, reserved: units, isEnd: units === 0 });
        return placed;
      },
      settle: async (row, paid) => {
        const settled = await steps.settle(row, paid);
        const { id, sku, quantity } = row;
        if (settled) happened({ id, sku, available: paid ? 0 : quantity, reserved: -quantity, isEnd: true });
        return settled;
      },
      find: (id) => {
        const row = steps.find(id);
        if (!missing.has(id)) return row;
        if (row?.status === 'confirmed') truth.note('unread', { key: row.key });
        return undefined;
      },
      stock: () => {
        const levels = Object.entries(steps.stock()).map(([sku, level]): [string, StockLevel] => {
          const { available, reserved } = ahead.get(sku) ?? { available: 0, reserved: 0 };
          return [sku, { ...level, available: level.available - available, reserved: level.reserved - reserved }];
        });
        return Object.fromEntries(levels);
      },
    }),
    forget: () => {
      waiting = [];
      missing = new Set();
      ahead = new Map();
    },
  };
};
