// Order keys: a reversible function of (run id, seq) in UUID form, so that a key found in the shop's books leads back to
// its order, and a key that is not ours is told apart (METHOD §7).
//
//   tttttttt-aaaa-8bbb-Vccc-dddddddddddd     (RFC 9562: version 8, variant 10)
//   t: 32 bits, the tag of the run, the same for all its orders, so that support can find a run in the books
//   the other 90 bits: 64 = Feistel permutation, keyed by the run id, of (seq, 32 check bits); 26 = a hash of those 64

import { hash32 } from '../traffic/random.ts';

const ROUNDS = 4;
const SEQ_LIMIT = 2 ** 32;
const DIGITS = Uint8Array.from('0123456789abcdef', (char) => char.charCodeAt(0));
const DASH = '-'.charCodeAt(0);

/** Character code of the hexadecimal digit of the low four bits. */
function digit(bits: number): number {
  return DIGITS[bits & 15]!;
}

/**
 * All 36 characters at once. One fromCharCode took 69 ns where joining two-character strings took 234 ns, and joining
 * the tag to the rest leaves a rope, which costs as much again when it is first read (Node 24.21).
 */
// biome-ignore format: one line a group of the UUID
function uuidOf(tag: number, left: number, version: number, variant: number, right: number): string {
  return String.fromCharCode(
    digit(tag >>> 28), digit(tag >>> 24), digit(tag >>> 20), digit(tag >>> 16),
    digit(tag >>> 12), digit(tag >>> 8), digit(tag >>> 4), digit(tag),
    DASH, digit(left >>> 28), digit(left >>> 24), digit(left >>> 20), digit(left >>> 16),
    DASH, digit(version >>> 12), digit(version >>> 8), digit(version >>> 4), digit(version),
    DASH, digit(variant >>> 12), digit(variant >>> 8), digit(variant >>> 4), digit(variant),
    DASH, digit(left >>> 12), digit(left >>> 8), digit(left >>> 4), digit(left),
    digit(right >>> 28), digit(right >>> 24), digit(right >>> 20), digit(right >>> 16),
    digit(right >>> 12), digit(right >>> 8), digit(right >>> 4), digit(right),
  );
}

/** The same characters as bytes: a worker that fires leaves no string behind (320 ns an order less, test/bench/wire.ts). */
function writeUuid(into: Uint8Array, from: number, words: Uint32Array): number {
  let at = writeHex(into, from, words[TAG]!, 28);
  into[at++] = DASH;
  at = writeHex(into, at, words[LEFT]! >>> 16, 12);
  into[at++] = DASH;
  at = writeHex(into, at, words[VERSION]!, 12);
  into[at++] = DASH;
  at = writeHex(into, at, words[VARIANT]!, 12);
  into[at++] = DASH;
  at = writeHex(into, at, words[LEFT]!, 12);
  return writeHex(into, at, words[RIGHT]!, 28);
}

/** Digits of the bits from `shift` + 3 down. */
function writeHex(into: Uint8Array, from: number, bits: number, shift: number): number {
  let at = from;
  for (let rest = shift; rest >= 0; rest -= 4) into[at++] = digit(bits >>> rest);
  return at;
}

/** Places of the parts of a key in an array of words. */
const [TAG, LEFT, VERSION, VARIANT, RIGHT] = [0, 1, 2, 3, 4] as const;

/** Both directions for one run. `keyOf` and `writeKey` throw RangeError when `seq` is not an integer in 0 … 2^32 − 1. */
export type OrderKeys = {
  /** The first 8 characters of every key of the run. */
  tag: string;
  keyOf(seq: number): string;
  /** The characters of `keyOf` as bytes; returns the index behind the last. */
  writeKey(seq: number, into: Uint8Array, at: number): number;
  /** undefined: not a key of this run. Upper-case keys are read as well. */
  seqOf(key: string): number | undefined;
};

const LENGTH = 36;
/** Where each digit of a UUID goes: the word of `read` it belongs to; −1 is a dash. */
const WORD_AT = Int8Array.from([...'00000000-2222-1111-1111-222233333333'], (char) =>
  char === '-' ? -1 : Number(char),
);

