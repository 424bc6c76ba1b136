// The grammar of `{{placeholders}}`, for the compiler and for the profile's messages.
//
//   {{order.key}} {{order.seq}} {{order.id}} {{buyer.id}} {{sku}} {{quantity}}
//   {{choose(red: 3, "light blue": 1)}}   a weighted random choice; a weight left out is 1
//   {{env.NAME}}                          a variable of the environment, resolved when the template is compiled
//   {{{{                                  a literal `{{`; a `}}` outside a placeholder is just text, and so is one brace
//                                         before a placeholder: `{{{sku}}}` is `{`, the sku, `}`

import { closest } from '../suggest.ts';
import type { Weighted } from './spec.ts';

/** What an order brings along; each is one field of its identity. */
export const IDENTITY_PLACEHOLDERS = ['order.key', 'order.seq', 'order.id', 'buyer.id', 'sku', 'quantity'] as const;
export type IdentityPlaceholder = (typeof IDENTITY_PLACEHOLDERS)[number];

export type Placeholder =
  | { name: IdentityPlaceholder }
  | { name: 'choose'; choices: Weighted<string> }
  | { name: 'env'; variable: string };

/** A placeholder as written: `name` (`choose`, `env.HOME`, or anything), `args` between its parentheses ('' if none), and its place in the text in UTF-16 units. */
export type WrittenPlaceholder = { name: string; args: string; at: number; length: number };

export type TemplateMistake = { code: string; message: string; at: number; length: number; suggestion?: string };

/** A template is its pieces in order; `literal` is the text meant, with `{{{{` already read as `{{`. */
export type Piece = { literal: string } | { placeholder: Placeholder };

