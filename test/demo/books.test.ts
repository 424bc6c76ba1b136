// The books against a slow model: plain arrays, every figure recounted from the orders each time it is asked for.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Books, type OrderStatus, type Wanted } from '../../src/demo/books.ts';

const CATALOGUE = [
  { sku: 'a', stock: 6, priceCents: 100 },
  { sku: 'b', stock: 3, priceCents: 250 },
];

const open = (options: { db?: string; limit?: number | null; catalogue?: typeof CATALOGUE } = {}) =>
  new Books({ db: ':memory:', limit: null, catalogue: CATALOGUE, ...options }, () => 1_700_000_000_000);

const wish = (key: string, more: Partial<Wanted> = {}): Wanted => ({
  key,
  buyer: 'ada',
  sku: 'a',
  quantity: 1,
  price: null,
  total: null,
  ...more,
});

type ModelOrder = Wanted & { id: number; status: OrderStatus };

class Model {
  orders: ModelOrder[] = [];
  readonly limit: number | null;

  constructor(limit: number | null) {
    this.limit = limit;
  }

  units(of: (order: ModelOrder) => boolean): number {
    return this.orders.filter(of).reduce((sum, order) => sum + order.quantity, 0);
  }

  holds = (order: ModelOrder) => order.status === 'reserved' || order.status === 'confirmed';

  levels() {
    return Object.fromEntries(
      CATALOGUE.map(({ sku, stock }) => {
        const held = this.units((order) => order.sku === sku && this.holds(order));
        const reserved = this.units((order) => order.sku === sku && order.status === 'reserved');
        return [sku, { initial: stock, available: stock - held, reserved }];
      }),
    );
  }

  decide(wanted: Wanted): OrderStatus {
    const item = CATALOGUE.find(({ sku }) => sku === wanted.sku);
    if (!item) return 'unknown_sku';
    if (wanted.price !== null && wanted.price !== item.priceCents) return 'price_changed';
    const held = this.units((order) => order.buyer === wanted.buyer && this.holds(order));
    if (this.limit !== null && held + wanted.quantity > this.limit) return 'limit';
    return this.levels()[wanted.sku]!.available >= wanted.quantity ? 'reserved' : 'sold_out';
  }
}

