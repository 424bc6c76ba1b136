import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blankIdentity, identityOf, orderKeyOf, orderKeys, seqOfKey } from '../../src/order/identity.ts';
import type { IdentitySpec } from '../../src/order/spec.ts';
import { pickerOf } from '../../src/order/weighted.ts';
import { anyCharacter } from '../support/any-character.ts';

const RUNS = { seed: 20150408, numRuns: 200 };
const anySeq = fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1));
const anyRunId = fc.string({ unit: anyCharacter, maxLength: 30 });

const spec: IdentitySpec = {
  runId: 'run',
  seed: 42,
  skus: [
    { value: 'red', weight: 3 },
    { value: 'blue', weight: 1 },
  ],
  quantity: [
    { value: 1, weight: 0.5 },
    { value: 2, weight: 0.5 },
  ],
};

function identities(of: IdentitySpec, count: number) {
  const identify = identityOf(of);
  return Array.from({ length: count }, (_, seq) => ({ ...identify(seq, blankIdentity()) }));
}

/** Within five standard deviations of its expected count. */
function expectShare(count: number, total: number, share: number) {
  expect(Math.abs(count - total * share)).toBeLessThan(5 * Math.sqrt(total * share * (1 - share)));
}

describe('order keys', () => {
  it('lead back to their order, for any run id and seq', () => {
    fc.assert(
      fc.property(anyRunId, anySeq, (runId, seq) => {
        const key = orderKeyOf(runId, seq);
        expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(seqOfKey(runId, key)).toBe(seq);
        expect(seqOfKey(runId, key.toUpperCase())).toBe(seq);
      }),
      RUNS,
    );
  });

  it('are all distinct and share the tag of their run, which no other run has', () => {
    const { tag, keyOf } = orderKeys('2026-11-11-a');
    const keys = new Set(Array.from({ length: 50_000 }, (_, seq) => keyOf(seq)));
    expect(keys.size).toBe(50_000);
    expect([...keys].every((key) => key.startsWith(`${tag}-`))).toBe(true);
    expect(new Set(Array.from({ length: 1000 }, (_, run) => orderKeys(`run-${run}`).tag)).size).toBe(1000);
  });

  it('are not sequential: neighbours differ in about half of their 90 free bits', () => {
    const bits = (key: string) => BigInt(`0x${key.replaceAll('-', '')}`);
    const ones = (word: bigint) => word.toString(2).replaceAll('0', '').length;
    const { keyOf } = orderKeys('r');
    let differing = 0;
    for (let seq = 0; seq < 500; seq++) differing += ones(bits(keyOf(seq)) ^ bits(keyOf(seq + 1)));
    expect(differing / 500).toBeGreaterThan(43);
    expect(differing / 500).toBeLessThan(47);
  });

  it('of another run, or with any one digit changed, or of another make, are told apart', () => {
    fc.assert(
      fc.property(anyRunId, anyRunId, anySeq, (runId, other, seq) => {
        if (other !== runId) expect(seqOfKey(other, orderKeyOf(runId, seq))).toBeUndefined();
      }),
      RUNS,
    );
    const { tag, keyOf, seqOf } = orderKeys('r');
    for (const key of [keyOf(0), keyOf(123_456_789)]) {
      for (const [at, digit] of [...key].entries()) {
        for (const other of digit === '-' ? '_0' : '0123456789abcdef') {
          if (other !== digit) expect(seqOf(key.slice(0, at) + other + key.slice(at + 1))).toBeUndefined();
        }
      }
    }
    for (const foreign of ['', 'x', tag, `${keyOf(1)} `, keyOf(1).replaceAll('-', ''), crypto.randomUUID()]) {
      expect(seqOf(foreign)).toBeUndefined();
    }
    const forged = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 22, maxLength: 22 });
    fc.assert(
      fc.property(forged, (hex) => {
        const key = `${tag}-${hex.slice(0, 4)}-8${hex.slice(4, 7)}-a${hex.slice(7, 10)}-${hex.slice(10)}`;
        expect(seqOf(key)).toBeUndefined();
      }),
      RUNS,
    );
  });

  it('are the same as bytes, written where they belong and nowhere else', () => {
    fc.assert(
      fc.property(anyRunId, anySeq, fc.nat(9), (runId, seq, at) => {
        const { keyOf, writeKey } = orderKeys(runId);
        const into = Buffer.alloc(at + 40, '~');
        expect(writeKey(seq, into, at)).toBe(at + 36);
        expect(into.toString('latin1')).toBe(`${'~'.repeat(at)}${keyOf(seq)}~~~~`);
      }),
      RUNS,
    );
  });

  it('refuse what is no order index', () => {
    for (const seq of [-1, 0.5, 2 ** 32, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => orderKeyOf('r', seq)).toThrow(/Expected `seq` to be an integer in 0 … 2\^32 − 1/);
    }
  });
});

