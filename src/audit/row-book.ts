// The rows of the shop's books as they come, one by one: a byte for every order of the plan, sums for every sku and buyer,
// and the ids with the order they stand under. No object a row; 2.1 million rows take about 60 MB, more where ids or
// buyers are no numbers (test/bench/audit.ts).

import type { BooksSpec } from '../order/books.ts';
import type { IdentitySpec } from '../order/spec.ts';
import { BuyerUnits } from './buyer-units.ts';
import { numberPrintOf, printOf } from './fingerprint.ts';
import { OrderIds } from './order-ids.ts';
import { type OwnOrders, ownOrders, untoldOf } from './own-orders.ts';
import type { AnswerTally, BookRow, LedgerView } from './spec.ts';
import { MAX_EXAMPLES } from './spec.ts';

/** Keys of orders beside the plan, and of foreign rows, are few. */
const MAX_BESIDE = 100_000;
const SHOWN_KEY = 64;

// The byte of an order.
/** Confirmed rows: 0, 1, 2 for several, or one under an id that was another key's before. */
const CONFIRMED = 3;
const ONE = 1;
const SEVERAL = 2;
const RESERVED = 4;
const OTHER = 8;
/** A confirmed row named an id; one named the id that the answer did. */
const HAS_ID = 16;
const SAME_ID = 32;
const MISPRICED = 64;
const OVER_LIMIT = 128;

/** Units in the books, by sku. `twice`: those of second and further rows of one key. */
export type SkuUnits = { confirmed: number; reserved: number; twice: number };
/** Why a confirmed row is wrong by itself; the first ones are kept to be shown. */
export type WrongRow = { seq?: number; key: string; says: string };
type Wrong = { count: number; shown: WrongRow[] };

export type RowBookInput = {
  ledger: LedgerView;
  answers: AnswerTally;
  identity: IdentitySpec;
  books?: BooksSpec;
  /** Run ids of orders that the run sent beside the plan (the witness): they are in the books and not in the ledger. */
  also?: readonly string[];
};

export class RowBook {
  readonly own: OwnOrders;
  readonly ids: OrderIds;
  readonly buyers: BuyerUnits;
  readonly skus = new Map<string, SkuUnits>();
  readonly mispriced: Wrong = { count: 0, shown: [] };
  readonly overLimit: Wrong = { count: 0, shown: [] };
  /** Orders beside the plan with several rows. */
  readonly twiceBeside: Wrong = { count: 0, shown: [] };
  readonly foreign = { rows: 0, keys: [] as string[] };
  rows = 0;
  confirmedRows = 0;
  /** Confirmed rows of another sku or quantity than was drawn: then the order sends something else than its draws. */
  otherwise = 0;
  /** Confirmed rows without a quantity: counted by the draw, though code and texts may send another. */
  drawnRows = 0;
  /** Confirmed rows whose total was held against a price, against an answer. */
  priced = 0;
  answered = 0;
  readonly #input: RowBookInput;
  readonly #marks: Uint8Array;
  readonly #beside = new Map<string, number>();
  /** Their total is another because another body was taken. */
  readonly #altered: ReadonlySet<number>;
  readonly #isUntold: boolean;

