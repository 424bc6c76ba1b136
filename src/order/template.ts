// A step of an order compiled once: method, path, headers and body as byte segments with placeholders written in place
// (DESIGN §2, rule 5). Rendering parses nothing, never throws, and allocates only what the driver may keep.

import { UserError } from '../errors.ts';
import { compileHttp1 } from './http1.ts';
import { blankIdentity, identityOf } from './identity.ts';
import { type ChoiceCounter, compileSegments, type Item, type Segments } from './segments.ts';
import type {
  Http1Framing,
  IdentitySpec,
  OrderIdentity,
  OrderSpec,
  Request,
  Sending,
  StepSpec,
  Template,
} from './spec.ts';
import { itemsOfStep } from './step-items.ts';

export {
  checkTemplate,
  parseTemplate,
  placeholdersOf,
  type TemplateMistake,
  type WrittenPlaceholder,
} from './placeholders.ts';
export type { Segment, Segments } from './segments.ts';
export { headerMistake, methodMistake, pathMistake } from './step-items.ts';

type Env = Readonly<Record<string, string>>;

/** A compiled step: `render` for drivers that take strings, the segments for one that builds the bytes of a request. */
export interface StepTemplate extends Template {
  readonly name: string;
  readonly method: string;
  readonly path: Segments;
  readonly headers: readonly { name: string; value: Segments }[];
  /** undefined: the request has no body. */
  readonly body: Segments | undefined;
}

// Bodies are cut from slabs: one allocation for hundreds of orders instead of one each.
const SLAB_BYTES = 64 * 1024;

/** Writes bodies one after the other; what was handed out is never written again. */
function bodyWriter(body: Segments | undefined): (identity: OrderIdentity) => Uint8Array | undefined {
  if (!body) return () => undefined;
  if (body.constant) {
    const bytes = new Uint8Array(body.maxBytes);
    body.write(bytes, 0, blankIdentity());
    return () => bytes;
  }
  let slab = new Uint8Array(0);
  let used = 0;
  return (identity) => {
    if (slab.length - used < body.maxBytes) {
      slab = new Uint8Array(Math.max(SLAB_BYTES, body.maxBytes));
      used = 0;
    }
    const from = used;
    used = body.write(slab, from, identity);
    return slab.subarray(from, used);
  };
}

function compileWith(step: StepSpec, spec: IdentitySpec, env: Env, counter: ChoiceCounter): StepTemplate {
  const items = itemsOfStep(step, env);
  if (items.problems.length > 0) throw new UserError(items.problems);
  const compile = (list: readonly Item[]) => compileSegments(list, spec, env, counter);
  const path = compile(items.path);
  const headers = items.headers.map(({ name, value }) => ({ name, value: compile(value) }));
  const body = items.body && compile(items.body);
  const identify = identityOf(spec);
  const identity = blankIdentity();
  const bodyOf = bodyWriter(body);
  const request: Request = { method: step.method, path: '', headers: [], body: undefined };

  function render(sending: Sending): Request {
    identify(sending.seq, identity);
    request.path = path.text(identity);
    const flat = new Array<string>(headers.length * 2);
    for (let i = 0; i < headers.length; i++) {
      flat[2 * i] = headers[i]!.name;
      flat[2 * i + 1] = headers[i]!.value.text(identity);
    }
    request.headers = flat;
    request.body = bodyOf(identity);
    return request;
  }

  const http1 = (framing: Http1Framing) =>
    compileHttp1({ method: step.method, path, headers, body }, framing, identify);

  return { name: step.name, method: step.method, path, headers, body, render, http1 };
}

/**
 * Compiles one step. A body's content-type is added where the step has none (of any spelling); content-length is the
 * driver's. Header values are strings of one character per byte (UTF-8), paths are ASCII. A body that is the same for
 * all orders is one array shared by all: never write to it.
 * Throws UserError with every mistake: placeholders, header names and values, method, path, variables not in `env`.
 */
export function compileStep(step: StepSpec, identity: IdentitySpec, env: Env = {}): StepTemplate {
  return compileWith(step, identity, env, { next: 0 });
}

/** Compiles every step of an order; random choices are drawn independently in each. */
export function compileOrder(spec: OrderSpec): StepTemplate[] {
  const counter = { next: 0 };
  return spec.steps.map((step) => compileWith(step, spec.identity, spec.env ?? {}, counter));
}
