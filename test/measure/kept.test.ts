// Which single orders a run keeps, held against sorting all of them.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeptOfRun, type KeptOrder, KeptOrders, MOST_DRAWN, MOST_SLOW, responseUsOf } from '../../src/measure/kept.ts';
import type { Outcome } from '../../src/outcomes.ts';

const OUTCOMES: Outcome[] = [
  { name: 'sold', class: 'accepted' },
  { name: 'sold_out', class: 'rejected' },
  { name: 'refused', class: 'failed' },
  { name: 'timeout', class: 'unknown' },
  { name: 'reset', class: 'unknown' },
];

/** Any number of an order that no two share: 0x9e3779b1 is odd, so this is a permutation of the 32-bit words. */
const drawOf = (seq: number): number => Math.imul(seq + 1, 0x9e3779b1) >>> 0;

function orderOf(seq: number, responseUs: number, outcome: number): KeptOrder {
  const latenessUs = Math.min(3, responseUs);
  return {
    ...{ seq, draw: drawOf(seq), dueUs: seq * 10, outcome, latenessUs, waitUs: 0, thinkUs: 0 },
    serviceUs: outcome === 2 ? Number.NaN : responseUs - latenessUs,
    ...(outcome === 2 ? { waitUs: responseUs - latenessUs } : {}),
    ...{ status: 0, detail: '', key: '', trace: '', steps: [] },
  };
}

/** Sorts everything; nothing in common with what is tested but the rule. */
function bruteForce(orders: readonly KeptOrder[]): { slowest: number[]; bad: number[][] } {
  const bySeq = [...orders].sort((a, b) => a.seq - b.seq);
  const total = (order: KeptOrder) =>
    order.latenessUs + order.waitUs + order.thinkUs + (order.outcome === 2 ? 0 : order.serviceUs);
  const slowest = [...bySeq].sort((a, b) => total(b) - total(a)).slice(0, MOST_SLOW);
  const bad = OUTCOMES.flatMap(({ class: of }, outcome) => {
    const own = bySeq.filter((order) => order.outcome === outcome);
    if (of === 'accepted' || of === 'rejected' || own.length === 0) return [];
    const drawn = [...own].sort((a, b) => drawOf(a.seq) - drawOf(b.seq)).slice(0, MOST_DRAWN);
    return [[...new Set([own[0]!.seq, ...drawn.map(({ seq }) => seq)])].sort((a, b) => a - b)];
  });
  return { slowest: slowest.map(({ seq }) => seq), bad };
}

const ends = fc.array(
  fc.record({
    // Few different times, so that there are ties.
    responseUs: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 5e6 })),
    outcome: fc.integer({ min: 0, max: OUTCOMES.length - 1 }),
    // When it ends, which is not the order in which they were due.
    ends: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { maxLength: 400 },
);

describe('what is kept of single orders', () => {
  it('is what sorting all of them says, from any number of workers that tell at any time', () => {
    fc.assert(
      fc.property(ends, fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 90 }), (all, workers, every) => {
        const orders = all.map(({ responseUs, outcome }, seq) => orderOf(seq, responseUs, outcome));
        const inTime = orders.map((_, seq) => seq).sort((a, b) => all[a]!.ends - all[b]!.ends);
        const own = Array.from({ length: workers }, () => new KeptOrders(OUTCOMES));
        const run = new KeptOfRun(OUTCOMES);
        const tell = () => {
          for (const each of own) run.take(structuredClone({ orders: each.drain(), answers: [] }));
        };
        inTime.forEach((seq, count) => {
          const order = orders[seq]!;
          const mine = own[seq % workers]!;
          // As the hot path does: most are never made a record of.
          const wanted = responseUsOf(order) >= mine.slowFromUs || mine.wantsBad(order.outcome, seq, drawOf(seq));
          if (wanted) mine.take(order);
          if (count % every === 0) tell();
        });
        tell();
        const { slowest, bad } = run.kept;
        const truth = bruteForce(orders);
        expect(slowest.map(({ seq }) => seq)).toEqual(truth.slowest);
        expect(bad.map(({ seq }) => seq)).toEqual(truth.bad.flat());
      }),
      { seed: 20261123, numRuns: 300 },
    );
  });

  it('asks for no record of an order that is faster than all that are kept, and was an answer', () => {
    const kept = new KeptOrders(OUTCOMES);
    for (let seq = 0; seq < MOST_SLOW; seq++) kept.take(orderOf(seq, 1_000 + seq, 0));
    expect(kept.slowFromUs).toBe(1_000);
    expect(kept.wantsBad(0, 0, 0)).toBe(false);
    expect(kept.wantsBad(1, 0, 0)).toBe(false);
    expect(kept.wantsBad(2, 0, 0)).toBe(true);
  });

  it('tells an order once, and not one that was pushed out before it was told', () => {
    const kept = new KeptOrders(OUTCOMES);
    for (let seq = 0; seq < 3 * MOST_SLOW; seq++) kept.take(orderOf(seq, 100 + seq, 0));
    const told = kept.drain().map(({ seq }) => seq);
    expect(told.sort((a, b) => a - b)).toEqual(Array.from({ length: MOST_SLOW }, (_, i) => 2 * MOST_SLOW + i));
    expect(kept.drain()).toEqual([]);
  });

  it('draws each order of an outcome as often as any other', () => {
    const times = new Array<number>(40).fill(0);
    for (let round = 0; round < 2_000; round++) {
      const kept = new KeptOrders(OUTCOMES);
      for (let seq = 0; seq < 40; seq++) {
        // The first is kept anyway: it is not counted here.
        kept.take({ ...orderOf(seq, 0, 3), draw: Math.imul(seq + 40 * round + 1, 0x9e3779b1) >>> 0 });
      }
      for (const { seq, draw } of kept.bad) if (seq > 0 || draw > 0) times[seq]!++;
    }
    // 2,000 rounds × 4 of 40: 200 each; a multiplicative sequence is evener than chance.
    for (const count of times.slice(1)) expect(Math.abs(count - 200)).toBeLessThan(80);
  });

  it('keeps of each outcome the answer to the first order that any worker told of', () => {
    const run = new KeptOfRun(OUTCOMES);
    const answer = (seq: number, outcome: number) => ({
      ...{ seq, outcome, step: 'order', status: 201, failure: '', detail: '', headers: [], body: `${seq}` },
      ...{ isCut: false, isBinary: false },
    });
    run.take({ orders: [], answers: [answer(8, 0), answer(5, 1)] });
    run.take({ orders: [], answers: [answer(3, 0), answer(6, 1)] });
    expect(run.kept.answers.map(({ seq, outcome }) => [outcome, seq])).toEqual([
      [0, 3],
      [1, 5],
    ]);
  });
});
