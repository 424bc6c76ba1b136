// One outcome rule: what may be wrong with it, and the same compiled for the hot path. How rules follow each other, and
// what holds where none matches, is classify.ts.

import type { AnswerHeaders } from './answer.ts';
import { parsePath, valueAt } from './json-path.ts';
import type { OutcomeRule } from './spec.ts';

/** `rule` is the index in the list; `key` the status, header name or body path that is meant. */
export type RuleMistake = {
  code: string;
  message: string;
  rule: number;
  field: 'name' | 'status' | 'headers' | 'body';
  key?: string;
};

/** A rule ready to run. `statuses` undefined = every status. */
export type CompiledRule = {
  outcome: number;
  statuses: ReadonlySet<number> | undefined;
  headers: { name: string; matches: (value: string) => boolean }[];
  body: { steps: (string | number)[]; equals: unknown }[];
};

const STATUS_CLASS = /^[1-5]xx$/i;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const BETWEEN_SLASHES = /^\/(.+)\/(i?)$/s;

/** The codes one entry of `status` stands for; undefined when it is no status. */
function codesOf(status: unknown): number[] | undefined {
  if (typeof status === 'string' && STATUS_CLASS.test(status)) {
    return Array.from({ length: 100 }, (_, code) => Number(status[0]) * 100 + code);
  }
  return typeof status === 'number' && Number.isInteger(status) && status >= 100 && status <= 599
    ? [status]
    : undefined;
}

/** How a header is matched: `/source/` or `/source/i` is a regular expression, anything else the exact text. Throws SyntaxError. */
export function matcherOf(match: string): (value: string) => boolean {
  const between = BETWEEN_SLASHES.exec(match);
  if (!between) return (value) => value === match;
  const pattern = new RegExp(between[1]!, between[2]);
  return (value) => pattern.test(value);
}

type Add = (code: string, field: RuleMistake['field'], key: string | undefined, message: string) => void;

function checkStatus(rule: OutcomeRule, add: Add): void {
  if (rule.status?.length === 0) {
    add(
      'RULE_STATUS',
      'status',
      undefined,
      `Outcome \`${rule.name}\` has an empty \`status\` list and can never match`,
    );
  }
  for (const status of rule.status ?? []) {
    if (codesOf(status)) continue;
    const got = `\`${status}\` (${typeof status})`;
    const expected = 'a status code 100 … 599 or a class such as `2xx`';
    add(
      'RULE_STATUS',
      'status',
      String(status),
      `Expected \`status\` of outcome \`${rule.name}\` to be ${expected}, got ${got}`,
    );
  }
}

function checkHeaders(rule: OutcomeRule, add: Add): void {
  for (const [name, match] of rule.headers ?? []) {
    if (!HEADER_NAME.test(name)) {
      add('RULE_HEADER', 'headers', name, `\`${name}\` in outcome \`${rule.name}\` is not a header name`);
    }
    try {
      matcherOf(match);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      add('RULE_PATTERN', 'headers', name, `Header \`${name}\` of outcome \`${rule.name}\`: ${why}`);
    }
  }
}

function checkBody(rule: OutcomeRule, add: Add): void {
  for (const [path, value] of rule.body ?? []) {
    if (parsePath(path) === undefined) {
      const expected = 'Expected a body path such as `data.items[0].code`';
      add('RULE_PATH', 'body', path, `${expected} in outcome \`${rule.name}\`, got \`${path}\``);
    }
    if (value !== null && !['string', 'number', 'boolean'].includes(typeof value)) {
      const expected = 'a text, a number, true, false or null';
      add(
        'RULE_VALUE',
        'body',
        path,
        `Expected \`${path}\` of outcome \`${rule.name}\` to be ${expected}, got ${typeof value}`,
      );
    }
  }
}

/** Every mistake within one rule; `index` is its place in the list. */
export function mistakesOfRule(rule: OutcomeRule, index = 0): RuleMistake[] {
  const mistakes: RuleMistake[] = [];
  const add: Add = (code, field, key, message) => mistakes.push({ code, message, rule: index, field, key });
  if (rule.name.trim() === '') add('RULE_NAME', 'name', undefined, 'An outcome needs a name');
  checkStatus(rule, add);
  checkHeaders(rule, add);
  checkBody(rule, add);
  return mistakes;
}

/** The first mistake of a rule in words; undefined when it is sound. */
export function ruleMistake(rule: OutcomeRule): string | undefined {
  return mistakesOfRule(rule)[0]?.message;
}

/** Compiles a sound rule. */
export function compileRule(rule: OutcomeRule, outcome: number): CompiledRule {
  return {
    outcome,
    statuses: rule.status && new Set(rule.status.flatMap((status) => codesOf(status)!)),
    headers: (rule.headers ?? []).map(([name, match]) => ({ name: name.toLowerCase(), matches: matcherOf(match) })),
    body: (rule.body ?? []).map(([path, equals]) => ({ steps: parsePath(path)!, equals })),
  };
}

/** The status alone decides. */
export function hasOnlyStatus(rule: CompiledRule): boolean {
  return rule.headers.length === 0 && rule.body.length === 0;
}

export function takesStatus(rule: CompiledRule, status: number): boolean {
  return rule.statuses === undefined || rule.statuses.has(status);
}

export function takesHeaders(rule: CompiledRule, headers: AnswerHeaders): boolean {
  return rule.headers.every(({ name, matches }) => {
    const value = headers.get(name);
    return value !== undefined && matches(value);
  });
}

export function takesBody(rule: CompiledRule, document: unknown): boolean {
  return rule.body.every(({ steps, equals }) => valueAt(document, steps) === equals);
}
