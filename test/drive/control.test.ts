// The control plane against loopback servers: what goes out, what is said when nothing usable comes back.

import { expect, it } from 'vitest';
import { ControlError, ControlPlane, type ControlTarget, shownRequestOf } from '../../src/drive/control.ts';
import type { StepSpec } from '../../src/order/spec.ts';
import { http2Server } from '../support/http2-server.ts';
import { testProxy } from '../support/proxy.ts';
import { answerOf, closedPort, type Script, scriptedServer } from '../support/scripted-server.ts';
import { cleanUp, pem } from './harness.ts';

const IDENTITY = { runId: 'r', seed: 1, skus: [{ value: 's', weight: 1 }], quantity: [{ value: 1, weight: 1 }] };
const PLENTY = { timeoutUs: 30e6 };

const step = (more: Partial<StepSpec> = {}): StepSpec => ({
  name: 'login',
  method: 'POST',
  path: '/admin/login?user={{env.USER}}',
  shownPath: '/admin/login?user=***',
  headers: [['authorization', 'Bearer {{setup.token}}']],
  body: { kind: 'json', value: { password: '{{env.PASSWORD}}' } },
  ...more,
});

function planeTo(
  url: string,
  {
    setup = { token: 'tok-1' } as Record<string, string>,
    ...more
  }: Partial<ControlTarget> & { setup?: Record<string, string> } = {},
) {
  const target: ControlTarget = { url, http: '1.1', tls: { insecure: false }, connectTimeoutUs: 30e6, ...more };
  const plane = new ControlPlane(target, { identity: IDENTITY, env: { USER: 'ada&co', PASSWORD: 'op"en' }, setup });
  cleanUp(() => plane.close());
  return plane;
}

async function server(script: Script, options: Parameters<typeof scriptedServer>[1] = {}) {
  const found = await scriptedServer(script, options);
  cleanUp(() => found.close());
  return found;
}

it('sends one step below the base path, its templates filled with env and what the setup has brought by then', async () => {
  const { origin, requests } = await server((connection) =>
    connection.send(answerOf(200, '{"ok":true}', { 'x-a': 'b' })),
  );
  const setup: Record<string, string> = { token: '' };
  const plane = planeTo(`${origin}/shop/`, { setup });
  setup.token = 'tok-2';
  const answer = await plane.ask(step(), PLENTY);
  expect(answer).toMatchObject({ status: 200, failure: undefined, bodyTruncated: false });
  expect(new TextDecoder().decode(answer.body)).toBe('{"ok":true}');
  expect([answer.headers.get('x-a'), answer.headers.all?.('x-none')]).toEqual(['b', []]);
  expect(requests).toMatchObject([
    {
      method: 'POST',
      path: '/shop/admin/login?user=ada%26co',
      body: '{"password":"op\\"en"}',
      headers: { authorization: 'Bearer tok-2', 'content-type': 'application/json' },
    },
  ]);
});

it('goes through the proxy that the orders go through', async () => {
  const { origin, port } = await server((connection) => connection.send(answerOf(200, 'through')));
  const proxy = await testProxy();
  cleanUp(proxy.close);
  const answer = await planeTo(origin, { proxy: proxy.url }).ask(step(), PLENTY);
  expect(new TextDecoder().decode(answer.body)).toBe('through');
  expect(proxy.asked).toEqual([`127.0.0.1:${port}`]);
});

it('adds what pages by to the query', async () => {
  const { origin, requests } = await server((connection) => connection.send(answerOf(200, '')));
  const plane = planeTo(origin);
  for (const path of ['/orders', '/orders?format=csv']) {
    await plane.ask(step({ method: 'GET', path, body: { kind: 'none' } }), { ...PLENTY, query: ['after', 'a b&c'] });
  }
  expect(requests.map(({ path }) => path)).toEqual(['/orders?after=a%20b%26c', '/orders?format=csv&after=a%20b%26c']);
});

