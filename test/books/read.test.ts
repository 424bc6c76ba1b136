// The same rows from every source in every format; and whatever a shop, a file or a program gets wrong is trouble in plain
// words, never fewer orders.

import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { BookRow } from '../../src/audit/spec.ts';
import type { Format } from '../../src/books/parse.ts';
import { countRows, readOrders } from '../../src/books/read.ts';
import type { BooksSeams } from '../../src/books/seams.ts';
import { readStock } from '../../src/books/stock.ts';
import { ControlPlane } from '../../src/drive/control.ts';
import type { BooksSpec, OrdersSource, Paging, StockSource } from '../../src/order/books.ts';
import type { StepSpec } from '../../src/order/spec.ts';
import { scratchFolder } from '../support/cli.ts';

const folder = scratchFolder();
const FORMATS: Format[] = ['json', 'ndjson', 'csv'];

type Answer = (request: IncomingMessage, response: ServerResponse, query: URLSearchParams) => void;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

const STEP: StepSpec = { name: 'orders', method: 'GET', path: '/orders', headers: [], body: { kind: 'none' } };
const SPEC: BooksSpec = {
  fields: { key: 'key', quantity: 'n' },
  confirmed: [],
  reserved: [],
  soldOut: [],
  foreign: 'refuse',
  settleUs: 10e6,
  pollUs: 1e6,
  timeoutUs: 30e6,
  maxRows: 1000,
};

async function shopThat(answer: Answer): Promise<BooksSeams & { seen: string[] }> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(request.url ?? '');
    answer(request, response, new URL(request.url ?? '', 'http://x').searchParams);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const plane = new ControlPlane(
    { url, http: '1.1', tls: { insecure: false }, connectTimeoutUs: 30e6 },
    { identity: { runId: 'r', seed: 1, skus: [{ value: 's', weight: 1 }], quantity: [{ value: 1, weight: 1 }] } },
  );
  cleanups.push(
    () => plane.close(),
    () => {
      server.closeAllConnections();
      return new Promise((closed) => server.close(closed));
    },
  );
  return { plane, folder, sleep: async () => {}, nowUs: () => performance.now() * 1e3, seen };
}

const nowhere: BooksSeams = {
  plane: {
    ask: () => Promise.reject(new Error('no shop here')),
    send: () => Promise.reject(new Error('no shop here')),
  },
  folder,
  sleep: async () => {},
  nowUs: () => performance.now() * 1e3,
};

type Http = Extract<OrdersSource, { kind: 'http' }>;
const http = (format: Format, more: Partial<Http> = {}): Http => ({
  kind: 'http',
  step: STEP,
  format,
  items: '$',
  paging: { kind: 'none' },
  ...more,
});

async function read(seams: BooksSeams, source: OrdersSource, spec: Partial<BooksSpec> = {}) {
  const rows: BookRow[] = [];
  const reading = await readOrders({ spec: { ...SPEC, ...spec }, source, seams }, (row) => rows.push({ ...row }));
  return { keys: rows.map(({ key }) => key), reading };
}

const rowsFrom = (from: number, until: number) =>
  Array.from({ length: until - from }, (_, i) => ({ key: `order-${from + i}`, n: 1 }));
const keysFrom = (from: number, until: number) => rowsFrom(from, until).map(({ key }) => key);

function written(format: Format, rows: readonly { key: string; n: number }[]): string {
  if (format === 'json') return JSON.stringify(rows);
  if (format === 'ndjson') return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  return `key,n\n${rows.map(({ key, n }) => `${key},${n}\n`).join('')}`;
}

/** A program that writes what it is told to, and ends as it is told to. */
const program = (code: string): string[] => [process.execPath, '-e', code];
const command = (format: Format, code: string, timeoutUs = 10e6): OrdersSource => ({
  kind: 'command',
  argv: program(code),
  format,
  timeoutUs,
});

describe.each(FORMATS)('a compressed export as %s', (format) => {
  const packed = gzipSync(written(format, rowsFrom(0, 7)));
  it.each(['gzip', 'br', ''])('is called so, with the header %j', async (encoding) => {
    const shop = await shopThat((_, response) =>
      response.writeHead(200, encoding === '' ? {} : { 'content-encoding': encoding }).end(packed),
    );
    const { reading } = await read(shop, http(format));
    expect([reading.rows, reading.malformed]).toEqual([0, 0]);
    const how = encoding === '' ? 'gzip' : `\`content-encoding: ${encoding}\``;
    expect(reading.trouble).toContain(`the export is compressed (${how})`);
  });

  it('is called so in a file, and by a program', async () => {
    writeFileSync(join(folder, 'packed'), packed);
    const sources = [
      { kind: 'file', path: 'packed', format } as const,
      command(format, `process.stdout.write(Buffer.from('${packed.toString('base64')}', 'base64'))`),
    ];
    for (const source of sources) {
      const { trouble } = (await read(nowhere, source)).reading;
      expect(trouble).toContain('the export is compressed (gzip)');
    }
  });
});

