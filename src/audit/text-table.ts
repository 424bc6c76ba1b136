// Texts with a number each, millions of them, without an object for any: the bytes of every text lie one behind the other,
// and an open-addressing table of offsets finds them. What most of them begin with (`order-`) is kept once, and one that only
// a number follows is kept as that number (number-table.ts). Texts are compared byte by byte, so two that differ are never
// taken for one. 2.1 million ids such as `order-12` take 21 MB, as many UUIDs 61, a Map of
// strings 250.

import { MAX_KEY, NumberTable } from './number-table.ts';

const CHUNK_BITS = 20;
const CHUNK_BYTES = 1 << CHUNK_BITS;
/** Of an entry: 4 bytes value, 2 bytes length and whether the common beginning comes before the text, the text; whole words. */
const HEAD_BYTES = 6;
const MAX_TEXT_UNITS = 4_096;
const FEWEST_SLOTS = 1 << 12;
/** Slots in use, at most: beyond it the table is made twice as large, or as large as was expected. */
const FULL = 0.8;
/** A slot: where the entry is, in words, + 1; above it bits of its hash, so that hardly any entry is looked at in vain. */
const PLACE_BITS = 26;
const PLACE = 2 ** PLACE_BITS - 1;
const MAX_BYTES = 4 * (PLACE - 1);
const WITH_PREFIX = 0x8000;
/** The text is the 16 bytes of a UUID, which is 36 characters in lower case. */
const UUID = 0x4000;
const LENGTH = 0x3fff;
const UUID_FORM = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const UUID_CHARS = 36;

export class TextTable {
  readonly #maxBytes: number;
  readonly #expected: number;
  readonly #encoder = new TextEncoder();
  readonly #scratch = new Uint8Array(3 * MAX_TEXT_UNITS);
  readonly #chunks: Uint8Array[] = [];
  #end = 0;
  /** 0: free. */
  #slots = new Uint32Array(FEWEST_SLOTS);
  /** The numbers behind the prefix. */
  readonly #numbers: NumberTable;
  #count = 0;
  #left = 0;
  #isNew = false;
  /** What the first text has before its last digits; undefined before it. */
  #prefix: string | undefined;
  #flag = 0;

  /** `maxBytes`: of texts, of numbers; what comes after is not taken in. `expected`: entries in all. */
  constructor(maxBytes: number, expected = 0) {
    this.#maxBytes = Math.min(maxBytes, MAX_BYTES);
    this.#expected = expected;
    this.#numbers = new NumberTable(this.#maxBytes, expected);
  }

  get count(): number {
    return this.#count + this.#numbers.count;
  }

  /** Texts that found no room. */
  get left(): number {
    return this.#left;
  }

  /** Did the last `place` make the entry? */
  get isNew(): boolean {
    return this.#isNew;
  }

