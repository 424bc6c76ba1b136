import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { behaviourOf, blankBehaviour, parseRetryAfter, retryDelayUs } from '../../src/order/shoppers.ts';
import type { RetrySpec } from '../../src/order/spec.ts';

const seed = 3;
const SPEC = {
  doubleClick: { share: 0.2, fromCopies: 2, untilCopies: 5, withinUs: 50_000 },
  replay: { share: 0.1, afterUs: 1_000 },
  altered: { share: 0.05, afterUs: 2_000 },
  abandon: { share: 0.02, againUs: 3_000 },
  readBack: { share: 0.5, afterUs: 0, path: '/orders/{{vars.orderId}}' },
};
const N = 20_000;
const drawn = (spec: Parameters<typeof behaviourOf>[0], runSeed = 7) => {
  const of = behaviourOf(spec, runSeed);
  return Array.from({ length: N }, (_, seq) => of(seq, blankBehaviour()));
};

describe('how shoppers behave', () => {
  it('in the shares they were given, each on its own, the same for the same seed', () => {
    const all = drawn(SPEC);
    const share = (is: (one: (typeof all)[number]) => boolean) => all.filter(is).length / N;
    const twice = share((one) => one.copyDelaysUs.length > 0);
    expect(twice).toBeCloseTo(0.2, 1);
    expect(share((one) => one.replayAfterUs === 1_000)).toBeCloseTo(0.1, 1.5);
    expect(share((one) => one.alteredAfterUs === 2_000)).toBeCloseTo(0.05, 1.5);
    expect(share((one) => one.abandonAgainUs === 3_000)).toBeCloseTo(0.02, 1.7);
    const reads = share((one) => one.readBackAfterUs === 0);
    expect(reads).toBeCloseTo(0.5, 1);
    // Independent: who does both is the product.
    expect(share((one) => one.copyDelaysUs.length > 0 && one.readBackAfterUs === 0)).toBeCloseTo(twice * reads, 1.5);
    expect(drawn(SPEC)).toEqual(all);
    expect(drawn(SPEC, 8)).not.toEqual(all);
  });

  it('clicks 2 to 5 times within 50 ms, each number as often as the other', () => {
    const clicks = drawn(SPEC).filter((one) => one.copyDelaysUs.length > 0);
    for (const { copyDelaysUs } of clicks) {
      expect(copyDelaysUs.length).toBeLessThanOrEqual(4);
      expect(copyDelaysUs).toEqual([...copyDelaysUs].sort((a, b) => a - b));
      for (const us of copyDelaysUs) expect(us >= 0 && us < 50_000 && Number.isInteger(us)).toBe(true);
    }
    for (const copies of [2, 3, 4, 5]) {
      const count = clicks.filter((one) => one.copyDelaysUs.length + 1 === copies).length;
      expect(count / clicks.length).toBeCloseTo(0.25, 1);
    }
  });

  it('does nothing that is left out, and everything at a share of 1', () => {
    for (const one of drawn(undefined)) expect(one).toEqual(blankBehaviour());
    for (const one of drawn({ replay: { share: 1, afterUs: 0 } })) expect(one.replayAfterUs).toBe(0);
  });
});

const RETRY: RetrySpec = {
  times: 5,
  backoffUs: 100_000,
  jitter: 0.5,
  honourRetryAfter: true,
  maxUs: 10_000_000,
  on: ['unknown'],
};

describe('retries', () => {
  it('wait backoff × 2^(n−1), give or take the jitter, at most the longest', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.integer({ min: 1, max: 12 }), (seq, nth) => {
        const us = retryDelayUs(RETRY, { seed: 1, seq, nth }, { retryAfter: undefined, unixMs: 0 });
        const plain = 100_000 * 2 ** (nth - 1);
        expect(us).toBeGreaterThanOrEqual(Math.min(10e6, plain * 0.5));
        expect(us).toBeLessThanOrEqual(Math.min(10e6, plain * 1.5));
      }),
      { seed },
    );
    const exact = { ...RETRY, jitter: 0 };
    expect(
      [1, 2, 3].map((nth) => retryDelayUs(exact, { seed: 1, seq: 1, nth }, { retryAfter: undefined, unixMs: 0 })),
    ).toEqual([100_000, 200_000, 400_000]);
  });

  it('wait for Retry-After where it is honoured, as seconds or a date, and give up where it is longer than the longest', () => {
    const delay = (retryAfter: string, retry = RETRY) =>
      retryDelayUs(retry, { seed: 1, seq: 1, nth: 1 }, { retryAfter, unixMs: Date.parse('2026-11-27T10:00:00Z') });
    expect(delay('2')).toBe(2_000_000);
    expect(delay('Fri, 27 Nov 2026 10:00:03 GMT')).toBe(3_000_000);
    expect(delay('10')).toBe(10_000_000);
    expect(delay('11')).toBeUndefined();
    expect(delay('3600', { ...RETRY, honourRetryAfter: false })).toBeLessThanOrEqual(150_000);
    for (const nothing of ['', 'soon', '-1', 'Fri, 27 Nov 2026 09:00:00 GMT']) {
      expect(delay(nothing)).toBeLessThanOrEqual(150_000);
    }
    expect(delay('2', { ...RETRY, honourRetryAfter: false })).toBeLessThanOrEqual(150_000);
    expect(parseRetryAfter(undefined, 0)).toBe(0);
  });
});
