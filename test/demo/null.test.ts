// The null target over raw sockets: where requests end whatever pieces they come in, and that it counts.

import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { call, openShop } from './support.ts';

/** Sends each piece as a write of its own, ends, and returns everything the server said. */
async function say(port: number, pieces: readonly string[]): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  let heard = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    heard += text;
  });
  for (const piece of pieces)
    await new Promise<void>((sent) => socket.write(piece, 'latin1', () => setImmediate(sent)));
  socket.end();
  await new Promise((closed) => socket.once('close', closed));
  return heard;
}

const countOf = async (url: string): Promise<unknown> => (await call(`${url}/count`)).body.count;
const bodies = (heard: string): number => heard.split('{"orderId":"null"}').length - 1;

const REQUESTS = [
  'POST /checkout HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\nConnection: keep-alive\r\n\r\n{"a":"\r\n\r\n"',
  'GET /stock HTTP/1.1\r\nhost: a\r\n\r\n',
  'PUT /a HTTP/1.1\r\nhost: a\r\ncookie: content-length: 9\r\ncontent-length:0\r\n\r\n',
];

test('answers each of several requests once, split anywhere or in one piece', async () => {
  const shop = await openShop({ nullTarget: true });
  const text = REQUESTS.join('');
  const splits = [[text], [...text]];
  for (let at = 1; at < text.length; at += 7) splits.push([text.slice(0, at), text.slice(at)]);
  for (const pieces of splits) expect(bodies(await say(shop.port, pieces))).toBe(REQUESTS.length);
  expect(await countOf(shop.url)).toBe(splits.length * REQUESTS.length);
});

test('answers more requests than fit one write', async () => {
  const shop = await openShop({ nullTarget: true });
  expect(bodies(await say(shop.port, [REQUESTS[1]!.repeat(200)]))).toBe(200);
  expect(await countOf(shop.url)).toBe(200);
});

test('counts until it is told to begin anew, and does not count those who ask', async () => {
  const shop = await openShop({ nullTarget: true });
  for (let i = 0; i < 3; i++) await call(`${shop.url}/checkout`, { method: 'POST', body: '{}' });
  expect([await countOf(shop.url), await countOf(shop.url)]).toEqual([3, 3]);
  expect((await call(`${shop.url}/reset`, { method: 'POST', body: '{"any":"body"}' })).body).toEqual({ count: 0 });
  expect(await countOf(shop.url)).toBe(0);
});

test('gives HEAD no body, and closes when asked to', async () => {
  const shop = await openShop({ nullTarget: true });
  const heard = await say(shop.port, [
    'HEAD /a HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nconnection: Close\r\n\r\nGET / HTTP/1.1\r\n\r\n',
  ]);
  expect(heard.split('HTTP/1.1 201').length - 1).toBe(2);
  expect(bodies(heard)).toBe(1);
});

test('says that it does not read chunks', async () => {
  const shop = await openShop({ nullTarget: true });
  const heard = await say(shop.port, ['POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n']);
  expect(heard).toMatch(/^HTTP\/1\.1 501 /);
  expect(heard.split('HTTP/1.1').length).toBe(2);
});
