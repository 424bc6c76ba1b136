// One order of code-journey.yaml: a session, a cart, the payment. It is code because a profile cannot compute: the
// payment is signed (a partner's gate would check it; the built-in shop does not), and it is only made at the price shown.

import { createHmac } from 'node:crypto';
import { defineJourney } from 'doorbuster';

const SECRET = process.env.PARTNER_SECRET ?? 'the built-in shop looks at no signature';

export default defineJourney({
  // Each request names one of these, and has its service times under that name. The last one places the order.
  steps: ['session', 'cart', 'payment'],
  // Ends that this code tells; what an answer means is in the profile's `outcomes`.
  outcomes: { price_changed: 'rejected' },

  async order(order, shop) {
    const session = await shop.post('session', '/session', { json: { buyer: order.buyer } });
    if (!session.ok) return shop.as(session);
    const headers = { authorization: `Bearer ${session.json<{ token: string }>().token}` };

    // A longer look for who buys more. Part of the order's response, shown as think time.
    await shop.pause(20 + 10 * order.quantity);
    const { sku, quantity } = order;
    const cart = await shop.post('cart', '/cart', { headers, json: { sku, quantity } });
    if (!cart.ok) return shop.as(cart);
    const { cartId, totalCents } = cart.json<{ cartId: string; totalCents: number }>();
    const price = totalCents / quantity;
    if (!Number.isInteger(price)) return shop.ended('price_changed');

    const payment = { price, total: totalCents };
    const signature = createHmac('sha256', SECRET).update(JSON.stringify(payment)).digest('hex');
    const paid = await shop.post('payment', `/cart/${cartId}/pay`, {
      headers: { ...headers, 'idempotency-key': order.key, 'x-signature': signature },
      json: payment,
    });
    if (!paid.ok) return shop.as(paid);
    const sold = paid.json<{ orderId: string; quantity: number; totalCents: number }>();
    return shop.accepted({ id: sold.orderId, quantity: sold.quantity, total: sold.totalCents });
  },
});
