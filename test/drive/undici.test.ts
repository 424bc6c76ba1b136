// The contract, and what only this driver does: HTTP/2, and what undici would do if it were let (send again).

import { constants } from 'node:http2';
import { describe, expect, it } from 'vitest';
import { makeUndiciDriver } from '../../src/drive/undici.ts';
import { type Http2Script, type Http2TestServer, http2Server } from '../support/http2-server.ts';
import { testProxy } from '../support/proxy.ts';
import { answerOf, closedPort, type ScriptedServerOptions, scriptedServer } from '../support/scripted-server.ts';
import { describeDriver } from './contract.ts';
import {
  cleanUp,
  eventually,
  type Harness,
  type HarnessOptions,
  harness,
  keyOf,
  nowUs,
  pem,
  requestTemplate,
} from './harness.ts';

describeDriver('undici', makeUndiciDriver);

const server = { cert: pem('server'), key: pem('server-key') };
const trusted = { ca: pem('ca'), insecure: false };
const created: Http2Script = ({ stream }) => {
  stream.respond({ ':status': 201, 'content-type': 'application/json', 'x-shop': 'a' });
  stream.end('{"id":7}');
};

type ServerOptions = Parameters<typeof http2Server>[1];

async function over2(
  script: Http2Script,
  options: Partial<HarnessOptions> = {},
  serverOptions: ServerOptions = { tls: server },
): Promise<{ s: Http2TestServer; h: Harness }> {
  const s = await http2Server(script, serverOptions);
  cleanUp(s.close);
  return { s, h: harness(makeUndiciDriver, { origin: s.origin, http: '2', tls: trusted, ...options }) };
}

const range = (count: number): number[] => [...Array(count).keys()];
const keysSeen = (s: Http2TestServer): string[] => s.streams.map((seen) => seen.key);

