// A run of 2.1 million orders held against the books of a shop that has them all. `write FILE` makes the export up, `serve
// FILE` is a shop that answers with it (its URL is the one line it prints). `audit FILE|URL` reads and audits it in a process
// of its own, so that its memory is the audit's, and prints one line of JSON. `uuid` behind it: ids are UUIDs, no numbers.

import { createReadStream, createWriteStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { auditOrders } from '../../src/audit/audit.ts';
import { Ledger } from '../../src/audit/ledger.ts';
import { mergeLedgers } from '../../src/audit/merge-ledgers.ts';
import type { BookRow } from '../../src/audit/spec.ts';
import type { BooksSeams } from '../../src/books/seams.ts';
import { readBooks } from '../../src/books/settle.ts';
import { ControlPlane } from '../../src/drive/control.ts';
import type { BooksSpec, OrdersSource } from '../../src/order/books.ts';
import { blankIdentity, identityOf } from '../../src/order/identity.ts';
import type { IdentitySpec } from '../../src/order/spec.ts';
import { OUTCOME_CLASSES } from '../../src/outcomes.ts';

export type AuditLoad = { rows: number; seconds: number; peakMb: number; broken: string[] };

const ORDERS = 2_100_000;
const WORKERS = 2;
const CHUNK_ORDERS = 400;
const [ACCEPTED, UNKNOWN] = [OUTCOME_CLASSES.indexOf('accepted'), OUTCOME_CLASSES.indexOf('unknown')];
const IDENTITY: IdentitySpec = {
  runId: 'bench',
  seed: 7,
  skus: ['phone', 'case', 'cable'].map((value) => ({ value, weight: 1 })),
  quantity: [{ value: 1, weight: 1 }],
};
const PRICES = { phone: 19_900, case: 990, cable: 490 };
const [, , task, place = '', ids = 'number'] = process.argv;
const idOf = (seq: number): string =>
  ids === 'uuid' ? `0b5f3c1a-9e00-4d2e-8f07-${(seq * 97_003).toString(16).padStart(12, '0')}` : `order-${seq}`;
const STEP = { name: 'orders', method: 'GET', path: '/orders', headers: [], body: { kind: 'none' as const } };
const COUNT = 'x-total-count';
const SOURCE: OrdersSource = place.startsWith('http://')
  ? { kind: 'http', step: STEP, format: 'json', items: '$', paging: { kind: 'none' }, count: `header:${COUNT}` }
  : { kind: 'file', path: place, format: 'json' };
const BOOKS: BooksSpec = {
  orders: SOURCE,
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
  soldOut: ['sold_out'],
  limit: 1,
  prices: PRICES,
  foreign: 'refuse',
  settleUs: 60e6,
  pollUs: 1,
  timeoutUs: 600e6,
  maxRows: 10e6,
};

/** One order in a hundred was not answered, and half of those are in the books. */
const isUnknown = (seq: number): boolean => seq % 100 === 7;
const isPlaced = (seq: number): boolean => seq % 200 !== 7;

function ledgers() {
  const identify = identityOf(IDENTITY);
  const into = blankIdentity();
  const parts = Array.from({ length: WORKERS }, (_, worker) => {
    const ledger = new Ledger({ orders: ORDERS, worker, workers: WORKERS, ids: true, totals: true });
    for (let seq = worker; seq < ORDERS; seq += WORKERS) {
      ledger.mark(seq, isUnknown(seq) ? UNKNOWN : ACCEPTED);
      if (isUnknown(seq)) continue;
      ledger.keepId(seq, idOf(seq));
      ledger.keepTotal(seq, PRICES[identify(seq, into).sku as keyof typeof PRICES]);
    }
    return ledger.toTransfer().data;
  });
  return mergeLedgers(parts, { orders: ORDERS, workers: WORKERS });
}

/** The books as the built-in shop writes them, about 160 bytes an order. */
async function* exportOf(): AsyncGenerator<Uint8Array> {
  const identify = identityOf(IDENTITY);
  const into = blankIdentity();
  const encoder = new TextEncoder();
  for (let from = 0; from < ORDERS; from += CHUNK_ORDERS) {
    let text = from === 0 ? '[\n' : '';
    for (let seq = from; seq < Math.min(ORDERS, from + CHUNK_ORDERS); seq++) {
      if (!isPlaced(seq)) continue;
      const { key, buyer, sku, quantity } = identify(seq, into);
      const totalCents = PRICES[sku as keyof typeof PRICES];
      text += `${seq === 0 ? '' : ',\n'}{"orderId":"${idOf(seq)}","key":"${key}","buyer":"${buyer}","sku":"${sku}","quantity":${quantity},"totalCents":${totalCents},"status":"confirmed"}`;
    }
    yield encoder.encode(text);
  }
  yield encoder.encode('\n]\n');
}

async function load(): Promise<AuditLoad> {
  const ledger = ledgers();
  const url = place.startsWith('http://') ? place : 'http://127.0.0.1:1';
  const plane = new ControlPlane(
    { url, http: '1.1', tls: { insecure: false }, connectTimeoutUs: 1e6 },
    { identity: IDENTITY },
  );
  const seams: BooksSeams = {
    plane,
    folder: '.',
    sleep: async () => {},
    nowUs: () => performance.now() * 1e3,
  };
  const startMs = performance.now();
  const stock = Object.fromEntries(Object.keys(PRICES).map((sku) => [sku, { available: ORDERS, reserved: 0 }]));
  const audit = auditOrders({ ledger, answers: ledger.answers, identity: IDENTITY, books: BOOKS, stockBefore: stock });
  const sold: Record<string, number> = {};
  const take = (row: BookRow): void => {
    sold[row.sku!] = (sold[row.sku!] ?? 0) + row.quantity!;
    audit.row(row);
  };
  const to = { begin: () => ({ take, keep: () => {} }), open: () => ({ missing: 0, reserved: 0 }) };
  const { reading } = await readBooks(BOOKS, seams, to);
  await plane.close();
  const after = Object.fromEntries(
    Object.keys(PRICES).map((sku) => [sku, { available: ORDERS - sold[sku]!, reserved: 0 }]),
  );
  const { invariants, unknown, incomplete } = audit.finish({ reading, stockAfter: after });
  const seconds = (performance.now() - startMs) / 1e3;
  if (incomplete !== '' || unknown?.placed !== ORDERS / 200 || unknown.notPlaced !== ORDERS / 200) {
    throw new Error(`the audit is wrong: ${incomplete} ${JSON.stringify(unknown)}`);
  }
  const broken = invariants.filter(({ status }) => status === 'fail').map(({ name, says }) => `${name}: ${says}`);
  return { rows: reading!.rows, seconds, peakMb: process.resourceUsage().maxRSS / 1e3, broken };
}

function serve(): void {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', [COUNT]: String(ORDERS - ORDERS / 200) });
    // The reader may leave once it knows the count.
    pipeline(createReadStream(place), response).catch(() => {});
  });
  server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
}

if (task === 'write') await pipeline(Readable.from(exportOf()), createWriteStream(place));
else if (task === 'serve') serve();
else console.log(JSON.stringify(await load()));
