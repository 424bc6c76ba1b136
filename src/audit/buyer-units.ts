// How many units each buyer holds by the books, whoever sold them, and who then has more than the profile allows.

import { formatCount } from '../units.ts';
import type { BookRow } from './spec.ts';
import { MAX_TEXT_BYTES, NO_ROOM, TextTable } from './text-table.ts';

/** Units are kept in thousandths, for not all goods come in pieces. */
const PER_UNIT = 1_000;
const MOST_UNITS = 2 ** 32 - 1;

export class BuyerUnits {
  /**
   * Confirmed orders that are none of the run. `untold`: nobody knows whose, or how many units; `late`: they came behind rows
   * of the run, and their buyer then had too much, so that the row that broke the limit is not known.
   */
  readonly others = { untold: 0, late: 0 };
  readonly #limit: number | undefined;
  readonly #units: TextTable;

  /** `limit` undefined: nothing is kept. `people`: buyers it need not be made larger for. */
  constructor(limit: number | undefined, people: number) {
    this.#limit = limit;
    this.#units = new TextTable(MAX_TEXT_BYTES, limit === undefined ? 0 : people);
  }

  /** Rows whose buyer found no room. */
  get left(): number {
    return this.#units.left;
  }

  /** In the order of the export: what is wrong with the row that brings a buyer over the limit, and with all that come after. */
  take(buyerOf: () => string, quantity: number): string | undefined {
    if (this.#limit === undefined) return undefined;
    const buyer = buyerOf();
    const units = this.#unitsAfter(buyer, quantity);
    return this.#isTooMuch(units)
      ? `\`${buyer}\` then had ${formatCount(units! / PER_UNIT)} units, ${this.#limit} are allowed`
      : undefined;
  }

  /** Of a day before the run, or foreign: it is not judged, but a buyer holds what he bought so. */
  takeAside({ status, buyer, quantity }: BookRow, isBehind: boolean): void {
    if (this.#limit === undefined || status !== 'confirmed') return;
    if (buyer === undefined || quantity === undefined) this.others.untold++;
    else if (this.#isTooMuch(this.#unitsAfter(buyer, quantity)) && isBehind) this.others.late++;
  }

  #isTooMuch(units: number | undefined): boolean {
    return units !== undefined && units > this.#limit! * PER_UNIT;
  }

  /** What a buyer holds with these units, in thousandths; undefined: there was no room for him. */
  #unitsAfter(buyer: string, quantity: number): number | undefined {
    const at = this.#units.place(buyer);
    if (at === NO_ROOM) return undefined;
    const units = Math.min(MOST_UNITS, Math.round(this.#units.valueAt(at) + quantity * PER_UNIT));
    this.#units.setValueAt(at, units);
    return units;
  }
}
