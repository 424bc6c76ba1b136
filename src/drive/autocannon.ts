// The closed-loop ceiling: autocannon keeps a number of connections busy, each with its next order as soon as the last is
// answered, and we count answers by our own clock. Closed loop means that a slow shop is asked less, so this says how much
// comes through at most and nothing about what a shopper feels: none of autocannon's own times is read (METHOD §6).

import autocannon from 'autocannon';
import type { Sending, Template } from '../order/spec.ts';
import type { DriverOptions } from './driver.ts';

/** One number of connections, kept busy for so long. */
export type ProbeLevel = {
  connections: number;
  /** Answers of any status in the time that counts, and by the first digit of their status: `2xx`. */
  answers: number;
  statuses: Record<string, number>;
  /** The time that counts: without the first moments of every connection. */
  countedUs: number;
  answersPerS: number;
  /** Requests sent, with those that were never answered. */
  sent: number;
  /** Connections refused or reset, and requests given up. */
  errors: number;
  /** Why there were errors: the first one. */
  trouble: string;
  /** Share of the time in which this thread had work to do; near 1 the probe itself is the limit. */
  busy: number;
};

export type ProbeOptions = Pick<DriverOptions, 'origin' | 'timeoutUs' | 'tls'> & {
  template: Template;
  /** Connections of each level, in turn. */
  levels: readonly number[];
  /** Of each level. */
  durationUs: number;
  /** Over all levels. */
  maxOrders: number;
};

/** Of the time of a level, at its start, in which connections open and code is compiled. */
const WARM_SHARE = 0.3;
const LOOK_MS = 50;

/** What of a request autocannon cannot send as the profile says it; undefined where it can send all. */
export function beyondProbe(
  target: Pick<DriverOptions, 'origin' | 'http' | 'connection' | 'proxy' | 'tls'>,
): string | undefined {
  if (target.http !== '1.1') return `the profile asks for HTTP/${target.http}, and autocannon speaks HTTP/1.1`;
  if (target.proxy !== undefined) return 'the target is behind a proxy, which autocannon cannot use';
  if (target.connection === 'fresh') return 'autocannon counts no answers where each order has a fresh connection';
  if (target.origin.startsWith('https:') && !target.tls.insecure) {
    return 'autocannon checks no certificate, and this target speaks HTTPS; it is asked only with `target.tls.insecure`';
  }
  return undefined;
}

/** Level after level. The orders have the indices 0, 1, 2 … over all levels: no key is sent twice. Never throws for what a target does. */
export async function probeClosedLoop(options: ProbeOptions): Promise<ProbeLevel[]> {
  const levels: ProbeLevel[] = [];
  const orders = { next: 0 };
  let left = options.maxOrders;
  for (const [index, connections] of options.levels.entries()) {
    // What a level leaves is the next one's.
    const most = Math.floor(left / (options.levels.length - index));
    if (most < connections) break;
    const level = await probeLevel(options, { connections, most, orders });
    left -= level.sent;
    levels.push(level);
    if (level.answers === 0) break;
  }
  return levels;
}

/** `orders.next`: the index of the next one, over all levels. */
type Asked = { connections: number; most: number; orders: { next: number } };

async function probeLevel(
  { origin, template, durationUs, timeoutUs, tls }: ProbeOptions,
  { connections, most, orders }: Asked,
): Promise<ProbeLevel> {
  const counted = new Answers(performance.now(), durationUs / 1e3);
  let sent = 0;
  let errors = 0;
  let trouble = '';
  const before = performance.eventLoopUtilization();
  const bytesOf = orderBytes(origin, template);
  const nextOrder = (): Uint8Array => {
    sent++;
    return bytesOf(orders.next++);
  };
  const running = autocannon({
    url: origin,
    connections,
    duration: durationUs / 1e6,
    sampleInt: LOOK_MS,
    timeout: Math.max(1, Math.ceil(timeoutUs / 1e6)),
    maxOverallRequests: most,
    bailout: 2 * connections,
    tlsOptions: { ca: tls.ca, cert: tls.cert, key: tls.key },
    servername: tls.servername,
    setupClient: (client) => {
      client.getRequestBuffer = nextOrder;
    },
  });
  running.on('response', (_client: unknown, status: number) => counted.take(performance.now(), status));
  running.on('reqError', (error: Error) => {
    errors++;
    if (trouble === '') trouble = error.message;
  });
  await running;
  if (sent === 0) throw new Error('autocannon sent requests of its own: it no longer asks for ours');
  const busy = performance.eventLoopUtilization(before).utilization;
  return { connections, ...counted.sum(performance.now()), sent, errors, trouble, busy };
}

/**
 * The bytes of each order, as the wire driver writes them: built by autocannon from their parts, half as many a second were
 * sent (test/bench/probe.ts: 34,000 instead of 65,000).
 * Each has its own buffer, since a socket may keep it.
 */
function orderBytes(origin: string, template: Template): (seq: number) => Uint8Array {
  const http1 = template.http1({ host: new URL(origin).host, close: false });
  const prepared = Buffer.alloc(http1.maxBytes);
  http1.prepare(prepared);
  const sending: Sending = { seq: 0 };
  return (seq) => {
    sending.seq = seq;
    return Buffer.from(prepared.subarray(0, http1.patch(prepared, sending)));
  };
}

/** Counts answers from the end of the warm-up on, by our own clock; where the orders gave out before, up to the last of them. */
export class Answers {
  readonly #warmMs: number;
  readonly #untilMs: number;
  #lastMs = 0;
  readonly #statuses: Record<string, number> = {};
  readonly #warm: Record<string, number> = {};
  readonly #startMs: number;

  constructor(startMs: number, durationMs: number) {
    this.#startMs = startMs;
    this.#warmMs = startMs + WARM_SHARE * durationMs;
    this.#untilMs = startMs + durationMs;
  }

  take(atMs: number, status: number): void {
    if (atMs > this.#untilMs) return;
    this.#lastMs = atMs;
    const into = atMs < this.#warmMs ? this.#warm : this.#statuses;
    const name = `${Math.floor(status / 100)}xx`;
    into[name] = (into[name] ?? 0) + 1;
  }

  sum(endMs: number): Pick<ProbeLevel, 'answers' | 'statuses' | 'countedUs' | 'answersPerS'> {
    const isOver = this.#lastMs < this.#warmMs;
    // All orders were answered before the warm-up was over: then that is what there is.
    const statuses = isOver ? this.#warm : this.#statuses;
    const fromMs = isOver ? this.#startMs : this.#warmMs;
    const untilMs = endMs < this.#untilMs ? this.#lastMs : this.#untilMs;
    const answers = Object.values(statuses).reduce((sum, count) => sum + count, 0);
    const countedMs = Math.max(0, untilMs - fromMs);
    const answersPerS = countedMs > 0 ? (answers * 1e3) / countedMs : 0;
    return { answers, statuses, countedUs: countedMs * 1e3, answersPerS };
  }
}
