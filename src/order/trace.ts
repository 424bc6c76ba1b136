// The W3C trace context of an order: which trace in the shop's own tracing an order became. Pure functions of (run id, seq,
// step), so that nothing has to be remembered, and anybody can find the order again from its trace.
//
//   traceparent: 00-<trace id, 32 digits>-<span id, 16 digits>-01         (https://www.w3.org/TR/trace-context/, version 00)
//   trace id: the order's key without its dashes, so it leads back to its order; span id: a hash of run, order and step

import { hash32 } from '../traffic/random.ts';
import { orderKeys } from './key.ts';

const KEY_BYTES = 36;
const ID_BYTES = 32;
const SPAN_BYTES = 16;
/** Of a whole `traceparent`. */
export const TRACEPARENT_BYTES = 3 + ID_BYTES + 1 + SPAN_BYTES + 3;

const DASH = '-'.charCodeAt(0);
const DIGITS = Uint8Array.from('0123456789abcdef', (char) => char.charCodeAt(0));
const VERSION = Uint8Array.from('00-', (char) => char.charCodeAt(0));
/** Flag 1: recorded, as far as it goes by who sends. */
const FLAGS = Uint8Array.from('-01', (char) => char.charCodeAt(0));

/** Each `write` puts the characters at `at` and returns the index behind the last. */
export type OrderTraces = {
  idOf(seq: number): string;
  spanOf(seq: number, step: number): string;
  parentOf(seq: number, step: number): string;
  writeId(seq: number, into: Uint8Array, at: number): number;
  writeSpan(order: { seq: number; step: number }, into: Uint8Array, at: number): number;
  writeParent(order: { seq: number; step: number }, into: Uint8Array, at: number): number;
  /** undefined: not a trace of this run. */
  seqOf(traceId: string): number | undefined;
};

export function orderTraces(runId: string): OrderTraces {
  const keys = orderKeys(runId);
  // The tag of the run is in every key; two runs of one tag differ in the rest.
  const [high, low] = [0x73_70_61, 0x73_70_62].map((salt) => textHash(keys.keyOf(0), salt)) as [number, number];
  const key = new Uint8Array(KEY_BYTES);
  const scratch = new Uint8Array(TRACEPARENT_BYTES);

  function writeId(seq: number, into: Uint8Array, from: number): number {
    keys.writeKey(seq, key, 0);
    let at = from;
    for (let i = 0; i < KEY_BYTES; i++) if (key[i] !== DASH) into[at++] = key[i]!;
    return at;
  }

  function writeSpan({ seq, step }: { seq: number; step: number }, into: Uint8Array, from: number): number {
    const front = hash32(high, seq, step);
    const back = hash32(low, seq, step);
    const at = writeHex(front, into, from);
    // A span of zeros is none.
    return writeHex(front === 0 && back === 0 ? 1 : back, into, at);
  }

  function writeParent(order: { seq: number; step: number }, into: Uint8Array, from: number): number {
    into.set(VERSION, from);
    let at = writeId(order.seq, into, from + VERSION.length);
    into[at++] = DASH;
    at = writeSpan(order, into, at);
    into.set(FLAGS, at);
    return at + FLAGS.length;
  }

  const text = (length: number): string => String.fromCharCode(...scratch.subarray(0, length));
  return {
    idOf: (seq) => text(writeId(seq, scratch, 0)),
    spanOf: (seq, step) => text(writeSpan({ seq, step }, scratch, 0)),
    parentOf: (seq, step) => text(writeParent({ seq, step }, scratch, 0)),
    writeId,
    writeSpan,
    writeParent,
    seqOf: (traceId) =>
      traceId.length === ID_BYTES
        ? keys.seqOf(traceId.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'))
        : undefined,
  };
}

function textHash(text: string, salt: number): number {
  let hash = salt;
  for (let i = 0; i < text.length; i++) hash = hash32(hash, text.charCodeAt(i), i);
  return hash;
}

function writeHex(bits: number, into: Uint8Array, from: number): number {
  let at = from;
  for (let shift = 28; shift >= 0; shift -= 4) into[at++] = DIGITS[(bits >>> shift) & 15]!;
  return at;
}
