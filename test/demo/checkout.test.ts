import { describe, expect, test } from 'vitest';
import { buy, call, exported, heldDelay, ORDER, openShop, post } from './support.ts';

describe('POST /checkout', () => {
  test('an order is sold: 201, in the books, off the stock', async () => {
    const shop = await openShop({ stock: { 'sku-1': 5 }, priceCents: 250 }, { nowMs: () => Date.UTC(2015, 3, 8, 2) });
    const sold = await buy(shop, 'k1', { quantity: 2 });
    const order = { orderId: 'order-1', key: 'k1', buyer: 'ada', sku: 'sku-1', quantity: 2, totalCents: 500 };
    expect(sold).toMatchObject({ status: 201, body: order });
    expect(sold.headers.get('idempotent-replayed')).toBeNull();
    const row = { ...order, status: 'confirmed', createdMs: Date.UTC(2015, 3, 8, 2) };
    expect(await exported(shop)).toEqual([row]);
    expect((await call(`${shop.url}/orders/order-1`)).body).toEqual(row);
    expect((await call(`${shop.url}/stock`)).body).toEqual({ 'sku-1': { initial: 5, available: 3, reserved: 0 } });
  });

  test('the same key and order again: the first answer word for word, marked as replayed, nothing sold', async () => {
    const shop = await openShop({ stock: { 'sku-1': 5 } });
    const first = await buy(shop, 'k1');
    // The draft writes the key in quotes; it is the same key. So is a body with its fields in another order.
    const again = await buy(shop, '"k1"', { sku: 'sku-1', buyer: 'ada' });
    expect([again.status, again.text]).toEqual([first.status, first.text]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect((await call(`${shop.url}/stock`)).body).toEqual({ 'sku-1': { initial: 5, available: 4, reserved: 0 } });
  });

  test('a no is replayed too, even when it would be a yes by now', async () => {
    const till = heldDelay();
    const shop = await openShop({ stock: { 'sku-1': 1 }, service: 'fixed:5ms', declineShare: 1 }, till);
    const first = buy(shop, 'k1');
    await till.began(1);
    expect(await buy(shop, 'k2')).toMatchObject({ status: 409, body: { code: 'SOLD_OUT' } });
    till.finish(0);
    expect(await first).toMatchObject({ status: 402, body: { code: 'DECLINED' } });
    // The declined unit is back on the shelf, yet both keys keep their answer.
    expect((await call(`${shop.url}/stock`)).body).toEqual({ 'sku-1': { initial: 1, available: 1, reserved: 0 } });
    for (const [key, status, code] of [
      ['k1', 402, 'DECLINED'],
      ['k2', 409, 'SOLD_OUT'],
    ] as const) {
      const replay = await buy(shop, key);
      expect(replay).toMatchObject({ status, body: { code } });
      expect(replay.headers.get('idempotent-replayed')).toBe('true');
    }
    expect(await exported(shop)).toEqual([]);
  });

  test('the same key while the first is being paid: 409 IN_FLIGHT, and one order in the end', async () => {
    const till = heldDelay();
    const shop = await openShop({ service: 'fixed:5ms' }, till);
    const first = buy(shop, 'k1');
    await till.began(1);
    expect(till.startedMs).toEqual([5]);
    const second = await buy(shop, 'k1');
    expect(second).toMatchObject({ status: 409, body: { code: 'IN_FLIGHT' } });
    expect(second.headers.get('idempotent-replayed')).toBeNull();
    expect(await exported(shop)).toMatchObject([{ orderId: 'order-1', status: 'reserved' }]);
    till.finish(0);
    expect((await first).status).toBe(201);
    expect(await exported(shop)).toMatchObject([{ orderId: 'order-1', status: 'confirmed' }]);
  });

  test.each([{ quantity: 2 }, { buyer: 'bob' }, { sku: 'sku-2' }, { price: 19_900 }, { total: 19_900 }])(
    'the same key with another body, %j: 422 KEY_REUSED, the first stands',
    async (change) => {
      const shop = await openShop();
      await buy(shop, 'k1');
      expect(await buy(shop, 'k1', change)).toMatchObject({ status: 422, body: { code: 'KEY_REUSED' } });
      expect(await exported(shop)).toHaveLength(1);
      expect((await buy(shop, 'k1')).status).toBe(201);
    },
  );

  test('over the limit per buyer: 409 LIMIT, counted over all skus; another buyer may', async () => {
    const shop = await openShop({ limit: 3 });
    expect((await buy(shop, 'k1', { quantity: 2 })).status).toBe(201);
    expect(await buy(shop, 'k2', { quantity: 2, sku: 'sku-2' })).toMatchObject({
      status: 409,
      body: { code: 'LIMIT' },
    });
    expect((await buy(shop, 'k3', { sku: 'sku-2' })).status).toBe(201);
    expect((await buy(shop, 'k4', { quantity: 3, buyer: 'bob' })).status).toBe(201);
  });

  test('a price shown is honoured or the order refused', async () => {
    const shop = await openShop({ priceCents: 250 });
    expect((await buy(shop, 'k1', { quantity: 2, price: 250, total: 500 })).status).toBe(201);
    expect(await buy(shop, 'k2', { price: 249 })).toMatchObject({ status: 409, body: { code: 'PRICE_CHANGED' } });
    expect(await buy(shop, 'k3', { quantity: 2, total: 250 })).toMatchObject({
      status: 409,
      body: { code: 'PRICE_CHANGED' },
    });
    expect(await exported(shop)).toHaveLength(1);
  });

  test('a sku not in the catalogue: 404 UNKNOWN_SKU', async () => {
    expect(await buy(await openShop(), 'k1', { sku: 'nope' })).toMatchObject({
      status: 404,
      body: { code: 'UNKNOWN_SKU' },
    });
  });

  test('declined payments: about their share, and every unit of theirs is back', async () => {
    const shop = await openShop({ stock: { 'sku-1': 1000 }, declineShare: 0.3, seed: 7 });
    const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => buy(shop, `k${i}`)));
    const sold = answers.filter((answer) => answer.status === 201).length;
    expect(answers.filter((answer) => answer.status === 402)).toHaveLength(200 - sold);
    // 140 ± 4.3 standard deviations of a binomial.
    expect(Math.abs(sold - 140)).toBeLessThan(28);
    expect((await call(`${shop.url}/stock`)).body).toEqual({
      'sku-1': { initial: 1000, available: 1000 - sold, reserved: 0 },
    });
    expect(await exported(shop)).toHaveLength(sold);
  });

  const headers = { 'idempotency-key': 'k' };
  const body = JSON.stringify(ORDER);
  test.each<[string, RequestInit, number, string]>([
    ['no key', { body }, 400, 'MISSING_KEY'],
    ['an empty key', { headers: { 'idempotency-key': '""' }, body }, 400, 'BAD_KEY'],
    ['a key with an open quote', { headers: { 'idempotency-key': '"k' }, body }, 400, 'BAD_KEY'],
    ['a key too long', { headers: { 'idempotency-key': 'k'.repeat(256) }, body }, 400, 'BAD_KEY'],
    ['broken JSON', { headers, body: '{"buyer":' }, 400, 'BAD_JSON'],
    ['a list', { headers, body: '[]' }, 400, 'BAD_JSON'],
    ['no body', { headers }, 400, 'BAD_ORDER'],
    ['no buyer', { headers, body: JSON.stringify({ ...ORDER, buyer: '' }) }, 400, 'BAD_ORDER'],
    ['a sku that is a number', { headers, body: JSON.stringify({ ...ORDER, sku: 1 }) }, 400, 'BAD_ORDER'],
    ['half a unit', { headers, body: JSON.stringify({ ...ORDER, quantity: 0.5 }) }, 400, 'BAD_ORDER'],
    ['no units', { headers, body: JSON.stringify({ ...ORDER, quantity: 0 }) }, 400, 'BAD_ORDER'],
    ['a price in words', { headers, body: JSON.stringify({ ...ORDER, price: 'much' }) }, 400, 'BAD_ORDER'],
    ['64 KiB and more', { headers, body: JSON.stringify({ ...ORDER, note: 'x'.repeat(70_000) }) }, 413, 'TOO_LARGE'],
  ])('%s is refused, and its key may be used for a good order', async (_, init, status, code) => {
    const shop = await openShop();
    const refused = await call(`${shop.url}/checkout`, { method: 'POST', ...init });
    expect(refused).toMatchObject({ status, body: { code, message: expect.stringMatching(/^Expected/) } });
    expect((await buy(shop, 'k')).status).toBe(201);
    expect(await exported(shop)).toHaveLength(1);
  });

  test('a key in quotes may hold escaped quotes', async () => {
    expect((await buy(await openShop(), String.raw`"a\"b\\c"`)).body).toMatchObject({ key: String.raw`a"b\c` });
  });
});

