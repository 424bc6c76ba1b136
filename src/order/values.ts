// What is written in place of a placeholder: where it comes from, the most bytes it can be, and how it is spelt in its
// context. segments.ts puts them between the literal bytes.

import { uniform } from '../traffic/random.ts';
import { cellValue } from './cell-value.ts';
import { writeDecimal } from './digits.ts';
import { byteString, CONTEXTS, type Context } from './escape.ts';
import { rowsOf } from './feeders.ts';
import { BUYER_PREFIX, drawsOf, orderIdOf, SALT_CHOOSE } from './identity.ts';
import type { Placeholder } from './placeholders.ts';
import type { FeederSpec, IdentitySpec } from './spec.ts';
import { orderTraces } from './trace.ts';
import { MAX_VARIABLE_CHARS } from './variables.ts';
import { pickerOf } from './weighted.ts';

/** What an order brings along (see Sending); who it is follows from `seq`. */
export type Filling = { seq: number; vars?: readonly string[]; cookie?: string; altered?: boolean };

/** `write` needs `maxBytes` free at `at` and returns the index behind the last byte; `text` is the same, one character a byte. */
export type ValueSegment = {
  kind: 'value';
  name: Placeholder['name'] | 'either' | 'cookie';
  maxBytes: number;
  /** The length, where all orders agree on it. */
  fixedBytes: number | undefined;
  write(into: Uint8Array, at: number, filling: Filling): number;
  text(filling: Filling): string;
};

/** Random choices are numbered through all steps of an order, so that each is drawn on its own. */
export type ChoiceCounter = { next: number };

/** What placeholders mean in one step. */
export type Meanings = {
  identity: IdentitySpec;
  /** Its index among the requests of an order. */
  step: number;
  env: Readonly<Record<string, string>>;
  setup: Readonly<Record<string, string>>;
  feeders: readonly FeederSpec[];
  /** Index of a variable = its index in `Sending.vars`. */
  variables: readonly string[];
  counter: ChoiceCounter;
  /** The step can be asked for an altered request. */
  alters: boolean;
  /** Its requests carry the order's cookies. */
  cookies: boolean;
};

const MAX_SEQ = 2 ** 32 - 1;
/** `Sending.cookie` is at most so long (cookies.ts keeps to it). */
export const MAX_COOKIE_CHARS = 8192;

const encoder = new TextEncoder();
const BUYER_BYTES = encoder.encode(BUYER_PREFIX);

/** Every character may stand as it is. */
function isPlain(text: string, safe: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 128 || safe[code] !== 1) return false;
  }
  return true;
}

/**
 * Where a value comes from. `samples`: texts of which one is the longest any order can bring; `all`: they are all there
 * are. `write`: the same as bytes, for values that are spelt alike in every context.
 */
type Source = {
  of: (filling: Filling) => string;
  samples: string[];
  all: boolean;
  write?: ValueSegment['write'];
};

type OwnPlaceholder = Exclude<Placeholder, { name: 'env' | 'vars' | 'setup' | 'feeder' | 'number' }>;

