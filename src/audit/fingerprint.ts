// 32 bits of a text: equal texts have equal prints. Two prints that differ prove that the texts do; two that are equal
// prove nothing (one pair of texts in 4 billion). Nobody is accused by equal prints.

/** 1 … 2^32 − 1. FNV-1a over the UTF-16 units, then lowbias32 to spread them; about 1 ns a character. */
export function printOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return spread(hash);
}

/** lowbias32; never 0. */
function spread(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return (mixed ^ (mixed >>> 16)) >>> 0 || 1;
}

const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);

/** Of a number to 12 digits, so that 3 × 19.99 and 59.97 are one. */
export function numberPrintOf(value: number): number {
  // As text a number takes 400 ns; most amounts are whole.
  const isShort = Number.isInteger(value) && value < 1e12 && value > -1e12;
  double[0] = isShort ? value : Number(value.toPrecision(12));
  // -0 is 0.
  const hash = double[0] === 0 ? 0 : Math.imul(halves[0]! ^ 0x811c9dc5, 0x01000193) ^ halves[1]!;
  return spread(hash);
}
