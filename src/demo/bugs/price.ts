// A cache that is refilled in two steps: every so many look-ups the prices are read again, list prices first, and the
// sale's discount is put on when the promotions have answered. Who pays in between is charged the list price, though the
// answer names the price of the catalogue. Shows with nothing but load: some orders within 20 ms of one another.

import type { MakeBug } from './bug.ts';

const LOOKUPS = 25;
const PROMOTIONS_MS = 20;

const listPrice = (priceCents: number): number => priceCents + Math.max(1, Math.round(priceCents / 4));

export const price: MakeBug = ({ books, truth, delay }) => {
  let lookups = 0;
  let hasDiscount = true;
  const refill = async (): Promise<void> => {
    hasDiscount = false;
    await delay(PROMOTIONS_MS);
    hasDiscount = true;
  };
  const rightTotal = (row: { sku: string; quantity: number }): number =>
    (books.priceCents(row.sku) ?? 0) * row.quantity;
  return {
    rules: (rules) => ({
      totalCents: (wanted, priceCents) => {
        const total = rules.totalCents(wanted, hasDiscount ? priceCents : listPrice(priceCents));
        if (++lookups % LOOKUPS === 0 && hasDiscount) void refill();
        return total;
      },
      unreserve: (row, paid) => {
        rules.unreserve(row, paid);
        if (paid && row.totalCents !== rightTotal(row)) truth.note('mispriced', { key: row.key, units: row.quantity });
      },
    }),
    steps: (steps) => ({
      tell: (row, isReplay) => {
        const told = steps.tell(row, isReplay);
        return { ...told, totalCents: rightTotal(told) };
      },
    }),
  };
};
