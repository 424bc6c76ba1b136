// The few orders of a run that are kept one by one, however many there are: the slowest, and of each outcome that is no
// answer to an order (failed, unknown) the first and a few drawn at random. Which ones follows from the orders alone: not
// from how many workers there were, nor from when they told. Times are whole µs.

import type { Outcome } from '../outcomes.ts';

/** Slowest orders of a run. */
export const MOST_SLOW = 20;
/** Drawn at random of each failed or unknown outcome, beside its first. */
export const MOST_DRAWN = 4;

/** One exchange of an order of several, as it went. `sentUs` NaN: it was never sent. */
export type KeptStep = {
  step: string;
  why: string;
  /** The shopper's pause before it, and how late it was fired. */
  thinkUs: number;
  latenessUs: number;
  firedUs: number;
  sentUs: number;
  doneUs: number;
  status: number;
  outcome: string;
  /** The `traceparent` it was sent with; empty without one. */
  trace: string;
};

/** One order. Its response is lateness + wait + service + think; `serviceUs` is NaN when nothing of it was sent. */
export type KeptOrder = {
  seq: number;
  /** A number drawn for this order, the same wherever it is asked for; of each outcome those with the smallest are kept. */
  draw: number;
  dueUs: number;
  /** Index into the outcomes of the run. */
  outcome: number;
  latenessUs: number;
  waitUs: number;
  serviceUs: number;
  thinkUs: number;
  /** Of its last answer; 0 without one. */
  status: number;
  /** Behind a failure: its code or a short text. */
  detail: string;
  /** The order's key, and the `traceparent` of the request that placed it; empty where there is none. */
  key: string;
  trace: string;
  /** Empty for a plain order, which is its only exchange. */
  steps: KeptStep[];
};

/** The first answer with an outcome, as it may be shown: secrets taken out. */
export type KeptAnswer = {
  outcome: number;
  seq: number;
  /** Name of the step that it answered. */
  step: string;
  status: number;
  failure: string;
  detail: string;
  headers: [name: string, value: string][];
  body: string;
  /** The answer was longer than what is kept of it. */
  isCut: boolean;
  /** Bytes that are no text: then `body` is empty. */
  isBinary: boolean;
};

export type Kept = {
  /** The slowest first. */
  slowest: readonly KeptOrder[];
  /** Failed and unknown ones, by outcome and then by seq. */
  bad: readonly KeptOrder[];
  answers: readonly KeptAnswer[];
};

/** Of one failed or unknown outcome. */
type Bad = { first: KeptOrder | undefined; drawn: KeptOrder[] };

export function responseUsOf({
  latenessUs,
  waitUs,
  serviceUs,
  thinkUs,
}: Pick<KeptOrder, 'latenessUs' | 'waitUs' | 'serviceUs' | 'thinkUs'>): number {
  return latenessUs + waitUs + (Number.isNaN(serviceUs) ? 0 : serviceUs) + thinkUs;
}

/** Slower first; of equals the one due first. */
const bySlowness = (a: KeptOrder, b: KeptOrder): number => responseUsOf(b) - responseUsOf(a) || a.seq - b.seq;

/** Takes orders in any order. What it keeps of the union of two sets is what it keeps of what it kept of each. */
export class KeptOrders {
  #slowest: KeptOrder[] = [];
  #slowFromUs = 0;
  /** By outcome; undefined where it is an answer to the order. */
  readonly #bad: (Bad | undefined)[];
  #fresh = new Set<KeptOrder>();

  constructor(outcomes: readonly Outcome[]) {
    this.#bad = outcomes.map(({ class: of }) =>
      of === 'failed' || of === 'unknown' ? { first: undefined, drawn: [] } : undefined,
    );
  }

  /** A shorter response is not among the slowest. For the hot path, which makes an order's record only where it may be kept. */
  get slowFromUs(): number {
    return this.#slowFromUs;
  }

  /** Whether it is the first of a failed or unknown outcome so far, or among those drawn. */
  wantsBad(outcome: number, seq: number, draw: number): boolean {
    const bad = this.#bad[outcome];
    return bad !== undefined && (isFirst(bad, seq) || isDrawn(bad, draw));
  }

  take(order: KeptOrder): void {
    const bad = this.#bad[order.outcome];
    const isSlow = this.#takeSlow(order);
    const isOneOfBad = bad !== undefined && takeBad(bad, order);
    if (isSlow || isOneOfBad) this.#fresh.add(order);
  }

  /** What was taken since the last call and is still kept. */
  drain(): KeptOrder[] {
    if (this.#fresh.size === 0) return [];
    const kept = new Set([...this.#slowest, ...this.#bad.flatMap(badOrders)]);
    const told = [...this.#fresh].filter((order) => kept.has(order));
    this.#fresh = new Set();
    return told;
  }

  get slowest(): KeptOrder[] {
    return [...this.#slowest];
  }

  get bad(): KeptOrder[] {
    return this.#bad.flatMap(badOrders);
  }

  #takeSlow(order: KeptOrder): boolean {
    const slowest = this.#slowest;
    if (slowest.length === MOST_SLOW && bySlowness(order, slowest.at(-1)!) > 0) return false;
    slowest.push(order);
    slowest.sort(bySlowness);
    slowest.length = Math.min(slowest.length, MOST_SLOW);
    if (slowest.length === MOST_SLOW) this.#slowFromUs = responseUsOf(slowest.at(-1)!);
    return true;
  }
}

function isFirst({ first }: Bad, seq: number): boolean {
  return first === undefined || seq < first.seq;
}

function isDrawn({ drawn }: Bad, draw: number): boolean {
  return drawn.length < MOST_DRAWN || draw < drawn.at(-1)!.draw;
}

function takeBad(bad: Bad, order: KeptOrder): boolean {
  const first = isFirst(bad, order.seq);
  const drawn = isDrawn(bad, order.draw);
  if (first) bad.first = order;
  if (drawn) {
    bad.drawn.push(order);
    bad.drawn.sort((a, b) => a.draw - b.draw);
    bad.drawn.length = Math.min(bad.drawn.length, MOST_DRAWN);
  }
  return first || drawn;
}

function badOrders(bad: Bad | undefined): KeptOrder[] {
  if (bad === undefined) return [];
  const { first, drawn } = bad;
  return [...new Set(first === undefined ? drawn : [first, ...drawn])].sort((a, b) => a.seq - b.seq);
}

/** What was told of a run, by its workers or by its journal. Of each outcome the answer to the first order is kept. */
export class KeptOfRun {
  readonly #orders: KeptOrders;
  readonly #answers = new Map<number, KeptAnswer>();

  constructor(outcomes: readonly Outcome[]) {
    this.#orders = new KeptOrders(outcomes);
  }

  take({ orders, answers }: { orders: readonly KeptOrder[]; answers: readonly KeptAnswer[] }): void {
    for (const order of orders) this.#orders.take(order);
    for (const answer of answers) {
      const known = this.#answers.get(answer.outcome);
      if (known === undefined || answer.seq < known.seq) this.#answers.set(answer.outcome, answer);
    }
  }

  get kept(): Kept {
    const answers = [...this.#answers.values()].sort((a, b) => a.outcome - b.outcome);
    return { slowest: this.#orders.slowest, bad: this.#orders.bad, answers };
  }
}