function sourceOf(placeholder: OwnPlaceholder, meanings: Meanings): Source {
  const { identity: spec, counter, alters } = meanings;
  const { keys, buyerOf, skuOf, quantityOf } = drawsOf(spec);
  switch (placeholder.name) {
    case 'order.key':
      return {
        of: ({ seq }) => keys.keyOf(seq),
        samples: ['0'.repeat(36)],
        all: true,
        write: (into, at, { seq }) => keys.writeKey(seq, into, at),
      };
    case 'order.seq':
      return {
        of: ({ seq }) => String(seq),
        samples: [String(MAX_SEQ)],
        all: false,
        write: (into, at, { seq }) => writeDecimal(into, at, seq),
      };
    case 'order.id':
      return {
        of: ({ seq }) => orderIdOf(spec.runId, seq),
        samples: [orderIdOf(spec.runId, MAX_SEQ)],
        all: false,
      };
    case 'buyer.id':
      return {
        of: ({ seq }) => BUYER_PREFIX + buyerOf(seq),
        samples: [BUYER_PREFIX + (MAX_SEQ + (spec.buyers ?? 0))],
        all: false,
        write(into, at, { seq }) {
          for (let i = 0; i < BUYER_BYTES.length; i++) into[at + i] = BUYER_BYTES[i]!;
          return writeDecimal(into, at + BUYER_BYTES.length, buyerOf(seq));
        },
      };
    case 'sku':
      return { of: ({ seq }) => skuOf(seq), samples: spec.skus.map(({ value }) => value), all: true };
    case 'quantity': {
      const quantities = spec.quantity.flatMap(({ value }) => (alters ? [value, value + 1] : [value]));
      return {
        of: ({ seq, altered }) => String(quantityOf(seq) + (altered ? 1 : 0)),
        samples: quantities.map(String),
        all: true,
      };
    }
    case 'trace.parent':
    case 'trace.id':
    case 'trace.span':
      return traceSource(placeholder.name, meanings);
    case 'choose': {
      const pick = pickerOf(placeholder.choices);
      const salt = SALT_CHOOSE + counter.next++;
      return {
        of: ({ seq }) => pick(uniform(spec.seed, seq, salt)),
        samples: placeholder.choices.map(({ value }) => value),
        all: true,
      };
    }
  }
}

function traceSource(name: 'trace.parent' | 'trace.id' | 'trace.span', { identity, step }: Meanings): Source {
  const traces = orderTraces(identity.runId);
  const order = { seq: 0, step };
  const of = { 'trace.parent': traces.parentOf, 'trace.id': traces.idOf, 'trace.span': traces.spanOf }[name];
  return {
    of: ({ seq }) => of(seq, step),
    samples: [of(0, step)],
    all: true,
    write(into, at, { seq }) {
      order.seq = seq;
      if (name === 'trace.id') return traces.writeId(seq, into, at);
      return name === 'trace.span' ? traces.writeSpan(order, into, at) : traces.writeParent(order, into, at);
    },
  };
}

function sampledValue(name: ValueSegment['name'], source: Source, context: Context): ValueSegment {
  const { safe, value: escapeValue } = context;
  const sizes = source.samples.map((sample) => encoder.encode(escapeValue(sample)).length);
  const maxBytes = sizes.reduce((most, size) => Math.max(most, size), 0);
  const hasOneSize = sizes.every((size) => size === maxBytes);
  // The samples stand for all values: they are all there are, or differ from them in digits only.
  const isSafe = source.samples.every((sample) => isPlain(sample, safe));
  const escaping: ValueSegment['write'] = (into, at, filling) => {
    const text = source.of(filling);
    const { length } = text;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 128 || safe[code] !== 1) {
        return at + encoder.encodeInto(escapeValue(text), into.subarray(at)).written;
      }
      into[at + i] = code;
    }
    return at + length;
  };
  return {
    kind: 'value',
    name,
    maxBytes,
    fixedBytes: source.all && hasOneSize ? maxBytes : undefined,
    write: (isSafe && source.write) || escaping,
    text(filling) {
      const text = source.of(filling);
      return isSafe ? text : byteString(escapeValue(text));
    },
  };
}

