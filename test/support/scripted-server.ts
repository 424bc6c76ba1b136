// A loopback TCP or TLS server that does exactly what a test scripts, byte by byte, and remembers every request it read.
// It knows just enough HTTP/1.1 to find the end of a request; what it sends back may be anything.

import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions, type Server as TlsServer } from 'node:tls';

export type SeenRequest = {
  /** The idempotency-key header; '' without one. */
  key: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  /** Which connection it came on, from 0. */
  connection: number;
};

/** What the server does when a request was read; nothing = it stalls. */
export type Script = (connection: ScriptedConnection, request: SeenRequest) => void;

export type ScriptedServerOptions = {
  tls?: TlsOptions;
  /** Of 127.0.0.0/8; default 127.0.0.1, on a free port. */
  host?: string;
  port?: number;
  /** As soon as a connection is accepted, before any byte is read. */
  onConnection?: (connection: ScriptedConnection) => void;
  /** As soon as the head of a request was read. */
  onHead?: (connection: ScriptedConnection, head: string) => void;
};

/** The bytes of an answer with a content-length. */
export function answerOf(status: number, body = '', headers: Record<string, string> = {}): string {
  const lines = Object.entries({ 'content-length': String(body.length), ...headers }).map(([k, v]) => `${k}: ${v}\r\n`);
  return `HTTP/1.1 ${status} Scripted\r\n${lines.join('')}\r\n${body}`;
}

/** The same in chunks of `size`. */
export function chunkedAnswerOf(status: number, body: string, size: number): string {
  const chunks: string[] = [];
  for (let at = 0; at < body.length; at += size) {
    const chunk = body.slice(at, at + size);
    chunks.push(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
  }
  return `HTTP/1.1 ${status} Scripted\r\ntransfer-encoding: chunked\r\n\r\n${chunks.join('')}0\r\n\r\n`;
}

export class ScriptedConnection {
  readonly index: number;
  readonly socket: Socket;

  constructor(index: number, socket: Socket) {
    this.index = index;
    this.socket = socket;
  }

  send(bytes: string): void {
    this.socket.write(bytes, 'latin1');
  }

  /** In pieces of `size` bytes, each a packet of its own, a turn of the event loop apart. */
  drip(bytes: string, size = 1): void {
    if (bytes === '' || this.socket.destroyed) return;
    this.socket.write(bytes.slice(0, size), 'latin1', () => setImmediate(() => this.drip(bytes.slice(size), size)));
  }

  /** The same bytes again and again, as fast as they are taken, until the other side gives up. */
  flood(bytes: string): void {
    while (!this.socket.destroyed && this.socket.write(bytes, 'latin1'));
    if (!this.socket.destroyed) this.socket.once('drain', () => this.flood(bytes));
  }

  /** FIN after the last byte. */
  end(bytes = ''): void {
    this.socket.end(bytes, 'latin1');
  }

  /** RST. */
  reset(): void {
    this.socket.resetAndDestroy();
  }
}

export type ScriptedServer = {
  port: number;
  origin: string;
  requests: SeenRequest[];
  /** Connections accepted so far, and those open now. */
  accepted: () => number;
  open: Set<ScriptedConnection>;
  /** Another certificate for the connections to come. */
  certify: (tls: TlsOptions) => void;
  close: () => Promise<void>;
};

export async function scriptedServer(script: Script, options: ScriptedServerOptions = {}): Promise<ScriptedServer> {
  const requests: SeenRequest[] = [];
  const open = new Set<ScriptedConnection>();
  let accepted = 0;

  const onSocket = (socket: Socket): void => {
    const connection = new ScriptedConnection(accepted++, socket);
    open.add(connection);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => open.delete(connection));
    options.onConnection?.(connection);
    const read = requestReader((head) => options.onHead?.(connection, head));
    socket.on('data', (chunk) => {
      for (const request of read(chunk.toString('latin1'))) {
        const seen = { ...request, connection: connection.index };
        requests.push(seen);
        script(connection, seen);
      }
    });
  };

  const server: Server = options.tls ? createTlsServer(options.tls, onSocket) : createTcpServer(onSocket);
  server.on('tlsClientError', () => {});
  // Raw sockets too: a TLS handshake that never ends is no connection yet, but must be closed in the end.
  const raw = new Set<Socket>();
  server.on('connection', (socket: Socket) => raw.add(socket));
  await new Promise<void>((listening) => server.listen(options.port ?? 0, options.host ?? '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    requests,
    accepted: () => accepted,
    open,
    certify: (tls) => (server as TlsServer).setSecureContext(tls),
    close: () => {
      for (const socket of raw) socket.destroy();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}

/** A port of 127.0.0.1 on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = await scriptedServer(() => {});
  await server.close();
  return server.port;
}

type ReadRequest = Omit<SeenRequest, 'connection'>;

function requestReader(onHead: (head: string) => void): (text: string) => ReadRequest[] {
  let buffered = '';
  let head: string | undefined;
  return (text) => {
    const complete: ReadRequest[] = [];
    buffered += text;
    for (;;) {
      if (head === undefined) {
        const end = buffered.indexOf('\r\n\r\n');
        if (end < 0) return complete;
        head = buffered.slice(0, end);
        buffered = buffered.slice(end + 4);
        onHead(head);
      }
      const request = parseHead(head);
      const length = Number(request.headers['content-length'] ?? 0);
      if (buffered.length < length) return complete;
      complete.push({ ...request, body: buffered.slice(0, length) });
      buffered = buffered.slice(length);
      head = undefined;
    }
  };
}

function parseHead(head: string): ReadRequest {
  const [start = '', ...lines] = head.split('\r\n');
  const [method = '', path = ''] = start.split(' ');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { method, path, headers, body: '', key: headers['idempotency-key'] ?? '' };
}
