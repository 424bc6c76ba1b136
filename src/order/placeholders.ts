// The grammar of `{{placeholders}}`, for the compiler and for the profile's messages.
//
//   {{order.key}} {{order.seq}} {{order.id}} {{buyer.id}} {{sku}} {{quantity}}
//   {{trace.parent}} {{trace.id}} {{trace.span}}   the order's trace context: a whole `traceparent`, or its two ids
//   {{choose(red: 3, "light blue": 1)}}   a weighted random choice; a weight left out is 1
//   {{env.NAME}} {{setup.NAME}}           a variable of the environment, an extract of `setup:`: the same for all orders
//   {{vars.NAME}}                         what an earlier step of the order extracted
//   {{FEEDER.COLUMN}}                     a cell of the order's row of a feeder
//   {{number(vars.cart)}}                 the same, as a number: alone in a text of a JSON body
//   {{{{                                  a literal `{{`; a `}}` outside a placeholder is just text, and so is one brace
//                                         before a placeholder: `{{{sku}}}` is `{`, the sku, `}`

import { closest } from '../suggest.ts';
import { namesIn, type Scope, type ScopedPlaceholder, scopedOf, scopeMistake } from './scope.ts';
import type { Weighted } from './spec.ts';

/** What an order brings along; each is one field of its identity. */
export const IDENTITY_PLACEHOLDERS = [
  ...(['order.key', 'order.seq', 'order.id', 'buyer.id', 'sku', 'quantity'] as const),
  ...(['trace.parent', 'trace.id', 'trace.span'] as const),
] as const;
export type IdentityPlaceholder = (typeof IDENTITY_PLACEHOLDERS)[number];

export type Placeholder =
  | { name: IdentityPlaceholder }
  | { name: 'choose'; choices: Weighted<string> }
  | { name: 'number'; of: ScopedPlaceholder }
  | ScopedPlaceholder;

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

/** Every placeholder of a text as written, right or wrong, in order; of `{{number(vars.cart)}}` what it names. */
export function placeholdersOf(text: string): WrittenPlaceholder[] {
  return [...scan(text)].flatMap((item) => ('written' in item ? [namedBy(item.written)] : []));
}

function namedBy(written: WrittenPlaceholder): WrittenPlaceholder {
  return written.name === 'number' ? { ...written, name: written.args.trim(), args: '' } : written;
}

/** `{{number(…)}}` where only text can stand: anywhere but alone in a text of a JSON body. */
export function numberMistake(text: string, isJson: boolean): TemplateMistake | undefined {
  const all = [...scan(text)];
  if (isJson && all.length === 1) return undefined;
  const found = all.find((item) => 'written' in item && item.written.name === 'number');
  if (!found || !('written' in found)) return undefined;
  const inner = found.written.args.trim();
  const rule = isJson ? 'must be all of its text' : 'belongs into a JSON body; elsewhere everything is text';
  return mistakeOf(found.written, 'NUMBER_PLACE', `\`{{number(${inner})}}\` ${rule}: write \`{{${inner}}}\``);
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

/** Words that are known to be the start of something, and what that looks like. */
const LIKE = 'expected a name such as `{{order.key}}`, `{{env.NAME}}`, `{{vars.NAME}}` or `{{choose(a: 3, b: 1)}}`';
/** Those with arguments, as they look. */
const CALLED: Readonly<Record<string, string>> = { choose: 'choose(a: 3, b: 1)', number: 'number(vars.NAME)' };
const MEANT = ['', 'choose', 'number', 'env', 'vars', 'setup'];

function unknownPlaceholder(written: WrittenPlaceholder, scope: Scope): TemplateMistake {
  const { name } = written;
  const first = name.split('.')[0]!;
  if (MEANT.includes(first) || Object.hasOwn(scope.feeders ?? {}, first)) {
    return mistakeOf(written, 'UNKNOWN_PLACEHOLDER', `\`{{${name}}}\` is not a placeholder: ${LIKE}`);
  }
  // Of the environment only what the order names is known, so that is no place to look for what was meant.
  const near = closest(name, [...IDENTITY_PLACEHOLDERS, 'choose', 'number', ...namesIn({ ...scope, env: {} })]);
  const feeders = Object.keys(scope.feeders ?? {}).map((feeder) => `${feeder}.COLUMN`);
  const known = [...IDENTITY_PLACEHOLDERS, 'choose(…)', 'env.NAME', 'vars.NAME', 'setup.NAME', ...feeders].join(', ');
  const suggestion = near === undefined ? undefined : `{{${CALLED[near] ?? near}}}`;
  const rule = suggestion === undefined ? `: known are ${known}` : '';
  return mistakeOf(written, 'UNKNOWN_PLACEHOLDER', `Unknown placeholder \`{{${name}}}\`${rule}`, suggestion);
}

function parsePlaceholder(written: WrittenPlaceholder, scope: Scope): Placeholder | TemplateMistake {
  const { name, args } = written;
  if (name === 'choose') {
    const choices = parseChoices(args);
    if (typeof choices !== 'string') return { name, choices };
    return mistakeOf(written, 'PLACEHOLDER_ARGUMENTS', `In \`{{choose(${args})}}\` ${choices}`);
  }
  if (name === 'number') return parseNumber(written, scope);
  const known = IDENTITY_PLACEHOLDERS.find((candidate) => candidate === name);
  const scoped = known === undefined ? scopedOf(name, scope) : undefined;
  if (known === undefined && scoped === undefined) return unknownPlaceholder(written, scope);
  if (args.trim() !== '') {
    return mistakeOf(written, 'PLACEHOLDER_ARGUMENTS', `\`{{${name}}}\` takes no arguments, got \`(${args})\``);
  }
  if (scoped === undefined) return { name: known! };
  const mistake = scopeMistake(scoped, scope);
  return mistake ? mistakeOf(written, mistake.code, mistake.message, mistake.suggestion) : scoped;
}

function parseNumber(written: WrittenPlaceholder, scope: Scope): Placeholder | TemplateMistake {
  const of = parsePlaceholder(namedBy(written), scope);
  if ('code' in of || of.name === 'env' || of.name === 'setup' || of.name === 'vars' || of.name === 'feeder') {
    return 'code' in of ? of : { name: 'number', of };
  }
  const rule =
    'expected an extract, a cell or a variable, such as `number(vars.cart)`; what an order itself brings needs none';
  return mistakeOf(written, 'PLACEHOLDER_ARGUMENTS', `In \`{{number(${written.args})}}\` ${rule}`);
}

/**
 * A text taken apart, with every mistake in it (offsets and lengths in UTF-16 units of the text). `scope`: what it may
 * name beside the order.
 */
export function parseTemplate(text: string, scope: Scope = {}): { pieces: Piece[]; mistakes: TemplateMistake[] } {
  const pieces: Piece[] = [];
  const mistakes: TemplateMistake[] = [];
  for (const item of scan(text)) {
    if ('literal' in item) pieces.push(item);
    else if ('unclosedAt' in item) {
      const message = '`{{` opens a placeholder that no `}}` closes; write `{{{{` for a literal `{{`';
      mistakes.push({ code: 'UNCLOSED_PLACEHOLDER', message, at: item.unclosedAt, length: 2 });
    } else {
      const placeholder = parsePlaceholder(item.written, scope);
      if ('code' in placeholder) mistakes.push(placeholder);
      else pieces.push({ placeholder });
    }
  }
  return { pieces, mistakes };
}

/** The first mistake in a text with placeholders; undefined when there is none. */
export function checkTemplate(text: string, scope?: Scope): TemplateMistake | undefined {
  return parseTemplate(text, scope).mistakes[0];
}
