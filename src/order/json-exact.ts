// JSON whose whole numbers stay what they are: an id of 64 bits does not fit a double, and an id that is off by a few is
// another order's. Such numbers come as their digits.

/** Longer runs of digits may be more than 2^53. */
const LONG_NUMBER = /\d{16}/;

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;

const digitsOfLongOnes: Reviver = (_key, value, { source }) =>
  typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) ? source : value;

/** Deeper than this nobody looks for a number: the text is searched. */
const MAX_DEPTH = 32;

function mayHoldLong(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  if (typeof value !== 'object' || value === null) return false;
  if (depth === MAX_DEPTH) return true;
  if (Array.isArray(value)) return value.some((each) => mayHoldLong(each, depth + 1));
  for (const key in value) if (mayHoldLong((value as Record<string, unknown>)[key], depth + 1)) return true;
  return false;
}

/** As JSON.parse, but a whole number beyond ±2^53 is the text it was written as. Throws SyntaxError. */
export function parseExact(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!mayHoldLong(value, 0) || !LONG_NUMBER.test(text)) return value;
  // ES2026 hands the source to a reviver; the types do not know it yet.
  return JSON.parse(text, digitsOfLongOnes as never);
}