it('sends nothing twice, whatever becomes of it', async () => {
  const { origin, requests } = await server((connection) => connection.reset());
  const plane = planeTo(origin);
  for (const method of ['POST', 'GET']) {
    await expect(plane.ask(step({ method, body: { kind: 'none' } }), PLENTY)).rejects.toThrow(ControlError);
  }
  expect(requests).toHaveLength(2);
});

it('goes on after a connection that a server has closed', async () => {
  const { origin, requests } = await server((connection) => connection.end(answerOf(200, 'x')));
  const plane = planeTo(origin);
  for (let i = 0; i < 3; i++) await plane.ask(step(), PLENTY);
  expect(requests).toHaveLength(3);
});

it.each<[string, Script, string]>([
  ['resets', (connection) => connection.reset(), 'the connection broke off (ECONNRESET)'],
  ['hangs up', (connection) => connection.end(), 'the connection broke off (other side closed)'],
  [
    'breaks off',
    (connection) => connection.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'),
    'the connection broke off',
  ],
  [
    'breaks off between two chunks',
    (connection) => connection.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n'),
    'the connection broke off',
  ],
  ['hangs', () => {}, 'no whole answer within 100 ms'],
  [
    'stalls half-way',
    (connection) => connection.send('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'),
    'no whole answer within 100 ms',
  ],
])('says so when the shop %s, and tells no secret', async (_name, script, why) => {
  const { origin } = await server(script);
  const error = await planeTo(origin)
    .ask(step(), { timeoutUs: 100e3 })
    .catch((error: unknown) => error);
  expect(error).toBeInstanceOf(ControlError);
  expect((error as Error).message).toContain(`step \`login\` (POST /admin/login?user=***): ${why}`);
  expect((error as Error).message).not.toMatch(/ada|op"en|tok-1/);
});

it('says when nothing listens, and when the answer has no end', async () => {
  await expect(planeTo(`http://127.0.0.1:${await closedPort()}`).ask(step(), PLENTY)).rejects.toThrow(
    'step `login` (POST /admin/login?user=***): no connection: refused (ECONNREFUSED)',
  );
  const { origin } = await server((connection) => {
    connection.send('HTTP/1.1 200 OK\r\n\r\n');
    connection.flood('x'.repeat(65_536));
  });
  await expect(planeTo(origin).ask(step(), { timeoutUs: 30e6 })).rejects.toThrow('longer than 16 MiB');
});

it('can be given up', async () => {
  const giveUp = new AbortController();
  const { origin } = await server(() => giveUp.abort());
  await expect(planeTo(origin).ask(step(), { ...PLENTY, signal: giveUp.signal })).rejects.toThrow('given up');
});

it('speaks TLS with the certificates of the target', async () => {
  const { origin } = await server((connection) => connection.send(answerOf(200, 'secure')), {
    tls: { cert: pem('server'), key: pem('server-key') },
  });
  const answer = await planeTo(origin, { tls: { insecure: false, ca: pem('ca') } }).ask(step(), PLENTY);
  expect(new TextDecoder().decode(answer.body)).toBe('secure');
  await expect(planeTo(origin).ask(step(), PLENTY)).rejects.toThrow(/no connection: tls/);
});

it('speaks HTTP/2 where the target does', async () => {
  const found = await http2Server(({ stream }) => {
    stream.respond({ ':status': 201, 'x-a': 'b' });
    stream.end('two');
  });
  cleanUp(() => found.close());
  const answer = await planeTo(found.origin, { http: '2' }).ask(step(), PLENTY);
  expect([answer.status, answer.headers.get('x-a'), new TextDecoder().decode(answer.body)]).toEqual([201, 'b', 'two']);
});

it('shows of a request no query, unless it may be shown', () => {
  expect(shownRequestOf(step())).toBe('step `login` (POST /admin/login?user=***)');
  expect(shownRequestOf({ ...step(), shownPath: undefined as never })).toBe('step `login` (POST /admin/login)');
});
