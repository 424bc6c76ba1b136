// The journey in three steps, through both doors: plain HTTP and GraphQL.

import { describe, expect, test } from 'vitest';
import type { Shop } from '../../src/demo/shop.ts';
import { buy, call, exported, heldDelay, openShop, post } from './support.ts';

type Node = Record<string, unknown> & { __typename: string; token: string; cartId: string };
type Data = { startSession: Node; addItemToCart: Node; payCart: Node };
type Trouble = { message: string; extensions: { code: string } };
type Sent = { headers?: Record<string, string>; variables?: Record<string, unknown>; operationName?: string };

async function ask(shop: Shop, query: unknown, { headers, ...rest }: Sent = {}) {
  const init = { method: 'POST', headers, body: JSON.stringify({ query, ...rest }) };
  const reply = await call(`${shop.url}/graphql`, init);
  expect(reply.status).toBe(200);
  const { data, errors } = reply.body as { data: Data | null; errors?: Trouble[] };
  return {
    data,
    code: errors?.[0]?.extensions.code,
    message: errors?.[0]?.message,
    headers: reply.headers,
  };
}

const START = 'mutation Start($buyer: String!) { startSession(buyer: $buyer) { token } }';
const ADD = 'mutation($sku: String!, $n: Int!) { addItemToCart(input: {sku: $sku, quantity: $n}) { __typename } }';
const PAY =
  'mutation($cart: ID!, $key: String, $price: Int) { payCart(cartId: $cart, key: $key, price: $price) { __typename } }';

async function session(shop: Shop, buyer = 'ada'): Promise<{ authorization: string }> {
  const { data } = await ask(shop, START, { variables: { buyer } });
  return { authorization: `Bearer ${data!.startSession.token}` };
}

const add = async (shop: Shop, headers: Record<string, string>, n = 1, sku = 'sku-1') =>
  (await ask(shop, ADD, { headers, variables: { sku, n } })).data!.addItemToCart;

const pay = async (shop: Shop, headers: Record<string, string>, variables: Record<string, unknown>) =>
  (await ask(shop, PAY, { headers, variables })).data!.payCart;

