// What every driver must do, over HTTP/1.1, with and without TLS: `describeDriver(name, make)` in the driver's own test.
// A server that is scripted byte by byte is the other side; outcomes and their order are asserted, never durations
// (but for a lower bound: a timeout never fires early).

import { createServer, type TLSSocket } from 'node:tls';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MakeDriver } from '../../src/drive/driver.ts';
import type { AnswerHeaders } from '../../src/order/answer.ts';
import { codeHttp1, codeRequest } from '../../src/order/code-request.ts';
import type { Template } from '../../src/order/spec.ts';
import {
  answerOf,
  chunkedAnswerOf,
  closedPort,
  type Script,
  type ScriptedConnection,
  type ScriptedServer,
  type ScriptedServerOptions,
  scriptedServer,
} from '../support/scripted-server.ts';
import {
  cleanUp,
  DEFAULTS,
  eventually,
  type Harness,
  type HarnessOptions,
  harness,
  keyOf,
  nowUs,
  POST,
  pem,
  type Reported,
  requestTemplate,
} from './harness.ts';

const CREATED = answerOf(201, '{"id":7}', { 'content-type': 'application/json' });
const answering =
  (bytes: string): Script =>
  (connection) =>
    connection.send(bytes);

export function describeDriver(name: string, make: MakeDriver): void {
  const against = async (
    script: Script,
    options: Partial<HarnessOptions> = {},
    serverOptions: ScriptedServerOptions = {},
  ): Promise<{ server: ScriptedServer; h: Harness }> => {
    const server = await scriptedServer(script, serverOptions);
    cleanUp(server.close);
    return { server, h: harness(make, { origin: server.origin, ...options }) };
  };

  const askOne = async (
    script: Script,
    options: Partial<HarnessOptions> = {},
    serverOptions: ScriptedServerOptions = {},
  ): Promise<{ answer: Reported; server: ScriptedServer; h: Harness }> => {
    const { server, h } = await against(script, options, serverOptions);
    return { answer: await h.ask(1), server, h };
  };

  const expectWritten = (answer: Reported): void => {
    expect(answer.sentUs).toBeGreaterThanOrEqual(answer.firedUs);
    expect(answer.doneUs).toBeGreaterThanOrEqual(answer.sentUs);
  };

  describe(`${name}: answers`, () => {
    it('reports status, headers, body and times, and sends the request as rendered', async () => {
      const bytes = answerOf(201, '{"id":7}', { 'content-type': 'application/json', 'X-Shop': 'a\r\nx-shop: b' });
      const { answer, server } = await askOne(answering(bytes));
      expect(answer).toMatchObject({ status: 201, failure: undefined, body: '{"id":7}', truncated: false });
      expect(answer.header('content-type')).toBe('application/json');
      expect(answer.header('x-shop')).toBe('a, b');
      expect(answer.header('location')).toBeUndefined();
      expect(answer.header('constructor')).toBeUndefined();
      expectWritten(answer);
      expect(server.requests).toMatchObject([
        { key: keyOf(1), method: 'POST', path: '/checkout', body: '{"order":1}' },
      ]);
    });

    it.each([
      ['with a content-length', CREATED],
      ['in chunks', chunkedAnswerOf(201, '{"id":7}', 3)],
      [
        'in chunks with extensions and trailers',
        'HTTP/1.1 201 Created\r\nTransfer-Encoding: Chunked\r\n\r\n3;a=b;c="d"\r\n{"i\r\n5\r\nd":7}\r\n0\r\nx-sum: 1\r\nx-more: 2\r\n\r\n',
      ],
      [
        'after interim answers',
        `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n${CREATED}`,
      ],
    ])('reads an answer %s whole, split at every byte, or in halves', async (_how, bytes) => {
      for (const size of [bytes.length, 1, Math.ceil(bytes.length / 2)]) {
        const { answer } = await askOne((connection) => connection.drip(bytes, size));
        expect(answer).toMatchObject({ status: 201, body: '{"id":7}', failure: undefined });
      }
    });

    it('reads a body that ends with the connection', async () => {
      const { answer } = await askOne((connection) => connection.end('HTTP/1.1 200 OK\r\n\r\nto the end'));
      expect(answer).toMatchObject({ status: 200, body: 'to the end', failure: undefined });
    });

    it.each([204, 304])('takes %i without a body and keeps the connection', async (status) => {
      const { h, server } = await against(answering(`HTTP/1.1 ${status} None\r\n\r\n`));
      expect(await h.ask(1)).toMatchObject({ status, body: '', failure: undefined });
      expect(await h.ask(2)).toMatchObject({ status, failure: undefined });
      expect(server.accepted()).toBe(1);
    });

    it.each([
      ['HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok', [0, 1]],
      [
        'HTTP/1.0 that keeps the connection',
        'HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\nok',
        [0, 0],
      ],
      ['an announced end', 'HTTP/1.1 200 OK\r\nConnection: foo, Close\r\ncontent-length: 2\r\n\r\nok', [0, 1]],
      ['no body', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', [0, 0]],
      ['no reason', 'HTTP/1.1 200\r\ncontent-length: 2\r\n\r\nok', [0, 0]],
    ])('takes an answer with %s, and the connection as it says', async (_what, bytes, connections) => {
      const { h, server } = await against(answering(bytes));
      for (const seq of [1, 2]) expect(await h.ask(seq)).toMatchObject({ status: 200, failure: undefined });
      expect(server.requests.map((request) => request.connection)).toEqual(connections);
    });

    it('takes no second answer that comes with the first for that of the next order', async () => {
      const wrong = answerOf(500, 'not asked for');
      const { h, server } = await against(answering(CREATED + wrong));
      for (const seq of [1, 2]) expect(await h.ask(seq)).toMatchObject({ status: 201, failure: undefined });
      expect(server.requests.map((request) => request.connection)).toEqual([0, 1]);
    });

    it('drops a connection on which something comes that nobody asked for', async () => {
      const { h, server } = await against(answering(CREATED));
      await h.ask(1);
      for (const connection of server.open) connection.send(answerOf(408));
      await eventually(() => h.driver.counters.open === 0);
      expect(await h.ask(2)).toMatchObject({ status: 201 });
      expect(server.requests.map((request) => request.connection)).toEqual([0, 1]);
    });

    it('keeps an answer whole while the next order is fired from within it', async () => {
      const server = await scriptedServer((connection, { key }) =>
        connection.send(answerOf(201, `for ${key}`, { 'x-shop': key })),
      );
      cleanUp(server.close);
      const seen: string[] = [];
      const driver = make(
        { ...DEFAULTS, origin: server.origin, connections: 1 },
        {
          templates: [POST],
          nowUs,
          onAnswer: (attempt, answer) => {
            const { seq } = attempt;
            if (seq < 5) driver.fire({ seq: seq + 1, step: 0, dueUs: 0, firedUs: nowUs() });
            seen.push(`${answer.status} ${answer.headers.get('x-shop')} ${Buffer.from(answer.body)}`);
          },
        },
      );
      cleanUp(() => driver.close());
      driver.fire({ seq: 0, step: 0, dueUs: 0, firedUs: nowUs() });
      await eventually(() => seen.length === 6);
      expect(seen).toEqual([0, 1, 2, 3, 4, 5].map((seq) => `201 ${keyOf(seq)} for ${keyOf(seq)}`));
    });

    it('keeps the headers of each answer apart for one who looks at them later', async () => {
      const server = await scriptedServer((connection, { key }) =>
        connection.send(answerOf(201, '', { 'X-Shop': `${key}\r\nx-shop: again` })),
      );
      cleanUp(server.close);
      const kept: (AnswerHeaders | undefined)[] = [];
      const driver = make(
        { ...DEFAULTS, origin: server.origin, connections: 1 },
        { templates: [POST], nowUs, onAnswer: (_attempt, answer) => kept.push(answer.headers.kept?.()) },
      );
      cleanUp(() => driver.close());
      for (const seq of [0, 1, 2]) driver.fire({ seq, step: 0, dueUs: 0, firedUs: nowUs() });
      await eventually(() => kept.length === 3);
      expect(kept.map((headers) => headers?.get('x-shop'))).toEqual([0, 1, 2].map((seq) => `${keyOf(seq)}, again`));
      expect(kept[0]?.get('constructor')).toBeUndefined();
    });

    it('sends what comes with the order where its template says so', async () => {
      const template: Template = { method: 'POST', render: ({ request }) => request!, http1: codeHttp1 };
      const server = await scriptedServer(answering(CREATED));
      cleanUp(server.close);
      let answered = 0;
      const driver = make(
        { ...DEFAULTS, origin: server.origin, connections: 1 },
        { templates: [template], nowUs, onAnswer: () => answered++ },
      );
      cleanUp(() => driver.close());
      const requests = [
        codeRequest(
          { method: 'PUT', path: '/é?a=b c', base: '/shop' },
          { json: { name: 'Łódź' }, headers: { 'x-a': 'ü' } },
        ),
        codeRequest({ method: 'GET', path: '/', base: '' }),
        codeRequest({ method: 'POST', path: '/', base: '' }),
      ];
      for (const [seq, request] of requests.entries())
        driver.fire({ seq, step: 0, dueUs: 0, firedUs: nowUs(), request });
      await eventually(() => answered === 3);
      const bytes = (text: string): string => Buffer.from(text).toString('latin1');
      expect(server.requests).toMatchObject([
        {
          method: 'PUT',
          path: '/shop/%C3%A9?a=b%20c',
          body: bytes('{"name":"Łódź"}'),
          headers: { 'x-a': bytes('ü'), 'content-type': 'application/json' },
        },
        { method: 'GET', path: '/', body: '' },
        { method: 'POST', path: '/', body: '', headers: { 'content-length': '0' } },
      ]);
    });

    it('takes an answer to HEAD that names a length and has no body', async () => {
      const head = 'HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n';
      const { answer } = await askOne(answering(head), { template: requestTemplate('HEAD') });
      expect(answer).toMatchObject({ status: 200, body: '', failure: undefined });
    });

    it('takes an answer that comes before the request is fully sent', async () => {
      const template = requestTemplate('POST', () => 'x'.repeat(4_000_000));
      const { answer } = await askOne(() => {}, { template }, { onHead: (connection) => connection.send(CREATED) });
      expect(answer).toMatchObject({ status: 201, failure: undefined });
    });

    it('keeps the first bytes of a body and says that there were more', async () => {
      const body = Array.from({ length: 9000 }, (_, i) => String.fromCharCode(97 + (i % 26))).join('');
      const { answer } = await askOne((connection) => connection.drip(answerOf(200, body), 700), {
        captureBytes: 1500,
      });
      expect(answer).toMatchObject({ status: 200, truncated: true, failure: undefined, body: body.slice(0, 1500) });
      const { answer: fits } = await askOne(answering(answerOf(200, body)), { captureBytes: 9000 });
      expect(fits).toMatchObject({ truncated: false, body });
    });
  });

  describe(`${name}: connections`, () => {
    it('keeps one alive for orders that follow each other', async () => {
      const { h, server } = await against(answering(CREATED));
      for (let seq = 0; seq < 4; seq++) expect((await h.ask(seq)).failure).toBeUndefined();
      expect(server.requests.map((request) => request.connection)).toEqual([0, 0, 0, 0]);
      expect(h.driver.counters).toMatchObject({ opened: 1, open: 1, openMax: 1, waiting: 0, waitingMax: 1 });
    });

    it('opens a fresh one for every order when told to, and closes it', async () => {
      const { h, server } = await against(answering(CREATED), { connection: 'fresh' });
      for (let seq = 0; seq < 3; seq++) expect((await h.ask(seq)).failure).toBeUndefined();
      expect(server.requests.map((request) => request.connection)).toEqual([0, 1, 2]);
      expect(server.requests.every((request) => request.headers.connection === 'close')).toBe(true);
      await eventually(() => server.open.size === 0 && h.driver.counters.open === 0);
      expect(h.driver.counters.opened).toBe(3);
    });

    it('holds the cap, lets the queue fill, refuses the next, and serves first come first served', async () => {
      const held: ScriptedConnection[] = [];
      const { h, server } = await against((connection) => held.push(connection), { connections: 2, queue: 3 });
      expect([0, 1, 2, 3, 4, 5, 6].map((seq) => h.fire(seq))).toEqual([true, true, true, true, true, false, false]);
      expect(h.driver.counters).toMatchObject({ open: 2, opened: 2, waiting: 5 });
      for (let served = 1; served <= 5; served++) {
        await eventually(() => held.length > 0);
        held.shift()!.send(CREATED);
        await h.answered(served);
      }
      expect(server.requests.slice(2).map((request) => request.key)).toEqual([2, 3, 4].map(keyOf));
      expect(h.answers.map((answer) => answer.seq).sort()).toEqual([0, 1, 2, 3, 4]);
      expect(h.driver.counters).toMatchObject({ opened: 2, openMax: 2, waiting: 0 });
    });

    it('uses the connection that was used last', async () => {
      const held: ScriptedConnection[] = [];
      const { h, server } = await against((connection, { key }) => {
        if (key === keyOf(10)) connection.send(CREATED);
        else held.push(connection);
      });
      for (const seq of [0, 1, 2]) h.fire(seq);
      await eventually(() => held.length === 3);
      for (const [served, at] of [1, 2, 0].entries()) {
        held[at]!.send(CREATED);
        await h.answered(served + 1);
        await new Promise((next) => setImmediate(next));
      }
      await h.ask(10);
      expect(server.requests.at(-1)!.connection).toBe(held[0]!.index);
      expect(server.accepted()).toBe(3);
    });

    it('opens connections before the first order when told to, and uses them', async () => {
      const { h, server } = await against(answering(CREATED), { warm: 3 });
      await h.driver.ready?.();
      await h.driver.ready?.();
      expect(h.driver.counters).toMatchObject({ opened: 3, open: 3, waiting: 0 });
      for (const seq of [1, 2]) h.fire(seq);
      for (const answer of await h.answered(2)) expect(answer.connectUs).toBeNaN();
      expect(h.driver.counters).toMatchObject({ opened: 3, waitingMax: 0 });
      await eventually(() => server.accepted() === 3);
    });

    it('pre-opens no more than the cap, and is ready even where nothing listens', async () => {
      const { h } = await against(answering(CREATED), { warm: 9, connections: 2 });
      await h.driver.ready?.();
      expect(h.driver.counters).toMatchObject({ opened: 2, openMax: 2 });
      const none = harness(make, { origin: `http://127.0.0.1:${await closedPort()}`, warm: 2 });
      await none.driver.ready?.();
      expect(none.driver.counters).toMatchObject({ opened: 2, open: 0 });
      expect((await none.ask(1)).failure).toBe('refused');
    });

    it('can be fired from within an answer', async () => {
      const server = await scriptedServer(answering(CREATED));
      cleanUp(server.close);
      const h: Harness = harness(make, { origin: server.origin, connections: 1 }, (answer) => {
        if (answer.seq < 20) expect(h.fire(answer.seq + 1)).toBe(true);
      });
      h.fire(0);
      await h.answered(21);
      expect(server.requests.map((request) => request.key)).toEqual(Array.from({ length: 21 }, (_, seq) => keyOf(seq)));
    });

    it('drops one that the server closed while it was idle', async () => {
      const { h, server } = await against(answering(CREATED));
      await h.ask(1);
      for (const connection of server.open) connection.end();
      await eventually(() => h.driver.counters.open === 0);
      expect(await h.ask(2)).toMatchObject({ status: 201, failure: undefined });
      expect(server.requests.map((request) => request.connection)).toEqual([0, 1]);
    });

    it.each([
      ['timeout=1', [0, 1]],
      ['timeout=0, max=7', [0, 1]],
      ['timeout=60, max=7', [0, 0]],
      ['max=1,timeout=60', [0, 0]],
      ['timeout=soon', [0, 0]],
      ['', [0, 0]],
    ])('uses one only as long as its server keeps it, less a second: Keep-Alive: %s', async (says, connections) => {
      const { h, server } = await against(answering(answerOf(201, '', { 'Keep-Alive': says })));
      for (const seq of [1, 2]) {
        expect((await h.ask(seq)).status).toBe(201);
        await new Promise((next) => setImmediate(next));
      }
      expect(server.requests.map((request) => request.connection)).toEqual(connections);
    });

    it('drops one that the server closed before it was ever used', async () => {
      const { h, server } = await against(answering(CREATED), { warm: 1 });
      await h.driver.ready?.();
      await eventually(() => server.open.size === 1);
      expect(h.driver.counters.open).toBe(1);
      for (const connection of server.open) connection.end();
      await eventually(() => h.driver.counters.open === 0);
      expect(server.requests).toEqual([]);
    });
  });

  describe(`${name}: timeouts`, () => {
    it('gives up an order that was sent, and never uses its connection again', async () => {
      const timeoutUs = 60e3;
      const { h, server } = await against(
        (connection, request) => request.key !== keyOf(1) && connection.send(CREATED),
        { timeoutUs },
      );
      const late = await h.ask(1);
      expect(late).toMatchObject({ failure: 'timeout', status: 0 });
      expectWritten(late);
      expect(late.doneUs - late.firedUs).toBeGreaterThanOrEqual(timeoutUs);
      // Fired as if later, so that a busy machine does not put it out of time as well.
      h.fire(2, nowUs() + 10e6);
      expect(await h.answerTo(2)).toMatchObject({ status: 201, failure: undefined });
      expect(server.requests.map((request) => request.connection)).toEqual([0, 1]);
    });

    it('gives up one whose answer does not end', async () => {
      const { answer } = await askOne(answering('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'), {
        timeoutUs: 50e3,
      });
      expect(answer).toMatchObject({ failure: 'timeout', status: 0 });
      expectWritten(answer);
    });

    it('tells those that never got a connection, in firing order', async () => {
      const timeoutUs = 60e3;
      const { h } = await against(() => {}, { connections: 1, timeoutUs });
      const firedUs = nowUs();
      for (const seq of [0, 1, 2]) h.fire(seq, firedUs);
      await h.answered(3);
      expect(h.answers.map((answer) => [answer.seq, answer.failure])).toEqual([
        [0, 'timeout'],
        [1, 'wait-timeout'],
        [2, 'wait-timeout'],
      ]);
      for (const answer of h.answers.slice(1)) {
        expect(answer.sentUs).toBeNaN();
        expect(answer.doneUs - answer.firedUs).toBeGreaterThanOrEqual(timeoutUs);
      }
    });

    it('gives up a connection that does not come to stand', async () => {
      // A TLS client against a server that accepts and says nothing.
      const silent = await scriptedServer(() => {});
      cleanUp(silent.close);
      const h = harness(make, { origin: `https://127.0.0.1:${silent.port}`, connectTimeoutUs: 50e3, connections: 1 });
      h.fire(1);
      h.fire(2);
      await h.answered(2);
      for (const answer of h.answers) {
        expect(answer).toMatchObject({ failure: 'connect-timeout', sentUs: Number.NaN });
        expect(answer.doneUs - answer.firedUs).toBeGreaterThanOrEqual(50e3);
      }
      expect(silent.requests).toEqual([]);
    });

    it('tells apart: out of time while connecting, not yet sent', async () => {
      const silent = await scriptedServer(() => {});
      cleanUp(silent.close);
      const h = harness(make, { origin: `https://127.0.0.1:${silent.port}`, timeoutUs: 50e3 });
      expect(await h.ask(1)).toMatchObject({ failure: 'wait-timeout', sentUs: Number.NaN });
    });
  });

  describe(`${name}: failures`, () => {
    it('blames a connection that fails on the order that asked for it, not on one that came later', async () => {
      const silent = await scriptedServer(() => {});
      cleanUp(silent.close);
      const origin = `https://127.0.0.1:${silent.port}`;
      const h = harness(make, { origin, connections: 1, connectTimeoutUs: 600e3, timeoutUs: 5e6 });
      // The first runs out of time while its connection is being opened; the second comes into the same wait.
      h.fire(0, nowUs() - 4.98e6);
      await h.answerTo(0);
      h.fire(1);
      await h.answered(2);
      expect(h.answers).toMatchObject([{ failure: 'wait-timeout' }, { failure: 'connect-timeout' }]);
      expect(h.driver.counters.opened).toBe(2);
    });

    it('refused: nothing listens', async () => {
      const h = harness(make, { origin: `http://127.0.0.1:${await closedPort()}`, connections: 1 });
      for (const seq of [1, 2, 3]) h.fire(seq);
      await h.answered(3);
      for (const answer of h.answers) {
        expect(answer).toMatchObject({ failure: 'refused', detail: 'ECONNREFUSED', status: 0, sentUs: Number.NaN });
      }
      expect(h.driver.counters).toMatchObject({ open: 0, waiting: 0, opened: 3, openMax: 1 });
    });

    it.each<[string, Script]>([
      ['reset when the request was read', (connection) => connection.reset()],
      ['closed when the request was read', (connection) => connection.end()],
      ['closed within the head', (connection) => connection.end('HTTP/1.1 200 O')],
      ['closed within a body of known length', (connection) => connection.end(answerOf(200, 'whole').slice(0, -2))],
      [
        'the same, announced',
        (connection) => connection.end(answerOf(200, 'whole', { connection: 'close' }).slice(0, -2)),
      ],
      ['closed within a chunk', (connection) => connection.end(chunkedAnswerOf(200, 'whole', 5).slice(0, -9))],
      [
        'the same, announced',
        (connection) =>
          connection.end(
            chunkedAnswerOf(200, 'whole', 5).replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n').slice(0, -9),
          ),
      ],
    ])('reset: %s', async (_how, script) => {
      const { answer, server } = await askOne(script);
      expect(answer).toMatchObject({ failure: 'reset', status: 0 });
      expectWritten(answer);
      expect(server.requests).toHaveLength(1);
    });

    it('reset: as soon as the connection is accepted', async () => {
      const { answer, server } = await askOne(() => {}, {}, { onConnection: (connection) => connection.reset() });
      // Whether the reset overtakes the end of the handshake is the kernel's to decide; the two must not be mixed up.
      const written = !Number.isNaN(answer.sentUs);
      expect(answer.failure).toBe(written ? 'reset' : 'connect-error');
      expect(server.requests).toHaveLength(0);
    });

    it('reset-on-reuse: on a kept-alive connection, before a byte of the answer', async () => {
      const { h, server } = await against((connection) => {
        if (server.requests.length === 1) connection.send(CREATED);
        else connection.reset();
      });
      await h.ask(1);
      const second = await h.ask(2);
      expect(second.failure).toBe('reset-on-reuse');
      expectWritten(second);
      expect(server.requests).toHaveLength(2);
    });

    it('reset, not reset-on-reuse, once the answer had begun', async () => {
      const { h, server } = await against((connection) => {
        if (server.requests.length === 1) connection.send(CREATED);
        else connection.end('HTTP/1.1 201 Cre');
      });
      await h.ask(1);
      expect((await h.ask(2)).failure).toBe('reset');
    });

    it('never sends an order twice when the server closes behind its answer', async () => {
      const { h, server } = await against((connection) => connection.end(CREATED), { connections: 2 });
      for (let seq = 0; seq < 30; seq++) h.fire(seq);
      await h.answered(30);
      const keys = server.requests.map((request) => request.key);
      expect(new Set(keys).size).toBe(keys.length);
      for (const { failure } of h.answers) expect([undefined, 'reset', 'reset-on-reuse']).toContain(failure);
    });

    it.each([
      ['garbage', 'SSH-2.0-OpenSSH_9.6\r\n'],
      ['a broken header after a length', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\nbad header\r\n\r\nwhole'],
      ['a broken chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'],
      ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nwhole'],
      ['the same length twice', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 5\r\n\r\nwhole'],
      ['a list of lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 5, 5\r\n\r\nwhole'],
      ['a length below zero', 'HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\nwhole'],
      ['a length and chunks', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
      ['a folded header', 'HTTP/1.1 200 OK\r\nx-shop: a\r\n b\r\ncontent-length: 0\r\n\r\n'],
      ['a space before a colon', 'HTTP/1.1 200 OK\r\ncontent-length : 0\r\n\r\n'],
      ['another version', 'HTTP/3.1 200 OK\r\ncontent-length: 0\r\n\r\n'],
      ['a change of protocol', 'HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n'],
      ['a chunk longer than it says', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nwhole\r\n0\r\n\r\n'],
    ])('unreadable: %s', async (_what, bytes) => {
      const { answer } = await askOne(answering(bytes));
      expect(answer).toMatchObject({ failure: 'unreadable', status: 0 });
      expectWritten(answer);
    });

    it('is not misled by an answer that drips until its order is out of time', async () => {
      const { h, server } = await against(
        (connection, { key }) => {
          if (key !== keyOf(1)) return connection.send(CREATED);
          connection.send('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n');
          const drip = setInterval(() => connection.send('.'), 5);
          connection.socket.once('close', () => clearInterval(drip));
        },
        { timeoutUs: 60e3 },
      );
      expect(await h.ask(1)).toMatchObject({ failure: 'timeout', status: 0 });
      h.fire(2, nowUs() + 10e6);
      expect(await h.answerTo(2)).toMatchObject({ status: 201 });
      await eventually(() => server.open.size === 1);
    });

    it('lets a bug in the caller be seen, not taken for a failure of the request', async () => {
      const bug = new Error('a bug');
      const seen = new Promise((resolve) => process.once('uncaughtException', resolve));
      const others = process.listeners('uncaughtException').slice(0, -1);
      for (const listener of others) process.off('uncaughtException', listener);
      let reports = 0;
      const server = await scriptedServer(answering(CREATED));
      cleanUp(server.close);
      const h = harness(make, { origin: server.origin }, () => {
        if (++reports === 1) throw bug;
      });
      h.fire(1);
      expect(await seen).toBe(bug);
      for (const listener of others) process.on('uncaughtException', listener);
      expect((await h.ask(2)).status).toBe(201);
      expect(reports).toBe(2);
    });

    it.each<[string, Script]>([
      [
        'a head that does not end',
        (connection) => {
          connection.send('HTTP/1.1 200 OK\r\n');
          connection.flood('x-more: and more\r\n'.repeat(100));
        },
      ],
      [
        'a body that does not end',
        (connection) => {
          connection.send('HTTP/1.1 200 OK\r\n\r\n');
          connection.flood('more '.repeat(1000));
        },
      ],
      [
        'a body of 100 MB',
        (connection) => {
          connection.send('HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n');
          connection.flood('more '.repeat(1000));
        },
      ],
    ])('too-large: %s', async (_what, script) => {
      const { answer, server } = await askOne(script);
      expect(answer).toMatchObject({ failure: 'too-large', status: 0 });
      expectWritten(answer);
      expect(answer.body.length).toBeLessThanOrEqual(1024);
      await eventually(() => server.open.size === 0);
    });
  });

  describe(`${name}: a shopper who leaves`, () => {
    const tls = { cert: pem('server'), key: pem('server-key') };
    const trusted = { ca: pem('ca'), insecure: false };
    // More than the kernel takes while nobody reads.
    const long = requestTemplate('POST', (seq) => String(seq).repeat(4_900_000));

    it.each([
      ['that answers', answering(CREATED), {}],
      ['that says nothing', () => {}, {}],
      ['that answers, over TLS', answering(CREATED), { tls }],
      ['that says nothing, over TLS', () => {}, { tls }],
    ])('is cut off when all is written; a shop %s has the request', async (_what, script, serverOptions) => {
      const { h, server } = await against(script, { tls: trusted }, serverOptions);
      const left = await h.leave(1);
      expect(left).toMatchObject({ failure: 'cut', status: 0, detail: '', body: '' });
      expectWritten(left);
      await eventually(() => server.requests.length === 1 && server.open.size === 0 && h.driver.counters.open === 0);
      expect(server.requests).toMatchObject([{ key: keyOf(1), path: '/checkout', body: '{"order":1}' }]);
      expect(h.answers).toHaveLength(1);
    });

    it.each([
      ['', {}],
      [' over TLS', { tls }],
    ])('never has his connection used again%s', async (_how, serverOptions) => {
      const { h, server } = await against(
        answering(CREATED),
        { tls: trusted, connections: 1, timeoutUs: 5e6 },
        serverOptions,
      );
      expect((await h.ask(0)).status).toBe(201);
      // The second waits for the connection that the first gives up.
      h.fire(1, nowUs(), true);
      h.fire(2);
      await h.answered(3);
      expect(h.answers.map(({ seq, status, failure }) => [seq, status, failure])).toEqual([
        [0, 201, undefined],
        [1, 0, 'cut'],
        [2, 201, undefined],
      ]);
      expect(server.requests.map(({ key, connection }) => [key, connection])).toEqual([
        [keyOf(0), 0],
        [keyOf(1), 0],
        [keyOf(2), 1],
      ]);
    });

    it.each([
      ['', {}],
      [' over TLS', { tls }],
    ])('does not leave before the last byte is written%s', async (_how, serverOptions) => {
      const { h, server } = await against(
        () => {},
        { template: long, tls: trusted },
        { ...serverOptions, onHead: (connection) => connection.socket.pause() },
      );
      h.fire(1, nowUs(), true);
      await eventually(() => server.open.size === 1);
      for (let turn = 0; turn < 30; turn++) await new Promise((next) => setImmediate(next));
      expect(h.answers).toEqual([]);
      for (const connection of server.open) connection.socket.resume();
      expect(await h.answerTo(1)).toMatchObject({ failure: 'cut' });
      await eventually(() => server.requests.length === 1);
      expect(server.requests[0]!.body).toHaveLength(4_900_000);
    });

    it('hears an answer that comes before all is written, and closes the connection all the same', async () => {
      const { h, server } = await against(
        answering(CREATED),
        { connections: 1, template: requestTemplate('POST', (seq) => 'x'.repeat(seq === 1 ? 4_900_000 : 9)) },
        {
          onHead: (connection, head) => {
            if (!head.includes(keyOf(1))) return;
            connection.socket.pause();
            connection.send(CREATED);
          },
        },
      );
      expect(await h.leave(1)).toMatchObject({ status: 201, failure: undefined });
      expect(await h.ask(2)).toMatchObject({ status: 201, failure: undefined });
      expect(server.requests).toMatchObject([{ key: keyOf(2), connection: 1 }]);
      expect(h.answers).toHaveLength(2);
    });

    it('is told of a timeout, once, when the shop does not take the request', async () => {
      const { h, server } = await against(
        () => {},
        { template: long, timeoutUs: 60e3 },
        { onHead: (connection) => connection.socket.pause() },
      );
      expect(await h.leave(1)).toMatchObject({ failure: 'timeout' });
      await eventually(() => h.driver.counters.open === 0);
      expect(h.answers).toHaveLength(1);
      expect(server.requests).toEqual([]);
    });

    it('is told that nothing listens, not that he left', async () => {
      const h = harness(make, { origin: `http://127.0.0.1:${await closedPort()}` });
      expect(await h.leave(1)).toMatchObject({ failure: 'refused', sentUs: Number.NaN });
    });

    it('is told once when the run ends at that moment', async () => {
      const { h } = await against((connection, { key }) => key === keyOf(0) && connection.send(CREATED));
      await h.ask(0);
      await new Promise((next) => setImmediate(next));
      h.fire(1, nowUs(), true);
      await h.driver.close();
      for (let turn = 0; turn < 10; turn++) await new Promise((next) => setImmediate(next));
      expect(h.answers).toMatchObject([{ seq: 0 }, { seq: 1, failure: 'abandoned' }]);
    });
  });

  describe(`${name}: TLS`, () => {
    const tls = { cert: pem('server'), key: pem('server-key') };

    it('trusts an own CA, by address and by name', async () => {
      const { answer, server } = await askOne(answering(CREATED), { tls: { ca: pem('ca'), insecure: false } }, { tls });
      expect(answer).toMatchObject({ status: 201, failure: undefined });
      const named = harness(make, {
        origin: server.origin,
        tls: { ca: pem('ca'), servername: 'localhost', insecure: false },
      });
      expect(await named.ask(2)).toMatchObject({ status: 201, failure: undefined });
    });

    it.each([
      ['an unknown CA', {}],
      ['another CA', { ca: pem('other-ca') }],
      ['another name', { ca: pem('ca'), servername: 'shop.example' }],
    ])('tls: %s', async (_what, options) => {
      const { answer, server } = await askOne(answering(CREATED), { tls: { insecure: false, ...options } }, { tls });
      expect(answer).toMatchObject({ failure: 'tls', status: 0, sentUs: Number.NaN });
      expect(answer.detail).not.toBe('');
      expect(server.requests).toEqual([]);
    });

    it('tls: the other side speaks something else', async () => {
      const plain = await scriptedServer(() => {}, { onConnection: (connection) => connection.end('220 ready\r\n') });
      cleanUp(plain.close);
      const h = harness(make, { origin: `https://127.0.0.1:${plain.port}` });
      expect(await h.ask(1)).toMatchObject({ failure: 'tls', sentUs: Number.NaN });
    });

    it('tells what the connection cost to its first order, and to no other', async () => {
      const { h } = await against(answering(CREATED), { tls: { ca: pem('ca'), insecure: false } }, { tls });
      const first = await h.ask(1);
      expect(first.connectUs).toBeGreaterThan(0);
      expect(first.tlsUs).toBeGreaterThan(0);
      expect(first.connectUs + first.tlsUs).toBeLessThanOrEqual(first.sentUs - first.firedUs);
      expect(await h.ask(2)).toMatchObject({ connectUs: Number.NaN, tlsUs: Number.NaN });
    });

    it.each([
      ['keep-alive', 'TLSv1.2', [false, true, true]],
      ['keep-alive', 'TLSv1.3', [false, true, true]],
      ['fresh', 'TLSv1.3', [false, false, false]],
    ] as const)('%s over %s: sessions resumed %j', async (connection, version, expected) => {
      const resumed: boolean[] = [];
      const options = { cert: pem('server'), key: pem('server-key'), maxVersion: version };
      const server = createServer(options, (socket: TLSSocket) => {
        resumed.push(socket.isSessionReused());
        socket.on('error', () => {});
        socket.on('data', () => socket.end(answerOf(201, '', { connection: 'close' })));
      });
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      cleanUp(() => new Promise((closed) => server.close(closed)));
      const { port } = server.address() as { port: number };
      const trusted = { ca: pem('ca'), insecure: false };
      const h = harness(make, { origin: `https://127.0.0.1:${port}`, connection, tls: trusted });
      for (const seq of [1, 2, 3]) expect((await h.ask(seq)).status).toBe(201);
      expect(resumed).toEqual(expected);
    });

    it('accepts any certificate when insecure', async () => {
      const { answer } = await askOne(answering(CREATED), { tls: { insecure: true } }, { tls });
      expect(answer).toMatchObject({ status: 201, failure: undefined });
    });

    it('shows a client certificate, and names its absence', async () => {
      const mutual = { ...tls, ca: pem('ca'), requestCert: true, rejectUnauthorized: true };
      const own = { ca: pem('ca'), insecure: false, cert: pem('client'), key: pem('client-key') };
      const { answer } = await askOne(answering(CREATED), { tls: own }, { tls: mutual });
      expect(answer).toMatchObject({ status: 201, failure: undefined });
      // In TLS 1.2 the refusal is part of the handshake; in 1.3 it may arrive after the request was written.
      const old = { ...mutual, maxVersion: 'TLSv1.2' as const };
      const { answer: refused } = await askOne(
        answering(CREATED),
        { tls: { ca: pem('ca'), insecure: false } },
        { tls: old },
      );
      expect(refused).toMatchObject({ failure: 'tls', sentUs: Number.NaN });
    });
  });

  describe(`${name}: close`, () => {
    it('reports everything in hand as abandoned, and takes nothing more', async () => {
      const { h, server } = await against(() => {}, { connections: 1 });
      for (const seq of [0, 1, 2]) h.fire(seq);
      await eventually(() => server.requests.length === 1);
      await Promise.all([h.driver.close(), h.driver.close()]);
      expect(h.answers.map((answer) => [answer.seq, answer.failure])).toEqual(
        [0, 1, 2].map((seq) => [seq, 'abandoned']),
      );
      expectWritten(h.answers[0]!);
      expect(h.answers[1]!.sentUs).toBeNaN();
      expect(h.fire(3)).toBe(false);
      expect(h.driver.counters).toMatchObject({ open: 0, waiting: 0 });
      await eventually(() => server.open.size === 0);
    });

    it('reports one that is still connecting', async () => {
      const silent = await scriptedServer(() => {});
      cleanUp(silent.close);
      const h = harness(make, { origin: `https://127.0.0.1:${silent.port}` });
      h.fire(1);
      await h.driver.close();
      expect(h.answers).toMatchObject([{ seq: 1, failure: 'abandoned', sentUs: Number.NaN }]);
    });
  });

  describe(`${name}: whatever the server does`, () => {
    it('reports each order once, and the server sees each key at most once', async () => {
      const deeds: Script[] = [
        answering(CREATED),
        answering(CREATED),
        (connection) => connection.drip(CREATED, 7),
        (connection) => connection.end(CREATED),
        (connection) => connection.reset(),
        (connection) => connection.end(),
        (connection) => connection.end(CREATED.slice(0, 30)),
        answering('nonsense\r\n\r\n'),
        answering(`${CREATED}${CREATED}`),
        () => {},
        (connection) => connection.drip(chunkedAnswerOf(200, 'x'.repeat(300), 11), 40),
      ];
      const chaos = fc.record({
        plan: fc.array(fc.nat(deeds.length - 1), { minLength: 40, maxLength: 40 }),
        connections: fc.integer({ min: 1, max: 6 }),
        fresh: fc.boolean(),
        leaves: fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
      });
      await fc.assert(
        fc.asyncProperty(chaos, async ({ plan, connections, fresh, leaves }) => {
          const server = await scriptedServer((connection, request) => {
            deeds[plan[Number(request.key.slice('order-'.length))]!]!(connection, request);
          });
          const connection = fresh ? 'fresh' : 'keep-alive';
          const h = harness(make, { origin: server.origin, connections, connection, timeoutUs: 80e3 });
          for (let seq = 0; seq < plan.length; seq++) expect(h.fire(seq, nowUs(), leaves[seq])).toBe(true);
          await h.answered(plan.length);
          await h.driver.close();
          await server.close();
          const seen = server.requests.map((request) => request.key);
          expect(new Set(seen).size).toBe(seen.length);
          expect(h.answers.map((answer) => answer.seq).sort((a, b) => a - b)).toEqual([...plan.keys()]);
          for (const answer of h.answers) {
            if (Number.isNaN(answer.sentUs)) expect(seen).not.toContain(keyOf(answer.seq));
            else expectWritten(answer);
            if (answer.status !== 0) expect(seen).toContain(keyOf(answer.seq));
            if (answer.failure === 'cut') expect(leaves[answer.seq]).toBe(true);
            const at = server.requests.findIndex((request) => request.key === keyOf(answer.seq));
            if (!leaves[answer.seq] || at < 0) continue;
            const behind = server.requests.slice(at + 1).map((request) => request.connection);
            expect(behind).not.toContain(server.requests[at]!.connection);
          }
          expect(h.driver.counters.openMax).toBeLessThanOrEqual(connections);
        }),
        { seed: 20150408, numRuns: 12 },
      );
    });
  });
}
