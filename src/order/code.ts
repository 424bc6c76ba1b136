// Orders made by code, for what steps in a profile cannot say: `journey: ./file.ts` names a module whose default export is
// one order as an async function. Its steps and outcomes are named beforehand, so that every run has fixed series.
// This is what `import … from 'doorbuster'` gives such a module; it does nothing until an engine calls `order`.

import { OUTCOME_CLASSES, type Outcome, type OutcomeClass } from '../outcomes.ts';
import { didYouMean } from '../suggest.ts';
import type { Failure } from './answer.ts';

/** Who buys what; the same for the same seed and seq, whatever the worker. */
export type JourneyOrder = {
  /** 0 … orders − 1 */
  readonly seq: number;
  /** The idempotency key, in UUID form; it is how the books are read: send it with what places the order. */
  readonly key: string;
  readonly buyer: string;
  readonly sku: string;
  readonly quantity: number;
  /** A W3C trace context of its own, for a header of this name: its trace id is the key without dashes. */
  readonly traceparent: string;
  /** The order's row of a feeder, by its columns. Throws when there is no such feeder. */
  row(feeder: string): Readonly<Record<string, string>>;
  /** What the profile's `setup:` took from its answers. */
  readonly setup: Readonly<Record<string, string>>;
};

/** At most one of `json`, `form` and `text`. Header values are text; content-length is set by the driver. */
export type JourneyRequest = {
  headers?: Readonly<Record<string, string>>;
  json?: unknown;
  form?: Readonly<Record<string, string>>;
  text?: string;
};

/** A whole answer. Its body is cut at `target.capture` (64 KiB unless said otherwise). */
export type JourneyReply = {
  readonly status: number;
  /** The status is 2xx. */
  readonly ok: boolean;
  /** A header by its name in any case; repeated ones are joined with `, `. */
  header(name: string): string | undefined;
  text(): string;
  /** Throws when the body is no JSON, or was cut. */
  // biome-ignore lint/suspicious/noExplicitAny: what a shop says has no type until somebody gives it one
  json<T = any>(): T;
};

/** What became of an order; made by a Shop, returned by the function. */
export type JourneyEnd = { readonly ended: unique symbol };

/** What an accepted answer says was bought, for the audit. */
export type Bought = { id?: string | number; quantity?: number; total?: number };

/**
 * The shop as one order sees it: one request at a time, each answer awaited before the next. An answer that does not
 * come (timeout, reset …) rejects with an Error whose `failure` says why; left alone, it ends the order as it would end
 * one of steps: failed before the placing step, unknown from there on.
 */
export type JourneyShop<Step extends string = string, Named extends string = string> = {
  get(step: Step, path: string, request?: JourneyRequest): Promise<JourneyReply>;
  post(step: Step, path: string, request?: JourneyRequest): Promise<JourneyReply>;
  put(step: Step, path: string, request?: JourneyRequest): Promise<JourneyReply>;
  delete(step: Step, path: string, request?: JourneyRequest): Promise<JourneyReply>;
  /** Any method. */
  request(step: Step, method: string, path: string, request?: JourneyRequest): Promise<JourneyReply>;
  /** The shopper's pause, from the last answer on; it is inside the order's response and counted as think time. */
  pause(ms: number): Promise<void>;
  /** Bought. Only after the placing step was answered. */
  accepted(bought?: Bought): JourneyEnd;
  /** One of the journey's `outcomes`. */
  ended(outcome: Named): JourneyEnd;
  /** What the profile's `outcomes:`, or else the status, make of this answer. */
  as(reply: JourneyReply): JourneyEnd;
};

export type JourneyCode<Step extends string = string, Named extends string = string> = {
  /** Every request is one of these; each has its own service times. At most 10. */
  steps: readonly Step[];
  /** The step that places the order: nothing can have been bought before it is sent. Default: the last. */
  places?: NoInfer<Step>;
  /** Ends that the code itself tells. `accepted` and what an answer can mean anyway need no name here. */
  outcomes?: Readonly<Record<Named, Exclude<OutcomeClass, 'accepted'>>>;
  /**
   * One order. Returning nothing is returning what the last answer of the placing step means; an error that it throws
   * is outcome `threw`, failed before the placing step was sent, and `threw after placing`, unknown, from there on.
   */
  order(
    order: JourneyOrder,
    shop: JourneyShop<Step, Named>,
    // biome-ignore lint/suspicious/noConfusingVoidType: a function may return nothing
  ): Promise<JourneyEnd | void>;
};

/** Returns the journey as it is; an editor then knows its steps and outcomes. It is checked when a profile names it. */
export function defineJourney<const Step extends string, const Named extends string = never>(
  journey: JourneyCode<Step, Named>,
): JourneyCode<Step, Named> {
  return journey;
}