  /** Finds the entry of a text, or makes one with the value 0, good until the next `place`; NO_ROOM where there is none. */
  place(text: string): number {
    this.#prefix ??= /^[\x20-\x7e]*?(?=\d*$)/.exec(text)?.[0] ?? '';
    const number = this.#numberOf(text);
    if (number >= 0) {
      const slot = this.#numbers.place(number);
      this.#isNew = this.#numbers.isNew;
      return slot < 0 ? this.#refuse() : numbered(slot);
    }
    const length = this.#encode(text);
    this.#isNew = false;
    if (length < 0) return this.#refuse();
    const hash = hashOf(this.#scratch, 0, length);
    const tag = tagOf(hash);
    let slot = slotFor(hash, this.#slots);
    for (let entry = this.#slots[slot]!; entry !== 0; entry = this.#slots[slot]!) {
      const found = ((entry & PLACE) - 1) * 4;
      if (entry >>> PLACE_BITS === tag && this.#holds(found, length)) return found;
      slot = slot + 1 === this.#slots.length ? 0 : slot + 1;
    }
    const at = this.#append(length);
    if (at < 0) return this.#refuse();
    this.#slots[slot] = slotOf(at, tag);
    this.#count++;
    this.#isNew = true;
    if (this.#count > this.#slots.length * FULL) this.#grow();
    return at;
  }

  /** 0 … 2^32 − 1. */
  valueAt(at: number): number {
    if (at < 0) return this.#numbers.valueAt(numbered(at));
    const chunk = this.#chunks[at >>> CHUNK_BITS]!;
    const head = at & (CHUNK_BYTES - 1);
    return (chunk[head]! | (chunk[head + 1]! << 8) | (chunk[head + 2]! << 16) | (chunk[head + 3]! << 24)) >>> 0;
  }

  setValueAt(at: number, value: number): void {
    if (at < 0) {
      this.#numbers.setValueAt(numbered(at), value);
      return;
    }
    const chunk = this.#chunks[at >>> CHUNK_BITS]!;
    const head = at & (CHUNK_BYTES - 1);
    chunk[head] = value;
    chunk[head + 1] = value >>> 8;
    chunk[head + 2] = value >>> 16;
    chunk[head + 3] = value >>> 24;
  }

  textAt(at: number): string {
    if (at < 0) return this.#prefix + String(this.#numbers.keyAt(numbered(at)));
    const chunk = this.#chunks[at >>> CHUNK_BITS]!;
    const from = (at & (CHUNK_BYTES - 1)) + HEAD_BYTES;
    const length = lengthAt(chunk, from - HEAD_BYTES);
    const bytes = chunk.subarray(from, from + (length & LENGTH));
    if ((length & UUID) !== 0) return uuidOf(bytes);
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    return (length & WITH_PREFIX) !== 0 ? this.#prefix + text : text;
  }

  /** Every entry: those that are numbers in no order, the others in the order they were made. */
  each(visit: (at: number) => void): void {
    this.#numbers.each((slot) => visit(numbered(slot)));
    this.#eachText(visit);
  }

  #eachText(visit: (at: number) => void): void {
    for (const [index, chunk] of this.#chunks.entries()) {
      const until = Math.min(CHUNK_BYTES, this.#end - index * CHUNK_BYTES);
      for (let head = 0; head + HEAD_BYTES <= until && lengthAt(chunk, head) !== NO_MORE; ) {
        visit((index << CHUNK_BITS) + head);
        head += sizeOf(lengthAt(chunk, head) & LENGTH);
      }
    }
  }

  #refuse(): number {
    this.#left++;
    return NO_ROOM;
  }

  /** The number behind the prefix, where it is written as a number is: no zero before it; −1 for any other text. */
  #numberOf(text: string): number {
    const from = this.#prefix!.length;
    const digits = text.length - from;
    if (digits < 1 || digits > 10 || !text.startsWith(this.#prefix!)) return -1;
    if (digits > 1 && text.charCodeAt(from) === ZERO) return -1;
    let number = 0;
    for (let i = from; i < text.length; i++) {
      const digit = text.charCodeAt(i) - ZERO;
      if (digit < 0 || digit > 9) return -1;
      number = number * 10 + digit;
    }
    return number <= MAX_KEY ? number : -1;
  }

  /** Into the scratch; the length in bytes, or −1 for a text that is too long or has no bytes of its own (half a surrogate pair). */
  #encode(text: string): number {
    if (text.length > MAX_TEXT_UNITS) return -1;
    if (text.length === UUID_CHARS && UUID_FORM.test(text)) {
      this.#flag = UUID;
      return uuidInto(text, this.#scratch);
    }
    const prefix = this.#prefix!;
    const from = prefix !== '' && text.startsWith(prefix) ? prefix.length : 0;
    this.#flag = from > 0 ? WITH_PREFIX : 0;
    for (let i = from; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f)
        return text.isWellFormed() ? this.#encoder.encodeInto(text.slice(from), this.#scratch).written : -1;
      this.#scratch[i - from] = code;
    }
    return text.length - from;
  }

  #holds(at: number, length: number): boolean {
    const chunk = this.#chunks[at >>> CHUNK_BITS]!;
    const head = at & (CHUNK_BYTES - 1);
    if (lengthAt(chunk, head) !== (length | this.#flag)) return false;
    for (let i = 0; i < length; i++) if (chunk[head + HEAD_BYTES + i] !== this.#scratch[i]) return false;
    return true;
  }

  #append(length: number): number {
    const size = sizeOf(length);
    const room = this.#chunks.length * CHUNK_BYTES - this.#end;
    if (room < size) {
      if (this.#chunks.length * CHUNK_BYTES >= this.#maxBytes) return -1;
      if (room >= HEAD_BYTES) setLength(this.#chunks.at(-1)!, this.#end & (CHUNK_BYTES - 1), NO_MORE);
      this.#end = this.#chunks.length * CHUNK_BYTES;
      this.#chunks.push(new Uint8Array(CHUNK_BYTES));
    }
    const at = this.#end;
    const chunk = this.#chunks[at >>> CHUNK_BITS]!;
    const head = at & (CHUNK_BYTES - 1);
    setLength(chunk, head, length | this.#flag);
    chunk.set(this.#scratch.subarray(0, length), head + HEAD_BYTES);
    this.#end += size;
    return at;
  }

  #grow(): void {
    const slots = new Uint32Array(Math.max(this.#slots.length * 2, Math.ceil(this.#expected / FULL)));
    this.#eachText((at) => {
      const chunk = this.#chunks[at >>> CHUNK_BITS]!;
      const from = (at & (CHUNK_BYTES - 1)) + HEAD_BYTES;
      const hash = hashOf(chunk, from, from + (lengthAt(chunk, from - HEAD_BYTES) & LENGTH));
      let slot = slotFor(hash, slots);
      while (slots[slot] !== 0) slot = slot + 1 === slots.length ? 0 : slot + 1;
      slots[slot] = slotOf(at, tagOf(hash));
    });
    this.#slots = slots;
  }
}

/** Texts of ids, of buyers. Beyond it they are not compared, and the audit says so. */
export const MAX_TEXT_BYTES = 192 << 20;
/** In place of an entry. */
export const NO_ROOM = -1;
const ZERO = 0x30;
/** A slot of the numbers as a place of its own, below −1, and back. */
const numbered = (slotOrPlace: number): number => -2 - slotOrPlace;

/** In place of a length: the rest of the chunk was too small for the next text. No text is so long. */
const NO_MORE = 0xffff;

/** Of an entry whose text has so many bytes: whole words. */
const sizeOf = (length: number): number => (HEAD_BYTES + length + 3) & ~3;
/** The low bits: where its slot is, the high ones say. */
const tagOf = (hash: number): number => hash & (2 ** (32 - PLACE_BITS) - 1);
const slotFor = (hash: number, slots: Uint32Array): number => Math.floor((hash * slots.length) / 2 ** 32);
const slotOf = (at: number, tag: number): number => ((tag << PLACE_BITS) | (at / 4 + 1)) >>> 0;

function lengthAt(chunk: Uint8Array, head: number): number {
  return chunk[head + 4]! | (chunk[head + 5]! << 8);
}

function setLength(chunk: Uint8Array, head: number, length: number): void {
  chunk[head + 4] = length;
  chunk[head + 5] = length >>> 8;
}

/** @returns its length in bytes */
function uuidInto(text: string, into: Uint8Array): number {
  let length = 0;
  for (let i = 0; i < UUID_CHARS; i += 2) {
    if (text[i] === '-') i++;
    into[length++] = (nibbleOf(text.charCodeAt(i)) << 4) | nibbleOf(text.charCodeAt(i + 1));
  }
  return length;
}

/** Of `0` … `9`, `a` … `f`. */
const nibbleOf = (code: number): number => (code < 0x3a ? code - ZERO : code - 0x57);

function uuidOf(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** FNV-1a and lowbias32, as printOf. */
function hashOf(bytes: Uint8Array, from: number, until: number): number {
  let hash = 0x811c9dc5;
  for (let i = from; i < until; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
