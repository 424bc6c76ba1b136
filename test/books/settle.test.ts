// Waiting for the books to come to rest, in a time that is only counted.

import { describe, expect, it } from 'vitest';
import type { BookRow } from '../../src/audit/spec.ts';
import type { BooksSeams } from '../../src/books/seams.ts';
import { readBooks } from '../../src/books/settle.ts';
import type { ControlAnswer } from '../../src/drive/control.ts';
import type { BooksSpec, OrdersSource } from '../../src/order/books.ts';
import type { StepSpec } from '../../src/order/spec.ts';

const STEP: StepSpec = { name: 'orders', method: 'GET', path: '/orders', headers: [], body: { kind: 'none' } };

/** The number of rows that each reading finds (the last goes on), and what a reading costs. */
function shopWith(counts: readonly (number | 'down')[], { tookUs = 0, header = true } = {}) {
  let nowUs = 0;
  let readings = 0;
  const slept: number[] = [];
  const send = async (): Promise<ControlAnswer> => {
    const count = counts[Math.min(readings++, counts.length - 1)]!;
    nowUs += tookUs;
    const rows = count === 'down' ? 0 : count;
    return {
      status: count === 'down' ? 503 : 200,
      headers: { get: (name) => (header && name === 'x-total' ? String(rows) : undefined), all: () => [] },
      body: (async function* () {
        for (let i = 0; i < rows; i++) yield Buffer.from(`{"key":"order-${i}"}\n`);
      })(),
      drop: () => {},
    };
  };
  const seams: BooksSeams = {
    plane: { send, ask: () => Promise.reject(new Error('no stock here')) },
    folder: '.',
    sleep: async (us) => {
      slept.push(us);
      nowUs += us;
    },
    nowUs: () => nowUs,
  };
  return { seams, slept, readings: () => readings };
}

const source = (count?: string): OrdersSource => ({
  kind: 'http',
  step: STEP,
  format: 'ndjson',
  items: '$',
  paging: { kind: 'none' },
  ...(count === undefined ? {} : { count }),
});
const SPEC: BooksSpec = {
  orders: source('header:x-total'),
  fields: { key: 'key' },
  confirmed: [],
  reserved: [],
  soldOut: [],
  foreign: 'refuse',
  settleUs: 10e6,
  pollUs: 1e6,
  timeoutUs: 60e6,
  maxRows: 100,
};

/** Keeps the rows of the reading that stands, of which so many are wanted as confirmed. */
function taker(accepted: number) {
  let kept: BookRow[] = [];
  const of = (wanted: BookRow['status']) => kept.filter(({ status }) => status === wanted).length;
  const begin = () => {
    const rows: BookRow[] = [];
    const keep = () => {
      kept = rows;
    };
    return { take: (row: BookRow) => void rows.push({ ...row }), keep };
  };
  const open = () => ({ missing: Math.max(0, accepted - of('confirmed')), reserved: of('reserved') });
  return { to: { begin, open }, taken: () => kept, of };
}

async function read(seams: BooksSeams, spec: Partial<BooksSpec> = {}) {
  const { to, taken } = taker(0);
  const books = await readBooks({ ...SPEC, ...spec }, seams, to);
  return { ...books, reading: books.reading!, keys: taken().length };
}

