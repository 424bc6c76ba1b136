// What a step is made of, read once: every text of it taken apart, each piece already spelt as its place in the request
// wants it, and every mistake in it. template.ts compiles the result.

import type { Problem } from '../errors.ts';
import { CONTEXTS, type Context } from './escape.ts';
import { parseTemplate } from './placeholders.ts';
import { type Item, itemsOf } from './segments.ts';
import type { BodySpec, StepSpec } from './spec.ts';

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
class Reader {
  readonly problems: Problem[] = [];
  readonly #env: Readonly<Record<string, string>>;

  constructor(env: Readonly<Record<string, string>>) {
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
        return this.json(`${path}.json`, this.#plain(`${path}.json`, body.value));
      case 'form':
        return body.fields.flatMap(([name, value], index) => [
          { wire: `${index === 0 ? '' : '&'}${CONTEXTS.form.literal(name)}=` },
          ...this.items(`${path}.form.${name}`, value, CONTEXTS.form),
        ]);
      case 'text':
        return this.items(`${path}.text`, body.text, CONTEXTS.text);
    }
  }

  /** Once through JSON, so that what is walked is plain: no undefined, dates or other objects with a toJSON. */
  #plain(path: string, value: unknown): unknown {
    try {
      return JSON.parse(JSON.stringify(value) ?? 'null');
    } catch (error) {
      const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
      this.add(path, { code: 'BODY', message: `The body cannot be written as JSON: ${why}` });
      return null;
    }
  }

  #parse(path: string, text: string) {
    const { pieces, mistakes } = parseTemplate(text, this.#env);
    for (const mistake of mistakes) this.add(path, mistake);
    return pieces;
  }
}

export type StepItems = {
  path: Item[];
  headers: { name: string; value: Item[] }[];
  /** undefined: the step has no body. */
  body: Item[] | undefined;
  /** When there are any, the items are incomplete. */
  problems: Problem[];
};

/** Reads a step; adds the content-type of its body where it has none of any spelling. */
export function itemsOfStep(step: StepSpec, env: Readonly<Record<string, string>>): StepItems {
  const reader = new Reader(env);
  reader.add('order.method', methodMistake(step.method));
  reader.add('order.path', pathMistake(step.path));
  const path = reader.items('order.path', step.path, CONTEXTS.path);
  const headers = step.headers.map(([name, value]) => ({
    name,
    value: reader.header(`order.headers.${name}`, name, value),
  }));
  if (step.body.kind !== 'none' && !step.headers.some(([name]) => name.toLowerCase() === 'content-type')) {
    headers.push({ name: 'content-type', value: [{ wire: CONTENT_TYPES[step.body.kind] }] });
  }
  return { path, headers, body: reader.body('order', step.body), problems: reader.problems };
}
