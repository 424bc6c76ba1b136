// Units by sku, from the ledger's side: what was sold by the answers, who was turned away for lack of stock, and how much
// of what is left may have come back only after the last shopper was turned away. Buyer, sku and quantity of an order are
// drawn anew from its seq, so this costs time and no memory.

import type { RowBook } from './row-book.ts';
import type { LedgerView } from './spec.ts';

export type SkuDemand = {
  /** Of accepted orders, and of those of them that the books do not hold. */
  accepted: number;
  lost: number;
  /** Turned away for lack of stock: orders, units, and the smallest of these orders. */
  turnedAway: number;
  turnedAwayUnits: number;
  smallest: number;
  /** Of orders that may have held units for a while and given them back at any time: their end is not known. */
  loose: number;
};

export const noDemand = (): SkuDemand => ({
  accepted: 0,
  lost: 0,
  turnedAway: 0,
  turnedAwayUnits: 0,
  smallest: Number.POSITIVE_INFINITY,
  loose: 0,
});

/** `isPlaced`: confirmed in the books; undefined without them. */
export function demandOf(
  ledger: LedgerView,
  book: RowBook,
  isPlaced: ((seq: number) => boolean) | undefined,
): Map<string, SkuDemand> {
  const demand = new Map<string, SkuDemand>();
  const of = (sku: string): SkuDemand => {
    const known = demand.get(sku) ?? noDemand();
    demand.set(sku, known);
    return known;
  };
  for (let seq = 0; seq < ledger.orders; seq++) {
    const outcome = ledger.classOf(seq);
    if (outcome === 'rejected' && !ledger.isSoldOut(seq)) continue;
    const { sku, quantity } = book.own.identity(seq);
    const units = of(sku);
    const placed = isPlaced?.(seq);
    if (outcome === 'accepted') {
      units.accepted += quantity;
      if (placed === false) units.lost += quantity;
    } else if (outcome === 'rejected') {
      units.turnedAway++;
      units.turnedAwayUnits += quantity;
      units.smallest = Math.min(units.smallest, quantity);
    } else if (placed !== true) units.loose += quantity;
  }
  return demand;
}

export type WronglyTurnedAway = { units: number; seqs: number[] };

/**
 * Units on the shelf at the end that a shopper was refused, by sku. A unit that is left may have come back from a payment
 * that failed after the last shopper had been turned away, and then nobody did wrong. So of the `left` units those are
 * taken off that may have come back only after the shopper's request was sent: of orders refused at or after that instant
 * (their answer is later than the units' return), and of all whose end is not known. If the rest would have been enough
 * for the shopper, it lay there all the time.
 */
export function wronglyTurnedAway(
  ledger: LedgerView,
  book: RowBook,
  shelf: ReadonlyMap<string, { left: number; loose: number }>,
): Map<string, WronglyTurnedAway> {
  const refused = returnsOf(ledger, book, shelf);
  const found = new Map<string, WronglyTurnedAway & { turnedAway: number; proven: number }>();
  const { seqs, atUs } = ledger.lastSoldOut;
  const inOrder = [...seqs.keys()].sort((a, b) => seqs[a]! - seqs[b]!);
  for (const index of inOrder) {
    const [seq, sentUs] = [seqs[index]!, atUs[index]!];
    const { sku, quantity } = book.own.identity(seq);
    const level = shelf.get(sku);
    // Who was refused before that instant is not known any more: nothing is held against the shop.
    if (level === undefined || sentUs <= ledger.lastRefused.completeFromUs) continue;
    const proven = level.left - level.loose - (refused.get(sku)?.since(sentUs) ?? 0);
    if (quantity > proven) continue;
    const wrong = found.get(sku) ?? { units: 0, seqs: [], turnedAway: 0, proven: 0 };
    wrong.turnedAway += quantity;
    wrong.proven = Math.max(wrong.proven, proven);
    wrong.units = Math.min(wrong.proven, wrong.turnedAway);
    wrong.seqs.push(seq);
    found.set(sku, wrong);
  }
  return found;
}

/** Units of orders refused at or after an instant, by sku. */
function returnsOf(ledger: LedgerView, book: RowBook, shelf: ReadonlyMap<string, unknown>) {
  const { seqs, atUs } = ledger.lastRefused;
  const bySku = new Map<string, { us: number; units: number }[]>();
  for (const [index, seq] of seqs.entries()) {
    const { sku, quantity } = book.own.identity(seq);
    if (!shelf.has(sku)) continue;
    const list = bySku.get(sku) ?? [];
    list.push({ us: atUs[index]!, units: quantity });
    bySku.set(sku, list);
  }
  return new Map([...bySku].map(([sku, list]) => [sku, sinceOf(list)]));
}

function sinceOf(returns: { us: number; units: number }[]): { since(us: number): number } {
  const latestFirst = returns.sort((a, b) => b.us - a.us);
  const sums = new Float64Array(latestFirst.length);
  let sum = 0;
  for (const [index, { units }] of latestFirst.entries()) sums[index] = sum += units;
  return {
    since: (us) => {
      let [low, high] = [0, latestFirst.length];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (latestFirst[middle]!.us >= us) low = middle + 1;
        else high = middle;
      }
      return low === 0 ? 0 : sums[low - 1]!;
    },
  };
}
