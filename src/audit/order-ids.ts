// The ids of confirmed orders, each with the order it stands under first: the same order listed twice, and one id for two.

import { MAX_TEXT_BYTES, NO_ROOM, TextTable } from './text-table.ts';

/** Of orders under another's id, those that can be shown. */
const MAX_SHARED = 1_000;

export class OrderIds {
  /** The same order listed twice, id and all: then the export is no list of orders. */
  listedTwice = 0;
  /** Orders under an id that was another's before, and what to say of them. */
  readonly shared = new Map<number, string>();
  readonly #seqs: TextTable;
  readonly #keyOf: (seq: number) => string;

  /** `expected`: ids it need not be made larger for. */
  constructor(expected: number, keyOf: (seq: number) => string) {
    this.#seqs = new TextTable(MAX_TEXT_BYTES, expected);
    this.#keyOf = keyOf;
  }

  /** Ids that found no room. */
  get left(): number {
    return this.#seqs.left;
  }

  /** `listed`: this very order, id and all, was there before, so the row is no second order. */
  take(id: string, seq: number): 'listed' | 'shared' | 'own' {
    const at = this.#seqs.place(id);
    if (at === NO_ROOM) return 'own';
    if (this.#seqs.isNew) {
      this.#seqs.setValueAt(at, seq);
      return 'own';
    }
    const holder = this.#seqs.valueAt(at);
    if (holder === seq) {
      this.listedTwice++;
      return 'listed';
    }
    if (this.shared.size < MAX_SHARED) {
      this.shared.set(seq, `\`${id}\` is also the id of order #${holder}, key ${this.#keyOf(holder)}`);
    }
    return 'shared';
  }

  /** The ids under which these orders are confirmed, from one pass over all ids. */
  of(seqs: ReadonlySet<number>): Map<number, string[]> {
    const found = new Map<number, string[]>();
    if (seqs.size === 0) return found;
    this.#seqs.each((at) => {
      const seq = this.#seqs.valueAt(at);
      if (seqs.has(seq)) found.set(seq, [...(found.get(seq) ?? []), this.#seqs.textAt(at)]);
    });
    // In the order in which a shop counts them up.
    for (const ids of found.values()) ids.sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
    return found;
  }
}