describe.each(FORMATS)('an export as %s', (format) => {
  const rows = rowsFrom(0, 7);
  const whole = written(format, rows);
  const half = whole.slice(0, Math.floor(whole.length / 2) + 3);

  it('is read over HTTP, from a file and from a program alike', async () => {
    const shop = await shopThat((_, response) => response.end(whole));
    writeFileSync(join(folder, `whole.${format}`), whole);
    const sources: [BooksSeams, OrdersSource][] = [
      [shop, http(format)],
      [nowhere, { kind: 'file', path: `whole.${format}`, format }],
      [nowhere, command(format, `process.stdout.write(${JSON.stringify(whole)})`)],
    ];
    for (const [seams, source] of sources) {
      const { keys, reading } = await read(seams, source);
      expect(keys).toEqual(keysFrom(0, 7));
      expect(reading).toMatchObject({ rows: 7, malformed: 0, trouble: '' });
      expect(reading.claimed).toBeUndefined();
      expect(await countRows({ spec: SPEC, source, seams })).toBe(7);
    }
  });

  it('that breaks off over HTTP is not whole, however much of it came', async () => {
    const shop = await shopThat((_, response) => {
      response.writeHead(200, { 'content-length': whole.length });
      response.write(half, () => response.destroy());
    });
    const { reading } = await read(shop, http(format));
    expect(reading.trouble).toMatch(/^step `orders` \(GET \/orders\): the connection broke off/);
  });

  it('that is cut in a file or by a program does not pass for whole', async () => {
    writeFileSync(join(folder, `half.${format}`), half);
    for (const source of [
      { kind: 'file', path: `half.${format}`, format } as const,
      command(format, `process.stdout.write(${JSON.stringify(half)})`),
    ]) {
      const { reading } = await read(nowhere, source);
      expect(reading.trouble !== '' || reading.malformed > 0).toBe(true);
    }
  });

  it('that is a page of HTML is not taken for empty', async () => {
    const shop = await shopThat((_, response) => response.end('<html>\n<h1>Down</h1>\n'));
    const { keys, reading } = await read(shop, http(format));
    expect(keys).toEqual([]);
    expect(reading.trouble !== '' || reading.malformed > 0).toBe(true);
  });

  it('with a malformed row keeps the others and shows it', async () => {
    const broken = whole.replace('order-3', '');
    const shop = await shopThat((_, response) => response.end(broken));
    const { keys, reading } = await read(shop, http(format));
    expect(keys).toEqual([...keysFrom(0, 3), ...keysFrom(4, 7)]);
    expect(reading).toMatchObject({ rows: 6, malformed: 1, trouble: '' });
    expect(reading.malformedExamples[0]).toContain('row 4, it has no `key`');
  });

  it('says how many rows it has in a header', async () => {
    const shop = await shopThat((_, response) => {
      response.setHeader('x-total', '9');
      response.end(whole);
    });
    const source = http(format, { count: 'header: X-Total' });
    expect((await read(shop, source)).reading).toMatchObject({ rows: 7, claimed: 9, trouble: '' });
    expect(await countRows({ spec: SPEC, source, seams: shop })).toBe(9);
  });

  it('by numbered pages is read until one is empty', async () => {
    const shop = await shopThat((_, response, query) => {
      const page = Number(query.get('p'));
      response.end(
        written(
          format,
          rowsFrom(3 * (page - 1), Math.min(7, 3 * page)).filter((_row, i) => i < 3 && page <= 3),
        ),
      );
    });
    const { keys, reading } = await read(shop, http(format, { paging: { kind: 'page', parameter: 'p', first: 1 } }));
    expect(keys).toEqual(keysFrom(0, 7));
    expect(reading.trouble).toBe('');
    expect(shop.seen).toEqual(['/orders?p=1', '/orders?p=2', '/orders?p=3', '/orders?p=4']);
  });

  it('whose pages are all the same is found out at the second', async () => {
    const shop = await shopThat((_, response) => response.end(whole));
    const { reading } = await read(shop, http(format, { paging: { kind: 'page', parameter: 'p', first: 0 } }));
    expect(reading.trouble).toBe('page 1 of the export begins as the one before it: does it know `?p=`?');
    expect(shop.seen).toHaveLength(2);
  });

  it('that never ends is given up', async () => {
    const shop = await shopThat((_, response) => {
      const body = written(format, rows).replace(/\]\s*$/, '');
      response.write(body);
      let next = 0;
      const flood = (): void => {
        const row = { key: `more-${next++}`, n: 1 };
        const text =
          format === 'json'
            ? `,${JSON.stringify(row)}`
            : format === 'csv'
              ? `${row.key},1\n`
              : `${JSON.stringify(row)}\n`;
        if (!response.destroyed) response.write(text.repeat(50), () => setImmediate(flood));
      };
      flood();
    });
    const { reading } = await read(shop, http(format));
    expect(reading.trouble).toBe('the export has more than 1000 rows (`audit.rows`)');
  });
});

