// The built-in shop: a believable checkout over HTTP, so that a run needs nothing but this package. node:http in front,
// SQLite behind, a till in between. Everything it can be made to do is in options.ts.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Server as TcpServer } from 'node:net';
import { Books } from './books.ts';
import { putOnBugs } from './bugs/put-on.ts';
import { Carts } from './carts.ts';
import { checkout, parseOrderId } from './checkout.ts';
import { Commits } from './commits.ts';
import { OrdersExport } from './export.ts';
import { graphql } from './graphql.ts';
import { Refused, type Reply, readJson, refusal, send, wholeNumber } from './http.ts';
import type { Journey } from './journey.ts';
import { nullTarget } from './null.ts';
import { MAX_AMOUNT, type ShopOptions } from './options.ts';
import { type Delay, Payments } from './payments.ts';
import { postCart, postPay, postSession } from './rest-journey.ts';
import { publicOrder } from './row-text.ts';
import { honestSteps, type Till } from './sale.ts';
import { meanServiceMs, seededRandom, serviceSampler, slowdown } from './service.ts';
import { Truth } from './truth.ts';

export type Shop = {
  /** `http://127.0.0.1:8080` */
  url: string;
  port: number;
  /** Takes no more orders, lets those being paid end (2 s at most), closes the books. Idempotent. */
  close(): Promise<void>;
};

/** What the shop takes from the world; tests put their own in. */
export type ShopSeams = {
  /** How a payment passes its time. */
  delay: Delay;
  nowMs: () => number;
  /** Stops the whole process for so many ms, as a garbage collection would. */
  block: (ms: number) => void;
};

/** Longer than any client keeps an idle connection: the client, not the shop, is to close it. */
const KEEP_ALIVE_MS = 120_000;
const BACKLOG = 4096;
const CLOSE_GRACE_MS = 2000;
const CLOSE_SWEEP_MS = 10;
const MAX_FREEZE_MS = 10_000;

const REAL: ShopSeams = {
  // Node's timers cut the fraction off and fire about half a millisecond late; on a machine that is not overloaded the
  // two nearly cancel out, and the knee is within a few percent of its formula (test/bench/shop.ts).
  delay: (ms) => new Promise((done) => setTimeout(done, ms)),
  nowMs: () => Date.now(),
  block: (ms) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  },
};

/** One request to one reply; undefined when it has written the response itself. */
type Handler = (request: IncomingMessage, response: ServerResponse, url: Target) => Reply | Promise<Reply | undefined>;
type Target = { path: string; query: URLSearchParams };
/** What stands behind the doors. */
type House = Till & Journey & { ordersExport: OrdersExport; truth: Truth; forgetBugs: () => void };
type Routes = Record<string, Record<string, Handler>>;

function stockField(value: unknown): number | Record<string, number> | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null) return wholeNumber('BAD_RESET', 'stock', value, 0, MAX_AMOUNT);
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([sku, units]) => [sku, wholeNumber('BAD_RESET', `stock.${sku}`, units, 0, MAX_AMOUNT)]),
  );
}

function routesOf(house: House, seams: ShopSeams): Routes {
  const { books, carts, commits, ordersExport, payments, steps, truth } = house;
  return {
    '/checkout': { POST: (request) => checkout(request, steps) },
    '/session': { POST: (request) => postSession(request, house) },
    '/cart': { POST: (request) => postCart(request, house) },
    '/cart/': { POST: (request, _response, { path }) => postPay(request, house, path) },
    '/graphql': { POST: (request) => graphql(request, house) },
    '/stock': { GET: () => ({ status: 200, body: steps.stock() }) },
    '/catalogue': { GET: () => ({ status: 200, body: books.catalogue() }) },
    '/truth': { GET: () => ({ status: 200, body: truth.tell() }) },
    '/orders': { GET: (_request, response, { query }) => ordersExport.write(query, response) },
    '/orders/': {
      GET: (_request, _response, { path }) => {
        const id = parseOrderId(path.slice('/orders/'.length));
        const row = id === undefined ? undefined : steps.find(id);
        return row ? { status: 200, body: publicOrder(row) } : refusal(404, 'NO_ORDER', 'No such order');
      },
    },
    '/reset': {
      POST: async (request) => {
        const { stock, limit = undefined } = await readJson(request);
        const levels = stockField(stock);
        const units =
          limit === undefined || limit === null ? limit : wholeNumber('BAD_RESET', 'limit', limit, 1, MAX_AMOUNT);
        await commits.submit(() => {
          books.reset({ stock: levels, limit: units });
          carts.clear();
          ordersExport.forget();
          truth.forget();
          house.forgetBugs();
        });
        return { status: 200, body: books.stock() };
      },
    },
    '/health': {
      GET: () => ({ status: 200, body: { status: 'ok', paying: payments.paying, waiting: payments.waiting } }),
    },
    '/freeze': {
      POST: async (request) => {
        const { ms } = await readJson(request);
        const frozenMs = wholeNumber('BAD_FREEZE', 'ms', ms, 1, MAX_FREEZE_MS);
        seams.block(frozenMs);
        return { status: 200, body: { frozenMs } };
      },
    },
  };
}

