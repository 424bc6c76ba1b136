// A text with placeholders compiled once into byte segments: literal bytes, and values written in place. One place of a
// request (its path, a header, its body) is one `Segments`; a driver that builds whole requests writes them one after
// the other into its own buffer.

import { byteString, type Context } from './escape.ts';
import type { Piece, Placeholder } from './placeholders.ts';
import { compileValue, cookieValue, eitherValue, type Filling, type Meanings, type ValueSegment } from './values.ts';

type Literal = { kind: 'bytes'; bytes: Uint8Array; text: string };

/** `bytes`: the same for every order. `value`: written per order; `fixedBytes` is its length where all orders agree on it. */
export type Segment = Literal | ValueSegment;

/** `write` and `text` expect identities of the same IdentitySpec the segments were compiled for, and never throw. */
export type Segments = {
  readonly segments: readonly Segment[];
  /** No order needs more bytes. */
  readonly maxBytes: number;
  /** The length, where it is the same for all orders. */
  readonly fixedBytes: number | undefined;
  /** Same bytes for all orders. */
  readonly constant: boolean;
  /** Writes at `at`, where at least `maxBytes` must be free; returns the index after the last byte written. */
  write(into: Uint8Array, at: number, filling: Filling): number;
  /** The same bytes as a string of one character per byte. */
  text(filling: Filling): string;
};

/**
 * One item to compile: text that is already as it must be on the wire (`altered`: what stands there in an altered
 * request), a placeholder to be written by its context, or the order's cookies behind a prefix.
 */
export type Item =
  | { wire: string; altered?: string }
  | { placeholder: Placeholder; context: Context }
  | { cookiesBehind: string; context: Context };

const encoder = new TextEncoder();

export function literalOf(wire: string): Literal {
  return { kind: 'bytes', bytes: encoder.encode(wire), text: byteString(wire) };
}

/** The pieces of one text as items of one context. */
export function itemsOf(pieces: readonly Piece[], context: Context): Item[] {
  return pieces.map((piece) =>
    'literal' in piece ? { wire: context.literal(piece.literal) } : { placeholder: piece.placeholder, context },
  );
}

function valueOfItem(item: Item, meanings: Meanings): ValueSegment | string {
  if ('placeholder' in item) return compileValue(item.placeholder, item.context, meanings);
  if ('cookiesBehind' in item) return meanings.cookies ? cookieValue(item.context, item.cookiesBehind) : '';
  return meanings.alters && item.altered !== undefined ? eitherValue(item.wire, item.altered) : item.wire;
}

/** Resolves what is the same for all orders and joins neighbouring literals. */
function segmentsOf(items: readonly Item[], meanings: Meanings): Segment[] {
  const segments: Segment[] = [];
  let pending = '';
  const flush = () => {
    if (pending !== '') segments.push(literalOf(pending));
    pending = '';
  };
  for (const item of items) {
    const value = valueOfItem(item, meanings);
    if (typeof value === 'string') pending += value;
    else {
      flush();
      segments.push(value);
    }
  }
  flush();
  return segments;
}

/** Compiles items for the orders of one IdentitySpec. What is the same for all orders is resolved here and now. */
export function compileSegments(items: readonly Item[], meanings: Meanings): Segments {
  const segments = segmentsOf(items, meanings);
  const total = (sizeOf: (segment: Segment) => number) => segments.reduce((sum, segment) => sum + sizeOf(segment), 0);
  const fixed = total((segment) =>
    segment.kind === 'bytes' ? segment.bytes.length : (segment.fixedBytes ?? Number.NaN),
  );
  return {
    segments,
    maxBytes: total((segment) => (segment.kind === 'bytes' ? segment.bytes.length : segment.maxBytes)),
    fixedBytes: Number.isNaN(fixed) ? undefined : fixed,
    constant: segments.every((segment) => segment.kind === 'bytes'),
    write(into, at, filling) {
      let end = at;
      for (let i = 0; i < segments.length; i++) {
        const segment = segments[i]!;
        if (segment.kind === 'bytes') {
          into.set(segment.bytes, end);
          end += segment.bytes.length;
        } else end = segment.write(into, end, filling);
      }
      return end;
    },
    text(filling) {
      let text = '';
      for (const segment of segments) text += segment.kind === 'bytes' ? segment.text : segment.text(filling);
      return text;
    },
  };
}
