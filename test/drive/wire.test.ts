// The contract, and what only this driver does: one buffer for all requests, reads without copies, idle connections left
// before their server closes them.

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { driverFor } from '../../src/drive/driver.ts';
import { makeWireDriver } from '../../src/drive/wire/wire.ts';
import { answerOf, type Script, type ScriptedConnection, scriptedServer } from '../support/scripted-server.ts';
import { describeDriver } from './contract.ts';
import { cleanUp, eventually, type HarnessOptions, harness, keyOf, nowUs, pem, requestTemplate } from './harness.ts';

describeDriver('wire', makeWireDriver);

const CREATED = answerOf(201);

async function against(script: Script, options: Partial<HarnessOptions> = {}) {
  const server = await scriptedServer(script);
  cleanUp(server.close);
  return { server, h: harness(makeWireDriver, { origin: server.origin, ...options }) };
}

const TLS = { cert: pem('server'), key: pem('server-key') };

describe('wire: requests', () => {
  it.each([
    ['TCP', undefined],
    ['TLS', TLS],
  ])('over %s writes nothing into a buffer that the kernel has not emptied', async (_over, tls) => {
    // Larger than the kernel takes at once, and the server does not read until all have been fired.
    const bodyOf = (seq: number): string => String.fromCharCode(97 + seq).repeat(4_000_000 + seq);
    const hashOf = (body: string): string => createHash('sha256').update(body, 'latin1').digest('hex');
    const seen = new Map<string, string>();
    const server = await scriptedServer(
      (connection, { key, body }) => {
        seen.set(key, hashOf(body));
        connection.send(CREATED);
      },
      { tls, onConnection: (connection) => connection.socket.pause() },
    );
    cleanUp(server.close);
    const h = harness(makeWireDriver, {
      origin: server.origin,
      template: requestTemplate('POST', bodyOf),
      warm: 4,
      tls: { insecure: true },
    });
    await h.driver.ready?.();
    await eventually(() => server.open.size === 4);
    for (const seq of [0, 1, 2, 3]) h.fire(seq);
    for (const connection of server.open) connection.socket.resume();
    await h.answered(4);
    expect(Object.fromEntries(seen)).toEqual(
      Object.fromEntries([0, 1, 2, 3].map((seq) => [keyOf(seq), hashOf(bodyOf(seq))])),
    );
  });

  it('writes each request once and whole, whatever the lengths of those before it', async () => {
    const bodyOf = (seq: number): string => 'b'.repeat((seq * 7919) % 3000);
    const { h, server } = await against((connection) => connection.send(CREATED), {
      template: requestTemplate('POST', bodyOf),
    });
    for (let seq = 0; seq < 100; seq++) h.fire(seq);
    await h.answered(100);
    expect(new Set(server.requests.map(({ key, body }) => `${key} ${body}`))).toEqual(
      new Set(Array.from({ length: 100 }, (_, seq) => `${keyOf(seq)} ${bodyOf(seq)}`)),
    );
  });

  it('takes another connection when the idle one breaks before a byte was written on it', async () => {
    const { h, server } = await against((connection) => connection.send(CREATED), { connections: 1 });
    await h.ask(1);
    await new Promise((next) => setImmediate(next));
    // The reset is in the kernel at once; the write that follows is refused.
    for (const connection of server.open) connection.reset();
    expect(await h.ask(2)).toMatchObject({ status: 201, failure: undefined });
    expect(server.requests.map((request) => [request.key, request.connection])).toEqual([
      [keyOf(1), 0],
      [keyOf(2), 1],
    ]);
    expect(h.driver.counters).toMatchObject({ opened: 2, openMax: 1, waiting: 0 });
  });

  it('keeps the order of those that wait when the connection in between was dead', async () => {
    const { h, server } = await against(
      (connection) => connection.socket.write(CREATED, 'latin1', () => connection.reset()),
      { connections: 1 },
    );
    for (let seq = 0; seq < 10; seq++) h.fire(seq);
    await h.answered(10);
    const keys = server.requests.map((request) => request.key);
    expect(keys).toEqual(keys.toSorted());
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('keeps a TLS connection whose answer is read before the news that its request was written', async () => {
    const server = await scriptedServer(() => {}, { tls: TLS });
    cleanUp(server.close);
    const h = harness(makeWireDriver, { origin: server.origin, warm: 1, tls: { insecure: true } });
    await h.driver.ready?.();
    await eventually(() => server.open.size === 1);
    for (const seq of [1, 2, 3]) {
      h.fire(seq);
      // Before any turn of the loop in which the request could be seen to be written.
      for (const connection of server.open) connection.send(CREATED);
      expect((await h.answerTo(seq)).status).toBe(201);
      await eventually(() => server.requests.length === seq);
      for (let turn = 0; turn < 2; turn++) await new Promise((next) => setImmediate(next));
    }
    expect(server.requests.map((request) => request.connection)).toEqual([0, 0, 0]);
    expect(h.driver.counters).toMatchObject({ opened: 1, open: 1 });
  });

  it.each([
    ['TCP', undefined],
    ['TLS', TLS],
  ])('over %s leaves a connection whose answer came before the end of its request', async (_over, tls) => {
    const template = requestTemplate('POST', (seq) => 'x'.repeat(seq === 1 ? 4_000_000 : 4));
    const server = await scriptedServer((connection) => connection.send(CREATED), {
      tls,
      onHead: (connection, head) => {
        if (!head.includes(keyOf(1))) return;
        connection.socket.pause();
        connection.send(CREATED);
      },
    });
    cleanUp(server.close);
    const h = harness(makeWireDriver, { origin: server.origin, template, tls: { insecure: true } });
    expect((await h.ask(1)).status).toBe(201);
    expect((await h.ask(2)).status).toBe(201);
    expect(server.requests.map((request) => [request.key, request.connection])).toEqual([[keyOf(2), 1]]);
  });
});

describe('wire: answers', () => {
  it('takes a 100 that nobody asked for as the interim answer it is', async () => {
    const { h } = await against((connection) => connection.send(`HTTP/1.1 100 Continue\r\n\r\n${CREATED}`));
    expect(await h.ask(1)).toMatchObject({ status: 201, failure: undefined });
  });

  it('keeps the answers of connections apart though all read into one buffer', async () => {
    const held: [ScriptedConnection, string][] = [];
    const { h } = await against((connection, { key }) => held.push([connection, key]));
    for (const seq of [0, 1, 2, 3]) h.fire(seq);
    await eventually(() => held.length === 4);
    const texts = held.map(([, key]) => answerOf(201, `body for ${key}`.repeat(40), { 'x-shop': key }));
    // In turns, so that every read of one overwrites what the other has begun.
    for (let at = 0; at < texts[0]!.length; at += 90) {
      for (const [i, [connection]] of held.entries()) connection.send(texts[i]!.slice(at, at + 90));
      for (let turn = 0; turn < 3; turn++) await new Promise((next) => setImmediate(next));
    }
    for (const answer of await h.answered(4)) {
      const key = keyOf(answer.seq);
      expect(answer).toMatchObject({ status: 201, body: `body for ${key}`.repeat(40) });
      expect(answer.header('x-shop')).toBe(key);
    }
  });
});

describe('wire: idle connections', () => {
  it('are left a second before their server closes them', async () => {
    const { h, server } = await against((connection) =>
      connection.send(answerOf(201, '', { 'Keep-Alive': 'max=100, timeout=5' })),
    );
    const idleFor = async (seq: number, us: number): Promise<void> => {
      h.fire(seq, h.answers.at(-1)!.doneUs + us);
      expect((await h.answerTo(seq)).status).toBe(201);
    };
    await h.ask(0);
    await idleFor(1, 3.999e6);
    await idleFor(2, 4.001e6);
    await idleFor(3, 1e6);
    expect(server.requests.map((request) => request.connection)).toEqual([0, 0, 1, 1]);
    await eventually(() => server.open.size === 1);
    expect(h.driver.counters).toMatchObject({ opened: 2, open: 1, openMax: 1 });
  });

  it('are kept for any time where the server no longer says for how long', async () => {
    const { h, server } = await against((connection, { key }) =>
      connection.send(answerOf(201, '', key === keyOf(0) ? { 'Keep-Alive': 'timeout=5' } : {})),
    );
    await h.ask(0);
    await h.ask(1);
    h.fire(2, nowUs() + 3_600e6);
    await h.answerTo(2);
    expect(server.accepted()).toBe(1);
  });
});

it('is the choice wherever it applies', () => {
  const proxy = 'http://127.0.0.1:1';
  const targets = [{ http: '1.1' }, { http: '2' }, { http: '1.1', proxy }] as const;
  expect(targets.map(driverFor)).toEqual(['wire', 'undici', 'undici']);
});

it('refuses HTTP/2 instead of speaking HTTP/1.1 to who expects it', () => {
  expect(() => harness(makeWireDriver, { origin: 'https://127.0.0.1:1', http: '2' })).toThrow(
    /HTTP\/1\.1 .*not HTTP\/2/,
  );
});

it('refuses a proxy instead of going past it', () => {
  const proxy = 'http://127.0.0.1:1';
  expect(() => harness(makeWireDriver, { origin: 'http://127.0.0.1:1', proxy })).toThrow(/not a proxy: use undici/);
});
