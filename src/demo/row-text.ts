// One order as text: JSON by hand, because two million rows are to be written in seconds (JSON.stringify of an object takes
// twice as long), and CSV (RFC 4180, texts in quotes).

import type { OrderRow } from './books.ts';
import { orderIdOf } from './checkout.ts';
import type { ListedRow } from './listing.ts';

/** A row as the outside sees it. `status` is reserved, confirmed, or (by id only) why there is no order. */
export function publicOrder(row: OrderRow): object {
  const { key, buyer, sku, quantity, totalCents, status, createdMs } = row;
  return { orderId: orderIdOf(row.id), key, buyer, sku, quantity, totalCents, status, createdMs };
}

// What JSON.stringify would write as it is: no control characters, quotes, backslashes or surrogates.
const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;
const quoted = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));

/** The same as JSON.stringify(publicOrder(row)). */
export function jsonRow(row: OrderRow): string {
  const { id, key, buyer, sku, quantity, totalCents, status, createdMs } = row;
  return `{"orderId":"${orderIdOf(id)}","key":${quoted(key)},"buyer":${quoted(buyer)},"sku":${quoted(sku)},"quantity":${quantity},"totalCents":${totalCents},"status":"${status}","createdMs":${createdMs}}`;
}

const csvText = (text: string): string => `"${text.replaceAll('"', '""')}"`;

function csvRow(row: OrderRow): string {
  const { id, key, buyer, sku, quantity, totalCents, status, createdMs } = row;
  return `${orderIdOf(id)},${csvText(key)},${csvText(buyer)},${csvText(sku)},${quantity},${totalCents},${status},${createdMs}\n`;
}

const half = (text: string): string => text.slice(0, Math.floor(text.length / 2));

/** A file of rows. `between` stands before every row but the first. */
export type Format = { contentType: string; head: string; row(row: ListedRow): string; between: string; tail: string };

export const FORMATS = {
  ndjson: {
    contentType: 'application/x-ndjson',
    head: '',
    row: (row) => `${row.isBroken ? half(jsonRow(row)) : jsonRow(row)}\n`,
    between: '',
    tail: '',
  },
  json: {
    contentType: 'application/json',
    head: '[\n',
    row: (row) => (row.isBroken ? `{"orderId":"${orderIdOf(row.id)}"}` : jsonRow(row)),
    between: ',\n',
    tail: '\n]\n',
  },
  csv: {
    contentType: 'text/csv; charset=utf-8',
    head: 'orderId,key,buyer,sku,quantity,totalCents,status,createdMs\n',
    row: (row) => (row.isBroken ? `${orderIdOf(row.id)}\n` : csvRow(row)),
    between: '',
    tail: '',
  },
} satisfies Record<string, Format>;
