// A step of an order compiled once: method, path, headers and body as byte segments with placeholders written in place
// (DESIGN §2, rule 5). Rendering parses nothing, never throws, and allocates only what the driver may keep.

import { type Problem, UserError } from '../errors.ts';
import { codeHttp1 } from './code-request.ts';
import { CONTEXTS } from './escape.ts';
import { compileHttp1 } from './http1.ts';
import { columnsOf } from './scope.ts';
import { compileSegments, type Item, type Segments } from './segments.ts';
import type { Http1Framing, IdentitySpec, OrderSpec, Request, Sending, StepSpec, Template } from './spec.ts';
import { itemsOfStep, type StepItems } from './step-items.ts';
import { type ChoiceCounter, cookieValue, type Filling, type Meanings } from './values.ts';
import { placedByOf, variablesBefore, variablesOf } from './variables.ts';

export {
  checkTemplate,
  numberMistake,
  parseTemplate,
  placeholdersOf,
  type TemplateMistake,
  type WrittenPlaceholder,
} from './placeholders.ts';
export type { Scope } from './scope.ts';
export { nameMistake } from './scope.ts';
export type { Segment, Segments } from './segments.ts';
export { alterationOf } from './step-items.ts';
export { headerMistake, methodMistake, pathMistake } from './step-mistakes.ts';
export { isJsonNumber } from './values.ts';

/** A compiled step: `render` for drivers that take strings, the segments for one that builds the bytes of a request. */
export interface StepTemplate extends Template {
  readonly name: string;
  readonly method: string;
  readonly path: Segments;
  /** Without the order's cookies where they have a line of their own. */
  readonly headers: readonly { name: string; value: Segments }[];
  /** undefined: the request has no body. */
  readonly body: Segments | undefined;
  /** The path alone, as `render` gives it. */
  pathOf(sending: Sending): string;
}

/** What the placeholders of one step may name; left out, there is none. Names of `variables` stand in the order of `Sending.vars`. */
export type Given = Partial<Omit<Meanings, 'identity' | 'counter'>>;

// Bodies are cut from slabs: one allocation for hundreds of orders instead of one each.
const SLAB_BYTES = 64 * 1024;
/** For what is the same for all orders. */
const NOBODY: Filling = { seq: 0 };

/** Writes bodies one after the other; what was handed out is never written again. */
function bodyWriter(body: Segments | undefined): (filling: Filling) => Uint8Array | undefined {
  if (!body) return () => undefined;
  if (body.constant) {
    const bytes = new Uint8Array(body.maxBytes);
    body.write(bytes, 0, NOBODY);
    return () => bytes;
  }
  let slab = new Uint8Array(0);
  let used = 0;
  return (filling) => {
    if (slab.length - used < body.maxBytes) {
      slab = new Uint8Array(Math.max(SLAB_BYTES, 2 * body.maxBytes));
      used = 0;
    }
    const from = used;
    used = body.write(slab, from, filling);
    return slab.subarray(from, used);
  };
}

function meaningsOf(identity: IdentitySpec, counter: ChoiceCounter, given: Given): Meanings {
  const none = { step: 0, env: {}, setup: {}, feeders: [], variables: [], alters: false, cookies: false };
  return { ...none, ...given, identity, counter };
}

/** Of what an order brings only what the step can ask for. */
function fillerOf(meanings: Meanings): (sending: Sending) => Filling {
  const { variables, cookies, alters } = meanings;
  const filling: Filling = { seq: 0 };
  if (variables.length === 0 && !cookies && !alters) {
    return ({ seq }) => {
      filling.seq = seq;
      return filling;
    };
  }
  return (sending) => {
    filling.seq = sending.seq;
    filling.vars = sending.vars ?? NO_VARS;
    filling.cookie = sending.cookie ?? '';
    filling.altered = alters && sending.altered === true;
    return filling;
  };
}

const NO_VARS: readonly string[] = [];

function mistakesOf(items: StepItems, { alters }: Meanings): Problem[] {
  if (!alters || items.alteration !== 'none') return items.problems;
  const message = 'An altered request needs a body that can be altered: write `{{quantity}}` in it';
  return [...items.problems, { code: 'ALTERED_BODY', message, path: 'order.shoppers.altered' }];
}

