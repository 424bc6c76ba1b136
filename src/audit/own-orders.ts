// Whose order a key of the books is: one of the plan, one that the run sent beside it (the witness), or none of ours. And
// who bought what under it, where the books do not say.

import type { BooksSpec } from '../order/books.ts';
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

/** What is known of no order: its body says it otherwise than it was drawn, and the books do not tell it. */
export function untoldOf(books: BooksSpec | undefined, hasRows: boolean): ('sku' | 'quantity')[] {
  return (books?.sentOtherwise ?? []).filter((name) => !hasRows || books?.fields?.[name] === undefined);
}

/** Why nothing can be counted by it; undefined: all is known. */
export function whyUntold(books: BooksSpec | undefined, hasRows: boolean): string | undefined {
  const [name] = untoldOf(books, hasRows);
  if (name === undefined) return undefined;
  const says = name === 'sku' ? '`order.skus` and `{{sku}}`' : '`order.quantity` and `{{quantity}}`';
  return `the ${name} that an order sends is not the one drawn for it: say it by ${says}, or name \`audit.fields.${name}\``;
}

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
