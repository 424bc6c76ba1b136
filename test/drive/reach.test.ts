import { expect, it } from 'vitest';
import { reach } from '../../src/drive/reach.ts';
import { closedPort, type ScriptedServerOptions, scriptedServer } from '../support/scripted-server.ts';
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
    message: `nothing listens on 127.0.0.1:${port} (ECONNREFUSED)`,
  });
});

it('says that the other side does not answer', async () => {
  const { port } = await listening();
  expect(await reach({ origin: `https://127.0.0.1:${port}`, connectTimeoutUs: 50e3, tls })).toEqual({
    ok: false,
    code: 'connect-timeout',
    message: `no connection to 127.0.0.1:${port} within 50 ms (TLS handshake)`,
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

it('says that a PEM text cannot be read', async () => {
  const reached = await reach({
    origin: 'https://127.0.0.1:1',
    connectTimeoutUs: 1e6,
    tls: { ...tls, cert: 'not PEM' },
  });
  expect(reached).toMatchObject({ ok: false, code: 'tls', message: expect.stringContaining('target.tls') });
});

it('says that a server does not speak HTTP/2', async () => {
  const { origin } = await listening(secure);
  const reached = await reach({ origin, http: '2', connectTimeoutUs: 1e6, tls: { insecure: true } });
  expect(reached).toMatchObject({ ok: false, message: expect.stringContaining('HTTP/2') });
});