/** What a plan knows of a journey's code: data, as every worker gets it. The function is in the module alone. */
export type CodeSpec = {
  /** Of the module. */
  url: string;
  /** Of its text: runs of another text are no runs of the same plan. */
  hash: string;
  /** Those that the code names. */
  outcomes: Outcome[];
  /** In front of every path: the base path of the target. */
  base?: string;
};

/** What is put before a request's path, by a module's shape. */
export type CodeForm = { steps: string[]; placedBy: number; outcomes: Outcome[] };

/** Series of a run have room for so many steps. */
export const MAX_CODE_STEPS = 10;
const NAME = /^[A-Za-z_][\w-]{0,63}$/;
const KEYS = ['steps', 'places', 'outcomes', 'order'];
const OWN_CLASSES = OUTCOME_CLASSES.filter((each) => each !== 'accepted');

const quoted = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a module's default export says, or every mistake in it, one line each. */
export function codeFormOf(exported: unknown): CodeForm | { mistakes: string[] } {
  if (!isMap(exported)) {
    const got = exported === undefined ? 'nothing' : typeof exported === 'object' ? 'a list' : `a ${typeof exported}`;
    return { mistakes: [`it exports ${got} by default: write \`export default defineJourney({ steps, order })\``] };
  }
  const mistakes: string[] = [];
  for (const key of Object.keys(exported)) {
    if (!KEYS.includes(key)) mistakes.push(`it has no \`${key}\`${didYouMean(key, KEYS)}; keys: ${quoted(KEYS)}`);
  }
  const steps = stepsOf(exported.steps, mistakes);
  const placedBy = placeOf(exported.places, steps, mistakes);
  const outcomes = outcomesIn(exported.outcomes, mistakes);
  if (typeof exported.order !== 'function') {
    mistakes.push('its `order` must be the function of one order: `async order(order, shop) { … }`');
  }
  return mistakes.length > 0 ? { mistakes } : { steps, placedBy, outcomes };
}

function stepsOf(steps: unknown, mistakes: string[]): string[] {
  if (!Array.isArray(steps) || steps.length === 0 || steps.length > MAX_CODE_STEPS) {
    const got = Array.isArray(steps) ? `${steps.length} of them` : steps === undefined ? 'none' : `a ${typeof steps}`;
    mistakes.push(`its \`steps\` must name 1 to ${MAX_CODE_STEPS} steps, such as \`['cart', 'payment']\`, got ${got}`);
    return [];
  }
  for (const [index, step] of steps.entries()) {
    if (typeof step !== 'string' || !NAME.test(step)) mistakes.push(nameMistake('step', step));
    else if (steps.indexOf(step) < index) mistakes.push(`its step \`${step}\` is there twice: give each another name`);
  }
  return steps;
}

function nameMistake(what: string, name: unknown): string {
  return `its ${what} ${JSON.stringify(name) ?? String(name)} must be a name of letters, digits, _ and -, such as \`cart\``;
}

function placeOf(places: unknown, steps: readonly string[], mistakes: string[]): number {
  if (places === undefined) return steps.length - 1;
  const at = steps.indexOf(places as string);
  if (at < 0 && steps.length > 0) {
    const hint = typeof places === 'string' ? didYouMean(places, [...steps]) : '';
    mistakes.push(`its \`places\` names no step: ${JSON.stringify(places)}${hint || `; steps: ${quoted(steps)}`}`);
  }
  return at;
}

function outcomesIn(outcomes: unknown, mistakes: string[]): Outcome[] {
  if (outcomes === undefined) return [];
  if (!isMap(outcomes)) {
    mistakes.push("its `outcomes` must be a map of name and class, such as `{ sold_out: 'rejected' }`");
    return [];
  }
  return Object.entries(outcomes).flatMap(([name, own]): Outcome[] => {
    if (!NAME.test(name)) mistakes.push(nameMistake('outcome', name));
    if (own === 'accepted') {
      mistakes.push(`its outcome \`${name}\` is accepted: an order that was bought ends with \`shop.accepted(…)\``);
    } else if (!OWN_CLASSES.includes(own as never)) {
      mistakes.push(`its outcome \`${name}\` must be ${quoted(OWN_CLASSES)}, got ${JSON.stringify(own) ?? typeof own}`);
    } else return [{ name, class: own as OutcomeClass }];
    return [];
  });
}

/** The error of an answer that did not come. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly step: string;
  readonly failure: Failure;

  constructor(step: string, failure: Failure, detail: string) {
    super(`\`${step}\` got no answer: ${failure}${detail === '' ? '' : ` (${detail})`}`);
    this.step = step;
    this.failure = failure;
  }
}

/** Names of what may become of an order made by code, beside what its answers can mean. */
export const CODE_OUTCOMES = {
  accepted: 'accepted',
  threw: 'threw',
  threwAfter: 'threw after placing',
} as const;
