// GET /orders: the books, one row for each order that holds stock, ascending. ?format= ndjson (default), json (one array),
// csv: streamed as fast as the reader reads, so 2 million orders take the memory of one chunk; pages: {orders, total, next}
// by cursor (?after=) or by number (?page=). The header x-total-count says how many rows there are. Not a snapshot: read it
// after quiescence. A body that ends without the last chunk is an incomplete export.

import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import type { Books } from './books.ts';
import { orderIdOf, parseOrderId } from './checkout.ts';
import { Refused } from './http.ts';
import { BrokenOff, type ExportFault, FAULT_NAMES, type Listing, listingOf } from './listing.ts';
import { FORMATS, type Format } from './row-text.ts';

const CHUNK_ROWS = 500;
const PAGE_ROWS = 500;
const MAX_PAGE_ROWS = 10_000;

type FormatName = keyof typeof FORMATS | 'pages';
/** `limit` undefined: to the end. `page` counts from 1. */
type Asked = {
  format: FormatName;
  after: number | undefined;
  limit: number | undefined;
  page: number | undefined;
  fault: ExportFault | null;
};

function oneOf<T extends string>(query: URLSearchParams, name: string, known: readonly T[]): T | undefined {
  const text = query.get(name);
  if (text === null || (known as readonly string[]).includes(text)) return (text as T | null) ?? undefined;
  throw new Refused(400, 'BAD_QUERY', `Expected \`${name}\` to be one of ${known.join(', ')}`);
}

function wholeIn(query: URLSearchParams, name: string, min: number): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (/^\d{1,15}$/.test(text) && Number(text) >= min) return Number(text);
  throw new Refused(400, 'BAD_QUERY', `Expected \`${name}\` to be a whole number of at least ${min}`);
}

/** `?after=order-17&limit=1000`: from the next order on, at most so many. Refused 400 for anything else. */
function askedOf(query: URLSearchParams, fault: ExportFault | null): Asked {
  const afterText = query.get('after');
  const after = afterText === null ? undefined : parseOrderId(afterText);
  if (afterText !== null && after === undefined) {
    throw new Refused(400, 'BAD_QUERY', 'Expected `after` to be an order id');
  }
  const page = wholeIn(query, 'page', 1);
  if (page !== undefined && after !== undefined) {
    throw new Refused(400, 'BAD_QUERY', 'Expected `after` or `page`, not both');
  }
  return {
    format: oneOf(query, 'format', ['ndjson', 'json', 'csv', 'pages']) ?? 'ndjson',
    after,
    page,
    limit: wholeIn(query, 'limit', 0) ?? (page === undefined ? undefined : PAGE_ROWS),
    fault: oneOf(query, 'fault', FAULT_NAMES) ?? fault,
  };
}

async function* textOf(listing: Listing, format: Format, from: { afterId: number; limit: number }) {
  let { afterId: lastId, limit: left } = from;
  let between = '';
  yield format.head;
  while (left > 0) {
    const rows = listing.rows(lastId, Math.min(left, CHUNK_ROWS));
    if (rows.length === 0) break;
    lastId = rows.at(-1)!.id;
    left -= rows.length;
    let text = '';
    for (const row of rows) {
      text += between + format.row(row);
      between = format.between;
    }
    yield text;
    // Orders go through between two chunks, however fast the reader is.
    await setImmediate();
  }
  yield format.tail;
}

export type ExportSeams = { fault: ExportFault | null; nowMs: () => number };

export class OrdersExport {
  readonly #books: Books;
  readonly #seams: ExportSeams;
  #readings = 0;
  /** Where numbered pages of `limit` rows ended when they were last read, so that not each is counted from the first row. */
  #pages = { limit: 0, endIds: [0] };

  constructor(books: Books, seams: ExportSeams) {
    this.#books = books;
    this.#seams = seams;
  }

  /** The shop was reset. */
  forget(): void {
    this.#readings = 0;
    this.#pages = { limit: 0, endIds: [0] };
  }

  /** Writes the whole answer. Rejects when the reader goes away. */
  async write(query: URLSearchParams, response: ServerResponse): Promise<undefined> {
    const asked = askedOf(query, this.#seams.fault);
    const listing = listingOf(this.#books, asked.fault, { readings: this.#readings, nowMs: this.#seams.nowMs() });
    if ((asked.after ?? 0) === 0 && (asked.page ?? 1) === 1) this.#readings++;
    response.setHeader('x-total-count', listing.total);
    if (asked.format === 'pages') return this.#writePage(listing, asked, response);
    const limit = asked.limit ?? Number.POSITIVE_INFINITY;
    const format: Format = FORMATS[asked.format];
    const afterId = this.#startOf(listing, { ...asked, limit });
    response.writeHead(200, { 'content-type': format.contentType });
    await pipeline(Readable.from(textOf(listing, format, { afterId, limit })), response);
  }

  #writePage(listing: Listing, asked: Asked, response: ServerResponse): undefined {
    const limit = asked.limit ?? PAGE_ROWS;
    if (limit < 1 || limit > MAX_PAGE_ROWS) {
      throw new Refused(400, 'BAD_QUERY', `Expected \`limit\` of a page to be from 1 to ${MAX_PAGE_ROWS}`);
    }
    response.setHeader('content-type', 'application/json');
    try {
      const rows = listing.rows(this.#startOf(listing, { ...asked, limit }), limit);
      const last = rows.at(-1);
      if (asked.page !== undefined && last) this.#ends(asked.page, last.id);
      const isMore = last !== undefined && listing.rows(last.id, 1).length > 0;
      const next = isMore ? `"${orderIdOf(last.id)}"` : 'null';
      const orders = rows.map(FORMATS.json.row).join(',\n');
      response.end(`{"orders":[\n${orders}\n],"total":${listing.total},"next":${next}}\n`);
    } catch (error) {
      if (!(error instanceof BrokenOff)) throw error;
      response.write('{"orders":[\n', () => response.destroy());
    }
  }

  /** The id behind which the range begins. */
  #startOf(listing: Listing, { after, page, limit }: { after?: number; page?: number; limit: number }): number {
    if (page === undefined) return after ?? 0;
    if (this.#pages.limit !== limit) this.#pages = { limit, endIds: [0] };
    const { endIds } = this.#pages;
    while (endIds.length < page) {
      const rows = listing.rows(endIds.at(-1)!, limit);
      if (rows.length === 0) break;
      endIds.push(rows.at(-1)!.id);
    }
    return endIds[page - 1] ?? endIds.at(-1)!;
  }

  /** A page that ends elsewhere than before (an order in it was declined since) moves all behind it. */
  #ends(page: number, endId: number): void {
    const { endIds } = this.#pages;
    if (endIds[page] === endId) return;
    endIds.length = Math.min(endIds.length, page);
    if (endIds.length === page) endIds.push(endId);
  }
}
