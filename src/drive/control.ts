// The control plane: one step sent once, outside of the run (setup, teardown, the shop's books), with undici's `request`.
// Nothing here is measured and nothing is sent twice. Errors are one line and name the step as it may be shown; what a
// shop says in an answer may still hold secrets, and whoever prints it takes them out.

import type { buildConnector, Client, Dispatcher } from 'undici';
import type { Answer, AnswerHeaders } from '../order/answer.ts';
import type { OrderSpec, StepSpec } from '../order/spec.ts';
import { compileOrder } from '../order/template.ts';
import { formatDuration } from '../units.ts';
import { type Endpoint, endpointOf, Opening } from './connect.ts';
import { loadUndici } from './connection.ts';
import type { DriverOptions } from './driver.ts';
import { detailOf } from './failures.ts';

export type ControlTarget = Pick<DriverOptions, 'http' | 'tls' | 'connectTimeoutUs' | 'proxy'> & {
  /** `http(s)://host:port[/base]` */
  url: string;
};

/** What steps may name beside the order itself. */
export type ControlScope = Pick<OrderSpec, 'identity' | 'env' | 'setup' | 'feeders'>;

export type ControlAnswer = {
  status: number;
  headers: AnswerHeaders;
  /** The body as it comes; read it, or call `drop`. Rejects when it breaks off. */
  body: AsyncIterable<Uint8Array>;
  drop(): void;
};

export type ControlOptions = {
  /** For the whole exchange, body included. */
  timeoutUs: number;
  /** Added to the query of the path. */
  query?: readonly [name: string, value: string];
  /** More of the same follow at once; otherwise the connection serves this one, for its server may close it any time. */
  isOneOfMany?: boolean;
  signal?: AbortSignal;
};

/** What went wrong with a step, in one line. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
}

/** More than this of an answer is no token and no stock. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;
const IDLE_MS = 500;

export class ControlPlane {
  readonly #endpoint: Endpoint;
  readonly #origin: string;
  readonly #base: string;
  readonly #scope: ControlScope;
  /** Made with the first step: most runs have none. */
  #client: Client | undefined;

  /** Throws when the PEM texts of `tls` cannot be read. Nothing is connected before the first step. */
  constructor(target: ControlTarget, scope: ControlScope) {
    const { origin, pathname } = new URL(target.url);
    this.#origin = origin;
    this.#base = pathname.replace(/\/+$/, '');
    this.#scope = scope;
    this.#endpoint = endpointOf({ ...target, origin });
  }

  /** @throws ControlError when there is no answer */
  async send(step: StepSpec, options: ControlOptions): Promise<ControlAnswer> {
    const { timeoutUs, query, isOneOfMany = false, signal } = options;
    const [template] = compileOrder({ ...this.#scope, steps: [step], rules: [] });
    const { method, path, headers, body } = template!.render({ seq: 0 });
    const timeout = AbortSignal.timeout(Math.max(1, Math.ceil(timeoutUs / 1e3)));
    const stop = signal ? AbortSignal.any([timeout, signal]) : timeout;
    const shown = shownRequestOf(step);
    const why = (error: unknown): ControlError => {
      const said = timeout.aborted ? `no whole answer within ${formatDuration(timeoutUs)}` : brokenAs(error);
      return new ControlError(`${shown}: ${signal?.aborted ? 'given up' : said}`, { cause: error });
    };
    this.#client ??= clientTo(this.#origin, this.#endpoint);
    let response: Dispatcher.ResponseData;
    try {
      response = await this.#client.request({
        path: withQuery(this.#base + path, query),
        method: method as Dispatcher.HttpMethod,
        headers,
        body: body ?? null,
        reset: !isOneOfMany,
        signal: stop,
      });
    } catch (error) {
      throw why(error);
    }
    // A body that is dropped half-read complains to nobody.
    response.body.on('error', () => {});
    return {
      status: response.statusCode,
      headers: headersOf(response.headers),
      body: whole(response.body, why),
      drop: () => void response.body.destroy(),
    };
  }

  /** The same, with the whole body as an Answer for rules and extracts. @throws ControlError when it breaks off */
  async ask(step: StepSpec, options: ControlOptions): Promise<Answer> {
    const { status, headers, body, drop } = await this.send(step, options);
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const chunk of body) {
      sizeBytes += chunk.length;
      if (sizeBytes > MAX_TEXT_BYTES) {
        drop();
        throw new ControlError(`${shownRequestOf(step)}: the answer is longer than 16 MiB`);
      }
      chunks.push(chunk);
    }
    return {
      sentUs: 0,
      doneUs: 0,
      failure: undefined,
      detail: '',
      status,
      headers,
      body: Buffer.concat(chunks),
      bodyTruncated: false,
    };
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.#client?.destroy();
    this.#client = undefined;
  }
}

/** `step \`login\` (POST /admin/login)`: no value of a query, no variable. */
export function shownRequestOf({ name, method, path, shownPath }: StepSpec): string {
  return `step \`${name}\` (${method} ${shownPath ?? path.replace(/\?.*$/s, '')})`;
}

/** Connections are ours, so that TLS and HTTP/2 are what they are for the orders. */
function clientTo(origin: string, endpoint: Endpoint): Client {
  const { Client: ClientOf } = loadUndici();
  const isHttp2 = endpoint.http === '2';
  return new ClientOf(origin, {
    connect: (_target: unknown, callback: buildConnector.Callback) => {
      new Opening(endpoint, (socket, failure, detail) => {
        if (failure !== undefined) {
          callback(new ControlError(`no connection: ${failure}${detail === '' ? '' : ` (${detail})`}`), null);
          return;
        }
        // Over plain TCP nobody negotiated; undici looks here to know what to speak.
        if (isHttp2) Object.assign(socket, { alpnProtocol: 'h2' });
        callback(null, socket);
      });
    },
    allowH2: isHttp2,
    pipelining: 1,
    // Between two polls a server may close; no step is to be the one that finds out.
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MS,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/** Undici's words for a connection that ended are about its own insides. */
function brokenAs(error: unknown): string {
  const detail = detailOf(error);
  const isCut = /invalid eof/i.test(detail);
  if (isCut) return 'the connection broke off in the middle of the answer';
  return /^(other side closed|terminated|aborted|ECONNRESET|EPIPE|Re(quest|sponse) body length)/i.test(detail)
    ? `the connection broke off (${detail})`
    : detail;
}

async function* whole(
  body: AsyncIterable<Uint8Array>,
  why: (error: unknown) => ControlError,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw why(error);
  }
}

function withQuery(path: string, query: ControlOptions['query']): string {
  if (!query) return path;
  const [name, value] = query;
  return `${path}${path.includes('?') ? '&' : '?'}${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
}

function headersOf(headers: Dispatcher.ResponseData['headers']): AnswerHeaders {
  const all = (name: string): string[] => [headers[name] ?? []].flat();
  return { all, get: (name) => (all(name).length > 0 ? all(name).join(', ') : undefined) };
}
