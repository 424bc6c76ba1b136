// The books of the built-in shop, as `audit: demo` means them. profile/ does not read demo/: a test holds the two together.

import type { AuditMapInput } from './schema-audit.ts';

export const DEMO_BOOKS: AuditMapInput = {
  stock: { path: '/stock', available: 'available', reserved: 'reserved' },
  orders: { path: '/orders', format: 'ndjson', count: 'header:x-total-count' },
  fields: {
    key: 'key',
    id: 'orderId',
    buyer: 'buyer',
    sku: 'sku',
    quantity: 'quantity',
    total: 'totalCents',
    status: 'status',
  },
  confirmed: ['confirmed'],
  reserved: ['reserved'],
  // A cart is a wish there: units are reserved when the payment begins.
  'cart-holds': false,
  // It writes an order down within a tenth of a second.
  poll: '300ms',
  answer: { id: 'orderId', quantity: 'quantity', total: 'totalCents' },
};

/** Of every sku, unless it was opened with another. */
export const DEMO_PRICE_CENTS = 19_900;
