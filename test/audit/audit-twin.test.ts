// The audit against its slow twin, over random ledgers and random books: every count, exactly. The books obey nothing, so
// every invariant is broken in some, most in many at once.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StockLevels } from '../../src/audit/spec.ts';
import { INVARIANTS, TROUBLES } from '../../src/audit/spec.ts';
import type { BooksSpec } from '../../src/order/books.ts';
import type { OutcomeClass } from '../../src/outcomes.ts';
import { twinOf } from './twin.ts';
import { auditOf, invariantOf, type Row, type Told, type World } from './world.ts';

const SKUS = ['shoe', 'hat', 'bag'];
const seed = 20261123;

const often = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 3 });
const seldom = <T>(value: fc.Arbitrary<T>) => fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, value);
/** Without the properties that are undefined. */
const bare = <T extends object>(record: T): T =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;

const classes = fc.constantFrom<OutcomeClass>(
  'accepted',
  'accepted',
  'accepted',
  'rejected',
  'rejected',
  'failed',
  'unknown',
);
const ids = fc.integer({ min: 1, max: 60 }).map((n) => `order-${n}`);
const totals = fc.integer({ min: 1, max: 6 }).map((n) => n * 500);

const told: fc.Arbitrary<Told> = fc
  .record({
    class: classes,
    repeated: fc.boolean(),
    soldOut: fc.boolean(),
    atUs: fc.integer({ min: 1, max: 20 }),
    id: often(ids),
    total: often(totals),
    troubles: seldom(fc.uniqueArray(fc.constantFrom(...TROUBLES), { maxLength: 3 })),
  })
  .map(({ class: outcome, repeated, soldOut, atUs, id, total, troubles }) =>
    bare({
      class: outcome,
      ...(outcome === 'accepted' ? { repeated, id, total, troubles } : {}),
      ...(outcome === 'rejected' ? (soldOut ? { soldOutAtUs: atUs } : { refusedAtUs: atUs }) : {}),
    }),
  );

const rowOf = (orders: number, told: readonly Told[]): fc.Arbitrary<Row> =>
  fc
    .record({
      whose: fc.oneof(
        { weight: 40, arbitrary: fc.nat(orders - 1).map((seq) => ({ seq })) },
        { weight: 4, arbitrary: fc.nat(5).map((beside) => ({ beside })) },
        { weight: 1, arbitrary: fc.constantFrom('abc', '').map((key) => ({ key })) },
      ),
      sameId: fc.boolean(),
      id: often(ids),
      buyer: seldom(fc.constantFrom('ann', 'bob')),
      sku: seldom(fc.constantFrom(...SKUS)),
      quantity: seldom(fc.integer({ min: 1, max: 3 })),
      total: seldom(totals),
      status: fc.constantFrom<Row['status']>('confirmed', 'confirmed', 'confirmed', 'reserved', 'other'),
    })
    .map(({ whose, sameId, id, ...rest }) => {
      const answered = 'seq' in whose ? told[whose.seq]!.id : undefined;
      return bare({ ...whose, ...rest, id: sameId && answered !== undefined ? answered : id }) as Row;
    });

const levels: fc.Arbitrary<StockLevels> = fc
  .tuple(
    ...SKUS.map(() =>
      fc
        .record({ available: fc.integer({ min: -2, max: 25 }), reserved: often(fc.nat(4)) })
        .map((level) => bare(level)),
    ),
  )
  .map((each) => Object.fromEntries(SKUS.map((sku, at) => [sku, each[at]!])));

const books = fc
  .record({
    limit: often(fc.integer({ min: 1, max: 6 })),
    prices: often(fc.constant({ shoe: 500, hat: 1_000 })),
    foreign: fc.constantFrom<BooksSpec['foreign']>('refuse', 'ignore'),
  })
  .map((record) => bare(record));

const worlds: fc.Arbitrary<World> = fc
  .array(told, { minLength: 1, maxLength: 40 })
  .chain((orders) =>
    fc.record({
      told: fc.constant(orders),
      workers: fc.integer({ min: 1, max: 4 }),
      runId: fc.constantFrom('run-1', 'run-2'),
      seed: fc.nat(1_000),
      rows: often(fc.array(rowOf(orders.length, orders), { maxLength: 60 })),
      books,
      before: levels,
      after: levels,
      hasCart: fc.boolean(),
    }),
  )
  .map(({ runId, seed: salt, ...world }) => ({
    ...world,
    answers: { replays: 1, altered: 1, readBacks: 1 },
    identity: {
      runId,
      seed: salt,
      buyers: 6,
      skus: SKUS.map((value) => ({ value, weight: 1 })),
      quantity: [1, 2, 3].map((value) => ({ value, weight: 1 })),
    },
  }));

describe('the audit', () => {
  it('counts of every invariant what its twin counts, over any books', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(worlds, (world) => {
        const twin = twinOf(world);
        const result = auditOf(world);
        expect(result.incomplete === '', result.incomplete).toBe(twin.whole);
        for (const name of INVARIANTS) {
          const { status, violations, says, examples } = invariantOf(result, name);
          if (status === 'not-checked') {
            expect(violations).toBe(0);
            expect(says).not.toBe('');
            continue;
          }
          seen.set(`${name} ${status}`, (seen.get(`${name} ${status}`) ?? 0) + 1);
          expect(violations, `${name}: ${says}`).toBe(twin.count[name]);
          expect(status).toBe(violations > 0 ? 'fail' : 'pass');
          expect(examples.length > 0, name).toBe(violations > 0);
        }
        if (world.rows && twin.whole) {
          expect(result.unknown).toMatchObject({ placed: twin.placed, notPlaced: twin.notPlaced });
          expect(result.truth).toMatchObject({ confirmed: twin.confirmed });
        } else expect(result.unknown).toBeUndefined();
      }),
      { seed, numRuns: 3_000 },
    );
    // What never came up proves nothing.
    for (const name of INVARIANTS) {
      for (const status of ['pass', 'fail'])
        expect(seen.get(`${name} ${status}`) ?? 0, `${name} ${status}`).toBeGreaterThan(20);
    }
  });
});