describe('an export over HTTP', () => {
  const CURSOR: Paging = { kind: 'cursor', parameter: 'after', next: 'next' };
  const paged = http('json', { items: 'orders', paging: CURSOR, count: 'total' });

  it('by cursor is read to its end, and the count is on every page', async () => {
    const shop = await shopThat((_, response, query) => {
      const from = Number(query.get('after') ?? 0);
      response.end(
        JSON.stringify({
          orders: rowsFrom(from, Math.min(7, from + 3)),
          total: 7,
          next: from + 3 < 7 ? from + 3 : null,
        }),
      );
    });
    const { keys, reading } = await read(shop, paged);
    expect(keys).toEqual(keysFrom(0, 7));
    expect(reading).toMatchObject({ rows: 7, claimed: 7, trouble: '' });
    shop.seen.length = 0;
    expect(await countRows({ spec: SPEC, source: paged, seams: shop })).toBe(7);
    expect(shop.seen).toEqual(['/orders']);
  });

  it('whose cursor comes back is given up', async () => {
    const shop = await shopThat((_, response, query) =>
      response.end(JSON.stringify({ orders: rowsFrom(0, 2), total: 7, next: query.get('after') === 'a' ? 'b' : 'a' })),
    );
    expect((await read(shop, paged)).reading.trouble).toBe('the export comes back to the cursor `a`');
  });

  it('whose pages do not agree how many there are is given up', async () => {
    const shop = await shopThat((_, response, query) =>
      response.end(
        JSON.stringify({
          orders: rowsFrom(0, 2),
          total: query.has('after') ? 5 : 4,
          next: query.has('after') ? null : 'x',
        }),
      ),
    );
    expect((await read(shop, paged)).reading.trouble).toBe(
      'the export says it has 4 rows on one page and 5 on another',
    );
  });

  it('that does not say how many it has where it should', async () => {
    const shop = await shopThat((_, response) => response.end('{"orders":[]}'));
    expect((await read(shop, paged)).reading.trouble).toBe('the export does not say how many rows it has (`total`)');
    expect(await countRows({ spec: SPEC, source: paged, seams: shop })).toContain('does not say how many');
  });

  it('that is refused says so with the shop’s words', async () => {
    const shop = await shopThat((_, response) => {
      response.statusCode = 403;
      response.end('{"error":\n  "admins only"}');
    });
    const trouble = 'step `orders` (GET /orders) answered 403: {"error": "admins only"}';
    expect((await read(shop, http('ndjson'))).reading.trouble).toBe(trouble);
    expect(await countRows({ spec: SPEC, source: http('ndjson', { count: 'header:x' }), seams: shop })).toBe(trouble);
  });

  it('that stalls is given up in time, also between two rows', async () => {
    for (const first of ['', '{"key":"a","n":1}\n']) {
      const shop = await shopThat((_, response) => {
        response.flushHeaders();
        response.write(first || ' ');
      });
      const { reading } = await read(shop, http('ndjson'), { timeoutUs: 200e3 });
      expect(reading.trouble).toBe('step `orders` (GET /orders): no whole answer within 200 ms');
    }
  });

  it('can be interrupted', async () => {
    const giveUp = new AbortController();
    const shop = await shopThat((_, response) => {
      response.write('{"key":"a","n":1}\n', () => giveUp.abort());
    });
    const { reading } = await read({ ...shop, signal: giveUp.signal }, http('ndjson'));
    expect(reading.trouble).toBe('the reading was interrupted');
  });

  it('that nobody answers', async () => {
    const shop = await shopThat((_, response) => response.end());
    for (const clean of cleanups.splice(0).reverse()) await clean();
    expect((await read(shop, http('json'))).reading.trouble).toMatch(/no connection: refused \(ECONNREFUSED\)/);
  });
});

describe('an export in a file', () => {
  it('that is not there', async () => {
    const { reading } = await read(nowhere, { kind: 'file', path: 'gone.csv', format: 'csv' });
    expect(reading.trouble).toMatch(
      /^the file `\S+` of `audit.orders` cannot be read \(ENOENT.*\): it must be there once/,
    );
  });
});