describe('the books', () => {
  it('are read once two counts in a row are equal, and every row is handed over once', async () => {
    const { seams, slept } = shopWith([3, 5, 5]);
    const { reading, keys } = await read(seams);
    expect(reading).toMatchObject({ polls: [3, 5, 5], rows: 5, claimed: 5, trouble: '', tookUs: 2e6 });
    expect(keys).toBe(5);
    expect(slept).toEqual([1e6, 1e6]);
  });

  it('are counted by reading them where they do not tell their number', async () => {
    const { seams, readings } = shopWith([2, 4, 4], { header: false });
    const { reading, keys } = await read(seams, { orders: source() });
    expect(reading).toMatchObject({ polls: [2, 4, 4], rows: 4, trouble: '' });
    expect([keys, readings()]).toEqual([4, 4]);
  });

  it('that never come to rest are given up, and not read', async () => {
    const { seams, slept } = shopWith(Array.from({ length: 99 }, (_, i) => i));
    const { reading, keys } = await read(seams);
    expect(reading.trouble).toBe('the books did not come to rest within 10 s: … 6, 7, 8, 9, 10 rows');
    expect([keys, reading.rows, slept.length]).toEqual([0, 0, 10]);
  });

  it('of a slow shop are not polled beyond the time there is', async () => {
    const { seams, slept } = shopWith([1, 2, 3, 4, 5, 6, 7, 8, 9], { tookUs: 3e6 });
    const { reading } = await read(seams);
    expect(reading.trouble).toContain('did not come to rest');
    expect(slept).toHaveLength(2);
  });

  it('may need a moment before they can be read at all', async () => {
    const { seams } = shopWith(['down', 'down', 3, 3]);
    expect((await read(seams)).reading).toMatchObject({ polls: [3, 3], rows: 3, trouble: '' });
  });

  it('that can never be read say why', async () => {
    const { seams, slept } = shopWith(['down']);
    expect((await read(seams)).reading.trouble).toBe('step `orders` (GET /orders) answered 503');
    expect(slept).toHaveLength(10);
  });

  it('that move again while they are read are not whole', async () => {
    const { seams } = shopWith([3, 3, 4]);
    const { reading } = await read(seams);
    expect(reading.trouble).toBe('the books held 3 rows when they had come to rest, and 4 when they were read');
  });

  it('are left alone after an interruption', async () => {
    const giveUp = new AbortController();
    const { seams, readings } = shopWith([1, 2, 3, 4]);
    const sleep = async () => giveUp.abort();
    const { reading } = await read({ ...seams, sleep, signal: giveUp.signal });
    expect(reading.trouble).toBe('the reading was interrupted');
    expect(readings()).toBe(2);
  });

  it('are not at rest while the stock still changes, though no row comes or goes', async () => {
    const { seams } = shopWith([2]);
    const levels = [5, 4, 3, 3, 3];
    const ask = async () => ({
      ...{ sentUs: 0, doneUs: 0, failure: undefined, detail: '', status: 200, bodyTruncated: false },
      headers: { get: () => undefined },
      body: Buffer.from(JSON.stringify({ phone: levels.shift() })),
    });
    const stock = { step: STEP, items: '$' };
    const books = await read({ ...seams, plane: { ...seams.plane, ask } }, { stock });
    expect(books.reading).toMatchObject({ polls: [2, 2, 2, 2], rows: 2, trouble: '' });
    expect(books.stock).toEqual({ phone: { available: 3 } });
    let nth = 0;
    const moving = { ...seams.plane, ask: async () => ({ ...(await ask()), body: Buffer.from(`{"phone":${nth++}}`) }) };
    const { reading } = await read({ ...seams, plane: moving }, { stock });
    expect(reading.trouble).toBe('the books did not come to rest within 10 s: the stock still changes');
  });

  it('without orders are the stock alone, and what is wrong with it is told', async () => {
    const { seams } = shopWith([1]);
    const stock = { step: STEP, items: '$' };
    const books = await readBooks({ ...SPEC, orders: undefined, stock }, seams, taker(0).to);
    expect(books).toEqual({
      reading: undefined,
      stock: undefined,
      stockTrouble: 'the stock could not be read: no stock here',
    });
  });
});

/** Rows by the time of the reading, of which as many are wanted as there are `accepted`. */
async function readAwaiting(
  rowsAt: (seconds: number, nth: number) => readonly string[] | 'down',
  accepted: number,
  more: Partial<BooksSpec> = {},
) {
  const { seams, slept } = shopWith([]);
  let sent = 0;
  const send = async (): Promise<ControlAnswer> => {
    const rows = rowsAt(seams.nowUs() / 1e6, sent++);
    return {
      status: rows === 'down' ? 503 : 200,
      headers: { get: () => undefined, all: () => [] },
      body: (async function* () {
        if (rows === 'down') return;
        for (const [at, status] of rows.entries()) yield Buffer.from(`{"key":"order-${at}","status":"${status}"}\n`);
      })(),
      drop: () => {},
    };
  };
  const statuses = { fields: { key: 'key', status: 'status' }, confirmed: ['paid'], reserved: ['pending'] };
  const spec = { ...SPEC, orders: source(), ...statuses, settleUs: 30e6, ...more };
  const { to, taken, of } = taker(accepted);
  const { reading } = await readBooks(spec, { ...seams, plane: { ...seams.plane, send } }, to);
  return { reading: reading!, confirmed: of('confirmed'), rows: taken().length, waitedS: slept.length };
}

const rows = (count: number, status = 'paid') => Array.from({ length: count }, () => status);

