// One order that code makes: where it stands, where its time went, and what its function is given to hold.

import type { Deed } from '../audit/spec.ts';
import type { Attempt } from '../drive/driver.ts';
import type { Answer } from '../order/answer.ts';
import type { AnswerValues } from '../order/answer-fields.ts';
import type { Bought, JourneyEnd, JourneyReply, JourneyRequest, JourneyShop } from '../order/code.ts';
import type { CookieJar } from '../order/cookies.ts';
import type { Request } from '../order/spec.ts';
import type { Path } from './purchase.ts';

/** One request of an order, as the driver gets it. */
export class CodeTry implements Attempt {
  readonly order: CodeOrder;
  readonly seq: number;
  readonly step: number;
  readonly dueUs: number;
  readonly request: Request;
  /** The shopper's pause before it. */
  readonly thinkUs: number;
  cookie: string | undefined = undefined;
  firedUs = 0;
  latenessUs = 0;

  constructor(order: CodeOrder, step: number, request: Request) {
    this.order = order;
    this.seq = order.seq;
    this.step = step;
    this.request = request;
    this.thinkUs = order.pauseUs;
    this.dueUs = order.path.atUs + order.pauseUs;
    order.pauseUs = 0;
  }
}

/** What an order's function waits for. */
type Promised<T> = { resolve: (value: T) => void; reject: (error: Error) => void };

/** How the function ended; `error` is a thing as thrown. */
export type Settled = { returned: unknown } | { error: unknown };

export class CodeOrder {
  readonly seq: number;
  readonly dueUs: number;
  /** When it was counted as in flight. */
  enteredUs = Number.NaN;
  /** Up to its last answer. */
  path: Path;
  /** Pauses since then, µs. */
  pauseUs = 0;
  /** The request that is out, and whoever awaits its answer. */
  out: (Promised<Reply> & { step: string }) | undefined = undefined;
  pause: Promised<void> | undefined = undefined;
  /** When it last asked, was answered or began. */
  movedUs: number;
  /** Of the placing step: requests answered or given up, those of them that were sent, that were answered. */
  placed = 0;
  sent = 0;
  answered = 0;
  lastSentUs = Number.NaN;
  /** The last of those answers. */
  lastReply: Reply | undefined = undefined;
  /** Its last outcome, and the first that left open whether it was placed; −1 without one. */
  lastOutcome = -1;
  openOutcome = -1;
  /** The last answer of any step, and what it answered. */
  heard: { one: CodeTry; outcome: number; answer: Heard } | undefined = undefined;
  /** The last answer that did not come, as it was told to the function. */
  lost: { error: Error; step: number; outcome: number } | undefined = undefined;
  settled: Settled | undefined = undefined;
  isOver = false;
  /** The driver refused its first request: it was never one. */
  droppedUs = Number.NaN;
  jar: CookieJar | undefined = undefined;
  readonly deeds: Deed[] = [];

  constructor(seq: number, dueUs: number, nowUs: number) {
    this.seq = seq;
    this.dueUs = dueUs;
    this.movedUs = nowUs;
    this.path = { dueUs, atUs: Math.floor(dueUs), latenessUs: 0, waitUs: 0, serviceUs: Number.NaN, thinkUs: 0 };
  }
}

/** What was answered, or why nothing was. */
export type Heard = Pick<Answer, 'status' | 'headers' | 'body' | 'bodyTruncated' | 'failure' | 'detail'>;

const NOTHING: Pick<Answer, 'headers' | 'body' | 'bodyTruncated'> = {
  headers: { get: () => undefined },
  body: new Uint8Array(0),
  bodyTruncated: false,
};

/** An answer that may still be looked at when the driver has gone on. */
export function heardOf({ status, failure, detail }: Answer, reply: Reply | undefined): Heard {
  const { headers, body, bodyTruncated } = reply ?? NOTHING;
  return { status, failure, detail, headers, body, bodyTruncated };
}

const decoder = new TextDecoder();

/** A copy of an answer: the driver's own is gone when the function looks. */
export class Reply implements JourneyReply {
  readonly status: number;
  readonly step: number;
  readonly outcome: number;
  readonly body: Uint8Array;
  readonly bodyTruncated: boolean;
  readonly headers: Answer['headers'];

