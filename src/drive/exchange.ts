// One attempt in a driver's hand, and undici's handler for it: the same object, reused for attempt after attempt, so
// that an order costs no closure and no promise. It only keeps score; what follows is the driver's to decide.

import type { Dispatcher } from 'undici';
import type { AnswerHeaders, Failure } from '../order/answer.ts';
import { Capture } from './capture.ts';
import type { Opening, OpeningCost } from './connect.ts';
import type { Connection } from './connection.ts';
import type { Attempt } from './driver.ts';
import { Link } from './line.ts';

type Controller = Dispatcher.DispatchController;
type RawHeaders = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

const NO_HEADERS: RawHeaders = {};
/** What undici is told when it tries to send an order again on the connection it was sent on (after REFUSED_STREAM). */
const SENT_TWICE = Object.assign(new Error('an order is never sent twice'), { code: 'REFUSED_STREAM' });

/** What the driver does when an exchange comes to one of its ends; each is called at most once per dispatch. */
export type ExchangeEvents = {
  nowUs: () => number;
  /** Undici has handed every byte of the request over; the socket may still hold some. */
  onSent: (exchange: Exchange) => void;
  /** The answer is complete. */
  onComplete: (exchange: Exchange) => void;
  /** The answer broke off, or never came; also the echo of an abort of our own, when `reported` is already set. */
  onBroken: (exchange: Exchange, error: unknown) => void;
  /** The head or the body has outgrown its limit. */
  onTooLarge: (exchange: Exchange, detail: string) => void;
};

export class Exchange implements Dispatcher.DispatchHandler, AnswerHeaders {
  readonly inHand: Link<Exchange> = new Link<Exchange>(this);
  readonly waiting: Link<Exchange> = new Link<Exchange>(this);
  readonly capture: Capture;
  readonly #events: ExchangeEvents;
  readonly #maxBodyBytes: number;
  readonly #maxHeadBytes: number;

  attempt: Attempt | undefined = undefined;
  /** The connection being opened on this attempt's account, while it waits. */
  opening: Opening | undefined = undefined;
  /** The connection it was dispatched on, until undici has let go of it. */
  connection: Connection | undefined = undefined;
  /** Of that connection, when this exchange is its first. */
  cost: OpeningCost | undefined = undefined;
  controller: Controller | undefined = undefined;

  sentUs = Number.NaN;
  doneUs = Number.NaN;
  status = 0;
  failure: Failure | undefined = undefined;
  detail = '';
  /** The connection had brought an answer before this was dispatched on it. */
  reused = false;
  /** A byte of the answer has arrived. */
  heard = false;
  /** The answer was given to the driver's caller, or is about to be. */
  reported = false;
  delivered = false;
  #headers: RawHeaders = NO_HEADERS;

  constructor(events: ExchangeEvents, limits: { captureBytes: number; maxBodyBytes: number; maxHeadBytes: number }) {
    this.#events = events;
    this.capture = new Capture(limits.captureBytes);
    this.#maxBodyBytes = limits.maxBodyBytes;
    this.#maxHeadBytes = limits.maxHeadBytes;
  }

  /** Ready for the next attempt, or for the same one on another connection when nothing of it was written. */
  reset(): void {
    this.opening = undefined;
    this.connection = undefined;
    this.cost = undefined;
    this.controller = undefined;
    this.sentUs = Number.NaN;
    this.doneUs = Number.NaN;
    this.status = 0;
    this.failure = undefined;
    this.detail = '';
    this.reused = false;
    this.heard = false;
    this.reported = false;
    this.delivered = false;
    this.#headers = NO_HEADERS;
    this.capture.clear();
  }

  get(name: string): string | undefined {
    return headerOf(this.#headers, name);
  }

  all(name: string): readonly string[] {
    const value = this.#headers[name];
    if (typeof value === 'string') return [value];
    return Array.isArray(value) ? value : [];
  }

  /** Undici makes each answer its own headers. */
  kept(): AnswerHeaders {
    const headers = this.#headers;
    return { get: (name) => headerOf(headers, name) };
  }

  /** Undici calls this when the connection stands and the next thing it does is to hand the bytes to the socket. */
  onRequestStart(controller: Controller): void {
    const again = this.controller !== undefined;
    this.controller = controller;
    if (again || this.reported) controller.abort(SENT_TWICE);
    else this.sentUs = this.#events.nowUs();
  }

  onRequestSent(): void {
    if (!this.reported) this.#events.onSent(this);
  }

  onResponseStarted(): void {
    this.heard = true;
  }

  onResponseStart(controller: Controller, status: number, headers: RawHeaders): void {
    if (controller !== this.controller || this.reported || status < 200) return;
    this.heard = true;
    this.status = status;
    this.#headers = headers;
    // On HTTP/1.1 undici counts the head as it comes in (maxHeaderSize); on HTTP/2 nobody does.
    if (this.connection?.http2 && headBytes(headers) > this.#maxHeadBytes) this.#events.onTooLarge(this, 'head');
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (controller !== this.controller || this.reported) return;
    this.capture.add(chunk);
    if (this.capture.seenBytes > this.#maxBodyBytes) this.#events.onTooLarge(this, 'body');
  }

  onResponseEnd(controller: Controller): void {
    if (controller === this.controller) this.#events.onComplete(this);
  }

  onResponseError(controller: Controller | null | undefined, error: unknown): void {
    if ((controller ?? undefined) === this.controller) this.#events.onBroken(this, error);
  }
}

function headerOf(headers: RawHeaders, name: string): string | undefined {
  const value = headers[name];
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.join(', ') : undefined;
}

/** Names and values, as undici counts them for HTTP/1.1. */
function headBytes(headers: RawHeaders): number {
  let bytes = 0;
  for (const name in headers) {
    const value = headers[name];
    const values = Array.isArray(value) ? value : [value ?? ''];
    for (const one of values) bytes += name.length + one.length;
  }
  return bytes;
}
