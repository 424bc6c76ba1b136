// The charts' columns as text of a fixed number of characters a value, which is half of what JSON takes: counts exact in
// three, times of three digits in two. The page's script (client/) reads them; test/report/html/packed.test.ts holds the
// two together. A column of one value for all rows stays that value.

import type { Column } from '../charts/spec.ts';

/** Printable, and without a meaning in JSON or HTML. */
export const ALPHABET = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index))
  .filter((character) => !'"\\<>&'.includes(character))
  .join('');
const BASE = ALPHABET.length;

/** `c` for counts, `t` for times, then the values. */
export type Packed = string | number | null;

/** Up to 704,968 each; more is kept as that (nobody sees the difference in a picture). */
export function packCounts(column: Column): Packed {
  if (!Array.isArray(column)) return column;
  return `c${column.map((value) => digits(value === null ? 0 : Math.min(Math.round(value) + 1, BASE ** 3 - 1), 3)).join('')}`;
}

/** Three significant digits: 0…999 as they are, then 900 codes for each power of ten. */
export function packTimes(column: Column): Packed {
  if (!Array.isArray(column)) return column;
  return `t${column.map((value) => digits(value === null ? 0 : timeCode(value) + 1, 2)).join('')}`;
}

function timeCode(us: number): number {
  if (us < 999.5) return Math.round(us);
  const exponent = Math.floor(Math.log10(us)) - 2;
  const mantissa = Math.round(us / 10 ** exponent);
  const [digitsOf, power] = mantissa === 1000 ? [100, exponent + 1] : [mantissa, exponent];
  return Math.min(1000 + (power - 1) * 900 + (digitsOf - 100), BASE ** 2 - 2);
}

function digits(code: number, count: number): string {
  let text = '';
  for (let at = 0, left = code; at < count; at++, left = Math.floor(left / BASE)) text = ALPHABET[left % BASE]! + text;
  return text;
}
