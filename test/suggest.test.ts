import { describe, expect, it } from 'vitest';
import { closest, didYouMean } from '../src/suggest.ts';

const WORDS = ['base', 'burst', 'flash', 'ramp', 'steps', 'wave', 'trace', 'idempotency-key', 'errors'];

describe('did you mean', () => {
  it.each([
    ['bsae', 'base'],
    ['burts', 'burst'],
    ['falsh', 'flash'],
    ['BASE', 'base'],
    ['stepps', 'steps'],
    ['eror', 'errors'],
    ['trac', 'trace'],
    ['idempotencykey', 'idempotency-key'],
    ['idempotncy_kye', 'idempotency-key'],
  ])('%s → %s', (word, meant) => {
    expect(closest(word, WORDS)).toBe(meant);
  });

  it.each(['x', 'quantity', 'bo', ''])('has no guess for %j', (word) => {
    expect(closest(word, WORDS)).toBeUndefined();
    expect(didYouMean(word, WORDS)).toBe('');
  });
});
