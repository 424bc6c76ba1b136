// What a run makes of orders whose fate it does not know, and of books that it cannot trust: through the real command line
// against the built-in shop.

import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ExportFault } from '../../src/demo/listing.ts';
import { profileFile, scratchFolder } from '../support/cli.ts';
import { brokenOf, openShop, runOn } from '../support/shop-run.ts';

const folder = scratchFolder();
const closers: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(closers.map((close) => close())));

async function shopWith(flags: readonly string[]) {
  const shop = await openShop(['--skus', 'sku-1', ...flags], folder);
  closers.push(shop.close);
  return shop;
}

/** The orders in the shop's own books, by key. */
async function confirmedIn(url: string): Promise<Set<string>> {
  const text = await (await fetch(`${url}/orders?format=json`)).text();
  const rows = JSON.parse(text) as { key: string; status: string }[];
  return new Set(rows.filter(({ status }) => status === 'confirmed').map(({ key }) => key));
}

/**
 * A wire to the shop that is cut once so many requests have gone over it: for a moment requests vanish on their way, then
 * every connection is reset. Answers of orders already in the shop are lost, too.
 */
async function fragileWire(toPort: number, requestsBeforeCut: number) {
  const sockets = new Set<Socket>();
  let requests = 0;
  let isSwallowing = false;
  const server = createServer((client) => {
    const shop = connect(toPort, '127.0.0.1');
    for (const socket of [client, shop]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    shop.pipe(client);
    client.on('data', (chunk) => {
      if (chunk.toString('latin1').startsWith('POST ')) requests++;
      if (requests === requestsBeforeCut && !isSwallowing) {
        isSwallowing = true;
        setTimeout(() => {
          for (const socket of sockets) socket.resetAndDestroy();
          isSwallowing = false;
          requests++;
        }, 100);
      }
      if (!isSwallowing) shop.write(chunk);
    });
    client.on('close', () => shop.end());
    shop.on('close', () => client.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const close = (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    return new Promise((closed) => server.close(() => closed()));
  };
  closers.push(close);
  return `http://127.0.0.1:${address.port}`;
}

const profileOf = (url: string, more = '') => `target: { url: "${url}", timeout: 5s }
traffic: { rate: 150/s, for: 2s }
order: { skus: [sku-1] }
outcomes:
  - sold: { status: 201, class: accepted }
  - sold_out: { status: 409, body: { code: SOLD_OUT }, class: rejected }
audit: { shop: demo, settle: 2s, poll: 200ms }
slo: [lost == 0]
${more}`;

describe.concurrent('orders whose answer was lost on the way', () => {
  it('may have been placed, and the books tell which were', async () => {
    const shop = await shopWith(['--service', 'fixed:150ms']);
    const url = await fragileWire(Number(new URL(shop.url).port), 120);
    const { result, stderr } = await runOn(
      profileFile(folder, 'cut-wire.yaml', profileOf(url)),
      join(folder, 'cut-wire'),
    );
    const confirmed = (await confirmedIn(shop.url)).size;
    const { orders, books } = result;
    expect(books!.incomplete, stderr).toBe('');
    expect(orders.unknown).toBeGreaterThan(1);
    expect(orders.accepted).toBeLessThanOrEqual(confirmed);
    expect(confirmed).toBeLessThanOrEqual(orders.accepted + orders.unknown);
    expect(books!.truth).toEqual({ accepted: orders.accepted, confirmed, unknown: orders.unknown, holds: true });
    // Nothing else is wrong with this shop, so the orders it has beyond the accepted ones are the unknown ones.
    const placed = confirmed - orders.accepted;
    expect(books!.unknown).toMatchObject({ total: orders.unknown, placed, notPlaced: orders.unknown - placed });
    expect(placed).toBeGreaterThan(0);
    expect(orders.unknown - placed).toBeGreaterThan(0);
    expect(brokenOf(result)).toEqual({});
  });
});

describe.concurrent('books that cannot be trusted never pass', () => {
  it.concurrent.each<[ExportFault, RegExp]>([
    ['cut', /the connection broke off/],
    ['miscount', /the books say they have \d+ orders, and gave \d+/],
    ['malformed', /1 row could not be read, the first: row \d+, it is not JSON/],
    ['foreign', /3 rows have keys that no order of this run has, the first: `foreign-1`/],
    ['unsettled', /did not come to rest within 2\s?s/],
  ])('%s', async (fault, says) => {
    const shop = await shopWith(['--export-fault', fault]);
    const { result, stderr, code } = await runOn(
      profileFile(folder, `${fault}.yaml`, profileOf(shop.url)),
      join(folder, fault),
    );
    expect([code, result.verdict], stderr).toEqual([4, 'invalid']);
    expect(result.books!.incomplete).toMatch(says);
    expect(
      result.reasons.some(({ code: reason, message }) => reason === 'books' && message.includes('audit incomplete')),
    ).toBe(true);
    expect(result.audit.find(({ name }) => name === 'lost')!.status).toBe('not-checked');
    expect(brokenOf(result)).toEqual({});
    expect(stderr).toContain('INVALID');
  });

  it('and what is broken in the part that was read is shown all the same', async () => {
    const shop = await shopWith(['--export-fault', 'malformed', '--bug', 'price']);
    const { result, stderr } = await runOn(
      profileFile(folder, 'both.yaml', profileOf(shop.url).replace('lost == 0', 'mispriced == 0')),
      join(folder, 'both'),
    );
    expect(result.verdict, stderr).toBe('invalid');
    expect(brokenOf(result).mispriced).toBeGreaterThan(0);
    const codes = result.reasons.map(({ code }) => code);
    expect(codes).toContain('books');
    expect(result.reasons.map(({ message }) => message).join('\n')).toContain('mispriced');
  });
});
