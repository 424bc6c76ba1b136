// GET /orders in every format: the same rows, the count, pages without gaps or repeats; and what each fault does to them.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { OrderRow } from '../../src/demo/books.ts';
import { FAULT_NAMES } from '../../src/demo/listing.ts';
import type { ShopInput } from '../../src/demo/options.ts';
import { jsonRow, publicOrder } from '../../src/demo/row-text.ts';
import type { Shop } from '../../src/demo/shop.ts';
import { anyCharacter } from '../support/any-character.ts';
import { fillBooks } from './filled.ts';
import { buy, call, heldDelay, openShop, post } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'doorbuster-export-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Row = Record<string, unknown>;
const ORDERS = 1201;
let files = 0;

/** Keys that need care in JSON and CSV among them. */
const keyOf = (i: number): string => (i % 100 === 7 ? `key "${i}", ü\n` : `key-${i}`);

async function filledShop(count = ORDERS, input: ShopInput = {}): Promise<Shop> {
  const db = join(folder, `${++files}.db`);
  fillBooks(db, input, count, (i) => ({ key: keyOf(i), buyer: `b${i % 9}`, sku: 'sku-2', quantity: 1 + (i % 3) }));
  return openShop({ ...input, db }, { nowMs: () => 1_800_000_000_000 });
}

const rowOf = (i: number): Row => ({
  orderId: `order-${i + 1}`,
  key: keyOf(i),
  buyer: `b${i % 9}`,
  sku: 'sku-2',
  quantity: 1 + (i % 3),
  totalCents: 19_900 * (1 + (i % 3)),
  status: 'confirmed',
  createdMs: 1_700_000_000_000 + i,
});
const ALL = Array.from({ length: ORDERS }, (_, i) => rowOf(i));

const get = (shop: Shop, query: string) => call(`${shop.url}/orders?${query}`);
const countOf = (reply: { headers: Headers }): number => Number(reply.headers.get('x-total-count'));
const linesOf = (text: string): Row[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/** RFC 4180, quotes and line ends within quotes included. */
function csvOf(text: string): Row[] {
  const cells = [...text.matchAll(/("(?:[^"]|"")*"|[^,\n"]*)([,\n])/g)];
  const lines: string[][] = [[]];
  for (const [, cell, end] of cells) {
    lines.at(-1)!.push(cell!.startsWith('"') ? cell!.slice(1, -1).replaceAll('""', '"') : cell!);
    if (end === '\n') lines.push([]);
  }
  const [names, ...rows] = lines.slice(0, -1);
  const numbers = new Set(['quantity', 'totalCents', 'createdMs']);
  return rows.map((row) =>
    Object.fromEntries(row.map((cell, i) => [names![i]!, numbers.has(names![i]!) ? Number(cell) : cell])),
  );
}

describe('formats', () => {
  test('NDJSON, a JSON array and CSV hold the same rows and say how many', async () => {
    const shop = await filledShop();
    const [ndjson, json, csv] = [await get(shop, ''), await get(shop, 'format=json'), await get(shop, 'format=csv')];
    expect([ndjson, json, csv].map(countOf)).toEqual([ORDERS, ORDERS, ORDERS]);
    expect(linesOf(ndjson.text)).toEqual(ALL);
    expect(json.body).toEqual(ALL);
    expect(csvOf(csv.text)).toEqual(ALL);
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  });

  test('without orders each is still well-formed', async () => {
    const shop = await openShop();
    expect((await get(shop, '')).text).toBe('');
    expect((await get(shop, 'format=json')).body).toEqual([]);
    expect((await get(shop, 'format=csv')).text).toMatch(/^orderId,.*\n$/);
    expect((await get(shop, 'format=pages')).body).toEqual({ orders: [], total: 0, next: null });
    expect((await get(shop, 'format=pages&page=3')).body).toEqual({ orders: [], total: 0, next: null });
  });

  test('limit=0 is the count alone', async () => {
    const reply = await get(await filledShop(), 'limit=0');
    expect([reply.text, countOf(reply)]).toEqual(['', ORDERS]);
  });

  test('a row is what JSON.stringify makes of it, whatever its texts', () => {
    const text = fc.string({ unit: anyCharacter, minLength: 1 });
    fc.assert(
      fc.property(
        text,
        text,
        fc.string({ unit: fc.constantFrom('"', '\\', '\ud800', '\u2028', '\x7f', 'a') }),
        (...texts) => {
          const [key, buyer, sku] = texts;
          const row: OrderRow = { ...ROW, key, buyer, sku };
          expect(jsonRow(row)).toBe(JSON.stringify(publicOrder(row)));
        },
      ),
      { seed: 2_112_010 },
    );
  });

  const ROW: OrderRow = {
    id: 7,
    key: 'k',
    buyer: 'b',
    sku: 's',
    quantity: 2,
    price: null,
    total: null,
    totalCents: 3,
    status: 'confirmed',
    createdMs: 5,
  };

  test('the count is of orders that hold stock, through sales, refusals, declines, resets and restarts', async () => {
    const till = heldDelay();
    const db = join(folder, 'count.db');
    const shop = await openShop({ db, stock: { 'sku-1': 2 }, service: 'fixed:5ms', declineShare: 0.5, seed: 1 }, till);
    const count = async () => countOf(await get(shop, 'limit=0'));
    const declined = buy(shop, 'a');
    await till.began(1);
    expect(await count()).toBe(1);
    till.finish(0);
    expect((await declined).status).toBe(402);
    expect(await count()).toBe(0);
    const sold = buy(shop, 'b', { quantity: 2 });
    await till.began(2);
    till.finish(1);
    expect((await sold).status).toBe(201);
    expect((await buy(shop, 'c')).status).toBe(409);
    expect(await count()).toBe(1);
    await shop.close();
    const again = await openShop({ db });
    expect(countOf(await get(again, 'limit=0'))).toBe(1);
    await post(`${again.url}/reset`, {});
    expect(countOf(await get(again, 'limit=0'))).toBe(0);
  });
});

