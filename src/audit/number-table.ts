// Numbers with a number each, millions of them: two arrays and open addressing, 10 bytes an entry. The texts that a shop
// counts up (`order-1`, `order-2` …) are kept so (text-table.ts): 2.1 million take 21 MB, as texts they took 50.

const FEWEST_SLOTS = 1 << 12;
/** Slots in use, at most: beyond it the table is made larger by half. */
const FULL = 0.8;
const GROWTH = 1.5;
/** The largest key: a slot holds its key + 1. */
export const MAX_KEY = 2 ** 32 - 2;

export class NumberTable {
  /** Key + 1; 0: free. Made with the first number. */
  #keys = new Uint32Array(0);
  #values = new Uint32Array(0);
  readonly #maxBytes: number;
  readonly #expected: number;
  #count = 0;
  #isNew = false;

  /** `maxBytes`: of both arrays. `expected`: numbers it need not be made larger for. */
  constructor(maxBytes: number, expected: number) {
    this.#maxBytes = maxBytes;
    this.#expected = expected;
  }

  get count(): number {
    return this.#count;
  }

  /** Did the last `place` make the entry? */
  get isNew(): boolean {
    return this.#isNew;
  }

  /** The slot of a key 0 … MAX_KEY, found or made with the value 0; good until the next `place`. −1: there is no room for it. */
  place(key: number): number {
    this.#isNew = false;
    if (this.#keys.length === 0) this.#resize(Math.max(FEWEST_SLOTS, Math.ceil(this.#expected / FULL) + 1));
    const slot = this.#find(key);
    if (this.#keys[slot] !== 0) return slot;
    if (this.#count + 1 > this.#keys.length * FULL) {
      const larger = Math.ceil(this.#keys.length * GROWTH);
      if (larger * 8 > this.#maxBytes) return -1;
      this.#resize(larger);
      return this.#take(key, this.#find(key));
    }
    return this.#take(key, slot);
  }

  valueAt(slot: number): number {
    return this.#values[slot]!;
  }

  setValueAt(slot: number, value: number): void {
    this.#values[slot] = value;
  }

  keyAt(slot: number): number {
    return this.#keys[slot]! - 1;
  }

  /** Every slot in use, in no order. */
  each(visit: (slot: number) => void): void {
    for (let slot = 0; slot < this.#keys.length; slot++) if (this.#keys[slot] !== 0) visit(slot);
  }

  #take(key: number, slot: number): number {
    this.#keys[slot] = key + 1;
    this.#count++;
    this.#isNew = true;
    return slot;
  }

  /** The slot of the key, or the free one where it belongs. */
  #find(key: number): number {
    const keys = this.#keys;
    let slot = Math.floor((hashOf(key) * keys.length) / 2 ** 32);
    for (let held = keys[slot]!; held !== 0 && held !== key + 1; held = keys[slot]!) {
      slot++;
      if (slot === keys.length) slot = 0;
    }
    return slot;
  }

  #resize(slots: number): void {
    const [keys, values] = [this.#keys, this.#values];
    this.#keys = new Uint32Array(slots);
    this.#values = new Uint32Array(slots);
    for (let from = 0; from < keys.length; from++) {
      if (keys[from] === 0) continue;
      const slot = this.#find(keys[from]! - 1);
      this.#keys[slot] = keys[from]!;
      this.#values[slot] = values[from]!;
    }
  }
}

/** lowbias32. */
function hashOf(key: number): number {
  let mixed = Math.imul(key ^ (key >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
