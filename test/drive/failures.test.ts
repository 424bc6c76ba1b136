import { describe, expect, it } from 'vitest';
import { connectFailureOf, detailOf, exchangeFailureOf, isUnsendable } from '../../src/drive/failures.ts';

const error = (code: string, message = 'said so', more = {}): Error =>
  Object.assign(new Error(message), { code }, more);
const begun = { http2: false, reused: false, heard: false, headed: false };

describe('before the connection stands', () => {
  it.each([
    ['ECONNREFUSED', 'refused'],
    ['ENOTFOUND', 'unresolved'],
    ['EAI_AGAIN', 'unresolved'],
    ['EMFILE', 'no-socket'],
    ['ENFILE', 'no-socket'],
    ['EADDRNOTAVAIL', 'no-socket'],
    ['ENOBUFS', 'no-socket'],
    ['ETIMEDOUT', 'connect-timeout'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['EHOSTUNREACH', 'connect-error'],
    ['ENETUNREACH', 'connect-error'],
    ['ECONNRESET', 'connect-error'],
  ])('%s is %s', (code, failure) => {
    expect(connectFailureOf(error(code), false)).toBe(failure);
  });

  it('is tls once the handshake has begun, whatever broke it', () => {
    expect(connectFailureOf(error('ECONNRESET'), true)).toBe('tls');
    expect(connectFailureOf(error('DEPTH_ZERO_SELF_SIGNED_CERT'), true)).toBe('tls');
  });

  it('knows what undici refuses to send', () => {
    expect(isUnsendable(error('UND_ERR_INVALID_ARG'))).toBe(true);
    expect(isUnsendable(error('UND_ERR_SOCKET'))).toBe(false);
  });
});

describe('after the request was written', () => {
  it.each([
    [error('ECONNRESET'), {}, 'reset'],
    [error('ECONNRESET'), { reused: true }, 'reset-on-reuse'],
    [error('EPIPE'), { reused: true, heard: true }, 'reset'],
    [error('UND_ERR_SOCKET', 'other side closed'), {}, 'reset'],
    [error('UND_ERR_SOCKET', 'bad response'), { reused: true }, 'unreadable'],
    [error('UND_ERR_HEADERS_OVERFLOW'), { reused: true }, 'too-large'],
    [error('UND_ERR_RES_CONTENT_LENGTH_MISMATCH'), { headed: true, heard: true }, 'reset'],
    [error('UND_ERR_RES_CONTENT_LENGTH_MISMATCH'), { heard: true }, 'unreadable'],
    [error('UND_ERR_RES_CONTENT_LENGTH_MISMATCH'), { http2: true, headed: true }, 'unreadable'],
    [error('HPE_INVALID_CONSTANT', 'no', { name: 'HTTPParserError' }), { reused: true }, 'unreadable'],
    [error('HPE_INVALID_EOF_STATE', 'Invalid EOF state', { name: 'HTTPParserError' }), { headed: true }, 'reset'],
    [error('ERR_HTTP2_ERROR', 'Protocol error'), { http2: true }, 'unreadable'],
    [error('ERR_HTTP2_STREAM_ERROR', 'x', { http2ErrorCode: 1 }), { http2: true }, 'unreadable'],
    [error('ERR_HTTP2_STREAM_ERROR', 'x', { http2ErrorCode: 2 }), { http2: true }, 'reset'],
    [error('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), {}, 'tls'],
  ])('%s with %j is %s', (broken, progress, failure) => {
    expect(exchangeFailureOf(broken, { ...begun, ...progress })).toBe(failure);
  });

  it('shows the code, or the message where the code says nothing, never at length', () => {
    expect(detailOf(error('ECONNRESET', 'read ECONNRESET'))).toBe('ECONNRESET');
    expect(detailOf(error('UND_ERR_SOCKET', 'other side closed'))).toBe('other side closed');
    expect(detailOf(new Error('x'.repeat(1000)))).toHaveLength(120);
    expect(detailOf('odd')).toBe('odd');
  });
});