const PLACEHOLDER = /\{\{((?:"[^"]*"|'[^']*'|[^"'{}])*)\}\}/y;
const BRACES = /\{+/y;
const EXPRESSION = /^\s*([^\s()]+)\s*(?:\(([\s\S]*)\))?\s*$/;
const CHOICE = /\s*("[^"]*"|'[^']*'|[^,:"']*[^,:"'\s])\s*(?::\s*([^,]*?)\s*)?(,|$)/y;
const WEIGHT = /^(\d+(\.\d+)?|\.\d+)$/;
const VARIABLE = /^env\.([A-Za-z_][A-Za-z0-9_]*)$/;

type Scanned = { literal: string } | { written: WrittenPlaceholder } | { unclosedAt: number };

function* scan(text: string): Generator<Scanned> {
  let from = 0;
  while (from < text.length) {
    const at = text.indexOf('{{', from);
    if (at < 0) break;
    if (at > from) yield { literal: text.slice(from, at) };
    BRACES.lastIndex = at;
    const braces = BRACES.exec(text)![0].length;
    // Each four are a literal pair; of what is left, two open a placeholder and an odd one before them is text.
    const literal = '{{'.repeat(braces >> 2) + '{'.repeat(braces & 1);
    if (literal !== '') yield { literal };
    from = at + braces;
    if ((braces & 2) === 0) continue;
    const open = from - 2;
    PLACEHOLDER.lastIndex = open;
    const match = PLACEHOLDER.exec(text);
    if (!match) {
      yield { unclosedAt: open };
      continue;
    }
    const inside = EXPRESSION.exec(match[1]!);
    yield {
      written: { name: inside?.[1] ?? match[1]!.trim(), args: inside?.[2] ?? '', at: open, length: match[0].length },
    };
    from = open + match[0].length;
  }
  if (from < text.length) yield { literal: text.slice(from) };
}

/** Every placeholder of a text as written, right or wrong, in order. */
export function placeholdersOf(text: string): WrittenPlaceholder[] {
  return [...scan(text)].flatMap((item) => ('written' in item ? [item.written] : []));
}

function parseChoices(args: string): Weighted<string> | string {
  const choices: Weighted<string> = [];
  CHOICE.lastIndex = 0;
  for (;;) {
    const match = CHOICE.exec(args);
    if (!match)
      return 'expected `choose(a: 3, b: 1)`: values with weights, separated by commas; quote a value that holds one of `,:()`';
    const [, value, weight, end] = match;
    if (weight !== undefined && !(WEIGHT.test(weight) && Number(weight) > 0)) {
      return `expected the weight of \`${value}\` to be a number > 0, got \`${weight}\``;
    }
    const quoted = value!.startsWith('"') || value!.startsWith("'");
    choices.push({ value: quoted ? value!.slice(1, -1) : value!, weight: weight === undefined ? 1 : Number(weight) });
    if (end === '') return choices;
  }
}

function mistakeOf(written: WrittenPlaceholder, code: string, message: string, suggestion?: string): TemplateMistake {
  const hint = suggestion === undefined ? '' : `; did you mean \`${suggestion}\`?`;
  return { code, message: message + hint, at: written.at, length: written.length, suggestion };
}

function unknownPlaceholder(written: WrittenPlaceholder): TemplateMistake {
  const { name } = written;
  if (name === '' || name === 'choose' || name.startsWith('env.')) {
    const rule = 'expected a name such as `{{order.key}}`, `{{env.NAME}}` or `{{choose(a: 3, b: 1)}}`';
    return mistakeOf(written, 'UNKNOWN_PLACEHOLDER', `\`{{${name}}}\` is not a placeholder: ${rule}`);
  }
  const near = closest(name, [...IDENTITY_PLACEHOLDERS, 'choose']);
  const known = [...IDENTITY_PLACEHOLDERS, 'choose(…)', 'env.NAME'].join(', ');
  const suggestion = near === undefined ? undefined : near === 'choose' ? '{{choose(a: 3, b: 1)}}' : `{{${near}}}`;
  const rule = suggestion === undefined ? `: known are ${known}` : '';
  return mistakeOf(written, 'UNKNOWN_PLACEHOLDER', `Unknown placeholder \`{{${name}}}\`${rule}`, suggestion);
}

function parsePlaceholder(written: WrittenPlaceholder): Placeholder | TemplateMistake {
  const { name, args } = written;
  if (name === 'choose') {
    const choices = parseChoices(args);
    if (typeof choices !== 'string') return { name, choices };
    return mistakeOf(written, 'PLACEHOLDER_ARGUMENTS', `In \`{{choose(${args})}}\` ${choices}`);
  }
  const variable = VARIABLE.exec(name)?.[1];
  const known = IDENTITY_PLACEHOLDERS.find((candidate) => candidate === name);
  if (known === undefined && variable === undefined) return unknownPlaceholder(written);
  if (args.trim() !== '') {
    return mistakeOf(written, 'PLACEHOLDER_ARGUMENTS', `\`{{${name}}}\` takes no arguments, got \`(${args})\``);
  }
  return known === undefined ? { name: 'env', variable: variable! } : { name: known };
}

/**
 * A text taken apart, with every mistake in it (offsets and lengths in UTF-16 units of the text).
 * `env`: the variables that are set; undefined = do not look.
 */
export function parseTemplate(
  text: string,
  env?: Readonly<Record<string, string>>,
): { pieces: Piece[]; mistakes: TemplateMistake[] } {
  const pieces: Piece[] = [];
  const mistakes: TemplateMistake[] = [];
  for (const item of scan(text)) {
    if ('literal' in item) pieces.push(item);
    else if ('unclosedAt' in item) {
      const message = '`{{` opens a placeholder that no `}}` closes; write `{{{{` for a literal `{{`';
      mistakes.push({ code: 'UNCLOSED_PLACEHOLDER', message, at: item.unclosedAt, length: 2 });
    } else {
      const placeholder = parsePlaceholder(item.written);
      if ('code' in placeholder) mistakes.push(placeholder);
      else if (placeholder.name === 'env' && env && !Object.hasOwn(env, placeholder.variable)) {
        const message = `The environment variable \`${placeholder.variable}\` of \`{{env.${placeholder.variable}}}\` is not set`;
        mistakes.push(mistakeOf(item.written, 'UNSET_VARIABLE', message));
      } else pieces.push({ placeholder });
    }
  }
  return { pieces, mistakes };
}

/** The first mistake in a text with placeholders; undefined when there is none. */
export function checkTemplate(text: string, env?: Readonly<Record<string, string>>): TemplateMistake | undefined {
  return parseTemplate(text, env).mistakes[0];
}
