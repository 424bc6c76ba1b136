// The rows of the shop's books as they come, one by one: a byte for every order of the plan, sums for every sku and buyer,
// and the ids with the order they stand under. No object a row; 2.1 million rows take about 60 MB, more where ids or
// buyers are no numbers (test/bench/audit.ts).

import type { BooksSpec } from '../order/books.ts';
import type { IdentitySpec } from '../order/spec.ts';
import { formatCount } from '../units.ts';
import { numberPrintOf, printOf } from './fingerprint.ts';
import { type OwnOrders, ownOrders, untoldOf } from './own-orders.ts';
import type { AnswerTally, BookRow, LedgerView } from './spec.ts';
import { MAX_EXAMPLES } from './spec.ts';
import { NO_ROOM, TextTable } from './text-table.ts';

/** Texts of ids, of buyers. Beyond it they are not compared, and the audit says so. */
const MAX_TEXT_BYTES = 192 << 20;
/** Keys of orders beside the plan, and of foreign rows, are few. */
const MAX_BESIDE = 100_000;
const SHOWN_KEY = 64;
/** Units of a buyer are kept in thousandths, for not all goods come in pieces. */
const PER_UNIT = 1_000;
const MOST_UNITS = 2 ** 32 - 1;
/** Of orders under another's id, those that can be shown. */
const MAX_SHARED = 1_000;

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
  readonly skus = new Map<string, SkuUnits>();
  readonly mispriced: Wrong = { count: 0, shown: [] };
  readonly overLimit: Wrong = { count: 0, shown: [] };
  /** Orders under an id that was another's before. */
  readonly sharedIds = new Map<number, string>();
  /** Orders beside the plan with several rows. */
  readonly twiceBeside: Wrong = { count: 0, shown: [] };
  /**
   * Confirmed orders that are none of the run. `untold`: nobody knows whose, or how many units; `late`: they came behind rows
   * of the run, and their buyer then had too much, so that the row that broke the limit is not known.
   */
  readonly others = { untold: 0, late: 0 };
  readonly foreign = { rows: 0, keys: [] as string[] };
  rows = 0;
  confirmedRows = 0;
  /** Confirmed rows of another sku or quantity than was drawn: then the order sends something else than its draws. */
  otherwise = 0;
  /** Confirmed rows without a quantity: counted by the draw, though code and texts may send another. */
  drawnRows = 0;
  /** The same order listed twice, id and all: then the export is no list of orders. */
  listedTwice = 0;
  /** Confirmed rows whose total was held against a price, against an answer. */
  priced = 0;
  answered = 0;
  readonly #input: RowBookInput;
  readonly #marks: Uint8Array;
  readonly #ids: TextTable;
  readonly #buyers: TextTable;
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
    this.#ids = new TextTable(MAX_TEXT_BYTES, input.books?.fields?.id === undefined ? 0 : orders);
    const { buyers, repeatShare } = input.identity;
    const people = repeatShare === undefined ? Math.min(orders, buyers ?? orders) : orders;
    this.#buyers = new TextTable(MAX_TEXT_BYTES, input.books?.limit === undefined ? 0 : people);
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

  /** Ids and buyers that found no room. */
  get untold(): { ids: number; buyers: number } {
    return { ids: this.#ids.left, buyers: this.#buyers.left };
  }

  /** The ids under which these orders are confirmed, from one pass over all ids. */
  idsOf(seqs: ReadonlySet<number>): Map<number, string[]> {
    const found = new Map<number, string[]>();
    if (seqs.size === 0) return found;
    this.#ids.each((at) => {
      const seq = this.#ids.valueAt(at);
      if (seqs.has(seq)) found.set(seq, [...(found.get(seq) ?? []), this.#ids.textAt(at)]);
    });
    // In the order in which a shop counts them up.
    for (const ids of found.values()) ids.sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
    return found;
  }

  take(row: BookRow): void {
    this.rows++;
    const seq = this.own.seqOf(row.key);
    if (seq !== undefined) this.#takeOwn(seq, row);
    else this.#takeOther(row);
  }

  /** Of a day before the run, or foreign: it is not judged, but a buyer holds what he bought so. */
  takeAside({ status, buyer, quantity }: BookRow): void {
    const limit = this.#input.books?.limit;
    if (limit === undefined || status !== 'confirmed') return;
    if (buyer === undefined || quantity === undefined) {
      this.others.untold++;
      return;
    }
    const units = this.#unitsAfter(buyer, quantity);
    if (units !== undefined && units > limit * PER_UNIT && this.confirmedRows > 0) this.others.late++;
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
      this.takeAside(row);
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

  /** `listed`: this very order, id and all, was there before, so the row is no second order. */
  #takeId(seq: number, row: BookRow): 'listed' | 'shared' | 'own' {
    if (row.id === undefined) return 'own';
    const at = this.#ids.place(row.id);
    const isNew = at === NO_ROOM || this.#ids.isNew;
    if (at !== NO_ROOM && isNew) this.#ids.setValueAt(at, seq);
    const holder = isNew ? seq : this.#ids.valueAt(at);
    if (!isNew && holder === seq) {
      this.listedTwice++;
      return 'listed';
    }
    this.#marks[seq]! |= HAS_ID;
    const print = this.#input.ledger.idPrintOf(seq);
    if (print !== 0 && print === printOf(row.id)) this.#marks[seq]! |= SAME_ID;
    if (holder === seq) return 'own';
    if (this.sharedIds.size < MAX_SHARED) {
      this.sharedIds.set(seq, `\`${row.id}\` is also the id of order #${holder}, key ${this.own.keyOf(holder)}`);
    }
    return 'shared';
  }

  /** In the order of the export: of the row that brings a buyer over the limit, and of all that come after. */
  #beyondLimit(seq: number, row: BookRow, quantity: number): string | undefined {
    const limit = this.#input.books?.limit;
    if (limit === undefined) return undefined;
    const buyer = row.buyer ?? this.own.identity(seq).buyer;
    const units = this.#unitsAfter(buyer, quantity);
    return units !== undefined && units > limit * PER_UNIT
      ? `\`${buyer}\` then had ${formatCount(units / PER_UNIT)} units, ${limit} are allowed`
      : undefined;
  }

  /** What a buyer holds with these units, in thousandths; undefined: there was no room for him. */
  #unitsAfter(buyer: string, quantity: number): number | undefined {
    const at = this.#buyers.place(buyer);
    if (at === NO_ROOM) return undefined;
    const units = Math.min(MOST_UNITS, Math.round(this.#buyers.valueAt(at) + quantity * PER_UNIT));
    this.#buyers.setValueAt(at, units);
    return units;
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
