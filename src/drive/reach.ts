// The preflight: can the target be reached at all? One connection (with TLS when the origin says so), closed at once.

import type { Socket } from 'node:net';
import type { Failure } from '../order/answer.ts';
import { formatDuration } from '../units.ts';
import { type Endpoint, endpointOf, Opening } from './connect.ts';
import type { DriverOptions } from './driver.ts';

export type ReachTarget = Pick<DriverOptions, 'origin' | 'connectTimeoutUs' | 'tls'> & { http?: '1.1' | '2' };

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
    new Opening(endpoint, (socket, failure, detail) => {
      if (failure === undefined) resolve({ ok: true, address: addressOf(socket) });
      else resolve({ ok: false, ...explain(endpoint, failure, detail) });
      socket.destroy();
    });
  });
}

function addressOf(socket: Socket): string {
  const ip = socket.remoteAddress ?? '';
  return `${ip.includes(':') ? `[${ip}]` : ip}:${socket.remotePort}`;
}

function explain(endpoint: Endpoint, failure: Failure, detail: string): { code: string; message: string } {
  const host = endpoint.hostname.includes(':') ? `[${endpoint.hostname}]` : endpoint.hostname;
  const at = `${host}:${endpoint.port}`;
  const code = /^[A-Z0-9_]+$/.test(detail) ? detail : failure;
  return { code, message: MESSAGES[failure]?.(at, detail, endpoint) ?? `cannot connect to ${at} (${detail})` };
}

type Message = (at: string, detail: string, endpoint: Endpoint) => string;

const MESSAGES: Partial<Record<Failure, Message>> = {
  refused: (at, detail) => `nothing listens on ${at} (${detail})`,
  unresolved: (_at, detail, { hostname }) => `the name ${hostname} is not known (${detail})`,
  tls: (at, detail) => `the TLS handshake with ${at} failed (${detail}); see target.tls: ca, cert, key, servername`,
  'connect-timeout': (at, detail, { connectTimeoutUs }) =>
    `no connection to ${at} within ${formatDuration(connectTimeoutUs)} (${detail})`,
  'no-socket': (at, detail) => `this machine has no socket left to reach ${at} (${detail}); raise ulimit -n`,
};