  constructor(answer: Answer, step: number, outcome: number) {
    this.status = answer.status;
    this.step = step;
    this.outcome = outcome;
    // May be a Buffer, whose own `slice` is no copy.
    this.body = new Uint8Array(answer.body);
    this.bodyTruncated = answer.bodyTruncated;
    this.headers = answer.headers.kept?.() ?? answer.headers;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status <= 299;
  }

  header(name: string): string | undefined {
    return this.headers.get(name.toLowerCase());
  }

  text(): string {
    return decoder.decode(this.body);
  }

  // biome-ignore lint/suspicious/noExplicitAny: as in JourneyReply
  json<T = any>(): T {
    if (this.bodyTruncated) {
      throw new Error(`An answer is longer than the ${this.body.length} bytes kept of it: raise \`target.capture\``);
    }
    return JSON.parse(this.text());
  }
}

/** An end as the shop made it. */
export class End {
  readonly outcome: number;
  readonly values: AnswerValues | undefined;
  /** The answer that says it; undefined where the code does. */
  readonly reply: Reply | undefined;

  constructor(outcome: number, said: { values?: AnswerValues; reply?: Reply } = {}) {
    this.outcome = outcome;
    this.values = said.values;
    this.reply = said.reply;
  }
}

/** What a shop asks of its desk. */
export type CodeCounter = {
  ask(order: CodeOrder, step: string, made: { method: string; path: string; given?: JourneyRequest }): Promise<Reply>;
  pause(order: CodeOrder, ms: number): Promise<void>;
  accepted: number;
  named: ReadonlyMap<string, number>;
};

export class Shop implements JourneyShop {
  readonly #order: CodeOrder;
  readonly #counter: CodeCounter;

  constructor(order: CodeOrder, counter: CodeCounter) {
    this.#order = order;
    this.#counter = counter;
  }

  get(step: string, path: string, given?: JourneyRequest): Promise<JourneyReply> {
    return this.#counter.ask(this.#order, step, { method: 'GET', path, given });
  }

  post(step: string, path: string, given?: JourneyRequest): Promise<JourneyReply> {
    return this.#counter.ask(this.#order, step, { method: 'POST', path, given });
  }

  put(step: string, path: string, given?: JourneyRequest): Promise<JourneyReply> {
    return this.#counter.ask(this.#order, step, { method: 'PUT', path, given });
  }

  delete(step: string, path: string, given?: JourneyRequest): Promise<JourneyReply> {
    return this.#counter.ask(this.#order, step, { method: 'DELETE', path, given });
  }

  request(step: string, method: string, path: string, given?: JourneyRequest): Promise<JourneyReply> {
    return this.#counter.ask(this.#order, step, { method, path, given });
  }

  pause(ms: number): Promise<void> {
    return this.#counter.pause(this.#order, ms);
  }

  accepted(bought: Bought = {}): JourneyEnd {
    return asEnd(new End(this.#counter.accepted, { values: valuesOf(bought) }));
  }

  ended(outcome: string): JourneyEnd {
    const index = this.#counter.named.get(outcome);
    if (index === undefined) {
      const known = [...this.#counter.named.keys()].map((name) => `\`${name}\``).join(', ') || 'none';
      throw new TypeError(`\`${outcome}\` is none of the journey's \`outcomes\`: ${known}`);
    }
    return asEnd(new End(index));
  }

  as(reply: JourneyReply): JourneyEnd {
    if (!(reply instanceof Reply)) throw new TypeError('`shop.as` takes an answer of this shop');
    return asEnd(new End(reply.outcome, { reply }));
  }
}

/** The type that a function returns has no shape: nobody but a shop makes one. */
function asEnd(end: End): JourneyEnd {
  return end as unknown as JourneyEnd;
}

function valuesOf({ id, quantity, total }: Bought): AnswerValues {
  for (const [name, value] of Object.entries({ quantity, total })) {
    if (value !== undefined && !Number.isFinite(value)) {
      throw new TypeError(`Expected \`${name}\` of \`shop.accepted\` to be a number, got \`${value}\``);
    }
  }
  return { id: id === undefined ? undefined : String(id), quantity, total };
}
