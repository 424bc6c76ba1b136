import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { reach } from '../../src/drive/reach.ts';
import { http2Server } from '../support/http2-server.ts';
import { testProxy } from '../support/proxy.ts';
import { answerOf, closedPort, type ScriptedServerOptions, scriptedServer } from '../support/scripted-server.ts';
import { cleanUp, eventually, pem } from './harness.ts';

const tls = { insecure: false };
const secure: ScriptedServerOptions = { tls: { cert: pem('server'), key: pem('server-key') } };

async function listening(options: ScriptedServerOptions = {}) {
  const server = await scriptedServer(() => {}, options);
  cleanUp(server.close);
  return server;
}

it('reaches a server, says where, and leaves', async () => {
  const server = await listening();
  const reached = await reach({ origin: server.origin, connectTimeoutUs: 1e6, tls });
  expect(reached).toEqual({ ok: true, address: `127.0.0.1:${server.port}` });
  await eventually(() => server.open.size === 0);
  expect(server.requests).toEqual([]);
});

it('says in plain words that nothing listens', async () => {
  const port = await closedPort();
  expect(await reach({ origin: `http://127.0.0.1:${port}`, connectTimeoutUs: 1e6, tls })).toEqual({
    ok: false,
    code: 'ECONNREFUSED',
    message: `nothing listens on 127.0.0.1:${port} (ECONNREFUSED): start the shop there, or say where it is, by target.url or --target`,
  });
});

it('says that the other side does not answer', async () => {
  const { port } = await listening();
  expect(await reach({ origin: `https://127.0.0.1:${port}`, connectTimeoutUs: 50e3, tls })).toEqual({
    ok: false,
    code: 'connect-timeout',
    message: `no connection to 127.0.0.1:${port} within 50 ms (TLS handshake); is it http://?`,
  });
});

it('does the TLS handshake, and says what is wrong with it', async () => {
  const { origin, port } = await listening(secure);
  const target = { origin, connectTimeoutUs: 1e6 };
  expect((await reach({ ...target, tls: { ...tls, ca: pem('ca') } })).ok).toBe(true);
  expect((await reach({ ...target, tls: { insecure: true } })).ok).toBe(true);
  const refused = await reach({ ...target, tls });
  expect(refused).toMatchObject({ ok: false, code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  expect(refused).toHaveProperty('message', expect.stringContaining(`handshake with 127.0.0.1:${port} failed`));
});

it('goes through the proxy, and says what was in the way', async () => {
  const { origin, port } = await listening();
  const [proxy, strict] = [await testProxy(), await testProxy('HTTP/1.1 403 Forbidden\r\n\r\n')];
  cleanUp(proxy.close);
  cleanUp(strict.close);
  const by = (url: string) => reach({ origin, connectTimeoutUs: 1e6, tls, proxy: url });
  expect(await by(proxy.url)).toMatchObject({ ok: true });
  expect(proxy.asked).toEqual([`127.0.0.1:${port}`]);
  expect(await by(strict.url)).toEqual({
    ok: false,
    code: 'connect-error',
    message: `no way to 127.0.0.1:${port} through the proxy ${strict.url.slice(7)} (403 Forbidden); see target.proxy`,
  });
  const none = `http://127.0.0.1:${await closedPort()}`;
  expect(await by(none)).toMatchObject({ code: 'ECONNREFUSED', message: expect.stringContaining(none.slice(7)) });
});

it('says that a PEM text cannot be read', async () => {
  const reached = await reach({
    origin: 'https://127.0.0.1:1',
    connectTimeoutUs: 1e6,
    tls: { ...tls, cert: 'not PEM' },
  });
  expect(reached).toMatchObject({ ok: false, code: 'tls', message: expect.stringContaining('target.tls') });
});

describe('a server that speaks another protocol', () => {
  const insecure = { insecure: true };
  const noHttp2 = (port: string | number) =>
    `127.0.0.1:${port} does not speak HTTP/2; write \`http: 1.1\` under \`target\``;

  it.each([
    ['chooses none', secure],
    ['refuses ours', { tls: { ...secure.tls, ALPNProtocols: ['http/1.1'] } }],
  ] as const)('is told by TLS where it %s', async (_how, options) => {
    const { origin, port } = await listening(options);
    const reached = await reach({ origin, http: '2', connectTimeoutUs: 1e6, tls: insecure });
    expect(reached).toMatchObject({ ok: false, message: noHttp2(port) });
  });

  it('is told by its first bytes where there is no TLS', async () => {
    const answers = await scriptedServer((connection) => connection.end(answerOf(400)));
    const closes = await listening({ onHead: (connection) => connection.end() });
    cleanUp(answers.close);
    for (const { origin, port } of [answers, closes]) {
      const reached = await reach({ origin, http: '2', connectTimeoutUs: 1e6, tls });
      expect(reached).toMatchObject({ ok: false, message: noHttp2(port) });
    }
    const silent = await listening();
    expect(await reach({ origin: silent.origin, http: '2', connectTimeoutUs: 50e3, tls })).toMatchObject({
      code: 'connect-timeout',
      message: `no connection to 127.0.0.1:${silent.port} within 50 ms (HTTP/2 SETTINGS); it may need a longer target.connectTimeout, or say where it is, by target.url or --target`,
    });
  });

  it('is no other where both speak HTTP/2, with TLS or without', async () => {
    for (const server of [await http2Server(() => {}), await http2Server(() => {}, { tls: secure.tls! })]) {
      cleanUp(server.close);
      expect((await reach({ origin: server.origin, http: '2', connectTimeoutUs: 1e6, tls: insecure })).ok).toBe(true);
    }
  });

  it('is told of HTTP/1.1 as well', async () => {
    const { origin, port } = await listening({ tls: { ...secure.tls, ALPNProtocols: ['h2'] } });
    expect(await reach({ origin, connectTimeoutUs: 1e6, tls: insecure })).toMatchObject({
      message: `127.0.0.1:${port} does not speak HTTP/1.1; write \`http: 2\` under \`target\``,
    });
  });

  it('may be plain where the URL says https', async () => {
    const http = createServer((_request, response) => void response.end()).listen(0, '127.0.0.1');
    await once(http, 'listening');
    cleanUp(async () => http.close());
    const { port } = http.address() as AddressInfo;
    expect(await reach({ origin: `https://127.0.0.1:${port}`, connectTimeoutUs: 1e6, tls })).toMatchObject({
      ok: false,
      message: expect.stringMatching(
        new RegExp(`^127.0.0.1:${port} does not speak TLS \\(ERR_SSL_.*; is it http://\\?$`),
      ),
    });
    const { origin } = await listening({ onConnection: (connection) => connection.end() });
    expect(await reach({ origin: origin.replace('http', 'https'), connectTimeoutUs: 1e6, tls })).toMatchObject({
      message: expect.stringMatching(/handshake.*target\.tls.*is it http:\/\/\?$/),
    });
  });
});
