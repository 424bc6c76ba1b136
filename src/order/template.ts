// A step of an order compiled once: method, path, headers and body as byte segments with placeholders written in place
// (DESIGN §2, rule 5). Rendering parses nothing, never throws, and allocates only what the driver may keep.

import { type Problem, UserError } from '../errors.ts';
import { CONTEXTS, type Context } from './escape.ts';
import { blankIdentity, identityOf } from './identity.ts';
import { parseTemplate } from './placeholders.ts';
import { type ChoiceCounter, compileSegments, type Item, itemsOf, type Segments } from './segments.ts';
import type { BodySpec, IdentitySpec, OrderSpec, Request, StepSpec, Template } from './spec.ts';

export {
  checkTemplate,
  parseTemplate,
  placeholdersOf,
  type TemplateMistake,
  type WrittenPlaceholder,
} from './placeholders.ts';
export type { Segment, Segments } from './segments.ts';

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

const CONTENT_TYPES: Record<Exclude<BodySpec['kind'], 'none'>, string> = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  text: 'text/plain; charset=utf-8',
};
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROLS = /[\u0000-\u0008\u000a-\u001f\u007f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const ANY_CONTROL = /[\u0000-\u001f\u007f]/;
const visible = (text: string) => JSON.stringify(text).slice(1, -1);

type PlainMistake = { code: string; message: string };

/** Why a method cannot be sent; undefined when it can. */
export function methodMistake(method: string): PlainMistake | undefined {
  if (TOKEN.test(method)) return undefined;
  return {
    code: 'METHOD',
    message: `Expected \`method\` to be an HTTP method such as POST, got \`${visible(method)}\``,
  };
}

/** Why a header cannot be sent as written: a name that is none, or a value that would split it. The value may hold placeholders. */
export function headerMistake(name: string, value: string): PlainMistake | undefined {
  if (!TOKEN.test(name)) {
    return {
      code: 'HEADER_NAME',
      message: `\`${visible(name)}\` is not a header name: no spaces, colons or control characters`,
    };
  }
  if (!CONTROLS.test(value)) return undefined;
  return {
    code: 'HEADER_VALUE',
    message: `The value of header \`${name}\` holds a line break or another control character`,
  };
}

/** Why a path cannot be sent as written; it may hold placeholders. */
export function pathMistake(path: string): PlainMistake | undefined {
  if (!path.startsWith('/'))
    return { code: 'PATH', message: `Expected \`path\` to start with \`/\`, got \`${visible(path)}\`` };
  if (ANY_CONTROL.test(path))
    return { code: 'PATH', message: `\`path\` holds a control character: \`${visible(path)}\`` };
  if (!path.includes('#')) return undefined;
  return {
    code: 'PATH',
    message: `\`path\` holds a \`#\`, and what follows it is never sent: \`${path}\`; write %23 for the character`,
  };
}

/** Collects mistakes while texts become items, so that all of them are told at once. */
class Compiler {
  readonly problems: Problem[] = [];
  readonly #env: Env;

  constructor(env: Env) {
    this.#env = env;
  }

  add(path: string, mistake: PlainMistake | undefined): void {
    if (mistake) this.problems.push({ code: mistake.code, message: mistake.message, path });
  }

  items(path: string, text: string, context: Context): Item[] {
    return itemsOf(this.#parse(path, text), context);
  }

  header(path: string, name: string, value: string): Item[] {
    this.add(path, headerMistake(name, value));
    const pieces = this.#parse(path, value);
    for (const piece of pieces) {
      if ('literal' in piece || piece.placeholder.name !== 'env') continue;
      // The variable's value is not in the message: it may be a secret.
      const { variable } = piece.placeholder;
      if (!CONTROLS.test(this.#env[variable] ?? '')) continue;
      const message = `The environment variable \`${variable}\` holds a line break or another control character and cannot be sent in header \`${name}\``;
      this.add(path, { code: 'HEADER_VALUE', message });
    }
    return itemsOf(pieces, CONTEXTS.header);
  }

  /** A JSON string that is nothing but a number of the order becomes a bare number. */
  jsonString(path: string, text: string): Item[] {
    const pieces = this.#parse(path, text);
    const only = pieces.length === 1 ? pieces[0]! : undefined;
    if (only && 'placeholder' in only && ['quantity', 'order.seq'].includes(only.placeholder.name)) {
      return itemsOf(pieces, CONTEXTS.json);
    }
    return [{ wire: '"' }, ...itemsOf(pieces, CONTEXTS.json), { wire: '"' }];
  }

  json(path: string, value: unknown): Item[] {
    if (typeof value === 'string') return this.jsonString(path, value);
    if (typeof value !== 'object' || value === null) return [{ wire: JSON.stringify(value) }];
    const isArray = Array.isArray(value);
    const items: Item[] = [{ wire: isArray ? '[' : '{' }];
    for (const [index, [key, member]] of Object.entries(value).entries()) {
      if (index > 0) items.push({ wire: ',' });
      const memberPath = isArray ? `${path}[${key}]` : `${path}.${key}`;
      // A member's name is always a string, so the bare number of `jsonString` is not for it.
      if (!isArray) items.push({ wire: '"' }, ...this.items(memberPath, key, CONTEXTS.json), { wire: '":' });
      items.push(...this.json(memberPath, member));
    }
    items.push({ wire: isArray ? ']' : '}' });
    return items;
  }

  body(path: string, body: BodySpec): Item[] | undefined {
    switch (body.kind) {
      case 'none':
        return undefined;
      case 'json':
        // Once through JSON, so that what is walked is plain: no undefined, dates or other objects with a toJSON.
        return this.json(`${path}.json`, JSON.parse(JSON.stringify(body.value) ?? 'null'));
      case 'form':
        return body.fields.flatMap(([name, value], index) => [
          { wire: `${index === 0 ? '' : '&'}${CONTEXTS.form.literal(name)}=` },
          ...this.items(`${path}.form.${name}`, value, CONTEXTS.form),
        ]);
      case 'text':
        return this.items(`${path}.text`, body.text, CONTEXTS.text);
    }
  }

  #parse(path: string, text: string) {
    const { pieces, mistakes } = parseTemplate(text, this.#env);
    for (const mistake of mistakes) this.add(path, mistake);
    return pieces;
  }
}

// Bodies are cut from slabs: one allocation for hundreds of orders instead of one each (test/bench/order.ts).
const SLAB_BYTES = 64 * 1024;

/** Writes bodies one after the other; what was handed out is never written again. */
function bodyWriter(body: Segments | undefined): (identity: Parameters<Segments['text']>[0]) => Uint8Array | undefined {
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
  const compiler = new Compiler(env);
  compiler.add('order.method', methodMistake(step.method));
  compiler.add('order.path', pathMistake(step.path));
  const pathItems = compiler.items('order.path', step.path, CONTEXTS.path);
  const headerItems = step.headers.map(([name, value]) => ({
    name,
    items: compiler.header(`order.headers.${name}`, name, value),
  }));
  const bodyItems = compiler.body('order', step.body);
  if (compiler.problems.length > 0) throw new UserError(compiler.problems);
  if (step.body.kind !== 'none' && !step.headers.some(([name]) => name.toLowerCase() === 'content-type')) {
    headerItems.push({ name: 'content-type', items: [{ wire: CONTENT_TYPES[step.body.kind] }] });
  }

  const compile = (items: readonly Item[]) => compileSegments(items, spec, env, counter);
  const path = compile(pathItems);
  const headers = headerItems.map(({ name, items }) => ({ name, value: compile(items) }));
  const body = bodyItems && compile(bodyItems);
  const identify = identityOf(spec);
  const identity = blankIdentity();
  const bodyOf = bodyWriter(body);
  const request: Request = { method: step.method, path: '', headers: [], body: undefined };

  function render(seq: number): Request {
    identify(seq, identity);
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

  return { name: step.name, method: step.method, path, headers, body, render };
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