/** Any text of at most `maxChars`; longer ones are nobody's (extracts and jars keep to it) and written as nothing. */
function boundedValue(
  name: ValueSegment['name'],
  of: (filling: Filling) => string,
  { context, maxChars, prefix = '' }: { context: Context; maxChars: number; prefix?: string },
): ValueSegment {
  const { safe, growth, value: escapeValue } = context;
  const textIn = (filling: Filling) => {
    const text = of(filling);
    return text.length > maxChars ? '' : text;
  };
  return {
    kind: 'value',
    name,
    // A UTF-16 unit is an ASCII character, or part of one of at most three bytes a unit; JSON spells half a pair in six.
    maxBytes: prefix.length + maxChars * Math.max(growth.ascii, 3 * growth.other),
    fixedBytes: undefined,
    write(into, at, filling) {
      const text = textIn(filling);
      if (text === '') return at;
      const spelt = isPlain(text, safe) ? text : escapeValue(text);
      return at + encoder.encodeInto(prefix + spelt, into.subarray(at)).written;
    },
    text(filling) {
      const text = textIn(filling);
      if (text === '') return '';
      return prefix + (isPlain(text, safe) ? text : byteString(escapeValue(text)));
    },
  };
}

/** The value of a Cookie header behind `prefix` (ASCII); nothing at all where there is none. */
export function cookieValue(context: Context, prefix: string): ValueSegment {
  return boundedValue('cookie', ({ cookie = '' }) => cookie, { context, maxChars: MAX_COOKIE_CHARS, prefix });
}

/** Text that is already as it must be on the wire: one for orders as they are, one for altered ones. */
export function eitherValue(plain: string, altered: string): ValueSegment {
  const bytes = [encoder.encode(plain), encoder.encode(altered)] as const;
  const texts = [byteString(plain), byteString(altered)] as const;
  const sizes = bytes.map(({ length }) => length);
  return {
    kind: 'value',
    name: 'either',
    maxBytes: Math.max(...sizes),
    fixedBytes: sizes[0] === sizes[1] ? sizes[0] : undefined,
    write(into, at, filling) {
      const chosen = bytes[filling.altered ? 1 : 0];
      into.set(chosen, at);
      return at + chosen.length;
    },
    text: (filling) => texts[filling.altered ? 1 : 0],
  };
}

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;
/** A number with more characters is nobody's. */
const MAX_NUMBER_CHARS = 64;

/** Whether a text can stand in JSON as a number, digit by digit as it is. */
export function isJsonNumber(text: string): boolean {
  return text.length <= MAX_NUMBER_CHARS && JSON_NUMBER.test(text);
}

const numberOr = (text: string): string => (isJsonNumber(text) ? text : 'null');

/** A value as a number in JSON; `null` where it is none. */
function numberValue(of: ValueSegment | string): ValueSegment | string {
  if (typeof of === 'string') return numberOr(of);
  const text = (filling: Filling) => numberOr(of.text(filling));
  return {
    kind: 'value',
    name: 'number',
    maxBytes: MAX_NUMBER_CHARS,
    fixedBytes: undefined,
    write(into, at, filling) {
      const spelt = text(filling);
      for (let i = 0; i < spelt.length; i++) into[at + i] = spelt.charCodeAt(i);
      return at + spelt.length;
    },
    text,
  };
}

/** A placeholder as it is written in one context; a text where it is the same for all orders. */
export function compileValue(placeholder: Placeholder, context: Context, meanings: Meanings): ValueSegment | string {
  switch (placeholder.name) {
    case 'env':
      return context.value(meanings.env[placeholder.variable] ?? '');
    case 'setup':
      return context.value(meanings.setup[placeholder.variable] ?? '');
    case 'vars': {
      const index = meanings.variables.indexOf(placeholder.variable);
      return boundedValue('vars', ({ vars }) => vars?.[index] ?? '', { context, maxChars: MAX_VARIABLE_CHARS });
    }
    case 'feeder': {
      const index = meanings.feeders.findIndex(({ name }) => name === placeholder.feeder);
      const feeder = meanings.feeders[index]!;
      const rowOf = rowsOf(feeder, meanings.identity.seed, index);
      return cellValue(feeder, feeder.columns.indexOf(placeholder.column), { context, rowOf });
    }
    case 'number':
      return numberValue(compileValue(placeholder.of, CONTEXTS.text, meanings));
    default:
      return sampledValue(placeholder.name, sourceOf(placeholder, meanings), context);
  }
}
