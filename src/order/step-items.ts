// What a step is made of, read once: every text of it taken apart, each piece already spelt as its place in the request
// wants it, and every mistake in it. template.ts compiles the result.

import type { Problem } from '../errors.ts';
import { type Alteration, alteredField, alteredMember, quantityItems, settleAlteration } from './alteration.ts';
import { CONTEXTS, type Context } from './escape.ts';
import { numberMistake, parseTemplate, placeholdersOf } from './placeholders.ts';
import type { Scope } from './scope.ts';
import { type Item, itemsOf } from './segments.ts';
import type { BodySpec, StepSpec } from './spec.ts';
import { headerMistake, methodMistake, type PlainMistake, pathMistake, variableMistake } from './step-mistakes.ts';

const CONTENT_TYPES: Record<Exclude<BodySpec['kind'], 'none'>, string> = {
  json: 'application/json',
  graphql: 'application/json',
  form: 'application/x-www-form-urlencoded',
  text: 'text/plain; charset=utf-8',
};
/** Collects mistakes while texts become items, so that all of them are told at once. */
class Reader {
  readonly problems: Problem[] = [];
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  add(path: string, mistake: PlainMistake | undefined): void {
    if (mistake) this.problems.push({ code: mistake.code, message: mistake.message, path });
  }

  items(path: string, text: string, context: Context): Item[] {
    this.add(path, numberMistake(text, false));
    return itemsOf(this.#parse(path, text), context);
  }

  header(path: string, name: string, value: string): Item[] {
    this.add(path, headerMistake(name, value));
    this.add(path, numberMistake(value, false));
    const pieces = this.#parse(path, value);
    for (const piece of pieces) {
      if ('literal' in piece || piece.placeholder.name !== 'env') continue;
      const { variable } = piece.placeholder;
      this.add(path, variableMistake(name, variable, this.#scope.env?.[variable] ?? ''));
    }
    return itemsOf(pieces, CONTEXTS.header);
  }

  /** A JSON string that is nothing but a number of the order becomes a bare number. */
  jsonString(path: string, text: string): Item[] {
    const pieces = this.#parse(path, text);
    this.add(path, numberMistake(text, true));
    const only = pieces.length === 1 ? pieces[0]! : undefined;
    if (only && 'placeholder' in only && ['quantity', 'order.seq', 'number'].includes(only.placeholder.name)) {
      return itemsOf(pieces, CONTEXTS.json);
    }
    return [{ wire: '"' }, ...itemsOf(pieces, CONTEXTS.json), { wire: '"' }];
  }

  json(path: string, value: unknown): Item[] {
    if (typeof value === 'string') return this.jsonString(path, value);
    if (typeof value !== 'object' || value === null) return [{ wire: JSON.stringify(value) }];
    if (!Array.isArray(value)) return this.object(path, value);
    return [
      { wire: '[' },
      ...value.flatMap((item, index) => [...commaBefore(index), ...this.json(`${path}[${index}]`, item)]),
      { wire: ']' },
    ];
  }

  /** `last` is written behind the members, with a comma of its own where there are any. */
  object(path: string, value: object, last: (isFirst: boolean) => Item[] = noItems): Item[] {
    const items: Item[] = [{ wire: '{' }];
    const members = Object.entries(value);
    for (const [index, [name, member]] of members.entries()) {
      const memberPath = `${path}.${name}`;
      // A member's name is always a string, so the bare number of `jsonString` is not for it.
      items.push(...commaBefore(index), { wire: '"' }, ...this.items(memberPath, name, CONTEXTS.json), { wire: '":' });
      items.push(...(quantityItems(name, member) ?? this.json(memberPath, member)));
    }
    return [...items, ...last(members.length === 0), { wire: '}' }];
  }

  body(path: string, body: BodySpec): Item[] | undefined {
    switch (body.kind) {
      case 'none':
        return undefined;
      case 'json': {
        const value = this.#plain(`${path}.json`, body.value);
        return isObject(value) ? this.object(`${path}.json`, value, alteredMember) : this.json(`${path}.json`, value);
      }
      case 'graphql':
        return this.graphql(`${path}.graphql`, body);
      case 'form':
        return [
          ...body.fields.flatMap(([name, value], index) => [
            { wire: `${index === 0 ? '' : '&'}${CONTEXTS.form.literal(name)}=` },
            ...this.items(`${path}.form.${name}`, value, CONTEXTS.form),
          ]),
          alteredField(body.fields.length === 0),
        ];
      case 'text':
        return this.items(`${path}.text`, body.text, CONTEXTS.text);
    }
  }

  graphql(path: string, { query, variables, operationName }: Extract<BodySpec, { kind: 'graphql' }>): Item[] {
    const [first] = placeholdersOf(query);
    if (first) {
      const wayOut = 'declare a variable in the query and give it the placeholder under `variables`';
      const message = `The query holds \`{{${first.name}}}\`, and a query goes out as it is written: ${wayOut}`;
      this.add(`${path}.query`, { code: 'QUERY_PLACEHOLDER', message });
    }
    const items: Item[] = [{ wire: `{"query":${JSON.stringify(query)}` }];
    if (operationName !== undefined) items.push({ wire: `,"operationName":${JSON.stringify(operationName)}` });
    const value = this.#plain(`${path}.variables`, variables ?? {});
    if (!isObject(value)) {
      this.add(`${path}.variables`, { code: 'BODY', message: 'Expected `variables` to be a map of names to values' });
      return items;
    }
    return [
      ...items,
      { wire: ',"variables":' },
      ...this.object(`${path}.variables`, value, alteredMember),
      { wire: '}' },
    ];
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
    const { pieces, mistakes } = parseTemplate(text, this.#scope);
    for (const mistake of mistakes) this.add(path, mistake);
    return pieces;
  }
}

const noItems = (): Item[] => [];

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function commaBefore(index: number): Item[] {
  return index === 0 ? [] : [{ wire: ',' }];
}

export type StepItems = {
  path: Item[];
  headers: { name: string; value: Item[] }[];
  /** The step has no Cookie header of its own to which the order's cookies could be added. */
  cookieLine: boolean;
  /** undefined: the step has no body. */
  body: Item[] | undefined;
  alteration: Alteration;
  /** When there are any, the items are incomplete. */
  problems: Problem[];
};

/** Reads a step; adds the content-type of its body where it has none of any spelling. */
export function itemsOfStep(step: StepSpec, scope: Scope): StepItems {
  const reader = new Reader(scope);
  reader.add('order.method', methodMistake(step.method));
  reader.add('order.path', pathMistake(step.path));
  const path = reader.items('order.path', step.path, CONTEXTS.path);
  const headers = step.headers.map(([name, value]) => ({
    name,
    value: reader.header(`order.headers.${name}`, name, value),
  }));
  const ownCookies = headers.find(({ name }) => name.toLowerCase() === 'cookie');
  // Compiled only where the order keeps cookies.
  ownCookies?.value.push({ cookiesBehind: '; ', context: CONTEXTS.header });
  if (step.body.kind !== 'none' && !step.headers.some(([name]) => name.toLowerCase() === 'content-type')) {
    headers.push({ name: 'content-type', value: [{ wire: CONTENT_TYPES[step.body.kind] }] });
  }
  const read = reader.body('order', step.body);
  const { body, alteration } = settleAlteration([...path, ...headers.flatMap(({ value }) => value)], read);
  return { path, headers, cookieLine: ownCookies === undefined, body, alteration, problems: reader.problems };
}

/** How a request of this step is altered, whatever mistakes it holds. */
export function alterationOf(step: StepSpec): Alteration {
  return itemsOfStep(step, {}).alteration;
}
