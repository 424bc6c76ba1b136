// The way through an HTTP proxy: CONNECT (RFC 9110 §9.3.6) on a connection to it that stands. Behind its 2xx the socket
// is the target's, whatever is spoken there; so a driver never knows of the proxy.

import type { Socket } from 'node:net';

const MOST_HEAD_BYTES = 16_384;

/**
 * `authority`: `host:port` of the target. `done` is called once: with nothing when the tunnel stands, or with what the
 * proxy said instead. That the socket closed or broke is its owner's to see, and so is time.
 */
export function tunnelTo(socket: Socket, authority: string, done: (refusal?: string) => void): void {
  let head = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0 && head.length <= MOST_HEAD_BYTES) return;
    socket.off('data', onData);
    socket.pause();
    const refusal = end < 0 ? 'no end of its answer' : refusalOf(head.toString('latin1', 0, end));
    const rest = head.subarray(end + 4);
    // The target may speak first.
    if (refusal === undefined && rest.length > 0) socket.unshift(rest);
    done(refusal);
  };
  socket.on('data', onData);
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`, 'latin1');
}

/** `403 Forbidden`; undefined where the proxy agreed. */
function refusalOf(head: string): string | undefined {
  const [line = ''] = head.split('\r\n');
  const [, status, reason] = /^HTTP\/1\.[01] (\d{3})(?: (.*))?$/.exec(line) ?? [];
  if (status === undefined) return 'no answer of HTTP/1';
  return status.startsWith('2') ? undefined : `${status} ${reason ?? ''}`.trim();
}
