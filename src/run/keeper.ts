// What a worker keeps of single orders: the records of the few that are worth a look, and the first answer of each outcome
// as it came. The hot path asks `wants` with two comparisons an order; everything else is done for what is kept. Nothing
// here is decoded or searched for secrets: that is the main thread's work (tell-kept.ts).

import type { Deed } from '../audit/spec.ts';
import { type KeptOrder, KeptOrders, type KeptStep } from '../measure/kept.ts';
import type { Answer, AnswerHeaders } from '../order/answer.ts';
import type { Sending } from '../order/spec.ts';
import type { Outcome } from '../outcomes.ts';
import { hash32 } from '../traffic/random.ts';
import type { Path } from './purchase.ts';

/** Of an answer's body, of one of its headers, and of the text behind a failure. */
export const KEPT_BODY_BYTES = 4096;
/** A header that has one character more was longer. */
export const KEPT_HEADER_CHARS = 256;
const KEPT_DETAIL_CHARS = 200;
const KEPT_STEPS = 16;
/** identity.ts, shoppers.ts, think.ts and feeders.ts have salts below 1000, templates those from there on. */
const SALT_KEPT = 900;

/** What an answer says of itself and of who gave it; cookies and tokens are nobody's business. */
const HEADERS = [
  ...['content-type', 'content-length', 'content-encoding', 'content-language', 'location', 'retry-after', 'allow'],
  ...['date', 'age', 'cache-control', 'server', 'via', 'x-powered-by', 'x-cache', 'cf-ray', 'server-timing'],
  ...[
    'x-request-id',
    'x-correlation-id',
    'request-id',
    'x-trace-id',
    'traceparent',
    'x-amzn-trace-id',
    'x-amzn-requestid',
  ],
  ...['ratelimit', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'],
  ...['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'],
];

/** The first answer of an outcome as it came, and what the order had sent: what it may not show follows from that. */
export type RawAnswer = {
  outcome: number;
  step: number;
  status: number;
  failure: string;
  detail: string;
  headers: [name: string, value: string][];
  body: Uint8Array;
  isCut: boolean;
  sent: Sending & { step: number };
};

/** As a worker tells it: orders as their desks knew them, without key and trace. */
export type KeptChange = { orders: KeptOrder[]; answers: RawAnswer[] };

/** An answer of which a copy may be kept. */
type Answered = Pick<Answer, 'status' | 'headers' | 'body' | 'bodyTruncated' | 'failure' | 'detail'>;

export class Keeper {
  readonly #orders: KeptOrders;
  readonly #seed: number;
  /** By outcome: failed or unknown, or no answer was kept yet. */
  readonly #watched: Uint8Array;
  readonly #unseen: Uint8Array;
  #answers: RawAnswer[] = [];

  constructor(outcomes: readonly Outcome[], seed: number) {
    this.#orders = new KeptOrders(outcomes);
    this.#seed = seed;
    this.#watched = Uint8Array.from(outcomes, ({ class: of }) => (of === 'failed' || of === 'unknown' ? 1 : 0));
    this.#unseen = new Uint8Array(outcomes.length).fill(1);
  }

  /** Whether to call `keep`. Twice in the life of an ordinary order: here, and for its answer. */
  wants(seq: number, responseUs: number, outcome: number): boolean {
    if (responseUs >= this.#orders.slowFromUs) return true;
    return this.#watched[outcome] === 1 && this.#orders.wantsBad(outcome, seq, this.#drawOf(seq));
  }

  /** Whether no answer with this outcome was kept yet. */
  wantsAnswer(outcome: number): boolean {
    return this.#unseen[outcome] === 1;
  }

  /** An order of one exchange; times as the recorder takes them. */
  keepPlain(
    { seq, dueUs, firedUs }: { seq: number; dueUs: number; firedUs: number },
    answer: Pick<Answer, 'sentUs' | 'doneUs' | 'status' | 'detail'>,
    outcome: number,
  ): void {
    const [due, fired, done] = [Math.floor(dueUs), Math.floor(firedUs), Math.floor(answer.doneUs)];
    const wasSent = !Number.isNaN(answer.sentUs);
    const sent = wasSent ? Math.floor(answer.sentUs) : done;
    this.#take(seq, {
      dueUs: due,
      outcome,
      latenessUs: fired - due,
      waitUs: sent - fired,
      serviceUs: wasSent ? done - sent : Number.NaN,
      thinkUs: 0,
      status: answer.status,
      detail: answer.detail,
      steps: [],
      trace: '',
    });
  }

  /** An order of several exchanges, at its end. `trace`: as its code told it to the shop. */
  keepJourney(
    { seq, path, deeds }: { seq: number; path: Path; deeds: readonly Deed[] },
    outcome: number,
    { detail, trace = '' }: { detail: string; trace?: string | undefined },
  ): void {
    const { dueUs, latenessUs, waitUs, serviceUs, thinkUs } = path;
    const status = deeds.at(-1)?.status ?? 0;
    const steps = deeds.slice(0, KEPT_STEPS).map(stepOf);
    this.#take(seq, {
      dueUs: Math.floor(dueUs),
      ...{ outcome, latenessUs, waitUs, serviceUs, thinkUs, status, detail, steps, trace },
    });
  }

  keepAnswer(outcome: number, answer: Answered, sent: Sending & { step: number }): void {
    this.#unseen[outcome] = 0;
    const { status, body, bodyTruncated, failure, detail } = answer;
    const { seq, step, vars, cookie, altered } = sent;
    // A body may be a view of a slab that holds many.
    const request = sent.request && { ...sent.request, body: sent.request.body && new Uint8Array(sent.request.body) };
    this.#answers.push({
      outcome,
      step,
      status,
      failure: failure ?? '',
      detail: detail.slice(0, KEPT_DETAIL_CHARS),
      headers: chosenOf(answer.headers),
      // May be a Buffer, whose own `slice` is no copy; what it looks at is used again for the next answer.
      body: new Uint8Array(body.subarray(0, KEPT_BODY_BYTES)),
      isCut: bodyTruncated || body.length > KEPT_BODY_BYTES,
      sent: { seq, step, vars: vars && [...vars], cookie, altered, request },
    });
  }

  /** What was kept since the last call; undefined: nothing. */
  drain(): KeptChange | undefined {
    const orders = this.#orders.drain();
    if (orders.length === 0 && this.#answers.length === 0) return undefined;
    const answers = this.#answers;
    this.#answers = [];
    return { orders, answers };
  }

  #drawOf(seq: number): number {
    return hash32(this.#seed, seq, SALT_KEPT);
  }

  #take(seq: number, order: Omit<KeptOrder, 'seq' | 'draw' | 'key'>): void {
    const detail = order.detail.slice(0, KEPT_DETAIL_CHARS);
    this.#orders.take({ ...order, seq, draw: this.#drawOf(seq), detail, key: '' });
  }
}

function stepOf({ step, why, thinkUs = 0, latenessUs = 0, firedUs, sentUs = Number.NaN, ...rest }: Deed): KeptStep {
  const { doneUs, status, outcome } = rest;
  const whole = { firedUs: Math.floor(firedUs), sentUs: Math.floor(sentUs), doneUs: Math.floor(doneUs) };
  return { step, why, thinkUs, latenessUs, ...whole, status, outcome, trace: '' };
}

function chosenOf(headers: AnswerHeaders): [string, string][] {
  return HEADERS.flatMap((name): [string, string][] => {
    const value = headers.get(name);
    if (value === undefined) return [];
    return [[name, value.slice(0, KEPT_HEADER_CHARS + 1)]];
  });
}