describe('identityOf', () => {
  it('fills the given object, whatever was asked before: only seed and seq count', () => {
    const identify = identityOf(spec);
    const into = blankIdentity();
    fc.assert(
      fc.property(anySeq, anySeq, (first, second) => {
        const fresh = { ...identityOf(spec)(second, blankIdentity()) };
        identify(first, into);
        expect(identify(second, into)).toBe(into);
        expect(into).toEqual(fresh);
        expect(into.seq).toBe(second);
        expect(into.key).toBe(orderKeyOf('run', second));
      }),
      RUNS,
    );
  });

  it('gives every order its own buyer unless told how many there are', () => {
    expect(new Set(identities(spec, 50_000).map(({ buyer }) => buyer)).size).toBe(50_000);
    const buyers = new Map<string, number>();
    for (const { buyer } of identities({ ...spec, buyers: 7 }, 20_000)) buyers.set(buyer, (buyers.get(buyer) ?? 0) + 1);
    expect([...buyers.keys()].sort()).toEqual([0, 1, 2, 3, 4, 5, 6].map((index) => `buyer-${index}`));
    for (const count of buyers.values()) expectShare(count, 20_000, 1 / 7);
  });

  it('plants buyers who come again, beside those who come once', () => {
    const total = 50_000;
    const numbers = identities({ ...spec, buyers: 20, repeatShare: 0.1 }, total).map(({ buyer }) =>
      Number(buyer.replace('buyer-', '')),
    );
    const planted = numbers.filter((number) => number < 20);
    expectShare(planted.length, total, 0.1);
    expect(new Set(planted).size).toBe(20);
    const others = numbers.filter((number) => number >= 20);
    expect(new Set(others).size).toBe(others.length);
    const all = identities({ ...spec, buyers: 20, repeatShare: 1 }, 100);
    expect(all.every(({ buyer }) => Number(buyer.replace('buyer-', '')) < 20)).toBe(true);
  });

  it('draws skus and quantities by weight, each on its own', () => {
    const all = identities(spec, 20_000);
    expectShare(all.filter(({ sku }) => sku === 'red').length, 20_000, 0.75);
    expectShare(all.filter(({ quantity }) => quantity === 2).length, 20_000, 0.5);
    expectShare(all.filter(({ sku, quantity }) => sku === 'blue' && quantity === 2).length, 20_000, 0.125);
  });

  it('follows the seed for buyer, sku and quantity, and the run id for the key alone', () => {
    const plain = identities(spec, 100);
    const otherRun = identities({ ...spec, runId: 'other' }, 100);
    expect(otherRun.map(({ key: _, ...rest }) => rest)).toEqual(plain.map(({ key: _, ...rest }) => rest));
    expect(otherRun[0]!.key).not.toBe(plain[0]!.key);
    const otherSeed = identities({ ...spec, seed: 43 }, 100);
    expect(otherSeed.map(({ key }) => key)).toEqual(plain.map(({ key }) => key));
    expect(otherSeed.map(({ sku }) => sku)).not.toEqual(plain.map(({ sku }) => sku));
    expect(otherSeed.some(({ buyer }, seq) => buyer === plain[seq]!.buyer)).toBe(false);
  });
});

describe('pickerOf', () => {
  const weights = fc.array(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 });

  it('picks as a walk along the weights does', () => {
    fc.assert(
      fc.property(weights, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (list, u) => {
        const total = list.reduce((sum, weight) => sum + weight, 0);
        let walked = 0;
        let naive = list.findIndex((weight) => {
          walked += weight;
          return u * total < walked;
        });
        if (naive < 0) naive = list.length - 1;
        expect(pickerOf(list.map((weight, value) => ({ value, weight })))(u)).toBe(naive);
      }),
      RUNS,
    );
  });

  it('refuses nothing, and weights that are not > 0', () => {
    expect(() => pickerOf([])).toThrow(RangeError);
    for (const weight of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => pickerOf([{ value: 'a', weight }])).toThrow(/finite number > 0/);
    }
  });
});