describe('books that lack accepted orders', () => {
  it('get time to write them down, and what is read in the end is handed over once', async () => {
    const found = await readAwaiting((s) => (s < 4 ? [] : rows(s < 8 ? 2 : 3)), 3);
    expect(found).toMatchObject({ confirmed: 3, rows: 3, waitedS: 9, reading: { rows: 3, trouble: '' } });
  });

  it('get all the time there is while accepted orders are reserved', async () => {
    const found = await readAwaiting((s) => rows(3, s < 25 ? 'pending' : 'paid'), 3);
    expect(found).toMatchObject({ confirmed: 3, waitedS: 25, reading: { trouble: '' } });
    expect(await readAwaiting(() => rows(3, 'pending'), 3)).toMatchObject({ confirmed: 0, waitedS: 30, rows: 3 });
  });

  it('are not waited for longer than the grace where nothing comes, and a whole set of books not at all', async () => {
    expect(await readAwaiting(() => rows(2), 3)).toMatchObject({ confirmed: 2, waitedS: 6, reading: { rows: 2 } });
    expect(await readAwaiting(() => rows(3), 3)).toMatchObject({ confirmed: 3, waitedS: 1 });
    const spoilt = await readAwaiting(() => [...rows(2), ''], 3);
    expect(spoilt).toMatchObject({ waitedS: 1, reading: { malformed: 1 } });
    expect(await readAwaiting(() => rows(2), 3, { settleUs: 60e6 })).toMatchObject({ confirmed: 2, waitedS: 11 });
    expect(await readAwaiting(() => rows(2), 3, { settleUs: 2e6 })).toMatchObject({ confirmed: 2, waitedS: 2 });
  });

  it('are not whole while more still come at the end, unless others buy there too', async () => {
    const trickle = (s: number) => rows(s < 2 ? 1 : s);
    const { reading } = await readAwaiting(trickle, 99, { settleUs: 10e6 });
    expect(reading.trouble).toContain('did not come to rest within 10 s');
    const shared = await readAwaiting(trickle, 99, { settleUs: 10e6, foreign: 'ignore' });
    expect(shared).toMatchObject({ reading: { rows: 10, trouble: '' }, rows: 10, waitedS: 10 });
  });

  it('are not waited for longer because others buy there all the time', async () => {
    const busy = (s: number) => [...rows(2), ...rows(s < 2 ? 1 : Math.ceil(s), 'theirs')];
    const found = await readAwaiting(busy, 3, { foreign: 'ignore' });
    expect(found).toMatchObject({ confirmed: 2, waitedS: 6, reading: { rows: 8, trouble: '' } });
    const late = (s: number) => [...busy(s), ...rows(s < 4 ? 0 : 1)];
    expect(await readAwaiting(late, 3, { foreign: 'ignore' })).toMatchObject({ confirmed: 3, waitedS: 4 });
    // Theirs may come between the count and the reading, too.
    let nth = 0;
    const quick = () => [...rows(3), ...rows(nth++ < 2 ? 1 : 2, 'theirs')];
    expect(await readAwaiting(quick, 3, { foreign: 'ignore' })).toMatchObject({ waitedS: 1, reading: { trouble: '' } });
  });

  it('stay as they were read where they cannot be read again', async () => {
    // Each second two look and, once at rest, one reads: from its fourth request on the shop is down.
    const down = (_: number, nth: number) => (nth < 3 ? rows(2) : 'down');
    expect(await readAwaiting(down, 3)).toMatchObject({
      ...{ confirmed: 2, rows: 2, waitedS: 6 },
      reading: { rows: 2, trouble: '' },
    });
    // It can still be counted.
    const half = (_: number, nth: number) => (nth < 4 || nth % 2 === 1 ? rows(2) : 'down');
    expect(await readAwaiting(half, 3)).toMatchObject({ confirmed: 2, waitedS: 6, reading: { trouble: '' } });
    const busy = (s: number, nth: number) => (half(s, nth) === 'down' ? 'down' : [...rows(2), ...rows(nth, 'theirs')]);
    const shared = (s: number, nth: number) => (nth < 2 ? rows(2) : busy(s, nth));
    expect(await readAwaiting(shared, 3, { foreign: 'ignore' })).toMatchObject({
      ...{ confirmed: 2, waitedS: 6 },
      reading: { trouble: '' },
    });
  });

  it('are not waited for where they were never read', async () => {
    expect(await readAwaiting((_, nth) => (nth < 2 ? rows(2) : 'down'), 3)).toMatchObject({
      ...{ confirmed: 0, waitedS: 1 },
      reading: { trouble: 'step `orders` (GET /orders) answered 503' },
    });
  });

  it('are void where they have changed since, and cannot be read again', async () => {
    const moved = (_: number, nth: number) => (nth < 3 ? rows(2) : nth < 4 ? rows(3) : 'down');
    const { reading, rows: kept, waitedS } = await readAwaiting(moved, 3, { settleUs: 10e6 });
    expect({ kept, waitedS, rows: reading.rows }).toEqual({ kept: 0, waitedS: 10, rows: 0 });
    expect(reading.trouble).toBe('step `orders` (GET /orders) answered 503');
  });

  it('are left as they were read when somebody interrupts the waiting', async () => {
    const giveUp = new AbortController();
    const { seams } = shopWith([2, 2, 2]);
    const { to, taken } = taker(3);
    let polls = 0;
    const sleep = async () => (polls++ === 2 ? giveUp.abort() : undefined);
    const { reading } = await readBooks(SPEC, { ...seams, sleep, signal: giveUp.signal }, to);
    expect([reading!.trouble, reading!.rows, taken().length]).toEqual(['', 2, 2]);
  });
});