/** Page after page, until there is no next one. */
async function byCursor(shop: Shop, limit: number, fault = ''): Promise<Row[]> {
  const read: Row[] = [];
  let after = '';
  for (;;) {
    const { orders, next } = (await get(shop, `format=pages&limit=${limit}${after}${fault}`)).body as {
      orders: Row[];
      next: string | null;
    };
    read.push(...orders);
    if (next === null) return read;
    after = `&after=${next}`;
  }
}

async function byNumber(shop: Shop, limit: number): Promise<Row[]> {
  const read: Row[] = [];
  for (let page = 1; ; page++) {
    const { orders, total } = (await get(shop, `format=pages&limit=${limit}&page=${page}`)).body;
    expect(total).toBe(ORDERS);
    if ((orders as Row[]).length === 0) return read;
    read.push(...(orders as Row[]));
  }
}

describe('pages', () => {
  test.each([1201, 1200, 601, 100])('of %i rows: every order once, by cursor and by number', async (limit) => {
    const shop = await filledShop();
    expect(await byCursor(shop, limit)).toEqual(ALL);
    expect(await byNumber(shop, limit)).toEqual(ALL);
  });

  test('by number in any order, and of another size in between', async () => {
    const shop = await filledShop();
    const page = async (number: number, limit = 100) =>
      (await get(shop, `format=pages&limit=${limit}&page=${number}`)).body.orders;
    for (const number of [7, 3, 13, 1, 12, 8]) {
      expect(await page(number)).toEqual(ALL.slice((number - 1) * 100, number * 100));
      expect(await page(2, 10)).toEqual(ALL.slice(10, 20));
    }
    expect(linesOf((await get(shop, 'limit=100&page=3')).text)).toEqual(ALL.slice(200, 300));
  });

  test('a page that changed since moves those behind it', async () => {
    const till = heldDelay();
    const shop = await openShop({ service: 'fixed:5ms', declineShare: 0.5, seed: 1 }, till);
    const orders = [];
    for (let i = 0; i < 5; i++) {
      orders.push(buy(shop, `k${i}`));
      await till.began(i + 1);
    }
    const page = async (number: number) =>
      ((await get(shop, `format=pages&limit=2&page=${number}`)).body.orders as Row[]).map((row) => row.key);
    expect([await page(1), await page(2), await page(3)]).toEqual([['k0', 'k1'], ['k2', 'k3'], ['k4']]);
    till.finish(0);
    expect((await orders[0])!.status).toBe(402);
    expect([await page(1), await page(2), await page(3)]).toEqual([['k1', 'k2'], ['k3', 'k4'], []]);
    for (let i = 1; i < 5; i++) till.finish(i);
    await Promise.all(orders);
  });

  test.each([
    '?format=xml',
    '?page=0',
    '?page=1&after=order-1',
    '?format=pages&limit=0',
    '?format=pages&limit=10001',
    '?fault=none',
  ])('%s is refused', async (query) => {
    expect(await get(await openShop(), query.slice(1))).toMatchObject({ status: 400, body: { code: 'BAD_QUERY' } });
  });
});