describe('many at once', () => {
  test('500 orders for 100 units: 100 sold, 400 sold out, the shelf empty, the books equal to the answers', async () => {
    const shop = await openShop(
      { stock: { 'sku-1': 100 }, payments: 16, service: 'fixed:1ms' },
      {
        delay: () => new Promise((next) => setImmediate(next)),
      },
    );
    const answers = await Promise.all(Array.from({ length: 500 }, (_, i) => buy(shop, `k${i}`, { buyer: `b${i}` })));
    const sold = answers.filter((answer) => answer.status === 201);
    expect(sold).toHaveLength(100);
    expect(answers.filter((answer) => answer.body.code === 'SOLD_OUT')).toHaveLength(400);
    expect((await call(`${shop.url}/stock`)).body).toEqual({ 'sku-1': { initial: 100, available: 0, reserved: 0 } });
    const books = await exported(shop);
    const byId = (rows: Record<string, unknown>[]) =>
      new Map(rows.map((row) => [row.orderId, [row.key, row.buyer, row.totalCents]]));
    expect(byId(books)).toEqual(byId(sold.map((answer) => answer.body)));
    expect(byId(books).size).toBe(100);
  });

  test('one key sent 50 times at once is one order, and 49 are told that it is in flight', async () => {
    const till = heldDelay();
    const shop = await openShop({ stock: { 'sku-1': 100 }, service: 'fixed:5ms' }, till);
    const told: unknown[] = [];
    const asked = Array.from({ length: 50 }, () =>
      buy(shop, 'k').then((answer) => told.push(answer.body.code ?? 'sold')),
    );
    await expect.poll(() => told.length).toBe(49);
    expect(new Set(told)).toEqual(new Set(['IN_FLIGHT']));
    till.finish(0);
    await Promise.all(asked);
    expect(told.at(-1)).toBe('sold');
    expect(till.startedMs).toHaveLength(1);
    expect(await exported(shop)).toHaveLength(1);
    expect((await call(`${shop.url}/stock`)).body).toEqual({ 'sku-1': { initial: 100, available: 99, reserved: 0 } });
  });

  test('orders beyond the payments at once wait their turn, first come first served', async () => {
    const till = heldDelay();
    const shop = await openShop({ payments: 4, service: 'fixed:5ms' }, till);
    const ended: string[] = [];
    const asked: Promise<unknown>[] = [];
    for (let i = 0; i < 6; i++) {
      asked.push(buy(shop, `k${i}`).then((sold) => ended.push(String(sold.body.key))));
      // The next one leaves only when this one stands in the shop.
      await expect
        .poll(async () => (await call(`${shop.url}/health`)).body)
        .toEqual({
          status: 'ok',
          paying: Math.min(i + 1, 4),
          waiting: Math.max(i - 3, 0),
        });
    }
    for (const i of [3, 0, 1, 2, 4, 5]) {
      till.finish(i);
      await expect.poll(() => ended.length).toBe([3, 0, 1, 2, 4, 5].indexOf(i) + 1);
    }
    await Promise.all(asked);
    expect(ended).toEqual(['k3', 'k0', 'k1', 'k2', 'k4', 'k5']);
  });
});

test('an order that is being paid when the shop is reset: 410, and not in the books', async () => {
  const till = heldDelay();
  const shop = await openShop({ service: 'fixed:5ms', stock: { 'sku-1': 3 } }, till);
  const order = buy(shop, 'k1');
  await till.began(1);
  await post(`${shop.url}/reset`, {});
  till.finish(0);
  expect(await order).toMatchObject({ status: 410, body: { code: 'RESET' } });
  expect((await call(`${shop.url}/stock`)).body).toEqual({ 'sku-1': { initial: 3, available: 3, reserved: 0 } });
});
