// What counts as bought: every answer becomes exactly one named outcome of a fixed list (METHOD §7). Rules go first, in
// order; then the defaults below; an attempt without an answer is classed by whether its bytes had been written.
// Always: accepted ≤ truth ≤ accepted + unknown, so whatever cannot be known is unknown.

import { UserError } from '../errors.ts';
import { GIVEN_UP, type Outcome, type OutcomeClass } from '../outcomes.ts';
import { type Answer, FAILURES, type Failure } from './answer.ts';
import { bodyReader, NOT_JSON } from './extract.ts';
import {
  type CompiledRule,
  compileRule,
  hasOnlyStatus,
  mistakesOfRule,
  type RuleMistake,
  takesBody,
  takesHeaders,
  takesStatus,
} from './rules.ts';
import type { OrderSpec } from './spec.ts';

export { parsePath } from './json-path.ts';
export { type RuleMistake, ruleMistake } from './rules.ts';

/** Two histograms an outcome, three more, and those of up to eleven steps must fit the 256 series of measure/spec.ts. */
export const MAX_OUTCOMES = 120;

/** `fallBack`: what no rule takes means what it does where there are none; for steps that are asked by the order's rules. */
type Rules = Pick<OrderSpec, 'rules' | 'shoppers'> & { fallBack?: boolean };

/** What a status means where no rule speaks. `unmatched`, a 2xx or 3xx that no rule of a profile names, may be a purchase or not. */
const DEFAULTS: ReadonlyMap<string, OutcomeClass> = new Map([
  ['2xx', 'accepted'],
  ['unmatched', 'unknown'],
  ['409', 'rejected'],
  ['410', 'rejected'],
  ['422', 'rejected'],
  ['429', 'rejected'],
  ['4xx', 'failed'],
  ['5xx', 'unknown'],
  ['redirect', 'unknown'],
  ['other-status', 'unknown'],
]);

function defaultOf(status: number, hasRules: boolean): string {
  if (status >= 500 && status <= 599) return '5xx';
  if (status >= 400 && status <= 499) return DEFAULTS.has(String(status)) ? String(status) : '4xx';
  if (hasRules) return 'unmatched';
  if (status >= 300 && status <= 399) return 'redirect';
  return status >= 200 && status <= 299 ? '2xx' : 'other-status';
}

/** `abandoned` is the failure of an attempt that was written; `not-sent` the outcome of every failure of one that was not. */
const FAILURE_CLASSES: Record<Failure, OutcomeClass> = {
  refused: 'failed',
  unresolved: 'failed',
  tls: 'failed',
  'connect-timeout': 'failed',
  'connect-error': 'failed',
  'no-socket': 'failed',
  'wait-timeout': 'failed',
  timeout: 'unknown',
  reset: 'unknown',
  'reset-on-reuse': 'unknown',
  unreadable: 'unknown',
  'too-large': 'unknown',
  cut: 'unknown',
  abandoned: 'unknown',
};

/** The outcome of a failure. Its class follows from whether bytes were written, whatever the driver called it. */
function outcomeOfFailure(failure: Failure, written: boolean): string {
  const wantsWritten = FAILURE_CLASSES[failure] === 'unknown';
  if (wantsWritten === written) return failure;
  return written ? 'reset' : 'not-sent';
}

const STATUSES = Array.from({ length: 500 }, (_, index) => 100 + index);
const NO_STATUS = 0;

/** Only shoppers who leave cut a connection. */
function failuresOf(shoppers: Rules['shoppers']): Failure[] {
  return FAILURES.filter((failure) => failure !== 'cut' || shoppers?.abandon !== undefined);
}

/** What can happen beside the rules: the defaults of every status that no rule takes for certain, and the failures. Rules must be sound. */
function builtInsOf({ rules, shoppers, fallBack = rules.length === 0 }: Rules): Outcome[] {
  const certain = rules.map((rule) => compileRule(rule, 0)).filter(hasOnlyStatus);
  const left = [...STATUSES, NO_STATUS].filter((status) => !certain.some((rule) => takesStatus(rule, status)));
  const reachable = new Set(left.map((status) => defaultOf(status, !fallBack)));
  return [
    ...[...DEFAULTS].filter(([name]) => reachable.has(name)),
    ...failuresOf(shoppers).map((failure) => [failure, FAILURE_CLASSES[failure]] as const),
    ['not-sent', 'failed'] as const,
  ].map(([name, outcomeClass]) => ({ name, class: outcomeClass }));
}

function uniqueOutcomes(rules: Rules['rules'], builtIns: readonly Outcome[]): Outcome[] {
  const classes = new Map<string, OutcomeClass>();
  for (const { name, class: outcomeClass } of [...rules, ...builtIns]) {
    if (!classes.has(name)) classes.set(name, outcomeClass);
  }
  return Array.from(classes, ([name, outcomeClass]) => ({ name, class: outcomeClass }));
}

