// Against a stream instead of a socket: what the proxy says may come in any pieces, with the target's first bytes behind.

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import { tunnelTo } from '../../src/drive/tunnel.ts';

const turn = (): Promise<void> => new Promise((next) => setImmediate(next));

async function ask(pieces: readonly string[]) {
  let sent = '';
  const stream = new Duplex({
    read: () => {},
    write: (chunk, _encoding, done) => {
      sent += chunk;
      done();
    },
  });
  const answers: (string | undefined)[] = [];
  tunnelTo(stream as unknown as Socket, 'shop.example:443', (refusal) => answers.push(refusal));
  for (const piece of pieces) {
    stream.push(piece);
    await turn();
  }
  return { sent, answers, rest: String(stream.read() ?? '') };
}

const AGREED = 'HTTP/1.1 200 Connection established\r\nvia: test\r\n\r\n';

it('asks for the target, and leaves what is behind the answer to who reads next, split anywhere', async () => {
  for (let at = 1; at < AGREED.length + 5; at++) {
    const text = `${AGREED}hello`;
    const { sent, answers, rest } = await ask([text.slice(0, at), text.slice(at)]);
    expect(sent).toBe('CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n\r\n');
    expect([at, answers, rest]).toEqual([at, [undefined], 'hello']);
  }
});

it.each([
  ['HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno', '403 Forbidden'],
  ['HTTP/1.0 502\r\n\r\n', '502'],
  ['SSH-2.0-OpenSSH_9.6\r\n\r\n', 'no answer of HTTP/1'],
  ['HTTP/1.1 200'.padEnd(20_000, 'x'), 'no end of its answer'],
])('tells once what it said instead: %j', async (says, refusal) => {
  expect((await ask([says, 'more\r\n\r\n'])).answers).toEqual([refusal]);
});
