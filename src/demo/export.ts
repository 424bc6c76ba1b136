// GET /orders: the books as NDJSON, one order that holds stock per line, ascending. Written page by page as fast as the
// reader reads, so 2 million orders take the memory of one page. Not a snapshot: read it after quiescence. A body that
// ends without the last chunk is an incomplete export.

import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import type { Books, OrderRow } from './books.ts';
import { orderIdOf, parseOrderId } from './checkout.ts';
import { Refused } from './http.ts';

const PAGE_ROWS = 500;

/** A row as the outside sees it. `status` is reserved, confirmed, or (by id only) why there is no order. */
export function publicOrder(row: OrderRow): object {
  const { key, buyer, sku, quantity, totalCents, status } = row;
  const createdAt = new Date(row.createdMs).toISOString();
  return { orderId: orderIdOf(row.id), key, buyer, sku, quantity, totalCents, status, createdAt };
}

/** `?after=order-17&limit=1000`: from the next order on, at most so many. Refused 400 for anything else. */
function rangeOf(query: URLSearchParams): { afterId: number; limit: number } {
  const after = parseOrderId(query.get('after') ?? '0');
  const limitText = query.get('limit');
  if (after === undefined) throw new Refused(400, 'BAD_QUERY', 'Expected `after` to be an order id');
  if (limitText !== null && !/^\d{1,15}$/.test(limitText)) {
    throw new Refused(400, 'BAD_QUERY', 'Expected `limit` to be a whole number');
  }
  return { afterId: after, limit: limitText === null ? Number.POSITIVE_INFINITY : Number(limitText) };
}

async function* pagesOf(books: Books, afterId: number, limit: number): AsyncGenerator<string> {
  let lastId = afterId;
  let left = limit;
  while (left > 0) {
    const rows = books.page(lastId, Math.min(left, PAGE_ROWS));
    if (rows.length === 0) return;
    lastId = rows.at(-1)!.id;
    left -= rows.length;
    yield rows.map((row) => `${JSON.stringify(publicOrder(row))}\n`).join('');
    // Orders go through between two pages, however fast the reader is.
    await setImmediate();
  }
}

/** Writes the whole answer. Rejects when the reader goes away. */
export async function exportOrders(books: Books, query: URLSearchParams, response: ServerResponse): Promise<undefined> {
  const { afterId, limit } = rangeOf(query);
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  await pipeline(Readable.from(pagesOf(books, afterId, limit)), response);
}
