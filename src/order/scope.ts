// What a placeholder may name beside the order itself: variables of the environment, what earlier steps and `setup:`
// brought, the columns of feeders; and what is wrong with one that names nothing.

import { closest } from '../suggest.ts';
import type { FeederSpec } from './spec.ts';

/** The names in scope. `env` undefined: not looked at; the others undefined: there are none. */
export type Scope = {
  env?: Readonly<Record<string, string>> | undefined;
  /** Extracts of the steps before. */
  vars?: readonly string[] | undefined;
  /** Columns by name of the feeder. */
  feeders?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Extracts of `setup:`. */
  setup?: readonly string[] | undefined;
};

export type ScopedPlaceholder =
  | { name: 'env'; variable: string }
  | { name: 'vars'; variable: string }
  | { name: 'setup'; variable: string }
  | { name: 'feeder'; feeder: string; column: string };

/** The first words of placeholders that are not a feeder's, so no feeder may have such a name. */
export const RESERVED_WORDS = ['order', 'buyer', 'sku', 'quantity', 'trace', 'choose', 'env', 'vars', 'setup'] as const;

const NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Why a feeder cannot be called so, nor an extract or a variable of it; undefined when it can. */
export function nameMistake(what: 'extract' | 'feeder', name: string): string | undefined {
  if (!NAME.test(name)) {
    return `\`${name}\` is no name of ${what === 'extract' ? 'an extract' : 'a feeder'}: letters, digits, \`_\` and \`-\`, a letter first`;
  }
  if (what === 'extract' || !(RESERVED_WORDS as readonly string[]).includes(name)) return undefined;
  return `A feeder cannot be called \`${name}\`: \`{{${name}…}}\` has a meaning already; choose another name`;
}

export function columnsOf(feeders: readonly FeederSpec[]): Record<string, readonly string[]> {
  return Object.fromEntries(feeders.map(({ name, columns }) => [name, columns]));
}

/** `vars.token` → its parts; undefined where the words before the first dot are none of a scope. */
export function scopedOf(written: string, { feeders = {} }: Scope): ScopedPlaceholder | undefined {
  const dot = written.indexOf('.');
  const before = written.slice(0, Math.max(0, dot));
  const behind = written.slice(dot + 1);
  if (before === 'env') return ENV_NAME.test(behind) ? { name: 'env', variable: behind } : undefined;
  if (before === 'vars' || before === 'setup')
    return NAME.test(behind) ? { name: before, variable: behind } : undefined;
  return Object.hasOwn(feeders, before) && behind !== ''
    ? { name: 'feeder', feeder: before, column: behind }
    : undefined;
}

/** As it is written between the braces. */
function writtenOf(placeholder: ScopedPlaceholder): string {
  return placeholder.name === 'feeder'
    ? `${placeholder.feeder}.${placeholder.column}`
    : `${placeholder.name}.${placeholder.variable}`;
}

/** Every scoped name there is, as written. */
export function namesIn({ env = {}, vars = [], feeders = {}, setup = [] }: Scope): string[] {
  return [
    ...Object.keys(env).map((name) => `env.${name}`),
    ...vars.map((name) => `vars.${name}`),
    ...setup.map((name) => `setup.${name}`),
    ...Object.entries(feeders).flatMap(([feeder, columns]) => columns.map((column) => `${feeder}.${column}`)),
  ];
}

const listed = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');

type ScopeMistake = { code: string; message: string; suggestion?: string | undefined };

/** What is wrong with a placeholder that names nothing in scope; undefined when it names something. */
export function scopeMistake(placeholder: ScopedPlaceholder, scope: Scope): ScopeMistake | undefined {
  const written = writtenOf(placeholder);
  if (placeholder.name === 'env') {
    if (!scope.env || Object.hasOwn(scope.env, placeholder.variable)) return undefined;
    return {
      code: 'UNSET_VARIABLE',
      message: `The environment variable \`${placeholder.variable}\` of \`{{${written}}}\` is not set`,
    };
  }
  const nearest = (names: readonly string[]) => {
    const near = closest(written, names);
    return near === undefined ? undefined : `{{${near}}}`;
  };
  if (placeholder.name === 'feeder') {
    const columns = scope.feeders?.[placeholder.feeder] ?? [];
    if (columns.includes(placeholder.column)) return undefined;
    return {
      code: 'UNKNOWN_COLUMN',
      message: `Feeder \`${placeholder.feeder}\` of \`{{${written}}}\` has no column \`${placeholder.column}\`: it has ${listed(columns)}`,
      suggestion: nearest(columns.map((column) => `${placeholder.feeder}.${column}`)),
    };
  }
  const known = scope[placeholder.name] ?? [];
  if (known.includes(placeholder.variable)) return undefined;
  const isVars = placeholder.name === 'vars';
  const other = isVars ? 'setup' : 'vars';
  const where = isVars ? 'the steps before this one' : '`setup`';
  const rule =
    known.length === 0 ? `${where} extract${isVars ? '' : 's'} nothing` : `known of ${where}: ${listed(known)}`;
  return {
    code: isVars ? 'UNKNOWN_EXTRACT' : 'UNKNOWN_SETUP',
    message: `\`{{${written}}}\` names no extract: ${rule}`,
    // The very name may be one of the other kind.
    suggestion: scope[other]?.includes(placeholder.variable)
      ? `{{${other}.${placeholder.variable}}}`
      : nearest(known.map((name) => `${placeholder.name}.${name}`)),
  };
}
