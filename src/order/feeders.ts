// Rows that orders take values from. Built once from parsed rows onto shared memory, so that every worker reads the same
// bytes; which row an order gets is a function of (seed, seq), so that nobody has to be asked (see FeederSpec).

import { hash32 } from '../traffic/random.ts';
import type { FeederSpec } from './spec.ts';

// identity.ts, shoppers.ts and think.ts have the salts below, template.ts those from SALT_CHOOSE on.
const SALT_FEEDER = 700;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The most bytes all cells of one feeder may have together: offsets are 32 bits. */
export const MAX_FEEDER_BYTES = 2 ** 32 - 1;

/** Cells in the order of `columns`; a row may not be of another length. */
export type FeederRows = Pick<FeederSpec, 'name' | 'columns' | 'order'> & { cells: Iterable<readonly string[]> };

/** Throws RangeError for a row of another length than `columns` (the profile refuses it first), or too many bytes. */
export function buildFeeder({ name, columns, order, cells }: FeederRows): FeederSpec {
  let bytes = new Uint8Array(64 * 1024);
  let used = 0;
  let offsets = new Uint32Array(1024);
  let count = 0;
  let rows = 0;
  for (const row of cells) {
    if (row.length !== columns.length) {
      throw new RangeError(`Row ${rows + 1} of feeder \`${name}\` has ${row.length} cells, expected ${columns.length}`);
    }
    if (count + row.length >= offsets.length) offsets = grown(offsets, new Uint32Array(2 * (count + row.length)));
    for (const cell of row) {
      // A UTF-16 unit becomes at most three bytes.
      const most = used + 3 * cell.length;
      if (most > bytes.length) bytes = grown(bytes, new Uint8Array(2 * most));
      used += encoder.encodeInto(cell, bytes.subarray(used)).written;
      if (used > MAX_FEEDER_BYTES) throw new RangeError(`Feeder \`${name}\` has more than ${MAX_FEEDER_BYTES} bytes`);
      count += 1;
      offsets[count] = used;
    }
    rows += 1;
  }
  const shared = new Uint8Array(new SharedArrayBuffer(used));
  shared.set(bytes.subarray(0, used));
  const sharedOffsets = new Uint32Array(new SharedArrayBuffer(4 * (count + 1)));
  sharedOffsets.set(offsets.subarray(0, count + 1));
  return { name, columns, rows, order, bytes: shared, offsets: sharedOffsets };
}

function grown<T extends Uint8Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** The UTF-8 text bytes[from … to); shared memory is copied, as no decoder takes it everywhere. */
export function textOf(bytes: Uint8Array, from: number, to: number): string {
  return decoder.decode(bytes.slice(from, to));
}

/** The text of one cell. */
export function cellOf(feeder: FeederSpec, row: number, column: number): string {
  const at = row * feeder.columns.length + column;
  return textOf(feeder.bytes, feeder.offsets[at]!, feeder.offsets[at + 1]!);
}

/**
 * Which row an order gets. `index` is the feeder's place among those of the order, so that random rows of two feeders
 * are drawn apart. −1: there is none for it, `once` being used up (the profile refuses a plan with more orders than rows).
 */
export function rowsOf(feeder: FeederSpec, seed: number, index: number): (seq: number) => number {
  const { rows, order } = feeder;
  if (rows === 0) return () => -1;
  if (order === 'circular') return (seq) => seq % rows;
  if (order === 'once') return (seq) => (seq < rows ? seq : -1);
  const salt = SALT_FEEDER + index;
  // The high bits of 64: no modulo, and no row is favoured by more than rows / 2^32.
  return (seq) => Math.floor((hash32(seed, seq, salt) / 2 ** 32) * rows);
}
