import { describe, expect, it } from 'vitest';
import { type AnswerFacts, isTelling, isUntold, troubleOf } from '../../src/audit/repeats.ts';
import type { Deed } from '../../src/audit/spec.ts';

const sold = { class: 'accepted', status: 201, id: 'order-1', quantity: 1, total: 500 } as const;
const bare = { class: 'accepted', status: 201 } as const;
const soldOut = { class: 'rejected', status: 409 } as const;
const busy = { class: 'rejected', status: 429 } as const;
const throttled = { class: 'rejected', status: 200, isThrottled: true } as const;
const timeout = { class: 'unknown', status: 0 } as const;
const found = { class: 'accepted', status: 200 } as const;
const gone = { class: 'rejected', status: 404 } as const;

const cases: [says: string, why: Deed['why'], first: AnswerFacts, repeat: AnswerFacts, trouble: string | undefined][] =
  [
    ['the same answer again', 'replay', sold, sold, undefined],
    ['accepted again, and no more is known', 'replay', bare, bare, undefined],
    ['another id', 'replay', sold, { ...sold, id: 'order-2' }, 'two-ids'],
    ['another id for a second click', 'copy', sold, { ...sold, id: 'order-2' }, 'two-ids'],
    ['another total', 'retry', sold, { ...sold, total: 501 }, 'other-answer'],
    ['another quantity', 'replay', sold, { ...sold, quantity: 2 }, 'other-answer'],
    ['a repeat that names less', 'replay', sold, bare, undefined],
    ['a replay that is turned away', 'replay', sold, soldOut, 'no-replay'],
    ['a second click that is told to wait for the first', 'copy', sold, soldOut, undefined],
    ['a replay that is asked to slow down', 'replay', sold, busy, undefined],
    ['a replay that is asked to slow down with status 200', 'replay', sold, throttled, undefined],
    ['another body that is asked to slow down with status 200', 'altered', sold, throttled, undefined],
    ['a replay that is turned away with status 200', 'replay', sold, { ...throttled, isThrottled: false }, 'no-replay'],
    ['a replay that got no answer', 'replay', sold, timeout, undefined],
    ['another body refused', 'altered', sold, { class: 'rejected', status: 422 }, undefined],
    ['another body taken', 'altered', sold, { ...sold, quantity: 2, total: 1000 }, 'altered-accepted'],
    ['another body taken as another order', 'altered', sold, { ...sold, id: 'order-2' }, 'altered-accepted'],
    ['another body accepted, and no more is known', 'altered', bare, bare, undefined],
    [
      'another body taken, without an id',
      'altered',
      { ...bare, quantity: 1 },
      { ...bare, quantity: 2 },
      'altered-accepted',
    ],
    ['another body answered with the first result', 'altered', sold, sold, undefined],
    ['an order that was turned away and then sold', 'retry', soldOut, sold, undefined],
    ['an order that is there', 'read-back', sold, found, undefined],
    ['an order that is not there', 'read-back', sold, gone, 'not-found'],
    ['an order that could not be asked for', 'read-back', sold, timeout, undefined],
  ];

describe('the answer to a repeat', () => {
  for (const [says, why, first, repeat, trouble] of cases) {
    it(`${says}: ${trouble ?? 'no trouble'}`, () => {
      expect(troubleOf(why, first, repeat)).toBe(trouble);
      // What is held against the shop was looked at, so it is in the counts.
      if (trouble !== undefined) expect(isTelling(why, first, repeat)).toBe(true);
    });
  }

  it('leaves open what was taken where another body is accepted without an id', () => {
    expect(isUntold('altered', bare, bare)).toBe(true);
    expect(isUntold('altered', sold, bare)).toBe(true);
    expect(isTelling('altered', sold, bare)).toBe(false);
    expect(isUntold('altered', sold, sold)).toBe(false);
    expect(isUntold('altered', bare, soldOut)).toBe(false);
    expect(isUntold('read-back', bare, bare)).toBe(false);
    expect(isUntold('altered', { ...bare, total: 5 }, { ...bare, total: 10 })).toBe(false);
  });

  it('is no proof where both accept and name nothing that can be compared', () => {
    for (const why of ['copy', 'retry', 'replay'] as const) {
      for (const [first, repeat] of [
        [bare, bare],
        [sold, bare],
        [bare, sold],
        [
          { ...bare, id: 'order-1' },
          { ...bare, total: 500 },
        ],
      ] as const) {
        expect(isTelling(why, first, repeat)).toBe(false);
        expect(isUntold(why, first, repeat)).toBe(true);
      }
      for (const facts of [{ id: 'order-1' }, { quantity: 1 }, { total: 500 }]) {
        expect(isTelling(why, sold, { ...bare, ...facts })).toBe(true);
        expect(isUntold(why, sold, { ...bare, ...facts })).toBe(false);
      }
      expect(isUntold(why, bare, soldOut)).toBe(false);
    }
  });

  it('says nothing when it was lost or put off, or when the first was not accepted', () => {
    for (const repeat of [timeout, busy, { class: 'failed', status: 0 } as const]) {
      expect(isTelling('replay', sold, repeat)).toBe(false);
    }
    expect(isTelling('read-back', sold, { class: 'unknown', status: 503 })).toBe(false);
    expect(isTelling('copy', sold, soldOut)).toBe(false);
    expect(isTelling('replay', soldOut, sold)).toBe(false);
    expect(isTelling('copy', sold, sold)).toBe(true);
  });
});