describe('an export by a program', () => {
  it.each([
    [
      'console.error("no database\\nat line 7"); process.exit(3)',
      /^command `.*node.*` ended with code 3: no database$/,
    ],
    ['process.stdout.write(\'{"key":"a","n":1}\\n\'); process.exit(1)', /ended with code 1$/],
    ['process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1e6)', /ended with SIGTERM$/],
  ])('that fails: %s', async (code, says) => {
    expect((await read(nowhere, command('ndjson', code))).reading.trouble).toMatch(says);
  });

  it('that cannot be run', async () => {
    const source: OrdersSource = { kind: 'command', argv: ['./no-such-program'], format: 'csv', timeoutUs: 1e6 };
    expect((await read(nowhere, source)).reading.trouble).toMatch(
      /^command `\.\/no-such-program` cannot be run: .*ENOENT/,
    );
  });

  it('that hangs is ended', async () => {
    const { reading } = await read(nowhere, command('ndjson', 'setInterval(() => {}, 1e6)', 200e3));
    expect(reading.trouble).toMatch(/^command `.*` took longer than 200 ms$/);
  });

  it('that is given up is ended with whatever it started', async () => {
    const inner = 'console.log(JSON.stringify({ key: process.pid, n: 1 })); setInterval(() => {}, 1e6)';
    const outer = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(inner)}], { stdio: "inherit" }); setInterval(() => {}, 1e6)`;
    const giveUp = new AbortController();
    let pid = 0;
    const books = { spec: SPEC, source: command('ndjson', outer), seams: { ...nowhere, signal: giveUp.signal } };
    await readOrders(books, ({ key }) => {
      pid = Number(key);
      giveUp.abort();
    });
    await expect.poll(() => isRunning(pid)).toBe(false);
  });

  it('that writes too much is ended, and its rows are what is wrong', async () => {
    const code = 'const f = () => process.stdout.write(\'{"key":"a","n":1}\\n\'.repeat(100), f); f()';
    expect((await read(nowhere, command('ndjson', code))).reading.trouble).toBe(
      'the export has more than 1000 rows (`audit.rows`)',
    );
  });

  it('runs beside the profile and can be interrupted', async () => {
    const giveUp = new AbortController();
    setTimeout(() => giveUp.abort(), 300);
    const { reading } = await read(
      { ...nowhere, signal: giveUp.signal },
      command('json', 'setInterval(() => {}, 1e6)'),
    );
    expect(reading.trouble).toBe('the reading was interrupted');
    const where = await read(nowhere, command('ndjson', 'console.log(JSON.stringify({ key: process.cwd(), n: 1 }))'));
    expect(where.keys).toEqual([folder]);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // Dead, and nobody was there to be told.
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

describe('stock', () => {
  const source = (more: Partial<StockSource>): StockSource => ({
    step: { ...STEP, name: 'stock', path: '/stock' },
    items: '$',
    ...more,
  });
  const stockOf = async (body: string, more: Partial<StockSource> = {}, status = 200) => {
    const shop = await shopThat((_, response) => {
      response.statusCode = status;
      response.end(body);
    });
    return readStock(source(more), shop, 30e6);
  };

  it.each<[string, Partial<StockSource>, object]>([
    ['{"a":3,"b":"-1"}', {}, { a: { available: 3 }, b: { available: -1 } }],
    ['{"d":{"a":{"n":3,"r":1}}}', { items: 'd', available: 'n', reserved: 'r' }, { a: { available: 3, reserved: 1 } }],
    ['[{"s":"a","n":3},{"s":7,"n":0}]', { sku: 's', available: 'n' }, { 7: { available: 0 }, a: { available: 3 } }],
    ['{"__proto__":2}', {}, Object.fromEntries([['__proto__', { available: 2 }]])],
  ])('%s', async (body, more, levels) => {
    expect(await stockOf(body, more)).toEqual({ levels, trouble: '' });
  });

  it.each<[string, Partial<StockSource>, string]>([
    ['{"a":"many"}', {}, '`a` has no level: "many"'],
    ['{"a":{"n":1}}', { available: 'n', reserved: 'r' }, '`a` has no `r`: {"n":1}'],
    ['[{"n":1}]', { sku: 's', available: 'n' }, 'a level names no sku: {"n":1}'],
    ['[{"s":"a","n":1},{"s":"a","n":2}]', { sku: 's', available: 'n' }, '`a` is there twice'],
    ['{}', { items: 'data.stock' }, 'nothing is at `data.stock` of the answer'],
    ['[]', {}, 'no sku is at `$` of the answer'],
    ['<html>', {}, 'the answer is not JSON: <html>'],
  ])('%s is not guessed at', async (body, more, why) => {
    expect(await stockOf(body, more)).toEqual({ levels: undefined, trouble: `the stock could not be read: ${why}` });
  });

  it('that is refused', async () => {
    expect((await stockOf('who are you?', {}, 401)).trouble).toBe(
      'the stock could not be read: step `stock` (GET /stock) answered 401: who are you?',
    );
  });
});
