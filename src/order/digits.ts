// A number as the bytes of its decimal digits, without a string of it.

const ZERO = '0'.charCodeAt(0);
/** A number is written in halves of five digits: division of what does not fit 32 bits takes many times as long. */
const HALF = 1e5;

/** Decimal digits of an integer from 0 to 1e15; returns the index behind the last. */
export function writeDecimal(into: Uint8Array, at: number, value: number): number {
  if (value < HALF) return writeDigits(into, at, value, digitsOf(value));
  const high = Math.floor(value / HALF);
  return writeDigits(into, writeDecimal(into, at, high), value - high * HALF, 5);
}

/** Of an integer below 1e5. */
function digitsOf(value: number): number {
  if (value < 100) return value < 10 ? 1 : 2;
  return value < 1_000 ? 3 : value < 10_000 ? 4 : 5;
}

function writeDigits(into: Uint8Array, at: number, value: number, digits: number): number {
  let rest = value | 0;
  for (let i = at + digits - 1; i >= at; i--) {
    const tens = (rest / 10) | 0;
    into[i] = ZERO + rest - tens * 10;
    rest = tens;
  }
  return at + digits;
}
