// The journey of a shopper in three steps: a session, a cart, the payment, which is the same sale as POST /checkout. Two
// doors lead here: plain HTTP (rest-journey.ts) and GraphQL (graphql.ts).

import type { Books, OrderRow } from './books.ts';
import type { Cart, Carts } from './carts.ts';
import { centsField, quantityField, textField } from './checkout.ts';
import { Refused } from './http.ts';
import { type Sale, type Steps, sell } from './sale.ts';

export type Journey = { books: Books; carts: Carts; steps: Steps };

/** What a request says, wherever it says it. */
export type Fields = Record<string, unknown>;
export type Session = { token: string; buyer: string };
/** `refused`: as the books would refuse the order. */
export type CartAnswer =
  | { kind: 'cart'; cart: Cart; totalCents: number }
  | { kind: 'refused'; status: 'unknown_sku' | 'limit' | 'sold_out' };

/** `Authorization: Bearer TOKEN` or `Cookie: session=TOKEN`; undefined when there is neither. */
export function tokenOf(headers: { authorization?: string; cookie?: string }): string | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '');
  return bearer?.[1] ?? /(?:^|;) *session=([^;\s]+)/.exec(headers.cookie ?? '')?.[1];
}

export const sessionCookie = (token: string): string => `session=${token}; Path=/; HttpOnly; SameSite=Lax`;

export function startSession({ carts }: Journey, fields: Fields): Session {
  const buyer = textField(fields, 'buyer');
  return { token: carts.open(buyer), buyer };
}

/** Refused 401 without a session. */
function sessionOf({ carts }: Journey, token: string | undefined): Session {
  const buyer = token === undefined ? undefined : carts.buyerOf(token);
  if (token !== undefined && buyer !== undefined) return { token, buyer };
  const message =
    token === undefined ? 'Expected `Authorization: Bearer TOKEN` or a session cookie' : 'No such session';
  throw new Refused(401, 'UNAUTHENTICATED', message);
}

export function addToCart(journey: Journey, token: string | undefined, fields: Fields): CartAnswer {
  const session = sessionOf(journey, token);
  const asked = { buyer: session.buyer, sku: textField(fields, 'sku'), quantity: quantityField(fields) };
  const status = journey.books.refuses(asked);
  if (status !== undefined) return { kind: 'refused', status };
  const cart = journey.carts.add(session.token, asked);
  return { kind: 'cart', cart, totalCents: journey.books.priceCents(cart.sku)! * cart.quantity };
}

/** `price` and `total` are what the shopper was shown, as in POST /checkout. A cart is paid under one key, once. */
export type Payment = { token: string | undefined; cartId: string; key: string; fields: Fields };

export async function payCart(journey: Journey, { token, cartId, key, fields }: Payment): Promise<Sale> {
  const session = sessionOf(journey, token);
  const cart = journey.carts.find(session.token, cartId);
  if (!cart) throw new Refused(404, 'UNKNOWN_CART', 'No such cart in this session');
  if (cart.key !== undefined && cart.key !== key) {
    throw new Refused(409, 'CART_CLOSED', 'This cart was paid, or is being paid, under another Idempotency-Key');
  }
  const { buyer, sku, quantity } = cart;
  const wanted = { key, buyer, sku, quantity, price: centsField(fields, 'price'), total: centsField(fields, 'total') };
  cart.key = key;
  const sale = await sell(wanted, journey.steps);
  // A no leaves the cart to be paid anew; only the one whose key it holds may let go of it.
  if (sale.kind === 'told' && !isSold(sale.row)) cart.key = undefined;
  return sale;
}

export const isSold = (row: OrderRow): boolean => row.status === 'confirmed';
