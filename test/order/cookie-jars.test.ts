import { describe, expect, it } from 'vitest';
import { jarsFor, MAX_JARS } from '../../src/order/cookie-jars.ts';
import { drawsOf } from '../../src/order/identity.ts';
import type { IdentitySpec, OrderSpec } from '../../src/order/spec.ts';

const URL = 'http://127.0.0.1:8080';
const identity = (more: Partial<IdentitySpec> = {}): IdentitySpec => ({
  runId: 'r',
  seed: 5,
  skus: [{ value: 'shoe', weight: 1 }],
  quantity: [{ value: 1, weight: 1 }],
  ...more,
});
const orderOf = (own: IdentitySpec, headers: [string, string][] = []): OrderSpec => ({
  steps: [{ name: 'buy', method: 'POST', path: '/buy', headers, body: { kind: 'none' } }],
  identity: own,
  rules: [],
  cookies: true,
});
const jars = (own: IdentitySpec, workers = 1) => jarsFor(orderOf(own), { url: URL, workers })!;
const setting = (line: string) => ({ get: () => line, all: () => [line] });

describe('the jar of a buyer', () => {
  it('is the one she had when she comes back, and nobody else’s', () => {
    const own = identity({ buyers: 20 });
    const { buyerOf } = drawsOf(own);
    const kept = jars(own);
    for (let seq = 0; seq < 200; seq++) {
      const jar = kept.of(seq);
      const before = Array.from({ length: seq }, (_, i) => i).findLast((i) => buyerOf(i) === buyerOf(seq));
      expect(jar.headerFor(() => '/', 0)).toBe(before === undefined ? undefined : `last=${before}`);
      jar.take(setting(`last=${seq}`), () => '/', 0);
    }
  });

  it('is new for every order of buyers who come once', () => {
    const kept = jars(identity());
    expect(kept.of(3)).not.toBe(kept.of(3));
    const own = identity({ buyers: 10, repeatShare: 0.5 });
    const { buyerOf } = drawsOf(own);
    const some = jars(own);
    const seqs = Array.from({ length: 100 }, (_, seq) => seq);
    for (const seq of seqs) {
      const jar = some.of(seq);
      expect(jar === some.of(seq)).toBe(buyerOf(seq) < 10);
    }
    expect(seqs.filter((seq) => buyerOf(seq) < 10).length).toBeGreaterThan(20);
  });

  it('is forgotten when so many others came since', () => {
    const own = identity({ buyers: 1_000_000 });
    const workers = 100;
    const kept = jars(own, workers);
    const { buyerOf } = drawsOf(own);
    const first = kept.of(0);
    const others = new Set<number>();
    let seq = 1;
    const come = (until: number): void => {
      for (; others.size < until; seq++) {
        if (buyerOf(seq) === buyerOf(0)) continue;
        others.add(buyerOf(seq));
        kept.of(seq);
      }
    };
    come(MAX_JARS / workers - 1);
    expect(kept.of(0)).toBe(first);
    // Counted from when she came last.
    const most = MAX_JARS / workers;
    come(most + most / 2);
    expect(kept.of(0)).toBe(first);
    come(3 * most);
    expect(kept.of(0)).not.toBe(first);
  });

  it('is of the shop that the requests name, and there is none where the profile keeps no cookies', () => {
    const order = orderOf(identity({ buyers: 1 }), [['Host', 'shop.example']]);
    const jar = jarsFor(order, { url: URL, workers: 1 })!.of(0);
    jar.take(setting('a=1; Domain=shop.example'), () => '/', 0);
    expect(jar.headerFor(() => '/', 0)).toBe('a=1');
    expect(jarsFor({ ...order, cookies: false }, { url: URL, workers: 1 })).toBeUndefined();
  });
});
