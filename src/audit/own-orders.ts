// Whose order a key of the books is: one of the plan, one that the run sent beside it (the witness), or none of ours. And
// who bought what under it, where the books do not say.

import { blankIdentity, drawsOf, identityOf, orderKeys } from '../order/identity.ts';
import type { IdentitySpec, OrderIdentity } from '../order/spec.ts';

export type OwnOrders = {
  readonly orders: number;
  /** The order of the plan; undefined: none of them. */
  seqOf(key: string): number | undefined;
  /** The order sent beside the plan; its buyer, sku and quantity are those of this seq. */
  besideOf(key: string): number | undefined;
  /** Reused by the next call. */
  identity(seq: number): OrderIdentity;
  keyOf(seq: number): string;
  /** As `identity`, and cheaper. */
  skuOf(seq: number): string;
  quantityOf(seq: number): number;
};

/** `also`: run ids of the orders sent beside the plan. */
export function ownOrders(spec: IdentitySpec, orders: number, also: readonly string[]): OwnOrders {
  const { keys, skuOf, quantityOf } = drawsOf(spec);
  const beside = also.map((runId) => orderKeys(runId));
  const identify = identityOf(spec);
  const into = blankIdentity();
  return {
    orders,
    seqOf: (key) => {
      const seq = keys.seqOf(key);
      return seq !== undefined && seq < orders ? seq : undefined;
    },
    besideOf: (key) => {
      for (const each of beside) {
        const seq = each.seqOf(key);
        if (seq !== undefined) return seq;
      }
      return undefined;
    },
    identity: (seq) => identify(seq, into),
    keyOf: keys.keyOf,
    skuOf,
    quantityOf,
  };
}