function mistakesOfNames(spec: Rules): RuleMistake[] {
  const { rules } = spec;
  const mistakes: RuleMistake[] = [];
  const builtIns = builtInsOf(spec);
  for (const [index, rule] of rules.entries()) {
    const add = (message: string) => mistakes.push({ code: 'RULE_NAME', message, rule: index, field: 'name' });
    const earlier = rules.slice(0, index).find((other) => other.name === rule.name);
    const builtIn = builtIns.find((other) => other.name === rule.name);
    if (earlier && earlier.class !== rule.class) {
      add(
        `Outcome \`${rule.name}\` is ${earlier.class} in one rule and ${rule.class} in another: one name has one class`,
      );
    } else if (GIVEN_UP.includes(rule.name)) {
      add(`\`${rule.name}\` is what becomes of orders whose answer was not waited for: choose another name`);
    } else if (!earlier && builtIn && builtIn.class !== rule.class) {
      add(`\`${rule.name}\` is a built-in outcome of class ${builtIn.class}: choose another name, or that class`);
    }
  }
  const count = uniqueOutcomes(rules, builtIns).length;
  if (count > MAX_OUTCOMES) {
    const wayOut = 'give rules that mean the same one name';
    const message = `Expected at most ${MAX_OUTCOMES} distinct outcomes, ${builtIns.length} built-in ones included, got ${count}: ${wayOut}`;
    mistakes.push({ code: 'RULES_TOO_MANY', message, rule: rules.length - 1, field: 'name' });
  }
  return mistakes;
}

/** Every mistake in a list of rules, each with the index of its rule. */
export function ruleMistakes(rules: Rules['rules'], shoppers?: Rules['shoppers']): RuleMistake[] {
  const mistakes = rules.flatMap(mistakesOfRule);
  return mistakes.length > 0 ? mistakes : mistakesOfNames({ rules, shoppers });
}

/**
 * The fixed list of what can happen to an order: the rules' outcomes in their order (rules of one name share one), then
 * the built-in ones that the rules leave possible. Throws UserError for unsound rules; `ruleMistakes` tells them first.
 */
export function outcomesOf(spec: Rules): Outcome[] {
  const mistakes = ruleMistakes(spec.rules, spec.shoppers);
  if (mistakes.length > 0) {
    throw new UserError(mistakes.map(({ code, message, rule }) => ({ code, message, path: `outcomes[${rule}]` })));
  }
  return uniqueOutcomes(spec.rules, builtInsOf(spec));
}

/** A body parsed, or NOT_JSON. Whoever reads more of an answer than its rules do brings one that parses it once. */
type ParseBody = (answer: Answer) => unknown;

function bodyParser(): ParseBody {
  const reader = bodyReader();
  return (answer) => {
    reader.next();
    return reader.parsed(answer);
  };
}

const NO_MATCH = -1;
/** No rule matches, and one could not be ruled out because it could not read the body. */
const UNREADABLE = -2;

/** The outcome of the first rule that matches; NO_MATCH or UNREADABLE where none does. */
function firstMatch(rules: readonly CompiledRule[], answer: Answer, parse: ParseBody): number {
  let document: unknown;
  let isParsed = false;
  for (const rule of rules) {
    if (!takesStatus(rule, answer.status) || !takesHeaders(rule, answer.headers)) continue;
    if (rule.body.length === 0) return rule.outcome;
    if (!isParsed) document = parse(answer);
    isParsed = true;
    if (document !== NOT_JSON && takesBody(rule, document)) return rule.outcome;
  }
  return document === NOT_JSON ? UNREADABLE : NO_MATCH;
}
// Statuses whose outcome needs more than the status.
const LOOK_CLOSER = -1;

/**
 * Answer → index into `outcomesOf(spec)`. Reads the body only where a rule that can still match asks for it; then a body
 * that is not JSON, or was cut off, is `unreadable` unless another rule matches. Never throws, whatever the bytes.
 */
export function classifierOf(spec: Rules, parse: ParseBody = bodyParser()): (answer: Answer) => number {
  const outcomes = outcomesOf(spec);
  const indexOf = (name: string) => outcomes.findIndex((outcome) => outcome.name === name);
  const rules = spec.rules.map((rule) => compileRule(rule, indexOf(rule.name)));
  const { fallBack = rules.length === 0 } = spec;
  const unreadable = indexOf('unreadable');
  const failures = failuresOf(spec.shoppers);
  const written = Object.fromEntries(failures.map((failure) => [failure, indexOf(outcomeOfFailure(failure, true))]));
  const unwritten = Object.fromEntries(failures.map((failure) => [failure, indexOf(outcomeOfFailure(failure, false))]));

  const defaults = new Map([NO_STATUS, ...STATUSES].map((status) => [status, indexOf(defaultOf(status, !fallBack))]));
  // Decided once where the status alone decides: the first rule that takes it asks for nothing else, or there is none.
  const direct = new Int16Array(600);
  for (let status = 0; status < direct.length; status++) {
    const first = rules.find((rule) => takesStatus(rule, status));
    const fallback = defaults.get(status) ?? defaults.get(NO_STATUS)!;
    direct[status] = first === undefined ? fallback : hasOnlyStatus(first) ? first.outcome : LOOK_CLOSER;
  }

  return (answer) => {
    const { status, failure } = answer;
    if (failure !== undefined) return (Number.isNaN(answer.sentUs) ? unwritten : written)[failure]!;
    const decided = direct[status] ?? LOOK_CLOSER;
    if (decided !== LOOK_CLOSER) return decided;
    const match = firstMatch(rules, answer, parse);
    if (match === UNREADABLE && !fallBack) return unreadable;
    return match < 0 ? (defaults.get(status) ?? defaults.get(NO_STATUS)!) : match;
  };
}
