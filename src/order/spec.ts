// The words of an order as data: what is sent, who sends it, and what counts as bought. Frozen, cloneable.

import type { OutcomeClass } from '../outcomes.ts';
import type { CodeSpec } from './code.ts';

/** Text with `{{placeholders}}`, not yet compiled. */
export type TemplateText = string;

export type BodySpec =
  /** `json` is serialised once; placeholders inside strings are replaced with JSON-escaped text. A string that is nothing but `{{quantity}}` or `{{order.seq}}` becomes a bare number. */
  | { kind: 'json'; value: unknown }
  /** A POST of GraphQL as JSON. `query` goes out as it is written, without placeholders; `variables` are those of `json`. */
  | { kind: 'graphql'; query: string; variables?: unknown; operationName?: string }
  | { kind: 'form'; fields: [name: string, value: TemplateText][] }
  | { kind: 'text'; text: TemplateText }
  | { kind: 'none' };

/** One HTTP exchange of an order. `headers` keeps the profile's order and spelling; content-type and -length are added when absent. */
export type StepSpec = {
  name: string;
  method: string;
  path: TemplateText;
  /** The path as it may be printed: variables are names, no value of its query; `path` may hold secrets. */
  shownPath?: string;
  headers: [name: string, value: TemplateText][];
  body: BodySpec;
  /**
   * What its answers mean. undefined: the order's own `rules`, and, but for the placing step, what a status means without
   * rules where none of them speaks. `accepted` lets the order go on, any other class ends it.
   */
  rules?: OutcomeRule[];
  /** Read from an answer that lets the order go on. */
  extract?: ExtractSpec[];
  /** The shopper's pause before it. */
  think?: ThinkSpec;
  /** Goes out only when all of these hold; otherwise the order goes on with the step behind it. */
  when?: Condition[];
};

/** Where an extract looks. A JSON path is that of outcome rules; of a regular expression group 1 (the whole, without groups) is taken. */
export type ExtractFrom =
  | { kind: 'json'; path: string }
  | { kind: 'header'; name: string }
  | { kind: 'cookie'; name: string }
  | { kind: 'regex'; source: string; flags: string };

/** Named once in an order; later steps say `{{vars.NAME}}`. One that is not found ends the order, unless it is `optional` (then it is empty). */
export type ExtractSpec = { name: string; from: ExtractFrom; optional: boolean };

/** A pause of the shopper inside an order, drawn from (seed, seq, step): closed within the order, open between orders. */
export type ThinkSpec =
  | { kind: 'fixed'; us: number }
  | { kind: 'uniform'; fromUs: number; untilUs: number }
  | { kind: 'lognormal'; medianUs: number; sigma: number };

/** `match` as in the headers of a rule: the exact text, or a regular expression between slashes. `negated`: it must not. */
export type Condition = { variable: string; match: string; negated: boolean };

/** Weighted choice; weights are relative, > 0. */
export type Weighted<T> = { value: T; weight: number }[];

/** Who buys what. buyer, sku and quantity of order `seq` are a hash of (seed, seq) (METHOD §7). */
export type IdentitySpec = {
  /** Any text; order keys are a reversible function of (runId, seq). */
  runId: string;
  seed: number;
  /** Number of distinct buyers; undefined = every order has its own. */
  buyers?: number;
  /** Share 0…1 of the orders that come from those buyers, all others having their own; undefined = all of them. */
  repeatShare?: number;
  skus: Weighted<string>;
  quantity: Weighted<number>;
};

/** All conditions of one rule must hold. Numbers in `status` are exact codes; strings are classes such as `2xx`. */
export type OutcomeRule = {
  name: string;
  class: OutcomeClass;
  status?: (number | string)[];
  /** Lower-case header name → text it must equal, or a regular expression source between slashes. */
  headers?: [name: string, match: string][];
  /** JSON path with dots and indices (`data.items[0].code`) → value it must equal. */
  body?: [path: string, value: string | number | boolean | null][];
};

/**
 * Rows that orders take values from, `{{NAME.COLUMN}}`. Which row is a function of (seed, seq), so that no two workers hand
 * out the same one: `circular` seq mod rows, `once` seq (the plan has no more orders than rows), `random` a hash.
 * Cell (row, column) is the UTF-8 text bytes[offsets[i] … offsets[i + 1]), i = row × columns + column; both arrays stand
 * on shared memory, so that a worker costs nothing.
 */
export type FeederSpec = {
  name: string;
  columns: string[];
  rows: number;
  order: 'circular' | 'random' | 'once';
  bytes: Uint8Array<SharedArrayBuffer>;
  offsets: Uint32Array<SharedArrayBuffer>;
};

