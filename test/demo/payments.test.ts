import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Payments } from '../../src/demo/payments.ts';
import { slowdown } from '../../src/demo/service.ts';
import { heldDelay } from './support.ts';

/** Lets every promise that can settle do so. */
const settled = () => new Promise((next) => setImmediate(next));

/** Time that passes only when all payments wait for it. */
function virtualTime() {
  let nowMs = 0;
  const due: { atMs: number; resolve: () => void }[] = [];
  return {
    nowMs: () => nowMs,
    delay: (ms: number) => new Promise<void>((resolve) => due.push({ atMs: nowMs + ms, resolve })),
    async run() {
      await settled();
      while (due.length > 0) {
        due.sort((a, b) => a.atMs - b.atMs);
        const next = due.shift()!;
        nowMs = next.atMs;
        next.resolve();
        await settled();
      }
    },
  };
}

describe('payments', () => {
  test('run so many at once; the rest are served in the order they came', async () => {
    const till = heldDelay();
    const payments = new Payments(2, () => 5, till.delay);
    const ended: number[] = [];
    for (let i = 0; i < 5; i++) void payments.pay().then(() => ended.push(i));
    await settled();
    expect([payments.paying, payments.waiting, till.startedMs.length]).toEqual([2, 3, 2]);
    // The second to start ends first; order 2 takes its place, then 3, then 4.
    for (const i of [1, 0, 2, 3, 4]) {
      till.finish(i);
      await settled();
    }
    expect(ended).toEqual([1, 0, 2, 3, 4]);
    expect([payments.paying, payments.waiting]).toEqual([0, 0]);
  });

  test('a slot handed over cannot be taken by one who comes at that moment', async () => {
    const till = heldDelay();
    const payments = new Payments(1, () => 5, till.delay);
    const ended: string[] = [];
    void payments
      .pay()
      .then(() => ended.push('first'))
      // Comes in the very microtask in which the slot passes on.
      .then(() => payments.pay())
      .then(() => ended.push('again'));
    void payments.pay().then(() => ended.push('second'));
    for (let i = 0; i < 3; i++) {
      await till.began(i + 1);
      expect(payments.paying).toBe(1);
      till.finish(i);
      await settled();
    }
    expect(ended).toEqual(['first', 'second', 'again']);
  });

  test('a payment that takes no time needs no timer', async () => {
    const payments = new Payments(
      1,
      () => 0,
      () => Promise.reject(new Error('no timer was to be used')),
    );
    await Promise.all([payments.pay(), payments.pay(), payments.pay()]);
    expect(payments.paying).toBe(0);
  });

  test('the knee: n payments of equal length on c places end after ⌈n/c⌉ lengths, in the order they came', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 60 }), async (places, count) => {
        const time = virtualTime();
        const payments = new Payments(places, () => 10, time.delay);
        const ended: { i: number; atMs: number }[] = [];
        for (let i = 0; i < count; i++) void payments.pay().then(() => ended.push({ i, atMs: time.nowMs() }));
        await time.run();
        expect(ended.map((end) => end.i)).toEqual(Array.from({ length: count }, (_, i) => i));
        expect(ended.map((end) => end.atMs)).toEqual(
          Array.from({ length: count }, (_, i) => 10 * Math.ceil((i + 1) / places)),
        );
      }),
      { seed: 48, numRuns: 40 },
    );
  });

  test('each is told how many run as it starts, itself included; one whose turn comes starts among all', async () => {
    const till = heldDelay();
    const payments = new Payments(3, (running) => running * 10, till.delay);
    for (let i = 0; i < 4; i++) void payments.pay();
    await settled();
    expect(till.startedMs).toEqual([10, 20, 30]);
    till.finish(0);
    await settled();
    expect(till.startedMs).toEqual([10, 20, 30, 30]);
    for (const i of [1, 2]) till.finish(i);
    await settled();
    void payments.pay();
    await settled();
    expect(till.startedMs.at(-1)).toBe(20);
  });

  test('with contention, n that are kept running pass through at n / (mean · slowdown): the law itself', async () => {
    const contention = { sigma: 0.05, kappa: 0.002 };
    for (const places of [1, 8, 22, 60]) {
      const time = virtualTime();
      const payments = new Payments(places, (running) => 10 * slowdown(contention, running), time.delay);
      let paid = 0;
      const endsMs: number[] = [];
      const shopper = async () => {
        for (let k = 0; k < 30; k++) {
          await payments.pay();
          paid += 1;
          endsMs.push(time.nowMs());
        }
      };
      const all = Promise.all(Array.from({ length: places }, shopper));
      await time.run();
      await all;
      // The last two thirds: the first payments found fewer running.
      const from = endsMs[Math.floor(endsMs.length / 3)]!;
      const perS = (endsMs.filter((ms) => ms > from).length * 1000) / (endsMs.at(-1)! - from);
      const law = places / (0.01 * slowdown(contention, places));
      expect(paid).toBe(30 * places);
      expect(Math.abs(perS / law - 1), `${places}: ${perS} for ${law}`).toBeLessThan(0.1);
    }
  });

  test('a long line is served to its end (the line is cut as it moves)', async () => {
    const payments = new Payments(
      1,
      () => 1,
      () => Promise.resolve(),
    );
    const ended: number[] = [];
    await Promise.all(Array.from({ length: 5000 }, (_, i) => payments.pay().then(() => ended.push(i))));
    expect(ended).toEqual(Array.from({ length: 5000 }, (_, i) => i));
    expect([payments.paying, payments.waiting]).toEqual([0, 0]);
  });
});
