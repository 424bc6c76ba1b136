// A shop that does nothing wrong, played out event by event, so that whatever it is accused of is a false accusation. Orders
// come one after the other; payments end later, some declined, some with an answer that nobody got.

import fc from 'fast-check';
import { blankIdentity, identityOf } from '../../src/order/identity.ts';
import type { IdentitySpec } from '../../src/order/spec.ts';
import type { Row, Told, World } from './world.ts';

const SKUS = ['shoe', 'hat'];
export const PRICES: Record<string, number> = { shoe: 19.99, hat: 5 };
const APART_US = 10;

export type Fate = {
  /** What becomes of the payment; `unanswered` may or may not have been paid, `unsent` never reached the shop. */
  ends: 'paid' | 'declined' | 'unanswered-paid' | 'unanswered-declined' | 'unsent';
  takesUs: number;
};

export const fates: fc.Arbitrary<Fate[]> = fc.array(
  fc.record({
    ends: fc.constantFrom<Fate['ends']>(
      ...(['paid', 'paid', 'paid', 'declined', 'unanswered-paid', 'unanswered-declined', 'unsent'] as const),
    ),
    takesUs: fc.integer({ min: 1, max: 120 }),
  }),
  { minLength: 1, maxLength: 60 },
);

/** `holdUs`: units of a cart that was not bought come back only so long after; Infinity: after the books are read. 0: no carts. */
export type Sale = {
  fates: Fate[];
  stock: number;
  seed: number;
  limit: number | undefined;
  workers: number;
  holdUs: number;
};
export const sales: fc.Arbitrary<Sale> = fc.record({
  fates,
  stock: fc.integer({ min: 0, max: 40 }),
  seed: fc.nat(10_000),
  limit: fc.option(fc.integer({ min: 3, max: 8 }), { nil: undefined }),
  workers: fc.integer({ min: 1, max: 3 }),
  holdUs: fc.constant(0),
});
/** The same with a cart before the payment. */
export const cartSales: fc.Arbitrary<Sale> = fc
  .tuple(sales, fc.constantFrom(100, 300, Number.POSITIVE_INFINITY))
  .map(([sale, holdUs]) => ({ ...sale, holdUs }));

const soldOf = (rows: readonly Row[], sku: string): number =>
  rows.reduce((sum, row) => sum + (row.status === 'confirmed' && row.sku === sku ? row.quantity! : 0), 0);

/** The world after such a sale, books and all. */
export function playOut({ fates: all, stock, seed, limit, workers, holdUs }: Sale): World & { rows: Row[] } {
  const identity: IdentitySpec = {
    runId: `sale-${seed}`,
    seed,
    buyers: 12,
    skus: SKUS.map((value) => ({ value, weight: 1 })),
    quantity: [1, 2, 3].map((value) => ({ value, weight: 1 })),
  };
  const identify = identityOf(identity);
  const shelf = new Map(SKUS.map((sku) => [sku, stock]));
  const held = new Map<string, number>();
  const told: Told[] = [];
  const rows: Row[] = [];
  let ends: { us: number; end: () => void }[] = [];
  const passUntil = (us: number): void => {
    for (let due = ends; due.length > 0; ) {
      due = ends.filter((each) => each.us <= us).sort((a, b) => a.us - b.us);
      ends = ends.filter((each) => each.us > us);
      for (const { end } of due) end();
    }
  };
  for (const [seq, { ends: fate, takesUs }] of all.entries()) {
    const sentUs = (seq + 1) * APART_US;
    passUntil(sentUs);
    const { sku, quantity, buyer } = identify(seq, blankIdentity());
    const holds = held.get(buyer) ?? 0;
    if (fate === 'unsent') {
      told.push({ class: 'failed' });
      continue;
    }
    if (limit !== undefined && holds + quantity > limit) {
      told.push({ class: 'rejected', refusedAtUs: sentUs + 1 });
      continue;
    }
    if (shelf.get(sku)! < quantity) {
      told.push({ class: 'rejected', soldOutAtUs: sentUs });
      continue;
    }
    shelf.set(sku, shelf.get(sku)! - quantity);
    held.set(buyer, holds + quantity);
    const doneUs = sentUs + takesUs;
    const [id, total] = [`order-${seq}`, Number((PRICES[sku]! * quantity).toFixed(2))];
    const isPaid = fate === 'paid' || fate === 'unanswered-paid';
    if (fate === 'paid') told.push({ class: 'accepted', id, total });
    else if (fate === 'declined') told.push({ class: 'rejected', refusedAtUs: doneUs });
    else told.push({ class: 'unknown' });
    const end = (): void => {
      if (isPaid) rows.push({ seq, id, buyer, sku, quantity, total, status: 'confirmed' });
      else {
        rows.push({ seq, id, buyer, sku, quantity, total, status: 'other' });
        ends.push({ us: doneUs + holdUs, end: giveBack });
      }
    };
    const giveBack = (): void => {
      shelf.set(sku, shelf.get(sku)! + quantity);
      held.set(buyer, held.get(buyer)! - quantity);
    };
    ends.push({ us: doneUs, end });
  }
  passUntil(Number.MAX_SAFE_INTEGER);
  return {
    identity,
    told,
    workers,
    rows,
    books: { prices: PRICES, ...(limit === undefined ? {} : { limit }) },
    before: Object.fromEntries(SKUS.map((sku) => [sku, { available: stock, reserved: 0 }])),
    after: Object.fromEntries(
      SKUS.map((sku) => [sku, { available: shelf.get(sku)!, reserved: stock - shelf.get(sku)! - soldOf(rows, sku) }]),
    ),
    hasCart: holdUs > 0,
  };
}
