// A cell of a feeder as it is written into a request: copied straight from the shared bytes where every byte of it may
// stand in its context, decoded and spelt anew where not.

import { byteString, type Context } from './escape.ts';
import { textOf } from './feeders.ts';
import type { FeederSpec } from './spec.ts';
import type { ValueSegment } from './values.ts';

const encoder = new TextEncoder();

/** The cell that `rowOf` an order names, nothing where there is none (−1). */
export function cellValue(
  feeder: FeederSpec,
  column: number,
  { context, rowOf }: { context: Context; rowOf: (seq: number) => number },
): ValueSegment {
  const { bytes, offsets, rows, columns } = feeder;
  const { growth, value: escapeValue } = context;
  const fits = Uint8Array.from({ length: 256 }, (_, byte) =>
    byte < 128 ? context.safe[byte]! : +(growth.other === 1),
  );
  let maxBytes = 0;
  for (let row = 0; row < rows; row++) {
    const at = row * columns.length + column;
    let size = 0;
    for (let i = offsets[at]!; i < offsets[at + 1]!; i++) {
      const byte = bytes[i]!;
      size += fits[byte] === 1 ? 1 : byte < 128 ? growth.ascii : growth.other;
    }
    if (size > maxBytes) maxBytes = size;
  }
  return {
    kind: 'value',
    name: 'feeder',
    maxBytes,
    fixedBytes: undefined,
    write(into, at, filling) {
      const row = rowOf(filling.seq);
      if (row < 0) return at;
      const cell = row * columns.length + column;
      const from = offsets[cell]!;
      const to = offsets[cell + 1]!;
      let end = at;
      for (let i = from; i < to; i++) {
        const byte = bytes[i]!;
        if (fits[byte] !== 1) {
          return at + encoder.encodeInto(escapeValue(textOf(bytes, from, to)), into.subarray(at)).written;
        }
        into[end++] = byte;
      }
      return end;
    },
    text(filling) {
      const row = rowOf(filling.seq);
      if (row < 0) return '';
      const cell = row * columns.length + column;
      return byteString(escapeValue(textOf(bytes, offsets[cell]!, offsets[cell + 1]!)));
    },
  };
}