function targetOf(rawUrl: string): Target {
  const mark = rawUrl.indexOf('?');
  return mark < 0
    ? { path: rawUrl, query: new URLSearchParams() }
    : { path: rawUrl.slice(0, mark), query: new URLSearchParams(rawUrl.slice(mark + 1)) };
}

/** Routes that go on behind their last slash. */
const PREFIXES = ['/orders/', '/cart/'];

async function replyTo(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<Reply | undefined> {
  const target = targetOf(request.url ?? '/');
  const prefix = PREFIXES.find((prefix) => target.path.startsWith(prefix));
  const methods = Object.hasOwn(routes, target.path) ? routes[target.path] : routes[prefix ?? ''];
  const handler = methods?.[request.method ?? ''];
  if (!methods) return refusal(404, 'NO_ROUTE', `No route ${target.path}`);
  if (!handler) {
    const allow = Object.keys(methods).join(', ');
    return { ...refusal(405, 'WRONG_METHOD', `Expected ${allow}`), headers: { allow } };
  }
  return handler(request, response, target);
}

function answerWith(routes: Routes): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    let reply: Reply | undefined;
    try {
      reply = await replyTo(routes, request, response);
    } catch (error) {
      reply = error instanceof Refused ? error.reply : refusal(500, 'INTERNAL', String(error));
    }
    if (!reply) return;
    // A broken export cannot be mended by an answer after its head; cutting it off tells the reader.
    if (response.headersSent) response.destroy();
    else send(response, reply);
  };
}

function paymentTimes({ service, contention }: ShopOptions, random: () => number): (running: number) => number {
  const drawMs = serviceSampler(service, random);
  return (running) => drawMs() * slowdown(contention, running);
}

type Doors = { server: TcpServer; close: () => Promise<void>; books: Books | undefined };

function openDoors(options: ShopOptions, seams: ShopSeams): Doors {
  if (options.nullTarget) return { ...nullTarget(), books: undefined };
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS });
  const books = new Books(options, seams.nowMs);
  const random = seededRandom(options.seed);
  const declined = seededRandom(options.seed ^ 0x5bd1e995);
  const till: Till = {
    books,
    commits: new Commits(books),
    payments: new Payments(options.payments, paymentTimes(options, random), seams.delay),
    isDeclined: () => declined() < options.declineShare,
  };
  const truth = new Truth();
  const tools = { books, truth, delay: seams.delay, meanServiceMs: meanServiceMs(options.service) };
  const { steps, forget } = putOnBugs(options.bugs, honestSteps(till), tools);
  const ordersExport = new OrdersExport(books, { fault: options.exportFault, nowMs: seams.nowMs });
  const house: House = { ...till, carts: new Carts(), steps, ordersExport, truth, forgetBugs: forget };
  server.on('request', answerWith(routesOf(house, seams)));
  return { server, close: () => closeDoors(server), books };
}

/** Opens the shop on `options.host`. Rejects with the system's error when the port or the database file cannot be had. */
export async function startShop(options: ShopOptions, seams: Partial<ShopSeams> = {}): Promise<Shop> {
  const { server, close, books } = openDoors(options, { ...REAL, ...seams });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.host, port: options.port, backlog: BACKLOG }, resolve);
  }).catch((error: unknown) => {
    books?.close();
    throw error;
  });
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${host}:${port}`,
    port,
    close: () => {
      closing ??= close().then(() => books?.close());
      return closing;
    },
  };
}

/** server.close() ends the connections that are idle now; the sweep ends each of the others once it has its answer. */
async function closeDoors(server: Server): Promise<void> {
  const sweep = setInterval(() => server.closeIdleConnections(), CLOSE_SWEEP_MS);
  const force = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  await new Promise<void>((closed) => server.close(() => closed()));
  clearInterval(sweep);
  clearTimeout(force);
}
