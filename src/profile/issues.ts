// zod's issues in the words of a profile: the name, the rule, the value as written, and the way out. A union speaks with
// the voice of the branch the person meant.

import type { z } from 'zod';
import { isSecretAt } from '../secrets.ts';
import { closest, didYouMean, slipsBetween } from '../suggest.ts';
import { homesOf, keysAt } from './json-schema.ts';
import { at, formatPath, isMap, type Path } from './paths.ts';
import type { Complain } from './problems.ts';
import { NEEDS_UNIT } from './scalars.ts';
import { NOT_TOLD } from './schema-shapes.ts';

type Issue = z.core.$ZodIssue;

/** Tells every issue. `raw` is the profile as written: values are shown from there, so variables stay names. */
export function tellIssues(issues: readonly Issue[], raw: unknown, complain: Complain): void {
  for (const issue of issues) tellIssue(issue, [], { raw, complain });
}

type Telling = { raw: unknown; complain: Complain };

function tellIssue(issue: Issue, base: Path, telling: Telling): void {
  if (issue.message === NOT_TOLD) return;
  const path = [...base, ...(issue.path as (string | number)[])];
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) telling.complain(unknownKey(path, key, telling.raw));
    return;
  }
  const meant = issue.code === 'invalid_union' ? meantBranch(issue.errors) : undefined;
  if (meant) {
    for (const inner of meant) tellIssue(inner, path, telling);
    return;
  }
  const written = at(telling.raw, path);
  const name = path.length === 0 ? 'the profile' : `\`${formatPath(path)}\``;
  const phrase = phraseOf(issue, written);
  if (written === undefined && path.length > 0) {
    telling.complain({ code: 'MISSING', message: `${name} is missing: it ${phrase}`, path });
  } else if (phrase.startsWith(NEEDS_UNIT)) {
    const message = `${name} ${phrase.replaceAll('{n}', String(written).trim())}`;
    telling.complain({ code: 'NEEDS_UNIT', message, path });
  } else {
    // A rule that refuses a whole map or list says what is wrong with it; its kind says nothing.
    const isWhole = issue.code === 'custom' && typeof written === 'object';
    const shown = isWhole || isSecretAt(path) ? '' : gotOf(written);
    const message = `${name} ${phrase}${shown}${suggestionOf(issue, written)}`;
    telling.complain({ code: issue.code === 'invalid_type' ? 'WRONG_TYPE' : 'BAD_VALUE', message, path });
  }
}

/** The one branch whose kind of value was written; undefined when it was none of them, or could be several. */
function meantBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const fitting = branches.filter((issues) => !issues.some(isOtherKind));
  if (fitting.length === 1) return fitting[0];
  // Two kinds of map: `cart: { … }`, whose value is a map, and `{ name: cart, … }`, whose keys are known.
  const misses = fitting.map(missesOf);
  const fewest = Math.min(...misses);
  return misses.filter((each) => each === fewest).length === 1 ? fitting[misses.indexOf(fewest)] : undefined;
}

/** Keys of a map that its kind does not know, or whose values are of another kind. */
function missesOf(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => {
    if (issue.path.length === 0) return sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1);
    return sum + Number(isOtherKind({ ...issue, path: issue.path.slice(1) }));
  }, 0);
}

function isOtherKind(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_union') return issue.errors.every((branch) => branch.some(isOtherKind));
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

function phraseOf(issue: Issue, written: unknown): string {
  if (!issue.message.startsWith('Invalid')) return issue.message;
  if (issue.code === 'invalid_value') {
    return `must be ${issue.values.length > 1 ? 'one of ' : ''}${wordsOf(issue)
      .map((word) => `\`${word}\``)
      .join(', ')}`;
  }
  return `cannot be ${kindOf(written)}`;
}

function kindOf(written: unknown): string {
  if (written === null || written === undefined) return 'nothing';
  if (Array.isArray(written)) return 'a list';
  return isMap(written) ? 'a map' : `\`${oneLine(String(written))}\``;
}

function gotOf(written: unknown): string {
  return written === undefined ? '' : `, got ${kindOf(written)}`;
}

