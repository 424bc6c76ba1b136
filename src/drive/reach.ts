// The preflight: can the target be reached at all, and does it speak what the profile says? One connection (with TLS when
// the origin says so), closed at once; no request is sent.

import type { Socket } from 'node:net';
import type { Failure } from '../order/answer.ts';
import { formatDuration } from '../units.ts';
import { authorityOf, type Endpoint, endpointOf, type Opened, Opening } from './connect.ts';
import type { DriverOptions } from './driver.ts';

export type ReachTarget = Pick<DriverOptions, 'origin' | 'connectTimeoutUs' | 'tls' | 'proxy'> & {
  http?: '1.1' | '2';
};

/** `address` is `ip:port` of the other side; `code` an errno, an OpenSSL code or a failure's name; `message` one line. */
export type Reached = { ok: true; address: string } | { ok: false; code: string; message: string };

/** Never throws; answers within `connectTimeoutUs`. */
export async function reach(target: ReachTarget): Promise<Reached> {
  let endpoint: Endpoint;
  try {
    endpoint = endpointOf({ ...target, http: target.http ?? '1.1' });
  } catch (error) {
    return { ok: false, code: 'tls', message: `target.tls cannot be used: ${(error as Error).message}` };
  }
  return new Promise((resolve) => {
    const answer = (socket: Socket, failure: Failure | undefined, detail: string): void => {
      if (failure === undefined) resolve({ ok: true, address: addressOf(socket) });
      else resolve({ ok: false, ...explain(endpoint, failure, detail) });
      socket.destroy();
    };
    const opening: Opening = new Opening(endpoint, (socket, failure, detail) => {
      // With TLS the handshake has settled the protocol; without it only the first frame tells.
      const isOpenQuestion = failure === undefined && endpoint.http === '2' && !endpoint.tls;
      if (!isOpenQuestion) answer(socket, failure, detail);
      else askForHttp2(socket, endpoint.connectTimeoutUs - opening.connectUs, answer);
    });
  });
}

/** RFC 9113 §3.4: the client's preface and an empty SETTINGS frame; a server's first frame is SETTINGS (type 4), too. */
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0';
const TYPE_AT = 3;
const SETTINGS = 4;

function askForHttp2(socket: Socket, leftUs: number, answer: Opened): void {
  let head = Buffer.alloc(0);
  const end = (failure?: Failure, detail = ''): void => {
    clearTimeout(timer);
    socket.removeAllListeners('data').off('close', onClose);
    answer(socket, failure, detail);
  };
  const onClose = (): void => end('connect-error', NO_HTTP2);
  const timer = setTimeout(() => end('connect-timeout', 'HTTP/2 SETTINGS'), Math.max(1, leftUs / 1e3));
  socket.once('close', onClose).on('data', (chunk: Buffer) => {
    head = Buffer.concat([head, chunk]);
    if (head.length <= TYPE_AT) return;
    if (head[TYPE_AT] === SETTINGS) end();
    else end('connect-error', NO_HTTP2);
  });
  socket.write(PREFACE, 'latin1');
}

function addressOf(socket: Socket): string {
  const ip = socket.remoteAddress ?? '';
  return `${ip.includes(':') ? `[${ip}]` : ip}:${socket.remotePort}`;
}

/** As connect.ts says it. */
const NO_HTTP2 = 'the server does not speak HTTP/2';
/** OpenSSL's ways to say that the answer to its greeting was no TLS. */
const NO_TLS =
  /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNKNOWN_PROTOCOL|HTTP_REQUEST|RECORD_LAYER_FAILURE)$/;
const NO_PROTOCOL = /NO_APPLICATION_PROTOCOL/;

function explain(endpoint: Endpoint, failure: Failure, detail: string): { code: string; message: string } {
  const at = authorityOf(endpoint);
  const code = /^[A-Z0-9_]+$/.test(detail) ? detail : failure;
  const message = MESSAGES[failure] ?? ((): string => `cannot connect to ${at} (${detail})`);
  const said = proxySays(at, failure, detail, endpoint) ?? otherProtocol(at, detail, endpoint);
  return { code, message: said ?? message(at, detail, endpoint) };
}

/** The way was not open as far as the target; undefined where it was, or where there is no proxy. */
function proxySays(at: string, failure: Failure, detail: string, endpoint: Endpoint): string | undefined {
  if (!endpoint.proxy) return undefined;
  const proxy = `the proxy ${authorityOf(endpoint.proxy)}`;
  if (failure === 'refused') return `nothing listens on ${proxy} (${detail}); see target.proxy`;
  if (failure === 'unresolved') return `the name of ${proxy} is not known (${detail}); see target.proxy`;
  if (failure === 'connect-timeout') {
    return `no connection to ${at} through ${proxy} within ${formatDuration(endpoint.connectTimeoutUs)} (${detail})`;
  }
  if (failure !== 'connect-error' || detail === NO_HTTP2) return undefined;
  return `no way to ${at} through ${proxy} (${detail.replace(/^proxy: /, '')}); see target.proxy`;
}

/** Something answers, and speaks another language. */
function otherProtocol(at: string, detail: string, { http, tls }: Endpoint): string | undefined {
  if (detail === NO_HTTP2 || NO_PROTOCOL.test(detail)) {
    const other = http === '2' ? '1.1' : '2';
    return `${at} does not speak HTTP/${http}; write \`http: ${other}\` under \`target\``;
  }
  return tls && NO_TLS.test(detail) ? `${at} does not speak TLS (${detail}); is it http://?` : undefined;
}

const ELSEWHERE = 'say where it is, by target.url or --target';

type Message = (at: string, detail: string, endpoint: Endpoint) => string;

const MESSAGES: Partial<Record<Failure, Message>> = {
  refused: (at, detail) => `nothing listens on ${at} (${detail}): start the shop there, or ${ELSEWHERE}`,
  unresolved: (_at, detail, { hostname }) => `the name ${hostname} is not known (${detail}): ${ELSEWHERE}`,
  tls: (at, detail) => {
    const plain = /^(closed|ECONNRESET|EPIPE)$/.test(detail) ? ', or is it http://?' : '';
    return `the TLS handshake with ${at} failed (${detail}); see target.tls: ca, cert, key, servername${plain}`;
  },
  'connect-timeout': (at, detail, { connectTimeoutUs }) => {
    const way =
      detail === 'TLS handshake' ? 'is it http://?' : `it may need a longer target.connectTimeout, or ${ELSEWHERE}`;
    return `no connection to ${at} within ${formatDuration(connectTimeoutUs)} (${detail}); ${way}`;
  },
  'no-socket': (at, detail) => `this machine has no socket left to reach ${at} (${detail}); raise ulimit -n`,
};