describe('undici: HTTP/2', () => {
  it.each([
    ['over TLS', { tls: server }],
    ['over plain TCP, with prior knowledge', {}],
  ])('sends and reads %s', async (_how, serverOptions) => {
    const { s, h } = await over2(created, {}, serverOptions);
    const answer = await h.ask(1);
    expect(answer).toMatchObject({ status: 201, body: '{"id":7}', failure: undefined });
    expect(answer.header('x-shop')).toBe('a');
    expect(answer.sentUs).toBeGreaterThanOrEqual(answer.firedUs);
    expect(answer.doneUs).toBeGreaterThanOrEqual(answer.sentUs);
    expect(s.streams).toMatchObject([{ key: keyOf(1), body: '{"order":1}' }]);
    expect(s.streams[0]!.headers).toMatchObject({ ':method': 'POST', ':path': '/checkout', 'content-length': '11' });
  });

  it('closes the stream of a shopper who leaves, once it is written, and keeps the connection of the others', async () => {
    const body = 'x'.repeat(20_000);
    const closed: number[] = [];
    const held: Parameters<Http2Script>[0][] = [];
    const { s, h } = await over2(
      (seen) => {
        seen.stream.once('close', () => closed.push(seen.stream.rstCode));
        held.push(seen);
      },
      { template: requestTemplate('POST', () => body) },
    );
    h.fire(0);
    await eventually(() => held.length === 1);
    expect(await h.leave(1)).toMatchObject({ failure: 'cut', status: 0 });
    await eventually(() => closed.length === 1);
    expect(s.streams.map(({ key, body: { length } }) => [key, length])).toEqual([
      [keyOf(0), 20_000],
      [keyOf(1), 20_000],
    ]);
    created(held[0]!, 1);
    expect(await h.answerTo(0)).toMatchObject({ status: 201, failure: undefined });
    h.fire(2);
    await eventually(() => held.length === 3);
    created(held[2]!, 3);
    expect(await h.answerTo(2)).toMatchObject({ status: 201 });
    expect(s.accepted()).toBe(1);
    expect(h.answers).toHaveLength(3);
  });

  it('shares one connection between orders in flight', async () => {
    const { s, h } = await over2(() => {});
    for (const seq of range(30)) expect(h.fire(seq)).toBe(true);
    await eventually(() => s.streams.length === 30);
    expect(s.accepted()).toBe(1);
    for (const seen of s.streams) created(seen, 0);
    const answers = await h.answered(30);
    expect(answers.every((answer) => answer.status === 201)).toBe(true);
    expect(h.driver.counters).toMatchObject({ opened: 1, openMax: 1, waiting: 0 });
  });

  it('opens another only when the streams the server allows are taken, up to the cap', async () => {
    const settings = { maxConcurrentStreams: 3 };
    const { s, h } = await over2(() => {}, { connections: 2 }, { tls: server, settings });
    for (const seq of range(8)) h.fire(seq);
    await eventually(() => s.streams.length === 6);
    expect(s.accepted()).toBe(2);
    expect(h.driver.counters).toMatchObject({ open: 2, waiting: 2 });
    for (const seen of s.streams.slice(0, 2)) created(seen, 0);
    await eventually(() => s.streams.length === 8);
    for (const seen of s.streams.slice(2)) created(seen, 0);
    await h.answered(8);
    expect(new Set(keysSeen(s)).size).toBe(8);
    expect(h.driver.counters).toMatchObject({ opened: 2, waiting: 0 });
  });

  it('opens a fresh connection for every order when told to', async () => {
    const { s, h } = await over2(created, { connection: 'fresh' });
    for (const seq of range(3)) expect((await h.ask(seq)).status).toBe(201);
    expect(s.accepted()).toBe(3);
    await eventually(() => s.sessions.size === 0 && h.driver.counters.open === 0);
  });

  it('never sends an order again after REFUSED_STREAM', async () => {
    const { s, h } = await over2(({ stream }) => stream.close(constants.NGHTTP2_REFUSED_STREAM));
    expect(await h.ask(1)).toMatchObject({ failure: 'reset', detail: 'REFUSED_STREAM' });
    expect((await h.ask(2)).failure).toBe('reset');
    expect(keysSeen(s)).toEqual([keyOf(1), keyOf(2)]);
  });

  it.each([
    ['POST', undefined],
    ['GET', requestTemplate('GET')],
  ])('never sends a %s again after GOAWAY, and lets the accepted ones end', async (_method, template) => {
    const { s, h } = await over2(() => {}, template ? { template } : {});
    for (const seq of [1, 2, 3]) h.fire(seq);
    await eventually(() => s.streams.length === 3);
    const [first] = s.streams;
    // Stream 1 is accepted, the later ones are not: undici would send those again on a connection of its own.
    first!.session.goaway(constants.NGHTTP2_NO_ERROR, first!.stream.id!);
    await new Promise((seen) => first!.session.ping(seen));
    h.fire(4);
    await eventually(() => s.streams.length === 4);
    created(s.streams[3]!, 0);
    expect((await h.answerTo(4)).status).toBe(201);
    created(first!, 0);
    await h.answered(4);
    expect((await h.answerTo(1)).status).toBe(201);
    expect((await h.answerTo(3)).failure).toMatch(/^reset/);
    expect((await h.answerTo(2)).failure).toMatch(/^reset/);
    expect((await h.answerTo(2)).detail).toContain('GOAWAY');
    expect(keysSeen(s)).toEqual([1, 2, 3, 4].map(keyOf));
    expect(s.accepted()).toBe(2);
  });

  it('resets all orders of a connection that breaks, and goes on with another', async () => {
    const { s, h } = await over2(() => {});
    for (const seq of range(5)) h.fire(seq);
    await eventually(() => s.streams.length === 5);
    s.streams[0]!.session.destroy();
    await h.answered(5);
    for (const answer of h.answers) {
      expect(answer.failure).toBe('reset');
      expect(answer.sentUs).not.toBeNaN();
    }
    h.fire(9);
    await eventually(() => s.streams.length === 6);
    created(s.streams[5]!, 0);
    expect((await h.answerTo(9)).status).toBe(201);
    expect(new Set(keysSeen(s)).size).toBe(6);
  });

  it('gives up one late order, lets its neighbours end, and then leaves the connection', async () => {
    const { s, h } = await over2(() => {});
    // The timeout is 10 s: the first has 50 ms left of it, its neighbour all.
    h.fire(1, nowUs() - 9.95e6);
    await eventually(() => s.streams.length === 1);
    h.fire(2);
    await eventually(() => s.streams.length === 2);
    expect(await h.answerTo(1)).toMatchObject({ failure: 'timeout' });
    created(s.streams[1]!, 0);
    expect((await h.answerTo(2)).status).toBe(201);
    h.fire(3);
    await eventually(() => s.streams.length === 3);
    created(s.streams[2]!, 0);
    expect((await h.answerTo(3)).status).toBe(201);
    expect(s.accepted()).toBe(2);
  });

  it('gives up a body and a head that are too large without touching the neighbours', async () => {
    const { s, h } = await over2(() => {}, { maxHeadBytes: 2000 });
    for (const seq of [1, 2, 3]) h.fire(seq);
    await eventually(() => s.streams.length === 3);
    s.streams[0]!.stream.respond({ ':status': 200 });
    s.streams[0]!.stream.end('x'.repeat(200_000));
    s.streams[1]!.stream.respond({ ':status': 200, 'x-much': 'y'.repeat(3000) });
    s.streams[1]!.stream.end();
    expect(await h.answerTo(1)).toMatchObject({ failure: 'too-large', detail: 'body' });
    expect(await h.answerTo(2)).toMatchObject({ failure: 'too-large', detail: 'head' });
    created(s.streams[2]!, 0);
    expect((await h.answerTo(3)).status).toBe(201);
    expect(s.accepted()).toBe(1);
  });

  it('calls a body of another length than announced unreadable', async () => {
    const { h } = await over2(({ stream }) => {
      stream.respond({ ':status': 200, 'content-length': 10 });
      stream.end('short');
    });
    expect((await h.ask(1)).failure).toBe('unreadable');
  });

  it('says when the server speaks HTTP/1.1 only', async () => {
    const old = await scriptedServer((connection) => connection.send(answerOf(201)), { tls: server });
    cleanUp(old.close);
    const h = harness(makeUndiciDriver, { origin: old.origin, http: '2', tls: trusted });
    const answer = await h.ask(1);
    expect(answer).toMatchObject({ failure: 'connect-error', sentUs: Number.NaN });
    expect(answer.detail).toContain('HTTP/2');
    expect(old.requests).toEqual([]);
  });

  it('reports everything in hand when it is closed', async () => {
    const { s, h } = await over2(() => {});
    for (const seq of range(4)) h.fire(seq);
    await eventually(() => s.streams.length === 4);
    await h.driver.close();
    expect(h.answers.map((answer) => answer.failure)).toEqual(Array(4).fill('abandoned'));
    await eventually(() => s.sessions.size === 0);
  });
});