function compileWith(step: StepSpec, meanings: Meanings): StepTemplate {
  const { env, variables: vars, feeders, setup, cookies } = meanings;
  const items = itemsOfStep(step, { env, vars, feeders: columnsOf(feeders), setup: Object.keys(setup) });
  const problems = mistakesOf(items, meanings);
  if (problems.length > 0) throw new UserError(problems);
  const compile = (list: readonly Item[]) => compileSegments(list, meanings);
  const path = compile(items.path);
  const headers = items.headers.map(({ name, value }) => ({ name, value: compile(value) }));
  const body = items.body && compile(items.body);
  const cookieLine = cookies && items.cookieLine;
  const cookie = cookieValue(CONTEXTS.header, '');
  const fill = fillerOf(meanings);
  const bodyOf = bodyWriter(body);
  const request: Request = { method: step.method, path: '', headers: [], body: undefined };

  function render(sending: Sending): Request {
    const filling = fill(sending);
    request.path = path.text(filling);
    const flat = new Array<string>(headers.length * 2);
    for (let i = 0; i < headers.length; i++) {
      flat[2 * i] = headers[i]!.name;
      flat[2 * i + 1] = headers[i]!.value.text(filling);
    }
    if (cookieLine) {
      const value = cookie.text(filling);
      if (value !== '') flat.push('cookie', value);
    }
    request.headers = flat;
    request.body = bodyOf(filling);
    return request;
  }

  const http1 = (framing: Http1Framing) =>
    compileHttp1({ method: step.method, path, headers, cookieLine, body }, framing, fill);
  const pathOf = path.constant ? constantly(path.text(NOBODY)) : (sending: Sending) => path.text(fill(sending));

  return { name: step.name, method: step.method, path, headers, body, pathOf, render, http1 };
}

/** Requests of an order made by code come with it. */
function codeTemplate(template: StepTemplate): StepTemplate {
  return { ...template, render: (sending) => sending.request ?? template.render(sending), http1: codeHttp1 };
}

function constantly<T>(value: T): () => T {
  return () => value;
}

/**
 * Compiles one step. A body's content-type is added where the step has none (of any spelling); content-length is the
 * driver's. Header values are strings of one character per byte (UTF-8), paths are ASCII. A body that is the same for
 * all orders is one array shared by all: never write to it.
 * Throws UserError with every mistake: placeholders, header names and values, method, path, variables not in `env`.
 */
export function compileStep(step: StepSpec, identity: IdentitySpec, given: Given = {}): StepTemplate {
  return compileWith(step, meaningsOf(identity, { next: 0 }, given));
}

/**
 * Asks for the order at the path of `read-back`, with the headers of the placing step but those of its body and key.
 * undefined: nobody does.
 */
export function readBackStepOf(spec: OrderSpec): StepSpec | undefined {
  const path = spec.shoppers?.readBack?.path;
  if (path === undefined) return undefined;
  const { headers } = spec.steps[placedByOf(spec)]!;
  const kept = headers.filter(([name]) => !/^(?:idempotency-key|content-.*)$/i.test(name));
  return { name: 'read-back', method: 'GET', path, headers: kept, body: { kind: 'none' } };
}

/**
 * Compiles every step of an order; random choices are drawn independently in each. A step may name what those before it
 * extract. With read-back there is one template more, the last: the request of `readBackStepOf`. Orders of `journey:`
 * bring their requests along (`Sending.request`).
 */
export function compileOrder(spec: OrderSpec): StepTemplate[] {
  const counter = { next: 0 };
  const { env = {}, setup = {}, feeders = [], cookies = false } = spec;
  const placedBy = placedByOf(spec);
  const given = { env, setup, feeders, cookies };
  const templates = spec.steps.map((step, index) => {
    const alters = index === placedBy && spec.shoppers?.altered !== undefined;
    const variables = variablesBefore(spec, index);
    return compileWith(step, meaningsOf(spec.identity, counter, { ...given, step: index, variables, alters }));
  });
  if (spec.journey !== undefined) return templates.map(codeTemplate);
  const readBack = readBackStepOf(spec);
  if (!readBack) return templates;
  const variables = variablesOf(spec);
  return [
    ...templates,
    compileWith(readBack, meaningsOf(spec.identity, counter, { ...given, step: spec.steps.length, variables })),
  ];
}
