// `secrets:` of a profile: names of headers, fields and query parameters that hold a secret though they do not sound like it.

import { at, type Path } from './paths.ts';

/** In lower case. */
export type SecretNames = ReadonlySet<string>;
export const NO_NAMES: SecretNames = new Set();

/** `tree`: the profile as written, right or wrong. */
export function secretNamesOf(tree: unknown): SecretNames {
  const list = at(tree, ['secrets']);
  return Array.isArray(list) ? new Set(list.map((name) => String(name).toLowerCase())) : NO_NAMES;
}

/** Whether one of the names is on the way to a value, outside of the list itself. */
export function isNamed(path: Path, names: SecretNames): boolean {
  if (names.size === 0 || path[0] === 'secrets') return false;
  return path.some((key) => typeof key === 'string' && names.has(key.toLowerCase()));
}
