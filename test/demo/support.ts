// A shop to talk to, payments that end when the test says so, and a client of a few lines.

import { afterEach } from 'vitest';
import { parseShopOptions, type ShopInput } from '../../src/demo/options.ts';
import type { Delay } from '../../src/demo/payments.ts';
import { type Shop, type ShopSeams, startShop } from '../../src/demo/shop.ts';

export type Reply = { status: number; body: Record<string, unknown>; headers: Headers; text: string };

export async function call(url: string, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(url, init);
  const text = await response.text();
  let body: Record<string, unknown> = {};
  if (response.headers.get('content-type') === 'application/json') body = JSON.parse(text);
  return { status: response.status, body, headers: response.headers, text };
}

export const post = (url: string, body: unknown): Promise<Reply> =>
  call(url, { method: 'POST', body: JSON.stringify(body) });

export const ORDER = { buyer: 'ada', sku: 'sku-1', quantity: 1 };

export const buy = (shop: { url: string }, key: string, order: Record<string, unknown> = {}): Promise<Reply> =>
  call(`${shop.url}/checkout`, {
    method: 'POST',
    headers: { 'idempotency-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({ ...ORDER, ...order }),
  });

/** Every line of GET /orders. */
export async function exported(shop: { url: string }, query = ''): Promise<Record<string, unknown>[]> {
  const { text } = await call(`${shop.url}/orders${query}`);
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

const opened: Shop[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((shop) => shop.close()));
});

/** Payments take no time unless the test says otherwise; closed after the test. */
export async function openShop(input: ShopInput = {}, seams: Partial<ShopSeams> = {}): Promise<Shop> {
  const shop = await startShop(parseShopOptions({ service: 'none', ...input }), seams);
  opened.push(shop);
  return shop;
}

/** A delay that lasts until `finish(i)` ends the i-th one that began; `began(n)` resolves once n of them have. */
export function heldDelay(): {
  delay: Delay;
  startedMs: number[];
  finish: (i: number) => void;
  began: (n: number) => Promise<void>;
} {
  const ends: (() => void)[] = [];
  const startedMs: number[] = [];
  let watchers: { n: number; resolve: () => void }[] = [];
  return {
    startedMs,
    delay: (ms) =>
      new Promise((resolve) => {
        startedMs.push(ms);
        ends.push(resolve);
        for (const watcher of watchers) if (ends.length >= watcher.n) watcher.resolve();
        watchers = watchers.filter((watcher) => ends.length < watcher.n);
      }),
    finish: (i) => ends[i]!(),
    began: (n) =>
      new Promise((resolve) => {
        if (ends.length >= n) resolve();
        else watchers.push({ n, resolve });
      }),
  };
}
