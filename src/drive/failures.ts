// Errors of Node, OpenSSL and undici → the names of answer.ts. Whether an order is `failed` or `unknown` is not decided
// here: that follows from whether its bytes had been written (METHOD §7).

import type { Failure } from '../order/answer.ts';

const NO_SOCKET = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM']);
const UNRESOLVED = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME', 'EAI_MEMORY']);
/** RFC 9113 §7: PROTOCOL_ERROR, FRAME_SIZE_ERROR, COMPRESSION_ERROR say that the peer's bytes broke the rules. */
const HTTP2_RULE_BROKEN = new Set([1, 6, 9]);
const DETAIL_LENGTH = 120;

/** `ECONNRESET`, `HPE_INVALID_CONSTANT`; empty when the error has none. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

/** What the report shows as an example: the code where it says something, else the message, cut. */
export function detailOf(error: unknown): string {
  const code = codeOf(error);
  if (code !== '' && !code.startsWith('UND_ERR')) return code;
  return String((error as Error | null)?.message ?? error).slice(0, DETAIL_LENGTH);
}

/** An error before the connection stood. `handshaking`: TCP stood, TLS did not yet. */
export function connectFailureOf(error: unknown, handshaking: boolean): Failure {
  const code = codeOf(error);
  if (handshaking) return 'tls';
  if (code === 'ECONNREFUSED') return 'refused';
  if (UNRESOLVED.has(code)) return 'unresolved';
  if (NO_SOCKET.has(code)) return 'no-socket';
  if (code === 'ETIMEDOUT') return 'connect-timeout';
  return /^ERR_(TLS|SSL|OSSL)/.test(code) ? 'tls' : 'connect-error';
}

/** Undici refused to send what the template rendered: nothing was written, and another connection would not help. */
export function isUnsendable(error: unknown): boolean {
  return /^UND_ERR_(INVALID_ARG|NOT_SUPPORTED|REQ_CONTENT_LENGTH_MISMATCH)$/.test(codeOf(error));
}

/** How far the answer had come. */
export type Progress = {
  http2: boolean;
  /** The connection had served an answer before. */
  reused: boolean;
  /** A byte of the answer had arrived. */
  heard: boolean;
  /** The answer's head was complete. */
  headed: boolean;
};

/** An error after the request was written. */
export function exchangeFailureOf(error: unknown, progress: Progress): Failure {
  const code = codeOf(error);
  const message = String((error as Error | null)?.message ?? '');
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return 'too-large';
  // A body cut short by the end of an HTTP/1.1 connection is a reset. Before the head was complete undici gives the same
  // code to any parse error that follows a content-length; on HTTP/2 the stream was ended properly with a wrong length.
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') {
    return progress.headed && !progress.http2 ? 'reset' : 'unreadable';
  }
  if (isUnreadable(error, code, message)) return 'unreadable';
  if (/^ERR_(TLS|SSL|OSSL)/.test(code)) return 'tls';
  return progress.reused && !progress.heard ? 'reset-on-reuse' : 'reset';
}

function isUnreadable(error: unknown, code: string, message: string): boolean {
  if ((error as Error | null)?.name === 'HTTPParserError') return !/invalid eof/i.test(`${code} ${message}`);
  if (code === 'UND_ERR_SOCKET') return message === 'bad response' || message === 'bad upgrade';
  if (code === 'ERR_HTTP2_ERROR') return true;
  return HTTP2_RULE_BROKEN.has((error as { http2ErrorCode?: number } | null)?.http2ErrorCode ?? 0);
}
