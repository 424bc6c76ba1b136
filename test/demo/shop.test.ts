import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Books } from '../../src/demo/books.ts';
import { parseShopOptions } from '../../src/demo/options.ts';
import { type Shop, startShop } from '../../src/demo/shop.ts';
import { buy, call, exported, heldDelay, ORDER, openShop, post } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'doorbuster-shop-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A shop that has sold `count` orders before it opened. */
async function shopWithOrders(count: number): Promise<Shop> {
  const db = join(folder, `${count}.db`);
  const books = new Books({ ...parseShopOptions(), db }, () => 0);
  books.transact(() => {
    for (let id = 1; id <= count; id++) {
      books.place({ key: `k${id}`, ...ORDER, price: null, total: null });
      books.settle(id, true);
    }
  });
  books.close();
  return openShop({ db });
}

describe('GET /orders', () => {
  test('pages of any size give every order once, in order', async () => {
    const shop = await openShop({ stock: { 'sku-1': 20, 'sku-2': 0 } });
    // Refused ones in between leave gaps in the ids.
    for (let i = 0; i < 14; i++) await buy(shop, `k${i}`, { sku: i % 3 === 1 ? 'sku-2' : 'sku-1' });
    const all = await exported(shop);
    expect(all.map((order) => order.key)).toEqual(['k0', 'k2', 'k3', 'k5', 'k6', 'k8', 'k9', 'k11', 'k12']);
    for (const size of [1, 2, 4, 9, 100]) {
      const read: unknown[] = [];
      let after = '';
      for (;;) {
        const page = await exported(shop, `?limit=${size}${after}`);
        expect(page.length).toBeLessThanOrEqual(size);
        read.push(...page);
        if (page.length < size) break;
        after = `&after=${page.at(-1)!.orderId}`;
      }
      expect(read).toEqual(all);
    }
    expect(await exported(shop, '?limit=0')).toEqual([]);
  });

  test('more than one page of rows is one whole stream', async () => {
    const shop = await shopWithOrders(1201);
    const response = await fetch(`${shop.url}/orders`);
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    expect(response.headers.get('transfer-encoding')).toBe('chunked');
    const ids = (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).orderId);
    expect(ids).toEqual(Array.from({ length: 1201 }, (_, i) => `order-${i + 1}`));
  });

  test('a reader that goes away half-way does not disturb the shop', async () => {
    const shop = await shopWithOrders(5000);
    const socket = connect(shop.port, '127.0.0.1');
    socket.write('GET /orders HTTP/1.1\r\nhost: shop\r\n\r\n');
    await once(socket, 'data');
    socket.resetAndDestroy();
    expect(await exported(shop)).toHaveLength(5000);
  });

  test.each(['?limit=x', '?limit=-1', '?after=x', '?after=order-'])('%s is refused', async (query) => {
    expect(await call(`${(await openShop()).url}/orders${query}`)).toMatchObject({
      status: 400,
      body: { code: 'BAD_QUERY' },
    });
  });
});

describe('GET /orders/:id', () => {
  test('finds an order by its id, also one that came to nothing; 404 otherwise', async () => {
    const shop = await openShop({ stock: { 'sku-1': 0 } });
    await buy(shop, 'k1');
    expect(await call(`${shop.url}/orders/order-1`)).toMatchObject({
      status: 200,
      body: { key: 'k1', status: 'sold_out' },
    });
    for (const id of ['order-2', 'x', '', '1/2']) {
      expect(await call(`${shop.url}/orders/${id}`)).toMatchObject({ status: 404, body: { code: 'NO_ORDER' } });
    }
  });
});

