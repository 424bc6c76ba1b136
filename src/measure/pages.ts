// Cells that hardly change any more, many in a few arrays: a run of hours keeps every second, and 43,200 × two small arrays
// cost twice what is in them, and more from hour to hour, as memory between them is lost. Words are sorted and told as the
// distance from the one before, so that most take one byte of the four they had.

import type { LeanCell } from './tally.ts';
import { countOfWord, keyOfWord, wordOf } from './words.ts';

const FIRST_BYTES = 4096;
/** A key's distance and a count, at seven bits a byte. */
const MOST_BYTES_PER_WORD = 6;

/** What is told of each cell: its three counts, and where its words and its stats begin. */
const FIRED = 0;
const DROPPED = 1;
const CLAMPED = 2;
const WORDS = 3;
const BYTES_END = 4;
const STATS_END = 5;
const FIELDS = 6;

export class Page {
  /** A row for each cell; NaN where there is none. */
  readonly #rows: Float64Array;
  readonly #words: Uint8Array;
  readonly #stats: Float64Array;

  /** The cells are copied. */
  constructor(cells: readonly (LeanCell | undefined)[]) {
    this.#rows = new Float64Array(cells.length * FIELDS);
    const written = new Written();
    const stats: number[] = [];
    cells.forEach((cell, index) => {
      if (cell) {
        written.add(cell.words);
        stats.push(...cell.stats);
      }
      const { fired = Number.NaN, dropped = 0, clamped = 0, words } = cell ?? {};
      this.#rows.set([fired, dropped, clamped, words?.length ?? 0, written.length, stats.length], index * FIELDS);
    });
    this.#words = written.bytes();
    this.#stats = Float64Array.from(stats);
  }

  /** A copy, its words sorted; undefined where there was none. */
  cell(index: number): LeanCell | undefined {
    const fired = this.#told(index, FIRED);
    if (!(fired >= 0)) return;
    return {
      fired,
      dropped: this.#told(index, DROPPED),
      clamped: this.#told(index, CLAMPED),
      words: read(this.#words, this.#told(index - 1, BYTES_END), this.#told(index, WORDS)),
      stats: this.#stats.slice(this.#told(index - 1, STATS_END), this.#told(index, STATS_END)),
    };
  }

  get bytes(): number {
    return this.#rows.byteLength + this.#words.byteLength + this.#stats.byteLength;
  }

  /** What lies before the first is 0. */
  #told(index: number, field: number): number {
    return index < 0 ? 0 : this.#rows[index * FIELDS + field]!;
  }
}

/** Words as bytes: twice the distance of the keys, plus 1 when a count follows, which is when it is not 1. */
class Written {
  #bytes = new Uint8Array(FIRST_BYTES);
  length = 0;

  add(words: Uint32Array): void {
    this.#make(words.length * MOST_BYTES_PER_WORD);
    let before = 0;
    for (const word of words.slice().sort()) {
      const key = keyOfWord(word);
      const count = countOfWord(word);
      this.#number(((key - before) << 1) | (count === 1 ? 0 : 1));
      if (count !== 1) this.#number(count);
      before = key;
    }
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.length);
  }

  #number(value: number): void {
    let left = value;
    while (left > 127) {
      this.#bytes[this.length++] = (left & 127) | 128;
      left >>>= 7;
    }
    this.#bytes[this.length++] = left;
  }

  #make(room: number): void {
    if (this.length + room <= this.#bytes.length) return;
    const wider = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + room));
    wider.set(this.#bytes);
    this.#bytes = wider;
  }
}

function read(bytes: Uint8Array, from: number, length: number): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(length);
  let at = from;
  const next = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  let key = 0;
  for (let to = 0; to < length; to++) {
    const told = next();
    key += told >>> 1;
    words[to] = wordOf(key, (told & 1) === 1 ? next() : 1);
  }
  return words;
}
