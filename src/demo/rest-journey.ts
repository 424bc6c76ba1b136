// The journey over plain HTTP: POST /session {buyer} → token (and cookie), POST /cart {sku, quantity} → cart id, POST
// /cart/{id}/pay with an Idempotency-Key → the order, answered as POST /checkout answers.

import type { IncomingMessage } from 'node:http';
import { keyOf, REFUSALS, replyOf } from './checkout.ts';
import { type Reply, readJson, refusal } from './http.ts';
import { addToCart, type Journey, payCart, sessionCookie, startSession, tokenOf } from './journey.ts';

export async function postSession(request: IncomingMessage, journey: Journey): Promise<Reply> {
  const session = startSession(journey, await readJson(request));
  return { status: 201, body: session, headers: { 'set-cookie': sessionCookie(session.token) } };
}

export async function postCart(request: IncomingMessage, journey: Journey): Promise<Reply> {
  const added = addToCart(journey, tokenOf(request.headers), await readJson(request));
  if (added.kind === 'refused') return REFUSALS[added.status];
  const { id, sku, quantity } = added.cart;
  return { status: 201, body: { cartId: id, sku, quantity, totalCents: added.totalCents } };
}

/** `path` is that of the request: `/cart/cart-7/pay`. */
export async function postPay(request: IncomingMessage, journey: Journey, path: string): Promise<Reply> {
  const cartId = /^\/cart\/([^/]+)\/pay$/.exec(path)?.[1];
  if (cartId === undefined) return refusal(404, 'NO_ROUTE', `No route ${path}`);
  const fields = await readJson(request);
  const key = keyOf(request.headers['idempotency-key']);
  return replyOf(await payCart(journey, { token: tokenOf(request.headers), cartId, key, fields }));
}
