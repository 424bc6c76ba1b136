// Reading 2.1 million rows of a shop's books, in each format, and what memory it takes. `node test/bench/books.ts` prints the rows.

import type { Format } from '../../src/books/parse.ts';
import { readOrders } from '../../src/books/read.ts';
import type { BooksSeams } from '../../src/books/seams.ts';
import type { BooksSpec } from '../../src/order/books.ts';
import { orderKeys } from '../../src/order/identity.ts';
import type { Row } from './row.ts';

const ROWS = 2_100_000;
const CHUNK_ROWS = 400;

const SPEC: BooksSpec = {
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
  soldOut: [],
  foreign: 'refuse',
  settleUs: 1e6,
  pollUs: 1e6,
  timeoutUs: 600e6,
  maxRows: 10e6,
};

/** About 150 bytes, as the built-in shop writes them. */
const WRITE: Record<Format, { head: string; row: (key: string, seq: number) => string; tail: string }> = {
  json: { head: '[\n', row: (key, seq) => `${seq === 0 ? '' : ',\n'}${jsonRow(key, seq)}`, tail: '\n]\n' },
  ndjson: { head: '', row: (key, seq) => `${jsonRow(key, seq)}\n`, tail: '' },
  csv: {
    head: 'orderId,key,buyer,sku,quantity,totalCents,status\n',
    row: (key, seq) => `order-${seq},"${key}","buyer-${seq}","phone",1,19900,confirmed\n`,
    tail: '',
  },
};

function jsonRow(key: string, seq: number): string {
  return `{"orderId":"order-${seq}","key":"${key}","buyer":"buyer-${seq}","sku":"phone","quantity":1,"totalCents":19900,"status":"confirmed"}`;
}

async function* exportOf(format: Format, onChunk: () => void): AsyncGenerator<Uint8Array> {
  const { keyOf } = orderKeys('bench');
  const { head, row, tail } = WRITE[format];
  const encoder = new TextEncoder();
  yield encoder.encode(head);
  for (let from = 0; from < ROWS; from += CHUNK_ROWS) {
    let text = '';
    for (let seq = from; seq < Math.min(ROWS, from + CHUNK_ROWS); seq++) text += row(keyOf(seq), seq);
    onChunk();
    yield encoder.encode(text);
  }
  yield encoder.encode(tail);
}

async function read(format: Format): Promise<{ seconds: number; writingSeconds: number; megabytes: number }> {
  const before = process.memoryUsage.rss();
  let most = before;
  const look = (): void => {
    most = Math.max(most, process.memoryUsage.rss());
  };
  const writingMs = performance.now();
  for await (const _chunk of exportOf(format, () => {}));
  const writingSeconds = (performance.now() - writingMs) / 1e3;
  const body = exportOf(format, look);
  const seams: BooksSeams = {
    plane: {
      ask: () => Promise.reject(new Error('not here')),
      send: async () => ({ status: 200, headers: { get: () => undefined }, body, drop: () => {} }),
    },
    folder: '.',
    sleep: async () => {},
    nowUs: () => performance.now() * 1e3,
  };
  const step = { name: 'orders', method: 'GET', path: '/orders', headers: [], body: { kind: 'none' as const } };
  const source = { kind: 'http' as const, step, format, items: '$', paging: { kind: 'none' as const } };
  let units = 0;
  const reading = await readOrders({ spec: SPEC, source, seams }, (row) => {
    units += row.quantity ?? 0;
  });
  if (reading.trouble !== '' || units !== ROWS) throw new Error(`${format}: ${units} units; ${reading.trouble}`);
  return { seconds: reading.tookUs / 1e6, writingSeconds, megabytes: (most - before) / 1e6 };
}

export async function booksBench(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const format of ['json', 'ndjson', 'csv'] as const) {
    const { seconds, writingSeconds, megabytes } = await read(format);
    const note = `2.1 million rows; ${writingSeconds.toFixed(1)} s of it to make them up`;
    rows.push({ name: `${format}: read`, value: seconds, unit: 's', ok: seconds <= 10, note: `${note}; limit 10 s` });
    rows.push({
      name: `${format}: memory`,
      value: megabytes,
      unit: 'MB',
      ok: megabytes <= 150,
      note: 'at most, above the start; limit 150 MB',
    });
  }
  return rows;
}

if (import.meta.main) {
  const { printRows } = await import('./print.ts');
  process.exitCode = printRows(await booksBench()) > 0 ? 1 : 0;
}