describe('POST /graphql', () => {
  test('session, cart, payment: an order in the same books as /checkout', async () => {
    const shop = await openShop({ stock: { 'sku-1': 5 }, priceCents: 250 });
    const headers = await session(shop);
    const cart = await add(shop, headers, 2);
    expect(cart).toEqual({ __typename: 'Cart', cartId: 'cart-1', sku: 'sku-1', quantity: 2, totalCents: 500 });
    expect((await call(`${shop.url}/stock`)).body['sku-1']).toEqual({ initial: 5, available: 5, reserved: 0 });
    const order = { orderId: 'order-1', key: 'k1', buyer: 'ada', sku: 'sku-1', quantity: 2, totalCents: 500 };
    const paid = await pay(shop, headers, { cart: cart.cartId, key: 'k1', price: 250 });
    expect(paid).toEqual({ __typename: 'Order', ...order, isReplay: false });
    expect(await exported(shop)).toMatchObject([{ ...order, status: 'confirmed' }]);
    // The same key again, now in the header: the same order.
    const again = await ask(shop, PAY, {
      headers: { ...headers, 'idempotency-key': 'k1' },
      variables: { cart: cart.cartId, price: 250 },
    });
    expect(again.data!.payCart).toEqual({ __typename: 'Order', ...order, isReplay: true });
    expect(await exported(shop)).toHaveLength(1);
    // And one key is one order, whichever door it comes through.
    expect(await buy(shop, 'k1', { quantity: 2, price: 250 })).toMatchObject({ status: 201, body: order });
  });

  test('the session is a cookie too', async () => {
    const shop = await openShop();
    const started = await ask(shop, START, { variables: { buyer: 'ada' } });
    const cookie = started.headers.get('set-cookie')!;
    expect(cookie).toBe(`session=${started.data!.startSession.token}; Path=/; HttpOnly; SameSite=Lax`);
    expect((await add(shop, { cookie: `theme=dark; ${cookie.split(';')[0]}` })).__typename).toBe('Cart');
  });

  test('each no of the business has its type, and the code that plain HTTP has', async () => {
    const shop = await openShop({ stock: { 'sku-1': 3, 'sku-2': 9 }, limit: 4, declineShare: 0 });
    const headers = await session(shop);
    expect(await add(shop, headers, 4)).toMatchObject({ __typename: 'OutOfStock', code: 'SOLD_OUT' });
    expect(await add(shop, headers, 5)).toMatchObject({ __typename: 'LimitReached', code: 'LIMIT' });
    expect(await add(shop, headers, 1, 'nope')).toMatchObject({ __typename: 'UnknownSku', code: 'UNKNOWN_SKU' });
    const [a, b, c] = [await add(shop, headers, 2), await add(shop, headers, 2), await add(shop, headers, 3, 'sku-2')];
    expect(await pay(shop, headers, { cart: a.cartId, key: 'a', price: 1 })).toMatchObject({
      __typename: 'PriceChanged',
      code: 'PRICE_CHANGED',
    });
    expect((await pay(shop, headers, { cart: a.cartId, key: 'a2' })).__typename).toBe('Order');
    // A cart promises nothing: two were in both carts, three were there.
    expect((await pay(shop, headers, { cart: b.cartId, key: 'b' })).__typename).toBe('OutOfStock');
    expect((await pay(shop, headers, { cart: c.cartId, key: 'c' })).__typename).toBe('LimitReached');
    expect(await pay(shop, headers, { cart: c.cartId, key: 'a2' })).toMatchObject({
      __typename: 'KeyReused',
      code: 'KEY_REUSED',
    });
  });

  test('a declined payment leaves the cart, which may be paid under another key; while it is paid it may not', async () => {
    const till = heldDelay();
    // Seed 1: the first payment is declined, the second is not.
    const shop = await openShop({ service: 'fixed:5ms', declineShare: 0.5, seed: 1 }, till);
    const headers = await session(shop);
    const { cartId } = await add(shop, headers);
    const first = pay(shop, headers, { cart: cartId, key: 'k1' });
    await till.began(1);
    expect(await pay(shop, headers, { cart: cartId, key: 'k1' })).toMatchObject({
      __typename: 'PaymentInProgress',
      code: 'IN_FLIGHT',
    });
    expect((await ask(shop, PAY, { headers, variables: { cart: cartId, key: 'k2' } })).code).toBe('CART_CLOSED');
    till.finish(0);
    expect(await first).toMatchObject({ __typename: 'PaymentDeclined', code: 'DECLINED' });
    const second = pay(shop, headers, { cart: cartId, key: 'k2' });
    await till.began(2);
    till.finish(1);
    expect((await second).__typename).toBe('Order');
    expect((await ask(shop, PAY, { headers, variables: { cart: cartId, key: 'k3' } })).code).toBe('CART_CLOSED');
  });

  test('no session, a session nobody has, the cart of another: errors, not data', async () => {
    const shop = await openShop();
    const variables = { sku: 'sku-1', n: 1 };
    const nobodies: Record<string, string>[] = [{}, { authorization: 'Bearer nope' }, { cookie: 'session=nope' }];
    for (const headers of nobodies) {
      const { data, code } = await ask(shop, ADD, { headers, variables });
      expect([data, code]).toEqual([null, 'UNAUTHENTICATED']);
    }
    const { cartId } = await add(shop, await session(shop));
    const bob = await session(shop, 'bob');
    for (const cart of [cartId, 'cart-9']) {
      expect((await ask(shop, PAY, { headers: bob, variables: { cart, key: 'k' } })).code).toBe('UNKNOWN_CART');
    }
    expect((await ask(shop, PAY, { headers: bob, variables: { cart: cartId } })).code).toBe('MISSING_KEY');
    expect(await exported(shop)).toEqual([]);
  });

  test.each([
    ['{ startSession(', 'GRAPHQL_PARSE_FAILED'],
    [7, 'BAD_REQUEST'],
    ['{ buyEverything }', 'GRAPHQL_VALIDATION_FAILED'],
    ['{ toString }', 'GRAPHQL_VALIDATION_FAILED'],
    ['query A { __typename } query B { __typename }', 'OPERATION_RESOLUTION_FAILURE'],
    ['mutation { startSession(buyer: "") { token } }', 'BAD_ORDER'],
    ['mutation { startSession { token } }', 'BAD_ORDER'],
  ])('%s: an error of the protocol, %s', async (query, code) => {
    const answer = await ask(await openShop(), query);
    expect([answer.data, answer.code]).toEqual([null, code]);
    expect(answer.message).toMatch(/^(Expected|Syntax error: )/);
  });

  test('a body that is no JSON is an error of the protocol too', async () => {
    const { status, body } = await call(`${(await openShop()).url}/graphql`, { method: 'POST', body: '{' });
    expect([status, body.data]).toEqual([200, null]);
    expect(body.errors).toMatchObject([{ extensions: { code: 'BAD_JSON' } }]);
  });

  test('the operation that is named is the one that runs, and its alias names the answer', async () => {
    const query = 'query Ping { __typename } mutation Go { me: startSession(buyer: "ada") { token } }';
    const { data } = await ask(await openShop(), query, { operationName: 'Go' });
    expect(data).toEqual({ me: { __typename: 'Session', token: expect.any(String), buyer: 'ada' } });
  });
});

