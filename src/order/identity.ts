// Who buys what: buyer, sku and quantity of order `seq` are a hash of (seed, seq), its key a function of (run id, seq)
// (METHOD §7). Nothing is stored: any order's identity can be rebuilt at any time, by any worker, and by the audit.

import { hash32, uniform } from '../traffic/random.ts';
import { type OrderKeys, orderKeys } from './key.ts';
import type { IdentitySpec, OrderIdentity } from './spec.ts';
import { pickerOf } from './weighted.ts';

export { type OrderKeys, orderKeyOf, orderKeys, seqOfKey } from './key.ts';

// Each draw of an order has its own salt; template.ts numbers its random choices from SALT_CHOOSE on.
const SALT_BUYER = 1;
const SALT_SKU = 2;
const SALT_QUANTITY = 3;
const SALT_REPEAT = 4;
export const SALT_CHOOSE = 1000;

export const BUYER_PREFIX = 'buyer-';

/** The human-readable name of an order, `{{order.id}}`: run id and seq. */
export function orderIdOf(runId: string, seq: number): string {
  return `${runId}-${seq}`;
}

/** A picker that draws nothing where there is nothing to choose. */
function drawOf<T>(choices: IdentitySpec['skus' | 'quantity'], seed: number, salt: number): (seq: number) => T {
  const pick = pickerOf(choices as { value: T; weight: number }[]);
  if (choices.length === 1) {
    const only = pick(0);
    return () => only;
  }
  return (seq) => pick(uniform(seed, seq, salt));
}

/** An identity to fill. */
export function blankIdentity(): OrderIdentity {
  return { seq: 0, key: '', buyer: '', sku: '', quantity: 0 };
}

/**
 * The number behind the buyer's name. Without `buyers` no two orders share one: for one seed and salt hash32 is a
 * permutation of seq. With `repeatShare` that holds of all numbers from `buyers` on, and those below come again and again.
 */
function buyerNumberOf({ seed, buyers, repeatShare }: IdentitySpec): (seq: number) => number {
  if (buyers === undefined) return (seq) => hash32(seed, seq, SALT_BUYER);
  const repeating = (seq: number) => Math.floor(uniform(seed, seq, SALT_BUYER) * buyers);
  if (repeatShare === undefined) return repeating;
  return (seq) =>
    uniform(seed, seq, SALT_REPEAT) < repeatShare ? repeating(seq) : buyers + hash32(seed, seq, SALT_BUYER);
}

/** Each part of an order's identity on its own, for who writes bytes and wants no string of it. */
export type IdentityDraws = {
  keys: OrderKeys;
  /** What follows BUYER_PREFIX: an integer below 2^33. */
  buyerOf(seq: number): number;
  skuOf(seq: number): string;
  quantityOf(seq: number): number;
};

/**
 * `buyers` undefined: no two orders share a buyer; given: uniform over that many, or that of `repeatShare` alone.
 * Throws RangeError for a spec without skus or quantities, or with a weight that is not > 0.
 */
export function drawsOf(spec: IdentitySpec): IdentityDraws {
  return {
    keys: orderKeys(spec.runId),
    buyerOf: buyerNumberOf(spec),
    skuOf: drawOf<string>(spec.skus, spec.seed, SALT_SKU),
    quantityOf: drawOf<number>(spec.quantity, spec.seed, SALT_QUANTITY),
  };
}

/**
 * The identity of any order: fills `into` (0 ≤ seq < 2^32) and returns it. Allocates nothing but the strings. Throws as
 * `drawsOf` does.
 */
export function identityOf(spec: IdentitySpec): (seq: number, into: OrderIdentity) => OrderIdentity {
  const { keys, buyerOf, skuOf, quantityOf } = drawsOf(spec);
  return (seq, into) => {
    into.seq = seq;
    into.key = keys.keyOf(seq);
    into.buyer = BUYER_PREFIX + buyerOf(seq);
    into.sku = skuOf(seq);
    into.quantity = quantityOf(seq);
    return into;
  };
}
