// JSON whose whole numbers stay what they are: an id of 64 bits does not fit a double, and an id that is off by a few is
// another order's. Such numbers come as their digits.

/** Longer runs of digits may be more than 2^53. */
const LONG_NUMBER = /\d{16}/;

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;

const digitsOfLongOnes: Reviver = (_key, value, { source }) =>
  typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) ? source : value;

/** As JSON.parse, but a whole number beyond ±2^53 is the text it was written as. Throws SyntaxError. */
export function parseExact(text: string): unknown {
  // ES2026 hands the source to a reviver; the types do not know it yet.
  return LONG_NUMBER.test(text) ? JSON.parse(text, digitsOfLongOnes as never) : JSON.parse(text);
}
