// Opens one TCP or TLS connection with a timeout of our own and a named failure. Drivers bring their sockets up here, so
// that a protocol library only ever sees a connection that stands. TLS sessions are resumed, save where every connection
// stands for a shopper of its own: there each pays for the whole handshake.

import { connect as connectTcp, isIP, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import type { Failure } from '../order/answer.ts';
import type { DriverOptions } from './driver.ts';
import { connectFailureOf, detailOf } from './failures.ts';

export type Endpoint = {
  hostname: string;
  port: number;
  http: '1.1' | '2';
  connectTimeoutUs: number;
  /** Undefined for plain TCP. */
  tls: EndpointTls | undefined;
};

export type EndpointTls = {
  context: SecureContext;
  servername: string;
  insecure: boolean;
  /** Where the last session is kept to be resumed; undefined: every handshake is a whole one. */
  sessions: { last: Buffer | undefined } | undefined;
};

type EndpointOptions = Pick<DriverOptions, 'origin' | 'http' | 'connectTimeoutUs' | 'tls'> &
  Partial<Pick<DriverOptions, 'connection'>>;

/** Throws when the PEM texts cannot be read. */
export function endpointOf(options: EndpointOptions): Endpoint {
  const url = new URL(options.origin);
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const secure = url.protocol === 'https:';
  const { ca, cert, key, servername, insecure } = options.tls;
  return {
    hostname,
    port: Number(url.port) || (secure ? 443 : 80),
    http: options.http,
    connectTimeoutUs: options.connectTimeoutUs,
    tls: secure
      ? {
          context: createSecureContext({ ca, cert, key }),
          servername: servername ?? hostname,
          insecure,
          // A shopper who comes back resumes; with a fresh connection for every order, each is a shopper of its own.
          sessions: options.connection === 'keep-alive' ? { last: undefined } : undefined,
        }
      : undefined,
  };
}

/** Called once: with a socket that stands (no failure), or with a failure and its code. */
export type Opened = (socket: Socket, failure: Failure | undefined, detail: string) => void;

/** µs it took to connect, name look-up included, and to shake hands (NaN without TLS). */
export type OpeningCost = { readonly connectUs: number; readonly tlsUs: number };

/** One connection being opened; its cost is known when it stands. */
export class Opening implements OpeningCost {
  connectUs = Number.NaN;
  tlsUs = Number.NaN;
  readonly #endpoint: Endpoint;
  readonly #opened: Opened;
  readonly #socket: Socket;
  readonly #startMs = performance.now();
  readonly #deadlineMs: number;
  #timer: NodeJS.Timeout | undefined;
  #handshaking = false;
  #settled = false;

  /** `onread`: bytes go straight into a buffer of the caller's, and the socket never emits `data`. */
  constructor(endpoint: Endpoint, opened: Opened, onread?: OnReadOpts) {
    this.#endpoint = endpoint;
    this.#opened = opened;
    this.#deadlineMs = this.#startMs + endpoint.connectTimeoutUs / 1e3;
    const to = { host: endpoint.hostname, port: endpoint.port, ...(onread ? { onread } : {}) };
    this.#socket = endpoint.tls ? tlsSocketTo(endpoint, endpoint.tls, to) : connectTcp(to);
    this.#socket.setNoDelay(true);
    this.#socket.once('connect', this.#onConnect);
    this.#socket.once('secureConnect', this.#onSecure);
    // `error` keeps its listener for good: a socket may still complain after it was handed over or given up.
    this.#socket.on('error', this.#onError);
    this.#socket.once('close', this.#onClose);
    this.#timer = setTimeout(this.#onTimer, Math.ceil(endpoint.connectTimeoutUs / 1e3));
  }

  /** Gives the connection up; nothing is reported. */
  cancel(): void {
    if (this.#settle()) this.#socket.destroy();
  }

  readonly #onConnect = (): void => {
    this.connectUs = (performance.now() - this.#startMs) * 1e3;
    if (this.#endpoint.tls) this.#handshaking = true;
    else if (this.#settle()) this.#opened(this.#socket, undefined, '');
  };

  readonly #onSecure = (): void => {
    this.tlsUs = (performance.now() - this.#startMs) * 1e3 - this.connectUs;
    const spoken = (this.#socket as TLSSocket).alpnProtocol;
    if (this.#endpoint.http === '2' && spoken !== 'h2') this.#fail('connect-error', 'the server does not speak HTTP/2');
    else if (this.#settle()) this.#opened(this.#socket, undefined, '');
  };

  readonly #onError = (error: unknown): void => {
    this.#fail(connectFailureOf(error, this.#handshaking), detailOf(error));
  };

  readonly #onClose = (): void => {
    this.#fail(this.#handshaking ? 'tls' : 'connect-error', 'closed');
  };

  readonly #onTimer = (): void => {
    const leftMs = this.#deadlineMs - performance.now();
    if (leftMs > 0) this.#timer = setTimeout(this.#onTimer, Math.ceil(leftMs));
    else this.#fail('connect-timeout', this.#handshaking ? 'TLS handshake' : 'TCP connect');
  };

  #fail(failure: Failure, detail: string): void {
    if (!this.#settle()) return;
    this.#socket.destroy();
    this.#opened(this.#socket, failure, detail);
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#socket.off('close', this.#onClose);
    return true;
  }
}

function tlsSocketTo(endpoint: Endpoint, tls: EndpointTls, to: { host: string; port: number }): TLSSocket {
  const { sessions } = tls;
  const socket = connectTls({
    ...to,
    secureContext: tls.context,
    // An IP address may not be sent as a server name (RFC 6066 §3); the certificate is then checked against the address.
    ...(isIP(tls.servername) === 0 ? { servername: tls.servername } : {}),
    ...(sessions?.last ? { session: sessions.last } : {}),
    rejectUnauthorized: !tls.insecure,
    ALPNProtocols: [endpoint.http === '2' ? 'h2' : 'http/1.1'],
  });
  if (sessions) {
    socket.on('session', (session) => {
      sessions.last = session;
    });
  }
  return socket;
}
