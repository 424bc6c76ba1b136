// A loopback HTTP/2 server whose streams do what a test scripts, and that remembers the order keys it saw.

import {
  createSecureServer,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type Settings,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';

export type SeenStream = {
  key: string;
  session: ServerHttp2Session;
  stream: ServerHttp2Stream;
  headers: IncomingHttpHeaders;
  body: string;
};

/** What the server does when a request was read whole; nothing = it stalls. */
export type Http2Script = (seen: SeenStream, count: number) => void;

export type Http2TestServer = {
  origin: string;
  streams: SeenStream[];
  sessions: Set<ServerHttp2Session>;
  /** Sessions so far. */
  accepted: () => number;
  close: () => Promise<void>;
};

export async function http2Server(
  script: Http2Script,
  options: { tls?: TlsOptions; settings?: Settings; onStream?: (stream: ServerHttp2Stream) => void } = {},
): Promise<Http2TestServer> {
  const { tls, settings } = options;
  const server = tls ? createSecureServer({ ...tls, settings }) : createServer({ settings });
  const streams: SeenStream[] = [];
  const sessions = new Set<ServerHttp2Session>();
  const sockets = new Set<Socket>();
  let accepted = 0;

  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('sessionError', () => {});
  server.on('session', (session) => {
    accepted++;
    sessions.add(session);
    session.on('error', () => {});
    session.on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    options.onStream?.(stream);
    let body = '';
    stream.setEncoding('latin1');
    stream.on('data', (text: string) => {
      body += text;
    });
    const session = stream.session as ServerHttp2Session;
    const seen: SeenStream = { key: String(headers['idempotency-key']), session, stream, headers, body };
    streams.push(seen);
    stream.on('end', () => {
      seen.body = body;
      if (!stream.destroyed) script(seen, streams.length);
    });
  });

  await new Promise<void>((listening) => (server as Http2Server).listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    streams,
    sessions,
    accepted: () => accepted,
    close: () => {
      for (const session of sessions) session.destroy();
      for (const socket of sockets) socket.destroy();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}