  constructor(input: RowBookInput) {
    this.#input = input;
    const { orders } = input.ledger;
    this.#isUntold = untoldOf(input.books, true).length > 0;
    this.own = ownOrders(input.identity, orders, input.also ?? []);
    this.#marks = new Uint8Array(orders);
    this.ids = new OrderIds(input.books?.fields?.id === undefined ? 0 : orders, this.own.keyOf);
    const { buyers, repeatShare } = input.identity;
    const people = repeatShare === undefined ? Math.min(orders, buyers ?? orders) : orders;
    this.buyers = new BuyerUnits(input.books?.limit, people);
    this.#altered = new Set(
      input.answers.troubled.filter(({ kind }) => kind === 'altered-accepted').map(({ seq }) => seq),
    );
  }

  isConfirmed = (seq: number): boolean => (this.#marks[seq]! & CONFIRMED) !== 0;
  isDuplicated = (seq: number): boolean => (this.#marks[seq]! & CONFIRMED) > ONE;
  isReserved = (seq: number): boolean => (this.#marks[seq]! & RESERVED) !== 0;
  isOther = (seq: number): boolean => (this.#marks[seq]! & OTHER) !== 0;
  hasId = (seq: number): boolean => (this.#marks[seq]! & HAS_ID) !== 0;
  hasSameId = (seq: number): boolean => (this.#marks[seq]! & SAME_ID) !== 0;

  take(row: BookRow): void {
    this.rows++;
    const seq = this.own.seqOf(row.key);
    if (seq !== undefined) this.#takeOwn(seq, row);
    else this.#takeOther(row);
  }

  /** Of a day before the run: it is judged no more. */
  takeEarlier(row: BookRow): void {
    this.buyers.takeAside(row, this.confirmedRows > 0);
  }

  #takeOwn(seq: number, row: BookRow): void {
    if (row.status !== 'confirmed') {
      this.#marks[seq]! |= row.status === 'reserved' ? RESERVED : OTHER;
      if (row.status === 'reserved') this.#unitsOf(seq, row).reserved += this.#quantityOf(seq, row);
      return;
    }
    const id = this.#takeId(seq, row);
    if (id === 'listed') return;
    this.confirmedRows++;
    if (row.quantity === undefined) this.drawnRows++;
    if (this.#isOtherwise(seq, row)) this.otherwise++;
    const quantity = this.#quantityOf(seq, row);
    const units = this.#unitsOf(seq, row);
    units.confirmed += quantity;
    const before = this.#marks[seq]! & CONFIRMED;
    if (before !== 0) units.twice += quantity;
    const after = id === 'shared' || before !== 0 ? SEVERAL : ONE;
    this.#marks[seq] = (this.#marks[seq]! & ~CONFIRMED) | after;
    this.#checkLimit(seq, row, quantity);
    this.#checkTotal(seq, row, quantity);
  }

  /** Of the witness, or of somebody else. */
  #takeOther(row: BookRow): void {
    const seq = this.own.besideOf(row.key);
    if (seq === undefined) {
      this.foreign.rows++;
      if (this.foreign.keys.length < MAX_EXAMPLES) this.foreign.keys.push(row.key.slice(0, SHOWN_KEY));
      this.takeEarlier(row);
      return;
    }
    if (row.status === 'other') return;
    const units = this.#unitsOf(seq, row);
    const quantity = this.#quantityOf(seq, row);
    units[row.status] += quantity;
    if (row.status !== 'confirmed') return;
    this.confirmedRows++;
    const rows = (this.#beside.get(row.key) ?? 0) + 1;
    if (rows > 1 || this.#beside.size < MAX_BESIDE) this.#beside.set(row.key, rows);
    if (rows > 1) units.twice += quantity;
    if (rows === 2) this.#note(this.twiceBeside, { key: row.key, says: 'in the books more than once' });
    const tooMany = this.#beyondLimit(seq, row, quantity);
    if (tooMany !== undefined) this.#note(this.overLimit, { key: row.key, says: tooMany });
    const wrong = row.total === undefined ? undefined : this.#wrongPrice(row.total, quantity * this.#priceOf(seq, row));
    if (wrong !== undefined && rows === 1) this.#note(this.mispriced, { key: row.key, says: wrong });
  }

  #unitsOf(seq: number, row: BookRow): SkuUnits {
    const sku = row.sku ?? this.own.identity(seq).sku;
    let units = this.skus.get(sku);
    if (!units) {
      units = { confirmed: 0, reserved: 0, twice: 0 };
      this.skus.set(sku, units);
    }
    return units;
  }

  #isOtherwise(seq: number, { sku, quantity }: BookRow): boolean {
    const isSame =
      (sku === undefined || sku === this.own.skuOf(seq)) &&
      (quantity === undefined || quantity === this.own.quantityOf(seq));
    return !isSame && !this.#altered.has(seq);
  }

  #quantityOf(seq: number, row: BookRow): number {
    return row.quantity ?? this.own.identity(seq).quantity;
  }

  #takeId(seq: number, { id }: BookRow): ReturnType<OrderIds['take']> {
    if (id === undefined) return 'own';
    const found = this.ids.take(id, seq);
    if (found === 'listed') return found;
    this.#marks[seq]! |= HAS_ID;
    const print = this.#input.ledger.idPrintOf(seq);
    if (print !== 0 && print === printOf(id)) this.#marks[seq]! |= SAME_ID;
    return found;
  }

  #beyondLimit(seq: number, { buyer }: BookRow, quantity: number): string | undefined {
    return this.buyers.take(() => buyer ?? this.own.identity(seq).buyer, quantity);
  }

  #checkLimit(seq: number, row: BookRow, quantity: number): void {
    const says = this.#beyondLimit(seq, row, quantity);
    if (says === undefined || (this.#marks[seq]! & OVER_LIMIT) !== 0) return;
    this.#marks[seq]! |= OVER_LIMIT;
    this.#note(this.overLimit, { seq, key: row.key, says });
  }

  #checkTotal(seq: number, row: BookRow, quantity: number): void {
    if (row.total === undefined) return;
    const byPrice = this.#wrongPrice(row.total, quantity * this.#priceOf(seq, row));
    const byAnswer = this.#wrongAnswer(row.total, seq);
    const says = byPrice ?? byAnswer;
    if (says === undefined || (this.#marks[seq]! & MISPRICED) !== 0) return;
    this.#marks[seq]! |= MISPRICED;
    this.#note(this.mispriced, { seq, key: row.key, says });
  }

  /** NaN: not known. */
  #priceOf(seq: number, row: BookRow): number {
    const { books } = this.#input;
    if (books?.prices === undefined || this.#isUntold) return Number.NaN;
    return books.prices[row.sku ?? this.own.identity(seq).sku] ?? Number.NaN;
  }

  #wrongPrice(total: number, right: number): string | undefined {
    if (Number.isNaN(right)) return undefined;
    this.priced++;
    // Prices may be decimals: 3 × 19.99 is not 59.97 in binary.
    const isRight = Math.abs(total - right) <= 1e-9 * Math.max(1, Math.abs(right));
    return isRight ? undefined : `charged ${total}, quantity × price is ${Number(right.toPrecision(12))}`;
  }

  #wrongAnswer(total: number, seq: number): string | undefined {
    const print = this.#input.ledger.totalPrintOf(seq);
    if (print === 0 || this.#altered.has(seq)) return undefined;
    this.answered++;
    return print === numberPrintOf(total) ? undefined : `charged ${total}, the answer named another total`;
  }

  #note(wrong: Wrong, row: WrongRow): void {
    wrong.count++;
    if (wrong.shown.length < MAX_EXAMPLES) wrong.shown.push(row);
  }
}