/** Its 32 digits as four words: tag, (version, variant), left, right; false: it is no UUID. 50 ns, as text and numbers 700. */
function readUuid(key: string, into: Uint32Array): boolean {
  if (key.length !== LENGTH) return false;
  into.fill(0);
  for (let i = 0; i < LENGTH; i++) {
    const code = key.charCodeAt(i);
    const word = WORD_AT[i]!;
    if (word < 0) {
      if (code !== DASH) return false;
      continue;
    }
    const value =
      code >= 48 && code <= 57 ? code - 48 : (code | 32) >= 97 && (code | 32) <= 102 ? (code | 32) - 87 : -1;
    if (value < 0) return false;
    into[word] = (into[word]! << 4) | value;
  }
  return true;
}

function hashText(text: string, salt: number): number {
  let hash = hash32(salt, text.length, 0);
  for (let i = 0; i < text.length; i++) hash = hash32(hash, text.charCodeAt(i), i);
  return hash;
}

/** The codec of one run: prepare it once, then about ten integer hashes a key. */
export function orderKeys(runId: string): OrderKeys {
  const roundKeys = Array.from({ length: ROUNDS }, (_, round) => hashText(runId, 0x6b_65_79_00 + round));
  const tagBits = hashText(runId, 0x74_61_67);
  const tag = tagBits.toString(16).padStart(8, '0');
  const check = hashText(runId, 0x63_68_6b);
  const sealKey = hashText(runId, 0x73_6c);

  const read = new Uint32Array(4);
  const sealOf = (left: number, right: number) => hash32(hash32(sealKey, left, 1), right, 2) & 0x3ff_ffff;

  const words = Uint32Array.of(tagBits, 0, 0, 0, 0);

  function compute(seq: number): void {
    if (!(Number.isInteger(seq) && seq >= 0 && seq < SEQ_LIMIT)) {
      throw new RangeError(`Expected \`seq\` to be an integer in 0 … 2^32 − 1, got \`${seq}\` (${typeof seq})`);
    }
    let left = seq;
    let right = check;
    for (let round = 0; round < ROUNDS; round++) {
      const next = (left ^ hash32(roundKeys[round]!, right, round)) >>> 0;
      left = right;
      right = next;
    }
    const seal = sealOf(left, right);
    words[LEFT] = left;
    words[VERSION] = 0x8000 | (seal >>> 14);
    words[VARIANT] = 0x8000 | (seal & 0x3fff);
    words[RIGHT] = right;
  }

  function keyOf(seq: number): string {
    compute(seq);
    return uuidOf(tagBits, words[LEFT]!, words[VERSION]!, words[VARIANT]!, words[RIGHT]!);
  }

  function writeKey(seq: number, into: Uint8Array, at: number): number {
    compute(seq);
    return writeUuid(into, at, words);
  }

  function seqOf(key: string): number | undefined {
    if (!readUuid(key, read)) return undefined;
    const [front, version, variant] = [read[0]!, read[1]! >>> 16, read[1]! & 0xffff];
    if (front !== tagBits || version >>> 12 !== 8 || variant >>> 14 !== 2) return undefined;
    let left = read[2]!;
    let right = read[3]!;
    if (sealOf(left, right) !== (((version & 0xfff) << 14) | (variant & 0x3fff))) return undefined;
    for (let round = ROUNDS - 1; round >= 0; round--) {
      const before = (right ^ hash32(roundKeys[round]!, left, round)) >>> 0;
      right = left;
      left = before;
    }
    return right === check ? left : undefined;
  }

  return { tag, keyOf, writeKey, seqOf };
}

/** The key of one order of one run; `orderKeys` is the way for many. */
export function orderKeyOf(runId: string, seq: number): string {
  return orderKeys(runId).keyOf(seq);
}

/** The inverse of `orderKeyOf`; undefined when the key is not of this run. */
export function seqOfKey(runId: string, key: string): number | undefined {
  return orderKeys(runId).seqOf(key);
}
