// The columns of packed.ts as numbers again.

const ALPHABET = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index))
  .filter((character) => !'"\\<>&'.includes(character))
  .join('');
const BASE = ALPHABET.length;
const DIGITS = new Map([...ALPHABET].map((character, digit) => [character, digit]));

/**
 * @param {string | number | null} packed
 * @param {number} rows
 * @returns {(number | null)[]}
 */
export function unpack(packed, rows) {
  if (typeof packed !== 'string') return Array.from({ length: rows }, () => packed);
  const width = packed.startsWith('c') ? 3 : 2;
  return Array.from({ length: (packed.length - 1) / width }, (_, row) => {
    let code = 0;
    for (let at = 0; at < width; at++) code = code * BASE + (DIGITS.get(packed[1 + row * width + at] ?? '') ?? 0);
    if (code === 0) return null;
    return width === 3 ? code - 1 : timeOf(code - 1);
  });
}

/** @param {number} code */
function timeOf(code) {
  if (code < 1000) return code;
  return (100 + ((code - 1000) % 900)) * 10 ** (Math.floor((code - 1000) / 900) + 1);
}