test('with the bug undersell, who is turned away at the cart counts as well', async () => {
  const shop = await openShop({ stock: { 'sku-1': 3 }, declineShare: 1, bug: 'undersell' });
  const headers = await session(shop);
  const { cartId } = await add(shop, headers, 2);
  expect((await pay(shop, headers, { cart: cartId, key: 'k' })).__typename).toBe('PaymentDeclined');
  expect((await add(shop, headers, 2)).__typename).toBe('OutOfStock');
  expect((await call(`${shop.url}/stock`)).body).toEqual({ 'sku-1': { initial: 3, available: 1, reserved: 2 } });
  // 4 units would not have been there anyway.
  expect((await add(shop, headers, 4)).__typename).toBe('OutOfStock');
  expect((await call(`${shop.url}/truth`)).body.undersold).toEqual({
    count: 2,
    of: 'units',
    orders: 1,
    units: 2,
    times: 1,
    keys: ['ada'],
  });
});

describe('the same over plain HTTP', () => {
  test('session, cart, payment, replay', async () => {
    const shop = await openShop({ stock: { 'sku-1': 5 }, priceCents: 250 });
    const opened = await post(`${shop.url}/session`, { buyer: 'ada' });
    expect(opened).toMatchObject({ status: 201, body: { buyer: 'ada', token: expect.any(String) } });
    const cookie = opened.headers.get('set-cookie')!.split(';')[0]!;
    const send = (path: string, body: unknown, headers: Record<string, string> = {}) =>
      call(shop.url + path, { method: 'POST', headers: { cookie, ...headers }, body: JSON.stringify(body) });
    expect(await send('/cart', { sku: 'sku-1', quantity: 9 })).toMatchObject({
      status: 409,
      body: { code: 'SOLD_OUT' },
    });
    const cart = await send('/cart', { sku: 'sku-1', quantity: 2 });
    expect(cart).toMatchObject({ status: 201, body: { cartId: 'cart-1', totalCents: 500 } });
    const paid = await send('/cart/cart-1/pay', {}, { 'idempotency-key': 'k1' });
    expect(paid).toMatchObject({ status: 201, body: { orderId: 'order-1', key: 'k1', totalCents: 500 } });
    const again = await send('/cart/cart-1/pay', {}, { 'idempotency-key': 'k1' });
    expect([again.status, again.text, again.headers.get('idempotent-replayed')]).toEqual([201, paid.text, 'true']);
    for (const [path, headers, status, code] of [
      ['/cart/cart-1/pay', {}, 400, 'MISSING_KEY'],
      ['/cart/cart-1/pay', { 'idempotency-key': 'k2' }, 409, 'CART_CLOSED'],
      ['/cart/cart-7/pay', { 'idempotency-key': 'k2' }, 404, 'UNKNOWN_CART'],
      ['/cart/cart-1/pay', { 'idempotency-key': 'k1', cookie: 'session=x' }, 401, 'UNAUTHENTICATED'],
      ['/cart/cart-1', { 'idempotency-key': 'k1' }, 404, 'NO_ROUTE'],
    ] as [string, Record<string, string>, number, string][]) {
      expect(await send(path, {}, headers)).toMatchObject({ status, body: { code } });
    }
    expect(await exported(shop)).toHaveLength(1);
  });

  test('a reset empties the carts; sessions go on', async () => {
    const shop = await openShop();
    const headers = await session(shop);
    const { cartId } = await add(shop, headers);
    await post(`${shop.url}/reset`, {});
    expect((await ask(shop, PAY, { headers, variables: { cart: cartId, key: 'k' } })).code).toBe('UNKNOWN_CART');
    expect((await add(shop, headers)).__typename).toBe('Cart');
  });
});