const step = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record({
      act: fc.constant('place' as const),
      key: fc.integer({ min: 1, max: 25 }).map(String),
      buyer: fc.constantFrom('ada', 'bob', 'cy'),
      sku: fc.constantFrom('a', 'a', 'b', 'nope'),
      quantity: fc.integer({ min: 1, max: 3 }),
      price: fc.constantFrom(null, null, 100),
    }),
  },
  {
    weight: 20,
    arbitrary: fc.record({ act: fc.constant('settle' as const), pick: fc.nat(30), paid: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('reset' as const) }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

describe('books', () => {
  test('whatever happens, they agree with the model, and no unit is sold twice', () => {
    fc.assert(
      fc.property(fc.constantFrom(null, 4), fc.array(step, { maxLength: 40 }), (limit, steps) => {
        const books = open({ limit });
        const model = new Model(limit);
        for (const todo of steps) books.transact(() => apply(books, model, todo));
        const sold = books.page(0, 1000).map(({ id, status }) => ({ id, status }));
        expect(sold).toEqual(model.orders.filter(model.holds).map(({ id, status }) => ({ id, status })));
        books.close();
      }),
      { seed: 2_112_010, numRuns: 150 },
    );
  });

  function apply(books: Books, model: Model, todo: Step): void {
    if (todo.act === 'place') {
      const { act: _, ...wanted } = { ...todo, total: null };
      const first = model.orders.find((order) => order.key === wanted.key);
      const placed = books.place(wanted);
      if (first) {
        const same = (['buyer', 'sku', 'quantity', 'price'] as const).every((name) => first[name] === wanted[name]);
        expect(placed.kind).toBe(same ? 'seen' : 'reused');
        if (placed.kind !== 'reused') expect(placed.row).toMatchObject({ id: first.id, status: first.status });
      } else {
        const status = model.decide(wanted);
        expect(placed).toMatchObject({ kind: 'new', row: { ...wanted, status } });
        if (placed.kind === 'new') model.orders.push({ ...wanted, id: placed.row.id, status });
      }
    } else if (todo.act === 'settle') {
      const order = model.orders[todo.pick];
      const isOpen = order?.status === 'reserved';
      const row = books.settle(order?.id ?? 999_999, todo.paid);
      expect(row === undefined).toBe(!isOpen);
      if (order && isOpen) order.status = todo.paid ? 'confirmed' : 'declined';
    } else {
      books.reset({});
      model.orders = [];
    }
    expect(books.stock()).toEqual(model.levels());
  }

  test('a wish that fails half-way leaves nothing behind', () => {
    const books = open();
    const before = books.stock();
    expect(() =>
      books.transact(() => {
        books.place(wish('k1'));
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(books.stock()).toEqual(before);
    expect(books.page(0, 10)).toEqual([]);
    expect(books.transact(() => books.place(wish('k1'))).kind).toBe('new');
  });

  test('after a reset an old payment cannot settle a new order', () => {
    const books = open();
    const old = books.place(wish('old'));
    books.reset({ stock: 2 });
    books.place(wish('new'));
    if (old.kind !== 'new') throw new Error('the first order under a key is new');
    expect(books.settle(old.row.id, true)).toBeUndefined();
    expect(books.stock().a).toEqual({ initial: 2, available: 1, reserved: 1 });
  });

  test('reset gives every sku, or the named ones, new stock; a new name joins the catalogue', () => {
    const books = open();
    books.place(wish('k', { quantity: 6 }));
    books.reset({ stock: { a: 1, fresh: 9 } });
    const full = (units: number) => ({ initial: units, available: units, reserved: 0 });
    expect(books.stock()).toEqual({ a: full(1), b: full(3), fresh: full(9) });
    expect(books.place(wish('f', { sku: 'fresh', quantity: 9 }))).toMatchObject({ row: { status: 'reserved' } });
    books.reset({ stock: 7, limit: 1 });
    expect(books.stock()).toEqual({ a: full(7), b: full(7), fresh: full(7) });
    expect(books.place(wish('g', { quantity: 2 }))).toMatchObject({ row: { status: 'limit' } });
    books.reset({ limit: null });
    expect(books.place(wish('g', { quantity: 2 }))).toMatchObject({ row: { status: 'reserved' } });
  });
});

describe('books in a file', () => {
  function inFolder(work: (db: string) => void): void {
    const folder = mkdtempSync(join(tmpdir(), 'doorbuster-books-'));
    try {
      work(join(folder, 'shop.db'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  test('are there again after a restart, answers included; what was being paid is taken back', () => {
    inFolder((db) => {
      const first = open({ db });
      for (const key of ['done', 'paying']) first.transact(() => first.place(wish(key, { quantity: 2 })));
      first.transact(() => first.settle(1, true));
      first.close();

      const again = open({ db, limit: 3 });
      expect(again.stock().a).toEqual({ initial: 6, available: 4, reserved: 0 });
      expect(again.place(wish('done', { quantity: 2 }))).toMatchObject({ kind: 'seen', row: { status: 'confirmed' } });
      // ada holds the 2 confirmed ones, counted anew though the first shop knew no limit.
      expect(again.place(wish('paying', { quantity: 2 }))).toMatchObject({ kind: 'new', row: { status: 'limit' } });
      expect(again.place(wish('more', { quantity: 1 }))).toMatchObject({ row: { status: 'reserved' } });
      again.close();
    });
  });

  test('a catalogue that grew is added, stock that was sold stays sold', () => {
    inFolder((db) => {
      const first = open({ db });
      first.transact(() => first.place(wish('k', { quantity: 6 })));
      first.transact(() => first.settle(1, true));
      first.close();
      const again = open({ db, catalogue: [...CATALOGUE, { sku: 'c', stock: 1, priceCents: 5 }] });
      expect(again.stock()).toMatchObject({ a: { available: 0 }, c: { available: 1 } });
      again.close();
    });
  });
});