describe('faults', () => {
  test.each(['', 'format=json', 'format=csv', 'format=pages&limit=10000'])(
    'cut: %s breaks off half-way',
    async (query) => {
      const shop = await filledShop();
      await expect(get(shop, `${query}&fault=cut`)).rejects.toThrow();
      const response = await fetch(`${shop.url}/orders?fault=cut`);
      expect(countOf(response)).toBe(ORDERS);
      let text = '';
      const read = (async () => {
        for await (const chunk of response.body!) text += Buffer.from(chunk).toString();
      })();
      await expect(read).rejects.toThrow();
      // All that came is right, and it is about half of it.
      const rows = linesOf(text);
      expect(rows).toEqual(ALL.slice(0, rows.length));
      expect(rows.length).toBeLessThanOrEqual(ORDERS / 2);
    },
  );

  test('miscount: a hundredth more than there are', async () => {
    const reply = await get(await filledShop(), 'fault=miscount');
    expect([linesOf(reply.text), countOf(reply)]).toEqual([ALL, ORDERS + 12]);
    expect((await get(await openShop(), 'format=pages&fault=miscount')).body.total).toBe(1);
  });

  test('malformed: one row in the middle, whatever the format and the page size', async () => {
    const shop = await filledShop();
    const broken = 600;
    const lines = (await get(shop, 'fault=malformed')).text.split('\n');
    expect(() => JSON.parse(lines[broken]!)).toThrow();
    expect(linesOf(lines.toSpliced(broken, 1).join('\n'))).toEqual(ALL.toSpliced(broken, 1));
    const rows = ALL.with(broken, { orderId: `order-${broken + 1}` });
    expect((await get(shop, 'format=json&fault=malformed')).body).toEqual(rows);
    expect(csvOf((await get(shop, 'format=csv&fault=malformed')).text)).toEqual(rows);
    for (const limit of [600, 601, 7]) expect(await byCursor(shop, limit, '&fault=malformed')).toEqual(rows);
  });

  test('foreign: three rows of nobody, counted too', async () => {
    const shop = await filledShop();
    const reply = await get(shop, 'fault=foreign');
    const rows = linesOf(reply.text);
    expect([rows.slice(0, ORDERS), countOf(reply)]).toEqual([ALL, ORDERS + 3]);
    expect(rows.slice(ORDERS).map((row) => row.key)).toEqual(['foreign-1', 'foreign-2', 'foreign-3']);
    for (const limit of [1200, 100]) expect(await byCursor(shop, limit, '&fault=foreign')).toEqual(rows);
  });

  test('unsettled: one row more at each reading, and settled after the 64th', async () => {
    const shop = await filledShop(100, { exportFault: 'unsettled' });
    for (let reading = 0; reading < 70; reading++) {
      const reply = await get(shop, reading % 2 === 0 ? '' : 'format=pages&limit=200');
      const rows = reading % 2 === 0 ? linesOf(reply.text) : (reply.body.orders as Row[]);
      expect(rows).toEqual(ALL.slice(0, Math.min(100, 36 + reading)));
      expect(countOf(reply)).toBe(rows.length);
    }
    await post(`${shop.url}/reset`, {});
    await buy(shop, 'k');
    expect(countOf(await get(shop, ''))).toBe(0);
  });

  test.each(FAULT_NAMES)('%s can be for every reading, and does nothing to the books', async (fault) => {
    const shop = await filledShop(10, { exportFault: fault });
    const whole = await get(await filledShop(10), '');
    const faulty = await get(shop, '').then(
      (reply) => [reply.text, countOf(reply)],
      () => ['cut', 0],
    );
    expect(faulty).not.toEqual([whole.text, countOf(whole)]);
    expect((await call(`${shop.url}/orders/order-10`)).body).toEqual(rowOf(9));
  });
});

test('a file filled in one go has books that balance', async () => {
  const shop = await filledShop(90);
  const stock = (await call(`${shop.url}/stock`)).body as Record<string, { initial: number; available: number }>;
  const units = ALL.slice(0, 90).reduce((sum, row) => sum + Number(row.quantity), 0);
  expect(stock['sku-2']).toEqual({ initial: 10_000_000, available: 10_000_000 - units, reserved: 0 });
  expect(await buy(shop, 'new')).toMatchObject({ status: 201, body: { orderId: 'order-91' } });
  expect((await call(`${shop.url}/catalogue`)).body).toMatchObject({ 'sku-1': 19_900, 'sku-2': 19_900 });
});
