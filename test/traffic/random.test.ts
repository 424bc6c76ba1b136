import { describe, expect, test } from 'vitest';
import { hash32, randomOf, uniform } from '../../src/traffic/random.ts';

/** χ² of counts that should be equal, as standard deviations from its mean. */
function chiScore(counts: readonly number[], total: number): number {
  const expected = total / counts.length;
  const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return (chi - (counts.length - 1)) / Math.sqrt(2 * (counts.length - 1));
}

function histogram(values: Iterable<number>, bins: number): number[] {
  const counts = Array.from({ length: bins }, () => 0);
  for (const value of values) counts[Math.floor(value * bins)]! += 1;
  return counts;
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe('hash32', () => {
  test('32-bit unsigned whole numbers, the same for the same arguments', () => {
    for (const seq of [0, 1, 2 ** 31, 2 ** 32 - 1]) {
      const hash = hash32(42, seq, 7);
      expect(Number.isInteger(hash) && hash >= 0 && hash < 2 ** 32).toBe(true);
      expect(hash32(42, seq, 7)).toBe(hash);
    }
  });

  test('a bijection of seq: no two of 200,000 orders share a value', () => {
    expect(new Set(range(200_000).map((seq) => hash32(42, seq, 0))).size).toBe(200_000);
  });

  test('flipping one bit of seed, seq or salt flips half of the answer’s bits', () => {
    const ones = (word: number) => word.toString(2).replaceAll('0', '').length;
    let flipped = 0;
    let pairs = 0;
    for (let i = 0; i < 200; i += 1) {
      const [seed, seq, salt] = [hash32(1, i, 1), hash32(1, i, 2), hash32(1, i, 3)];
      for (let bit = 0; bit < 32; bit += 1) {
        const mask = (word: number) => (word ^ (1 << bit)) >>> 0;
        const hash = hash32(seed, seq, salt);
        for (const other of [
          hash32(mask(seed), seq, salt),
          hash32(seed, mask(seq), salt),
          hash32(seed, seq, mask(salt)),
        ]) {
          flipped += ones((hash ^ other) >>> 0);
          pairs += 1;
        }
      }
    }
    expect(flipped / pairs).toBeCloseTo(16, 0);
  });

  test('seeds (all their bits) and salts give unrelated rows', () => {
    const row = (seed: number, salt: number) => range(20_000).map((seq) => uniform(seed, seq, salt));
    const correlation = (a: number[], b: number[]) =>
      (12 / a.length) * a.reduce((sum, x, i) => sum + (x - 0.5) * (b[i]! - 0.5), 0);
    const first = row(1, 0);
    for (const other of [row(2, 0), row(1, 1), row(2 ** 33 + 1, 0)]) {
      expect(Math.abs(correlation(first, other))).toBeLessThan(4 / Math.sqrt(20_000));
    }
  });
});

test('uniform fills [0, 1) evenly along seq', () => {
  const n = 100_000;
  const values = range(n).map((seq) => uniform(42, seq, 3));
  expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
  expect(Math.abs(chiScore(histogram(values, 256), n))).toBeLessThan(4);
});

test('randomOf: open interval, even, neighbours independent, repeatable, salted', () => {
  const n = 200_000;
  const random = randomOf(42, 1);
  const values = range(n).map(() => random());
  expect(values.every((value) => value > 0 && value < 1)).toBe(true);
  expect(Math.abs(chiScore(histogram(values, 256), n))).toBeLessThan(4);
  const pairs = values.slice(1).map((value, i) => (Math.floor(value * 16) * 16 + Math.floor(values[i]! * 16)) / 256);
  expect(Math.abs(chiScore(histogram(pairs, 256), n - 1))).toBeLessThan(4);
  const again = randomOf(42, 1);
  expect(range(10).map(() => again())).toEqual(values.slice(0, 10));
  expect(randomOf(42, 2)()).not.toBe(values[0]);
});
