// What of a profile may be shown. Names decide (../secrets.ts): a literal value under a secret name becomes `***`; `${VAR}`
// stays as written, because it is a name and no value.

import type { StepSpec } from '../order/spec.ts';
import { HIDDEN, isRequestPath, isSecretAt, isSecretName } from '../secrets.ts';
import { isNamed, NO_NAMES, type SecretNames } from './named-secrets.ts';
import { formatPath, type Path } from './paths.ts';
import { replaceVariables } from './variables.ts';

/** A parameter's name and value; a default or a choice inside may itself hold an `&`. */
const QUERY = /([?&])((?:\$\{[^}]*\}|\{\{[^{}]*\}\}|[^=&#])*)(=(?:\$\{[^}]*\}|\{\{[^{}]*\}\}|[^&#])*)?/g;
const PEM = /-----BEGIN /;

/** A leaf of the profile as it may be shown. `names`: those that the profile itself calls secret. */
export function redacted(leaf: unknown, path: Path, names: SecretNames = NO_NAMES): unknown {
  if (isSecretAt(path) || isNamed(path, names)) return withoutSecret(leaf);
  if (typeof leaf !== 'string') return leaf;
  if (PEM.test(leaf)) return HIDDEN;
  if (formatPath(path) === 'target.url') return leaf.replace(/(?<=:\/\/)[^/@]*@/, `${HIDDEN}@`);
  if (isRequestPath(path)) return withoutQuery(leaf, (name) => isSecretName(name) || names.has(name.toLowerCase()));
  if (path.at(-1) === 'query' && path.at(-2) === 'graphql') return withoutArguments(leaf, GRAPHQL_TYPE);
  return isCommandWord(path) ? withoutArguments(leaf, SCHEME) : leaf;
}

/** A word of the command that prints the books. */
function isCommandWord(path: Path): boolean {
  return path[0] === 'audit' && path[1] === 'orders' && path[2] === 'command' && path.length === 4;
}

/** `--password abc`: whether a word is the value of the one before it. */
export function isFlagValue(path: Path, before: unknown): boolean {
  return isCommandWord(path) && typeof before === 'string' && before.startsWith('-') && isSecretName(before);
}

/** `$password: String!` declares a variable. */
const GRAPHQL_TYPE = /^\[*[A-Z]\w*[!\]]*$/;
/** What a header says before its `${VAR}`. */
const SCHEME = /^(Bearer|Basic|Token)$/i;
const ARGUMENT = /([\p{L}\p{N}_-]+)(\s*[:=]\s*)("(?:\\.|[^"\\])*"|[^\s,(){}$"]+(?: [^\s,(){}$"]+)?)/gu;

/** A text in which values stand behind their names, such as `login(password: "abc")`, `--token=abc`, `Authorization: Bearer abc`. */
function withoutArguments(text: string, harmless: RegExp): string {
  return text.replace(ARGUMENT, (whole, name: string, mark: string, value: string) => {
    if (!isSecretName(name) || harmless.test(value)) return whole;
    return name + mark + (value.startsWith('"') ? `"${HIDDEN}"` : HIDDEN);
  });
}

/** A leaf that may be a secret whatever its name; a truth value tells nothing. */
export function hidden(leaf: unknown, path: Path): unknown {
  if (typeof leaf === 'boolean') return leaf;
  return typeof leaf === 'string' && isRequestPath(path) ? shownPath(leaf) : withoutSecret(leaf);
}

/** A step's path as written, for people to read: no literal value of its query. */
export function shownPath(path: string): string {
  return withoutQuery(path, () => true);
}

/** The path of a step that may be printed; one that no profile wrote is shown without its query. */
export function shownPathOf(step: StepSpec): string {
  return step.shownPath ?? step.path.replace(/\?.*$/s, '');
}

function withoutQuery(path: string, isSecret: (name: string) => boolean): string {
  const from = path.indexOf('?');
  if (from < 0) return path;
  const query = path.slice(from).replace(QUERY, (whole, mark: string, name: string, value: string | undefined) => {
    if (!isSecret(name)) return whole;
    // A parameter without a value is one itself.
    return value === undefined ? mark + withoutLiterals(name) : `${mark}${name}=${withoutLiterals(value.slice(1))}`;
  });
  return path.slice(0, from) + query;
}

function withoutSecret(leaf: unknown): unknown {
  return typeof leaf === 'string' ? withoutLiterals(leaf) : leaf === null ? leaf : HIDDEN;
}

/** `Bearer ${TOKEN:-abc}` → `Bearer ${TOKEN:-***}`; anything that holds more than variables and a scheme → `***`. */
function withoutLiterals(text: string): string {
  const names: string[] = [];
  const rest = replaceVariables(text, ({ name, fallback }) => {
    names.push(fallback === undefined ? `\${${name}}` : `\${${name}:-${HIDDEN}}`);
    return '\u0000';
  });
  const match = /^((?:Bearer |Basic |Token )?)\0$/i.exec(rest);
  if (match) return match[1]! + names[0]!;
  // A template alone (`{{order.key}}`, `Bearer {{vars.token}}`) is no secret either; what a `choose(…)` chooses from may be.
  return text === '' || /^(?:Bearer |Basic |Token )?(\{\{[^{}()]*\}\})+$/i.test(text) ? text : HIDDEN;
}
