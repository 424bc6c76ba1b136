// The words of an order as data: what is sent, who sends it, and what counts as bought. Frozen, cloneable.

import type { OutcomeClass } from '../outcomes.ts';

/** Text with `{{placeholders}}`, not yet compiled. */
export type TemplateText = string;

export type BodySpec =
  /** `json` is serialised once; placeholders inside strings are replaced with JSON-escaped text. A string that is nothing but `{{quantity}}` or `{{order.seq}}` becomes a bare number. */
  | { kind: 'json'; value: unknown }
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
};

/** Weighted choice; weights are relative, > 0. */
export type Weighted<T> = { value: T; weight: number }[];

/** Who buys what. buyer, sku and quantity of order `seq` are a hash of (seed, seq) (METHOD §7). */
export type IdentitySpec = {
  /** Any text; order keys are a reversible function of (runId, seq). */
  runId: string;
  seed: number;
  /** Number of distinct buyers; undefined = every order has its own. */
  buyers?: number;
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

/** Everything order/ needs. `rules` empty = the defaults of classify.ts. `steps` has one element until journeys exist. */
export type OrderSpec = {
  steps: StepSpec[];
  identity: IdentitySpec;
  rules: OutcomeRule[];
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
  patch(into: Uint8Array, seq: number): number;
};

/** A compiled step. `render` never throws and parses nothing. */
export interface Template {
  readonly method: string;
  render(seq: number): Request;
  /** The same requests for a driver that writes the bytes itself. */
  http1(framing: Http1Framing): RequestBytes;
}
