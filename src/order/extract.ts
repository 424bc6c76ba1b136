// Reading a value out of an answer for the steps behind it. The body is decoded and parsed at most once an answer, and
// only when an extract or an outcome rule asks for it; what is not there, is no plain value or is too long, is not found.

import type { Answer } from './answer.ts';
import { textOfBytes } from './escape.ts';
import { parseExact } from './json-exact.ts';
import { parsePath, valueAt } from './json-path.ts';
import { parseSetCookie, setCookiesOf } from './set-cookie.ts';
import type { ExtractFrom, ExtractSpec } from './spec.ts';
import { MAX_VARIABLE_CHARS } from './variables.ts';

/** The body of one answer after the other, each parsed at most once; `parsed` is NOT_JSON where it is none. */
export type BodyReader = {
  /** Another answer. */
  next(): void;
  text(answer: Answer): string;
  parsed(answer: Answer): unknown;
};

export const NOT_JSON = Symbol('not JSON');

const decoder = new TextDecoder();

export function bodyReader(): BodyReader {
  let text: string | undefined;
  let document: unknown;
  let isParsed = false;
  const textOf = (answer: Answer): string => {
    text ??= decoder.decode(answer.body);
    return text;
  };
  return {
    next() {
      text = undefined;
      document = undefined;
      isParsed = false;
    },
    text: textOf,
    parsed(answer) {
      if (isParsed) return document;
      isParsed = true;
      try {
        document = answer.bodyTruncated ? NOT_JSON : JSON.parse(textOf(answer));
      } catch {
        document = NOT_JSON;
      }
      return document;
    },
  };
}

/** Finds one value in an answer; undefined: it is not there. */
type Finder = (answer: Answer) => string | undefined;

/** Why an extract cannot be used; undefined when it can. */
export function extractMistake(from: ExtractFrom): string | undefined {
  if (from.kind === 'json' && parsePath(from.path) === undefined) {
    return `Expected a JSON path such as \`data.items[0].id\`, got \`${from.path}\``;
  }
  if (from.kind !== 'regex') return undefined;
  try {
    new RegExp(from.source, from.flags);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function plainText(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? value : undefined;
}

/** A double has lost digits of it. */
function isRounded(value: unknown): boolean {
  return typeof value === 'number' && !Number.isSafeInteger(value) && Number.isInteger(value);
}

function finderOf(from: ExtractFrom, reader: BodyReader): Finder {
  switch (from.kind) {
    case 'json': {
      const steps = parsePath(from.path)!;
      return (answer) => {
        const document = reader.parsed(answer);
        if (document === NOT_JSON) return undefined;
        const value = valueAt(document, steps);
        return plainText(isRounded(value) ? valueAt(parseExact(reader.text(answer)), steps) : value);
      };
    }
    case 'header': {
      const name = from.name.toLowerCase();
      return ({ headers }) => {
        const value = headers.get(name);
        return value === undefined ? undefined : textOfBytes(value);
      };
    }
    case 'cookie':
      return ({ headers }) => {
        const cookies = setCookiesOf(headers).map(parseSetCookie);
        return cookies.findLast((cookie) => cookie?.name === from.name)?.value;
      };
    case 'regex': {
      // A pattern that remembers where it was would find other things in the next answer.
      const pattern = new RegExp(from.source, from.flags.replace(/[gy]/g, ''));
      return (answer) => {
        const match = pattern.exec(reader.text(answer));
        return match?.[1] ?? (match && match.length === 1 ? match[0] : undefined);
      };
    }
  }
}

/** A compiled extract: `place` is the index of its variable. */
export type Extractor = { name: string; place: number; optional: boolean; find: Finder };

/** @throws Error when an extract is unsound; `extractMistake` tells it first */
export function extractorOf({ name, from, optional }: ExtractSpec, place: number, reader: BodyReader): Extractor {
  const mistake = extractMistake(from);
  if (mistake !== undefined) throw new Error(`extract \`${name}\`: ${mistake}`);
  const find = finderOf(from, reader);
  return {
    name,
    place,
    optional,
    find: (answer) => {
      const value = find(answer);
      return value === undefined || value === '' || value.length > MAX_VARIABLE_CHARS ? undefined : value;
    },
  };
}
