// POST /checkout: a sale in one request, one key, at most one order (sale.ts). What cannot be read (bad JSON, a missing
// field) is no decision and is not kept under its key.

import type { IncomingMessage } from 'node:http';
import type { OrderRow, OrderStatus, Wanted } from './books.ts';
import { Refused, type Reply, readJson, refusal, wholeNumber } from './http.ts';
import { MAX_AMOUNT } from './options.ts';
import { type Sale, type Steps, sell } from './sale.ts';

const MAX_TEXT = 255;
const MAX_QUANTITY = 1_000_000;
const REPLAYED = { 'idempotent-replayed': 'true' };

/** `"abc"` (the draft's structured-field string, `\"` and `\\` unescaped) or bare `abc`. Refused 400 without one. */
export function keyOf(header: unknown): string {
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

export function textField(body: Record<string, unknown>, name: string): string {
  const value = body[name];
  if (typeof value === 'string' && value !== '' && value.length <= MAX_TEXT) return value;
  throw new Refused(
    400,
    'BAD_ORDER',
    `Expected \`${name}\` to be a text of 1 to ${MAX_TEXT} characters, got ${typeof value}`,
  );
}

export function centsField(body: Record<string, unknown>, name: string): number | null {
  const value = body[name] ?? null;
  return value === null ? null : wholeNumber('BAD_ORDER', name, value, 0, MAX_AMOUNT * MAX_QUANTITY);
}

export function quantityField(body: Record<string, unknown>): number {
  return wholeNumber('BAD_ORDER', 'quantity', body.quantity, 1, MAX_QUANTITY);
}

async function wantedOf(request: IncomingMessage): Promise<Wanted> {
  const body = await readJson(request);
  const key = keyOf(request.headers['idempotency-key']);
  return {
    key,
    buyer: textField(body, 'buyer'),
    sku: textField(body, 'sku'),
    quantity: quantityField(body),
    price: centsField(body, 'price'),
    total: centsField(body, 'total'),
  };
}

/** By what became of the order. */
export const REFUSALS: Record<Exclude<OrderStatus, 'reserved' | 'confirmed'>, Reply> = {
  declined: refusal(402, 'DECLINED', 'The payment was declined'),
  sold_out: refusal(409, 'SOLD_OUT', 'Not enough left in stock'),
  limit: refusal(409, 'LIMIT', 'Over the limit per buyer'),
  price_changed: refusal(409, 'PRICE_CHANGED', 'The price shown is not the price of today'),
  unknown_sku: refusal(404, 'UNKNOWN_SKU', 'No such sku in the catalogue'),
};
/** By the kind of a sale that told nothing. */
const UNTOLD: Record<Exclude<Sale['kind'], 'told'>, Reply> = {
  in_flight: refusal(409, 'IN_FLIGHT', 'An order with this Idempotency-Key is still being processed'),
  reused: refusal(422, 'KEY_REUSED', 'This Idempotency-Key came with another body before'),
  reset: refusal(410, 'RESET', 'The shop was reset while the order was being paid; it is not in the books'),
};

/** `order-17` ↔ 17. Plain `17` is read too; undefined for anything else. */
export const orderIdOf = (id: number): string => `order-${id}`;
export function parseOrderId(text: string): number | undefined {
  const match = /^(?:order-)?(\d{1,15})$/.exec(text);
  return match ? Number(match[1]) : undefined;
}

function answerOf(row: OrderRow): Reply {
  if (row.status !== 'confirmed' && row.status !== 'reserved') return REFUSALS[row.status];
  const { key, buyer, sku, quantity, totalCents } = row;
  return { status: 201, body: { orderId: orderIdOf(row.id), key, buyer, sku, quantity, totalCents } };
}

/** The answer over plain HTTP. */
export function replyOf(sale: Sale): Reply {
  if (sale.kind !== 'told') return UNTOLD[sale.kind];
  const answer = answerOf(sale.row);
  return sale.isReplay ? { ...answer, headers: REPLAYED } : answer;
}

export async function checkout(request: IncomingMessage, steps: Steps): Promise<Reply> {
  return replyOf(await sell(await wantedOf(request), steps));
}