describe('undici: through a proxy', () => {
  const proxied = async (says?: string) => {
    const proxy = await testProxy(says);
    cleanUp(proxy.close);
    return proxy;
  };
  const answering = async (options: ScriptedServerOptions = {}) => {
    const target = await scriptedServer((connection) => connection.send(answerOf(201, '{"id":7}')), options);
    cleanUp(target.close);
    return target;
  };

  it('keeps a tunnel for orders that follow each other, and tells what it cost to the first', async () => {
    const [proxy, target] = [await proxied(), await answering()];
    const h = harness(makeUndiciDriver, { origin: target.origin, proxy: proxy.url });
    const first = await h.ask(1);
    expect(first).toMatchObject({ status: 201, body: '{"id":7}', failure: undefined });
    expect(first.connectUs).toBeGreaterThan(0);
    expect(await h.ask(2)).toMatchObject({ status: 201, connectUs: Number.NaN });
    expect(proxy.asked).toEqual([`127.0.0.1:${target.port}`]);
    expect(target.requests.map(({ key, path }) => [key, path])).toEqual([
      [keyOf(1), '/checkout'],
      [keyOf(2), '/checkout'],
    ]);
  });

  it.each([
    ['keep-alive', 1],
    ['fresh', 3],
  ] as const)('shakes hands with the target behind it, %s', async (connection, tunnels) => {
    const [proxy, target] = [await proxied(), await answering({ tls: server })];
    const h = harness(makeUndiciDriver, { origin: target.origin, proxy: proxy.url, tls: trusted, connection });
    for (const seq of [1, 2, 3]) expect(await h.ask(seq)).toMatchObject({ status: 201, failure: undefined });
    expect(h.answers[0]!.tlsUs).toBeGreaterThan(0);
    expect(h.answers[0]!.connectUs + h.answers[0]!.tlsUs).toBeLessThanOrEqual(
      h.answers[0]!.sentUs - h.answers[0]!.firedUs,
    );
    expect(proxy.asked).toHaveLength(tunnels);
    await h.driver.close();
    await eventually(() => target.open.size === 0);
  });

  it("holds the target to its certificate, not to the proxy's word", async () => {
    const [proxy, target] = [await proxied(), await answering({ tls: server })];
    const h = harness(makeUndiciDriver, { origin: target.origin, proxy: proxy.url });
    expect(await h.ask(1)).toMatchObject({ failure: 'tls', sentUs: Number.NaN });
    expect(target.requests).toEqual([]);
  });

  it.each([
    ['with TLS', { tls: server }],
    ['without TLS, its server the first to speak', {}],
  ])('speaks HTTP/2 %s', async (_how, options) => {
    const proxy = await proxied();
    const { s, h } = await over2(created, { proxy: proxy.url }, options);
    for (const seq of range(5)) h.fire(seq);
    for (const answer of await h.answered(5)) expect(answer).toMatchObject({ status: 201, failure: undefined });
    expect([s.accepted(), proxy.asked.length]).toEqual([1, 1]);
  });

  it.each([
    ['no', 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n', 'proxy: 407 Proxy Authentication Required'],
    ['something else', '220 ready\r\n\r\n', 'proxy: no answer of HTTP/1'],
    ['too much', 'x'.repeat(20_000), 'proxy: no end of its answer'],
  ])('fails what the proxy says %s to, unsent', async (_what, says, detail) => {
    const [proxy, target] = [await proxied(says), await answering()];
    const h = harness(makeUndiciDriver, { origin: target.origin, proxy: proxy.url });
    expect(await h.ask(1)).toMatchObject({ failure: 'connect-error', detail, sentUs: Number.NaN });
    expect(h.driver.counters.open).toBe(0);
    expect(target.requests).toEqual([]);
  });

  it('fails what a proxy says nothing to, and what no proxy is there for', async () => {
    const silent = await proxied('');
    const target = await answering();
    const h = harness(makeUndiciDriver, { origin: target.origin, proxy: silent.url, connectTimeoutUs: 50e3 });
    expect(await h.ask(1)).toMatchObject({ failure: 'connect-timeout', detail: 'proxy tunnel', sentUs: Number.NaN });
    const none = harness(makeUndiciDriver, { origin: target.origin, proxy: `http://127.0.0.1:${await closedPort()}` });
    expect(await none.ask(1)).toMatchObject({ failure: 'refused', sentUs: Number.NaN });
    expect(target.requests).toEqual([]);
  });
});

describe('undici: HTTP/1.1 in particular', () => {
  it('fails what cannot be sent, and goes on', async () => {
    const s = await scriptedServer((connection) => connection.send(answerOf(201)));
    cleanUp(s.close);
    const template = requestTemplate('POST');
    const render = template.render.bind(template);
    template.render = (sending) =>
      sending.seq % 2 ? { ...render(sending), headers: ['x-bad', 'a\r\nb: c'] } : render(sending);
    const h = harness(makeUndiciDriver, { origin: s.origin, template, connections: 1 });
    const bad = { failure: 'connect-error', sentUs: Number.NaN, detail: 'invalid x-bad header' };
    expect(await h.ask(1)).toMatchObject(bad);
    expect((await h.ask(2)).status).toBe(201);
    // With a connection idle the refusal comes while `fire` is on the stack (the harness objects to a report in there).
    await new Promise((next) => setImmediate(next));
    expect(await h.ask(3)).toMatchObject(bad);
    expect((await h.ask(4)).status).toBe(201);
    expect(s.requests.map((request) => [request.key, request.connection])).toEqual([
      [keyOf(2), 0],
      [keyOf(4), 0],
    ]);
  });

  it('takes another connection when the idle one breaks before a byte was written on it', async () => {
    const s = await scriptedServer((connection) => connection.send(answerOf(201)));
    cleanUp(s.close);
    const h = harness(makeUndiciDriver, { origin: s.origin, connections: 1 });
    await h.ask(1);
    await new Promise((next) => setImmediate(next));
    // The reset is in the kernel at once; undici looks at the socket before it writes.
    for (const connection of s.open) connection.reset();
    expect(await h.ask(2)).toMatchObject({ status: 201, failure: undefined });
    expect(s.requests.map((request) => [request.key, request.connection])).toEqual([
      [keyOf(1), 0],
      [keyOf(2), 1],
    ]);
    expect(h.driver.counters).toMatchObject({ opened: 2, openMax: 1 });
  });

  it('calls a 100 nobody asked for unreadable: undici breaks the connection off', async () => {
    const s = await scriptedServer((connection) => connection.send(`HTTP/1.1 100 Continue\r\n\r\n${answerOf(201)}`));
    cleanUp(s.close);
    expect((await harness(makeUndiciDriver, { origin: s.origin }).ask(1)).failure).toBe('unreadable');
  });
});
