// A text with placeholders compiled once into byte segments: literal bytes, and values written in place. One place of a
// request (its path, a header, its body) is one `Segments`; a driver that builds whole requests writes them one after
// the other into its own buffer.

import { uniform } from '../traffic/random.ts';
import { byteString, type Context } from './escape.ts';
import { BUYER_PREFIX, orderIdOf, SALT_CHOOSE } from './identity.ts';
import type { Piece, Placeholder } from './placeholders.ts';
import type { IdentitySpec, OrderIdentity } from './spec.ts';
import { pickerOf } from './weighted.ts';

/** `bytes`: the same for every order. `value`: written per order; `fixedBytes` is its length where all orders agree on it. */
export type Segment =
  | { kind: 'bytes'; bytes: Uint8Array }
  | {
      kind: 'value';
      name: Placeholder['name'];
      maxBytes: number;
      fixedBytes: number | undefined;
      /** As in Segments. */
      write(into: Uint8Array, at: number, identity: OrderIdentity): number;
    };

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
  write(into: Uint8Array, at: number, identity: OrderIdentity): number;
  /** The same bytes as a string of one character per byte. */
  text(identity: OrderIdentity): string;
};

const encoder = new TextEncoder();
const MAX_SEQ = 2 ** 32 - 1;

/** Where a value comes from. `samples`: texts of which one is the longest any order can bring; `all`: they are all there are. */
type Source = { of: (identity: OrderIdentity) => string; samples: string[]; all: boolean };

/** Random choices are numbered through all steps of an order, so that each is drawn on its own. */
export type ChoiceCounter = { next: number };

function sourceOf(
  placeholder: Exclude<Placeholder, { name: 'env' }>,
  spec: IdentitySpec,
  counter: ChoiceCounter,
): Source {
  switch (placeholder.name) {
    case 'order.key':
      return { of: (identity) => identity.key, samples: ['0'.repeat(36)], all: true };
    case 'order.seq':
      return { of: (identity) => String(identity.seq), samples: [String(MAX_SEQ)], all: false };
    case 'order.id':
      return {
        of: (identity) => orderIdOf(spec.runId, identity.seq),
        samples: [orderIdOf(spec.runId, MAX_SEQ)],
        all: false,
      };
    case 'buyer.id':
      return { of: (identity) => identity.buyer, samples: [BUYER_PREFIX + MAX_SEQ], all: false };
    case 'sku':
      return { of: (identity) => identity.sku, samples: spec.skus.map(({ value }) => value), all: true };
    case 'quantity':
      return {
        of: (identity) => String(identity.quantity),
        samples: spec.quantity.map(({ value }) => String(value)),
        all: true,
      };
    case 'choose': {
      const pick = pickerOf(placeholder.choices);
      const salt = SALT_CHOOSE + counter.next++;
      return {
        of: (identity) => pick(uniform(spec.seed, identity.seq, salt)),
        samples: placeholder.choices.map(({ value }) => value),
        all: true,
      };
    }
  }
}

type Value = Extract<Segment, { kind: 'value' }> & { text(identity: OrderIdentity): string };

function isSafeChar(code: number, safe: Uint8Array): boolean {
  return code < 128 && safe[code] === 1;
}

function valueSegment(name: Placeholder['name'], source: Source, context: Context): Value {
  const { safe, value: escapeValue } = context;
  const sizes = source.samples.map((sample) => encoder.encode(escapeValue(sample)).length);
  const maxBytes = sizes.reduce((most, size) => Math.max(most, size), 0);
  const hasOneSize = sizes.every((size) => size === maxBytes);
  // The samples stand for all values: they are all there are, or differ from them in digits only.
  const isSafe = source.samples.every((sample) => [...sample].every((char) => isSafeChar(char.charCodeAt(0), safe)));
  return {
    kind: 'value',
    name,
    maxBytes,
    fixedBytes: source.all && hasOneSize ? maxBytes : undefined,
    write(into, at, identity) {
      const text = source.of(identity);
      const { length } = text;
      for (let i = 0; i < length; i++) {
        const code = text.charCodeAt(i);
        if (!isSafeChar(code, safe)) return at + encoder.encodeInto(escapeValue(text), into.subarray(at)).written;
        into[at + i] = code;
      }
      return at + length;
    },
    text(identity) {
      const text = source.of(identity);
      return isSafe ? text : byteString(escapeValue(text));
    },
  };
}

/** One item to compile: text that is already as it must be on the wire, or a placeholder to be written by its context. */
export type Item = { wire: string } | { placeholder: Placeholder; context: Context };

/** The pieces of one text as items of one context. */
export function itemsOf(pieces: readonly Piece[], context: Context): Item[] {
  return pieces.map((piece) =>
    'literal' in piece ? { wire: context.literal(piece.literal) } : { placeholder: piece.placeholder, context },
  );
}

type Literal = { kind: 'bytes'; bytes: Uint8Array; text: string };

/** Resolves variables and joins neighbouring literals. */
function segmentsOf(
  items: readonly Item[],
  spec: IdentitySpec,
  env: Readonly<Record<string, string>>,
  counter: ChoiceCounter,
): (Literal | Value)[] {
  const segments: (Literal | Value)[] = [];
  let pending = '';
  const flush = () => {
    if (pending !== '') segments.push({ kind: 'bytes', bytes: encoder.encode(pending), text: byteString(pending) });
    pending = '';
  };
  for (const item of items) {
    if ('wire' in item) pending += item.wire;
    else if (item.placeholder.name === 'env') pending += item.context.value(env[item.placeholder.variable] ?? '');
    else {
      flush();
      const source = sourceOf(item.placeholder, spec, counter);
      segments.push(valueSegment(item.placeholder.name, source, item.context));
    }
  }
  flush();
  return segments;
}

/** Compiles items for the orders of one IdentitySpec. Variables of `env` are resolved here and now. */
export function compileSegments(
  items: readonly Item[],
  spec: IdentitySpec,
  env: Readonly<Record<string, string>>,
  counter: ChoiceCounter,
): Segments {
  const segments = segmentsOf(items, spec, env, counter);
  const total = (sizeOf: (segment: Literal | Value) => number) =>
    segments.reduce((sum, segment) => sum + sizeOf(segment), 0);
  const fixed = total((segment) =>
    segment.kind === 'bytes' ? segment.bytes.length : (segment.fixedBytes ?? Number.NaN),
  );
  return {
    segments,
    maxBytes: total((segment) => (segment.kind === 'bytes' ? segment.bytes.length : segment.maxBytes)),
    fixedBytes: Number.isNaN(fixed) ? undefined : fixed,
    constant: segments.every((segment) => segment.kind === 'bytes'),
    write(into, at, identity) {
      let end = at;
      for (let i = 0; i < segments.length; i++) {
        const segment = segments[i]!;
        if (segment.kind === 'bytes') {
          into.set(segment.bytes, end);
          end += segment.bytes.length;
        } else end = segment.write(into, end, identity);
      }
      return end;
    },
    text(identity) {
      let text = '';
      for (const segment of segments) text += segment.kind === 'bytes' ? segment.text : segment.text(identity);
      return text;
    },
  };
}