function oneLine(text: string): string {
  const line = text.split('\n')[0]!.trimEnd();
  return line.length < text.trimEnd().length || line.length > 60 ? `${line.slice(0, 57)}…` : line;
}

function suggestionOf(issue: Issue, written: unknown): string {
  return typeof written === 'string' ? didYouMean(written.trim(), wordsOf(issue)) : '';
}

/** The words a value could have been. */
function wordsOf(issue: Issue): string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  return issue.code === 'invalid_union' ? issue.errors.flat().flatMap(wordsOf) : [];
}

function unknownKey(parent: Path, key: string, raw: unknown) {
  const path = [...parent, key];
  const where = parent.length === 0 ? '' : ` in \`${formatPath(parent)}\``;
  return {
    code: 'UNKNOWN_KEY',
    message: `unknown key \`${key}\`${where}${wayOut(parent, key, at(raw, path))}`,
    path,
    focus: 'key' as const,
  };
}

// A word with more homes than this (`name`, `from`) says nothing about what was meant.
const MOST_HOMES = 3;

/** Those that are least deep: a field of a section, before the same word in a step of its steps. */
function nearest(homes: readonly string[]): string[] {
  const depthOf = (home: string) => home.split(/\.|\[\]/).length;
  const least = Math.min(...homes.map(depthOf));
  return homes.filter((home) => depthOf(home) === least);
}

/** What other tools call it, or what is written in the wrong place: a key → the key that was meant, where it is known. */
const MEANT: Readonly<Record<string, string>> = {
  url: 'path',
  uri: 'path',
  endpoint: 'path',
  verb: 'method',
  body: 'json',
  data: 'json',
  payload: 'json',
  jsonpath: 'json',
  regexp: 'regex',
  pattern: 'regex',
  match: 'regex',
  'set-cookie': 'cookie',
  capture: 'extract',
  captures: 'extract',
  save: 'extract',
  store: 'extract',
  pause: 'think',
  sleep: 'think',
  delay: 'think',
  wait: 'think',
  if: 'when',
  condition: 'when',
  expect: 'outcomes',
  checks: 'outcomes',
  default: 'optional',
  mutation: 'query',
};

const GRAPHQL = ['query', 'variables', 'operationName'];

/** `written`: what stands under the key. */
function wayOut(parent: Path, key: string, written: unknown): string {
  const hint = hintOf(parent, key, written);
  if (hint !== undefined) return `; ${hint}`;
  if (isSlip(key, keysAt(parent))) return didYouMean(key, keysAt(parent));
  const homes = nearest(homesOf(key));
  if (homes.length > 0 && homes.length <= MOST_HOMES) {
    return `; \`${key}\` belongs under ${homes.map((home) => `\`${home}\``).join(' or ')}`;
  }
  const known = keysAt(parent);
  const near = closest(key, known);
  if (near !== undefined) return `; did you mean \`${near}\`?`;
  return known.length === 0 ? '' : `; known keys: ${known.join(', ')}`;
}

function hintOf(parent: Path, key: string, written: unknown): string | undefined {
  const known = keysAt(parent);
  const meant = MEANT[key.toLowerCase()];
  if (meant !== undefined && known.includes(meant) && !known.includes(key)) return `did you mean \`${meant}\`?`;
  if (formatPath(parent) === 'order' && isMap(written) && closest(key, known) === undefined)
    return `steps are a list: \`- ${key}: { … }\``;
  if (key === 'demo' && parent[0] === 'audit') return 'for the books of the built-in shop say `shop: demo`';
  if (GRAPHQL.includes(key) && known.includes('graphql')) return 'write it under `graphql`';
  if (key === 'places' && known.includes('think'))
    return 'the last step places the order, or `order: { places: NAME, steps: [ … ] }`';
  return undefined;
}

/** One letter off a key that is known here: more likely than the same word at home elsewhere. */
function isSlip(key: string, known: readonly string[]): boolean {
  return key.length > 3 && known.some((each) => slipsBetween(key, each) === 1);
}
