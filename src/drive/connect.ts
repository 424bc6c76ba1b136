// Opens one TCP or TLS connection, through a proxy where there is one, with a timeout of our own and a named failure. Drivers bring their sockets up here, so
// that a protocol library only ever sees a connection that stands. TLS sessions are resumed, save where every connection
// stands for a shopper of its own: there each pays for the whole handshake.

import { connect as connectTcp, isIP, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import type { Failure } from '../order/answer.ts';
import type { DriverOptions } from './driver.ts';
import { connectFailureOf, detailOf } from './failures.ts';
import { tunnelTo } from './tunnel.ts';

export type Endpoint = {
  hostname: string;
  port: number;
  http: '1.1' | '2';
  connectTimeoutUs: number;
  /** Undefined for plain TCP. */
  tls: EndpointTls | undefined;
  /** The HTTP proxy that is asked for a tunnel; undefined: straight to the target. */
  proxy: { hostname: string; port: number } | undefined;
};

export type EndpointTls = {
  context: SecureContext;
  servername: string;
  insecure: boolean;
  /** Where the last session is kept to be resumed; undefined: every handshake is a whole one. */
  sessions: { last: Buffer | undefined } | undefined;
};

type EndpointOptions = Pick<DriverOptions, 'origin' | 'http' | 'connectTimeoutUs' | 'tls'> &
  Partial<Pick<DriverOptions, 'connection' | 'proxy'>>;

/** Throws when the PEM texts cannot be read. */
export function endpointOf(options: EndpointOptions): Endpoint {
  const secure = options.origin.startsWith('https:');
  const { hostname, port } = addressOf(options.origin, secure ? 443 : 80);
  const { ca, cert, key, servername, insecure } = options.tls;
  return {
    hostname,
    port,
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
    proxy: options.proxy === undefined ? undefined : addressOf(options.proxy, 80),
  };
}

function addressOf(origin: string, usualPort: number): { hostname: string; port: number } {
  const url = new URL(origin);
  return { hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(url.port) || usualPort };
}

/** `host:port`, with brackets around an IPv6 address. */
export function authorityOf({ hostname, port }: { hostname: string; port: number }): string {
  return `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`;
}

/** Called once: with a socket that stands (no failure), or with a failure and its code. */
export type Opened = (socket: Socket, failure: Failure | undefined, detail: string) => void;

/** µs it took to connect, name look-up and a proxy's tunnel included, and to shake hands (NaN without TLS). */
export type OpeningCost = { readonly connectUs: number; readonly tlsUs: number };

/** One connection being opened; its cost is known when it stands. */
export class Opening implements OpeningCost {
  connectUs = Number.NaN;
  tlsUs = Number.NaN;
  readonly #endpoint: Endpoint;
  readonly #opened: Opened;
  #socket: Socket;
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
    const { hostname, port } = endpoint.proxy ?? endpoint;
    const to = { host: hostname, port, ...(onread ? { onread } : {}) };
    this.#socket = endpoint.tls && !endpoint.proxy ? tlsSocketTo(endpoint, endpoint.tls, to) : connectTcp(to);
    this.#socket.setNoDelay(true);
    this.#socket.once('connect', this.#onConnect);
    this.#listen();
    this.#timer = setTimeout(this.#onTimer, Math.ceil(endpoint.connectTimeoutUs / 1e3));
  }

  /** Gives the connection up; nothing is reported. */
  cancel(): void {
    if (this.#settle()) this.#socket.destroy();
  }

  #listen(): void {
    this.#socket.once('secureConnect', this.#onSecure);
    // `error` keeps its listener for good: a socket may still complain after it was handed over or given up.
    this.#socket.on('error', this.#onError);
    this.#socket.once('close', this.#onClose);
  }

  readonly #onConnect = (): void => {
    if (this.#endpoint.proxy) tunnelTo(this.#socket, authorityOf(this.#endpoint), this.#onTunnel);
    else this.#onStanding();
  };

  readonly #onTunnel = (refusal?: string): void => {
    if (this.#settled) return;
    if (refusal !== undefined) {
      this.#fail('connect-error', `proxy: ${refusal}`);
      return;
    }
    const { tls } = this.#endpoint;
    this.#onStanding();
    if (!tls) return;
    this.#socket.off('close', this.#onClose);
    this.#socket = tlsSocketTo(this.#endpoint, tls, { socket: this.#socket });
    this.#listen();
  };

  #onStanding(): void {
    this.connectUs = (performance.now() - this.#startMs) * 1e3;
    if (this.#endpoint.tls) this.#handshaking = true;
    else if (this.#settle()) this.#opened(this.#socket, undefined, '');
  }

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
    else this.#fail('connect-timeout', this.#waitsFor);
  };

  get #waitsFor(): string {
    if (this.#handshaking) return 'TLS handshake';
    return this.#endpoint.proxy && !this.#socket.connecting ? 'proxy tunnel' : 'TCP connect';
  }

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

type To = { host: string; port: number; onread?: OnReadOpts } | { socket: Socket };

function tlsSocketTo(endpoint: Endpoint, tls: EndpointTls, to: To): TLSSocket {
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
