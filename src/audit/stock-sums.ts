// Units by sku, from the ledger's side: what was sold by the answers, who was turned away for lack of stock, and how much
// of what is left may have come back only after the last shopper was turned away. Buyer, sku and quantity of an order are
// drawn anew from its seq, so this costs time and no memory.

import type { Findings } from './findings.ts';
import type { RowBook } from './row-book.ts';
import type { LedgerView } from './spec.ts';

type Sources = Pick<Findings, 'ledger' | 'book' | 'hasRows'>;

export type SkuDemand = {
  /** Of accepted orders: without the books all, with them those that the books do not hold. */
  accepted: number;
  lost: number;
  /** Turned away for lack of stock: orders, units, and the smallest of these orders. */
  turnedAway: number;
  turnedAwayUnits: number;
  smallest: number;
  /** Of orders that may have held units for a while and given them back at any time, or hold them still: their end is not known. */
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

/** `hasCart`: an order that came to nothing may hold units, because it was on its way to the step that places it. */
export function demandOf({ ledger, book, hasRows }: Sources, hasCart: boolean): Map<string, SkuDemand> {
  const demand = new Map<string, SkuDemand>();
  for (let seq = 0; seq < ledger.orders; seq++) {
    const outcome = ledger.classOf(seq);
    const isSoldOut = outcome === 'rejected' && ledger.isSoldOut(seq);
    if (!hasCart && (outcome === 'failed' || (outcome === 'rejected' && !isSoldOut))) continue;
    const isPlaced = hasRows && book.isConfirmed(seq);
    if (isPlaced && !isSoldOut) continue;
    const { sku, quantity } = book.own.identity(seq);
    const units = demand.get(sku) ?? noDemand();
    demand.set(sku, units);
    if (outcome === 'accepted') {
      if (hasRows) units.lost += quantity;
      else units.accepted += quantity;
    } else if (isSoldOut) {
      units.turnedAway++;
      units.turnedAwayUnits += quantity;
      units.smallest = Math.min(units.smallest, quantity);
    } else units.loose += quantity;
  }
  return demand;
}

/** Of one sku, what shoppers were refused: shown beyond doubt, or not to be told. */
export type TurnedAway = { units: number; seqs: number[]; isDoubtful: boolean };

/** Units left on the shelf at the end, and how many of them orders may have given back of which nobody knows when. */
export type Shelf = { left: number; loose: number; demand: SkuDemand };

/**
 * Units on the shelf at the end that a shopper was refused, by sku. A unit that is left may have come back from a payment
 * that failed after the last shopper had been turned away, and then nobody did wrong. So of the `left` units those are
 * taken off that may have come back only after the shopper's request was sent: of orders refused at or after that instant
 * (their answer is later than the units' return), and of all whose end is not known. If the rest would have been enough
 * for the shopper, it lay there all the time.
 */
export function wronglyTurnedAway(
  { ledger, book }: Sources,
  shelf: ReadonlyMap<string, Shelf>,
): ReadonlyMap<string, TurnedAway> {
  const refused = returnsOf(ledger, book, shelf);
  const all = new Map([...shelf].map(([sku, level]) => [sku, new Refusals(level)]));
  const { seqs, atUs } = ledger.lastSoldOut;
  const inOrder = [...seqs.keys()].sort((a, b) => seqs[a]! - seqs[b]!);
  for (const index of inOrder) {
    const [seq, sentUs] = [seqs[index]!, atUs[index]!];
    const { sku, quantity } = book.own.identity(seq);
    // Who was refused before that instant is not known any more.
    const isKnown = sentUs > ledger.lastRefused.completeFromUs;
    all.get(sku)?.take(seq, quantity, isKnown ? (refused.get(sku)?.since(sentUs) ?? 0) : undefined);
  }
  return new Map([...all].map(([sku, refusals]) => [sku, refusals.tell()]));
}

/** The shoppers of one sku who were turned away while some of it is left at the end. */
class Refusals {
  readonly #shelf: Shelf;
  readonly #seqs: number[] = [];
  #turnedAwayUnits = 0;
  #proven = 0;
  #isDoubtful = false;
  #seen = 0;
  #sawSmallest = false;

  constructor(shelf: Shelf) {
    this.#shelf = shelf;
  }

  /** `returned`: units that came back after this shopper asked; undefined: nobody knows. */
  take(seq: number, quantity: number, returned: number | undefined): void {
    const { left, loose, demand } = this.#shelf;
    this.#seen++;
    if (quantity === demand.smallest) this.#sawSmallest = true;
    const proven = left - loose - (returned ?? left);
    if (quantity <= proven) {
      this.#seqs.push(seq);
      this.#turnedAwayUnits += quantity;
      this.#proven = Math.max(this.#proven, proven);
    } else if (quantity <= left - (returned ?? 0)) this.#isDoubtful = true;
  }

  /** Later shoppers are kept before earlier ones, and what lay there for an earlier one of as many units lay there for a later. */
  tell(): TurnedAway {
    const { left, demand } = this.#shelf;
    const isSeen = demand.smallest > left || this.#seen === demand.turnedAway || this.#sawSmallest;
    const units = Math.min(this.#proven, this.#turnedAwayUnits);
    return { units, seqs: this.#seqs, isDoubtful: units === 0 && (this.#isDoubtful || !isSeen) };
  }
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