/** Where an accepted answer says what was bought; JSON paths. Left out: the audit does without it. */
export type AnswerFields = { id?: string; quantity?: string; total?: string };

/** How shoppers behave, as shares 0…1 of the orders; left out: they do not. Drawn from (seed, seq). Times µs. */
export type ShopperSpec = {
  /** So many copies of the placing request (the first included) within so long of it: same key, same bytes. */
  doubleClick?: { share: number; fromCopies: number; untilCopies: number; withinUs: number };
  /** The placing request once more, so long after its answer: same key, same bytes. */
  replay?: { share: number; afterUs: number };
  /** The same key with another body (what differs: `alterationOf` of step-items.ts), so long after the answer. */
  altered?: { share: number; afterUs: number };
  /** The connection is cut once the request is written; so long after it is sent again: same key, same bytes. */
  abandon?: { share: number; againUs: number };
  /** After an accepted answer the order is asked for at `path` (`{{vars.orderId}}` is its id, of `answer.id`): it must be there. */
  readBack?: { share: number; afterUs: number; path: TemplateText };
  retry?: RetrySpec;
};

/** Same key, same bytes, after an outcome of these classes or names. The nth waits backoff × 2^(n−1), give or take `jitter` of it. */
export type RetrySpec = {
  times: number;
  backoffUs: number;
  /** 0…1 */
  jitter: number;
  /** Wait at least what the answer's Retry-After says (seconds or a date); give up where that is more than `maxUs`. */
  honourRetryAfter: boolean;
  maxUs: number;
  /** Outcome classes and names. */
  on: string[];
};

/**
 * Everything order/ needs. `rules` empty = the defaults of classify.ts. The step at `placedBy` places the order: before it a
 * timeout is `failed` (nothing can have been bought), from it on `unknown`.
 */
export type OrderSpec = {
  steps: StepSpec[];
  /** Index into steps; default: the last. */
  placedBy?: number;
  identity: IdentitySpec;
  rules: OutcomeRule[];
  feeders?: FeederSpec[];
  shoppers?: ShopperSpec;
  answer?: AnswerFields;
  /** Cookies that answers set are sent back with what the same buyer sends later (cookie-jars.ts). */
  cookies?: boolean;
  /** What `setup:` took from its answers, `{{setup.NAME}}`. May hold secrets, as `env`. */
  setup?: Record<string, string>;
  /** The order is made by code, for what steps cannot say; then `steps` are the names of what it asks for, and nothing of them is sent as it stands. */
  journey?: CodeSpec;
  /** The variables that `{{env.NAME}}` placeholders name, and no others. May hold secrets: never printed, never logged. */
  env?: Record<string, string>;
};

/** One order's identity, filled in place by `identityOf`; reused, so never keep a reference past the call. */
export type OrderIdentity = {
  seq: number;
  /** UUID form, 36 ASCII characters. */
  key: string;
  buyer: string;
  sku: string;
  quantity: number;
};

/** A rendered step. The object is reused by the next `render`; `headers` and `body` are fresh and may be kept. */
export type Request = {
  method: string;
  path: string;
  /** Flat: name, value, name, value … */
  headers: string[];
  body: Uint8Array | undefined;
};

/** What a template is filled with. An attempt of a driver is one. */
export type Sending = {
  seq: number;
  /** The order's extracts, in the order of `variablesOf(spec)` (variables.ts); one that is not there yet is empty. */
  vars?: readonly string[];
  /** The value of the Cookie header; empty or left out: the header is not sent. */
  cookie?: string;
  /** The same key with another body. Only where `shoppers.altered` is given, and only of the placing step. */
  altered?: boolean;
  /** Of an order whose requests are made by code (`journey:`): this instead of the template. */
  request?: Request;
};

/** How a driver frames the requests of HTTP/1.1. */
export type Http1Framing = {
  /** For the Host header, where the step has none of its own. */
  host: string;
  /** Say that the connection closes after the answer. */
  close: boolean;
};

/** Whole requests of one step, as the bytes of HTTP/1.1. Neither method throws. */
export type RequestBytes = {
  /** No order needs more. */
  readonly maxBytes: number;
  /** Writes what is the same for all orders; once per buffer, which must hold `maxBytes`. */
  prepare(into: Uint8Array): void;
  /** Turns a prepared buffer into the request of one order; returns its length. */
  patch(into: Uint8Array, sending: Sending): number;
};

/** A compiled step. `render` never throws and parses nothing. */
export interface Template {
  readonly method: string;
  render(sending: Sending): Request;
  /** The same requests for a driver that writes the bytes itself. */
  http1(framing: Http1Framing): RequestBytes;
}
