// The three steps of journey.ts as code.

import { defineJourney } from '../../src/order/code.ts';

export default defineJourney({
  steps: ['session', 'cart', 'payment'],

  async order({ key, buyer, sku }, shop) {
    const session = await shop.post('session', '/session', { json: { buyer } });
    const headers = { authorization: `Bearer ${session.json().orderId}` };
    const cart = await shop.post('cart', '/cart', { headers, json: { sku, quantity: 1 } });
    const path = `/cart/${cart.json().orderId}/pay`;
    const paid = await shop.post('payment', path, { headers: { ...headers, 'idempotency-key': key } });
    return shop.accepted({ id: paid.json().orderId });
  },
});