describe('POST /reset', () => {
  test('empties the books and fills the shelves; an old key is new again', async () => {
    const shop = await openShop({ stock: { 'sku-1': 2 } });
    await buy(shop, 'k1', { quantity: 2 });
    expect((await post(`${shop.url}/reset`, {})).body).toEqual({ 'sku-1': { initial: 2, available: 2, reserved: 0 } });
    expect(await exported(shop)).toEqual([]);
    expect(await buy(shop, 'k1')).toMatchObject({ status: 201, body: { orderId: 'order-2' } });
  });

  test('takes new stock and a limit; no body at all is fine', async () => {
    const shop = await openShop({ stock: { 'sku-1': 2 } });
    await post(`${shop.url}/reset`, { stock: 9, limit: 4 });
    expect(await buy(shop, 'k1', { quantity: 5 })).toMatchObject({ body: { code: 'LIMIT' } });
    await call(`${shop.url}/reset`, { method: 'POST' });
    expect(await buy(shop, 'k1', { quantity: 5 })).toMatchObject({ body: { code: 'LIMIT' } });
    await post(`${shop.url}/reset`, { limit: null, stock: { 'sku-1': 6 } });
    expect((await buy(shop, 'k1', { quantity: 5 })).status).toBe(201);
    expect((await call(`${shop.url}/stock`)).body).toEqual({ 'sku-1': { initial: 6, available: 1, reserved: 0 } });
  });

  test.each([{ stock: -1 }, { stock: 'all' }, { stock: null }, { stock: { a: 1.5 } }, { limit: 0 }])(
    '%j is refused, nothing is lost',
    async (body) => {
      const shop = await openShop();
      await buy(shop, 'k1');
      expect(await post(`${shop.url}/reset`, body)).toMatchObject({ status: 400, body: { code: 'BAD_RESET' } });
      expect(await exported(shop)).toHaveLength(1);
    },
  );
});

describe('POST /freeze', () => {
  test('stops the whole process before it answers', async () => {
    const blocked: number[] = [];
    const shop = await openShop({}, { block: (ms) => blocked.push(ms) });
    expect(await post(`${shop.url}/freeze`, { ms: 2000 })).toMatchObject({ status: 200, body: { frozenMs: 2000 } });
    expect(blocked).toEqual([2000]);
  });

  test('by default nothing else runs in this process meanwhile', async () => {
    const shop = await openShop();
    const before = performance.eventLoopUtilization();
    await post(`${shop.url}/freeze`, { ms: 60 });
    // Shop and test share a process here: a freeze that only held answers back would leave the loop idle for 60 ms.
    expect(performance.eventLoopUtilization(before).active).toBeGreaterThanOrEqual(59);
  });

  test.each([{}, { ms: 0 }, { ms: 10_001 }, { ms: '5' }])('%j is refused', async (body) => {
    expect(await post(`${(await openShop()).url}/freeze`, body)).toMatchObject({
      status: 400,
      body: { code: 'BAD_FREEZE' },
    });
  });
});

describe('the doors', () => {
  test('an unknown path is 404, a wrong method 405 with what is allowed', async () => {
    const shop = await openShop();
    for (const path of ['/', '/nope', '/checkout/', '/__proto__', '/constructor', '/toString']) {
      expect(await call(shop.url + path)).toMatchObject({ status: 404, body: { code: 'NO_ROUTE' } });
    }
    for (const [path, method, allow] of [
      ['/checkout', 'GET', 'POST'],
      ['/stock', 'POST', 'GET'],
      ['/orders', 'DELETE', 'GET'],
      ['/orders/order-1', 'PUT', 'GET'],
      ['/reset', 'GET', 'POST'],
    ] as const) {
      const answer = await call(shop.url + path, { method });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
    }
  });

  test('a query does not hide a route', async () => {
    expect((await call(`${(await openShop()).url}/stock?now=1`)).status).toBe(200);
  });

  test('closing lets the order in hand have its answer, takes no more, and may be asked twice', async () => {
    const till = heldDelay();
    const shop = await startShop(parseShopOptions({ service: 'fixed:5ms' }), till);
    const order = buy(shop, 'k1');
    await till.began(1);
    const closed = Promise.all([shop.close(), shop.close()]);
    await expect(fetch(`${shop.url}/health`)).rejects.toThrow();
    till.finish(0);
    expect((await order).status).toBe(201);
    await closed;
  });

  test('a port that is taken is an error, not a hang', async () => {
    const shop = await openShop();
    await expect(startShop(parseShopOptions({ port: shop.port }))).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('the null target answers 201 to anything, on one connection, whatever the body', async () => {
    const shop = await openShop({ nullTarget: true });
    for (const init of [{}, { method: 'POST', body: 'x'.repeat(100_000) }, { method: 'POST', body: '{}' }]) {
      const answer = await call(`${shop.url}/anything`, init);
      expect([answer.status, answer.body]).toEqual([201, { orderId: 'null' }]);
    }
  });
});
