// A scratch pad of counts, dense by key (words.ts), that remembers which keys it touched: adding is one array write, and
// emptying it into packed words visits only those. The array spans every series and bucket but costs only the pages that
// are written. Nothing is allocated per count; `touched` doubles when a second has more distinct buckets than ever before.

import { BUCKET_BITS } from './shape.ts';
import { countOfWord, keyOfWord, packCount, wordsFor } from './words.ts';

const FIRST_TOUCHED = 1024;

export class Bins {
  readonly #counts: Uint32Array;
  #touched = new Uint32Array(FIRST_TOUCHED);
  #size = 0;

  constructor(series: number) {
    this.#counts = new Uint32Array(series << BUCKET_BITS);
  }

  add(key: number, count: number): void {
    const before = this.#counts[key]!;
    if (before === 0) {
      if (this.#size === this.#touched.length) this.#grow();
      this.#touched[this.#size++] = key;
    }
    this.#counts[key] = before + count;
  }

  addWords(words: Uint32Array): void {
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!;
      this.add(keyOfWord(word), countOfWord(word));
    }
  }

  /** Everything in it as packed words, in no order; it is empty afterwards. */
  drain(): Uint32Array<ArrayBuffer> {
    const counts = this.#counts;
    const touched = this.#touched;
    let length = 0;
    for (let i = 0; i < this.#size; i++) length += wordsFor(counts[touched[i]!]!);
    const words = new Uint32Array(length);
    let at = 0;
    for (let i = 0; i < this.#size; i++) {
      const key = touched[i]!;
      at = packCount(words, at, key, counts[key]!);
      counts[key] = 0;
    }
    this.#size = 0;
    return words;
  }

  #grow(): void {
    const wider = new Uint32Array(this.#touched.length * 2);
    wider.set(this.#touched);
    this.#touched = wider;
  }
}
