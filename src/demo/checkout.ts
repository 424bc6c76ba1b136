// POST /checkout: one key, at most one order. Reserve → pay → confirm or release; every decision the shop makes is kept
// under its Idempotency-Key and replayed (IETF draft-ietf-httpapi-idempotency-key-header). What cannot be read (bad
// JSON, a missing field) is no decision and is not kept.

import type { IncomingMessage } from 'node:http';
import type { Books, OrderRow, OrderStatus, Wanted } from './books.ts';
import type { Commits } from './commits.ts';
import { Refused, type Reply, readJson, refusal, wholeNumber } from './http.ts';
import { MAX_AMOUNT } from './options.ts';
import type { Payments } from './payments.ts';

/** What an order passes through. `isDeclined` is drawn once per payment. */
export type Checkout = { books: Books; commits: Commits; payments: Payments; isDeclined: () => boolean };

const MAX_TEXT = 255;
const MAX_QUANTITY = 1_000_000;
const REPLAYED = { 'idempotent-replayed': 'true' };

/** `"abc"` (the draft's structured-field string, `\"` and `\\` unescaped) or bare `abc`. Refused 400 without one. */
function keyOf(request: IncomingMessage): string {
  const header = request.headers['idempotency-key'];
  const text = typeof header === 'string' ? header.trim() : '';
  if (text === '') throw new Refused(400, 'MISSING_KEY', 'Expected an Idempotency-Key header');
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(text);
  const key = quoted ? quoted[1]!.replace(/\\(["\\])/g, '$1') : text;
  const isBroken = key === '' || key.length > MAX_TEXT || (!quoted && text.includes('"'));
  if (isBroken)
    throw new Refused(
      400,
      'BAD_KEY',
      `Expected an Idempotency-Key of 1 to ${MAX_TEXT} characters, got ${text.slice(0, 300)}`,
    );
  return key;
}

function textField(body: Record<string, unknown>, name: string): string {
  const value = body[name];
  if (typeof value === 'string' && value !== '' && value.length <= MAX_TEXT) return value;
  throw new Refused(
    400,
    'BAD_ORDER',
    `Expected \`${name}\` to be a text of 1 to ${MAX_TEXT} characters, got ${typeof value}`,
  );
}

function centsField(body: Record<string, unknown>, name: string): number | null {
  const value = body[name] ?? null;
  return value === null ? null : wholeNumber('BAD_ORDER', name, value, 0, MAX_AMOUNT * MAX_QUANTITY);
}

async function wantedOf(request: IncomingMessage): Promise<Wanted> {
  const body = await readJson(request);
  const key = keyOf(request);
  return {
    key,
    buyer: textField(body, 'buyer'),
    sku: textField(body, 'sku'),
    quantity: wholeNumber('BAD_ORDER', 'quantity', body.quantity, 1, MAX_QUANTITY),
    price: centsField(body, 'price'),
    total: centsField(body, 'total'),
  };
}

const REFUSALS: Record<Exclude<OrderStatus, 'reserved' | 'confirmed'>, Reply> = {
  declined: refusal(402, 'DECLINED', 'The payment was declined'),
  sold_out: refusal(409, 'SOLD_OUT', 'Not enough left in stock'),
  limit: refusal(409, 'LIMIT', 'Over the limit per buyer'),
  price_changed: refusal(409, 'PRICE_CHANGED', 'The price shown is not the price of today'),
  unknown_sku: refusal(404, 'UNKNOWN_SKU', 'No such sku in the catalogue'),
};
const IN_FLIGHT = refusal(409, 'IN_FLIGHT', 'An order with this Idempotency-Key is still being processed');
const KEY_REUSED = refusal(422, 'KEY_REUSED', 'This Idempotency-Key came with another body before');
const WAS_RESET = refusal(410, 'RESET', 'The shop was reset while the order was being paid; it is not in the books');

/** `order-17` ↔ 17. Plain `17` is read too; undefined for anything else. */
export const orderIdOf = (id: number): string => `order-${id}`;
export function parseOrderId(text: string): number | undefined {
  const match = /^(?:order-)?(\d{1,15})$/.exec(text);
  return match ? Number(match[1]) : undefined;
}

/** The answer a row stands for; the same each time, so a replay needs no stored bytes. */
function answerOf(row: OrderRow): Reply {
  if (row.status === 'reserved') return IN_FLIGHT;
  if (row.status !== 'confirmed') return REFUSALS[row.status];
  const { key, buyer, sku, quantity, totalCents } = row;
  return { status: 201, body: { orderId: orderIdOf(row.id), key, buyer, sku, quantity, totalCents } };
}

export async function checkout(request: IncomingMessage, shop: Checkout): Promise<Reply> {
  const wanted = await wantedOf(request);
  const placed = await shop.commits.submit(() => shop.books.place(wanted));
  if (placed.kind === 'reused') return KEY_REUSED;
  const { row } = placed;
  if (placed.kind === 'seen') {
    return row.status === 'reserved' ? IN_FLIGHT : { ...answerOf(row), headers: REPLAYED };
  }
  if (row.status !== 'reserved') return answerOf(row);
  await shop.payments.pay();
  const paid = !shop.isDeclined();
  const settled = await shop.commits.submit(() => shop.books.settle(row.id, paid));
  return settled ? answerOf(settled) : WAS_RESET;
}
