// Flags that write into the profile: `--set path=value`, `--target`, `--seed`. They come before variables and the
// schema, so that what they write is checked like everything else.

import { parseDocument } from 'yaml';
import type { Problem } from '../errors.ts';
import { formatPath, isMap, type Path, parsePath } from './paths.ts';
import type { FlagPath } from './problems.ts';

export type Sets = {
  sets?: readonly (readonly [path: string, value: string])[];
  target?: string;
  seed?: number;
};

type Writing = { flag: string; path: Path; value: unknown };

/** A copy of the tree with the flags written into it, and which paths they wrote. */
export function applyFlags(
  tree: unknown,
  { sets = [], target, seed }: Sets,
): { tree: unknown; flags: FlagPath[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const refuse = (flag: string, message: string) => problems.push({ code: 'BAD_FLAG', message: `${flag}: ${message}` });
  const writings: Writing[] = [];
  for (const [text, valueText] of sets) {
    const flag = `--set ${text}`;
    const path = parsePath(text);
    const value = parseDocument(valueText, { stringKeys: true, logLevel: 'silent' });
    if (!path) refuse(flag, 'must name a path such as `target.timeout` or `traffic.shape[1].burst.peak`');
    else if (value.errors.length > 0) refuse(flag, 'its value is not YAML');
    else writings.push({ flag, path, value: value.toJS() });
  }
  if (target !== undefined) writings.push({ flag: '--target', path: ['target', 'url'], value: target });
  if (seed !== undefined) writings.push({ flag: '--seed', path: ['traffic', 'seed'], value: seed });
  let written = tree;
  for (const { flag, path, value } of writings) {
    const next = write(written, path, value, []);
    if ('mistake' in next) refuse(flag, next.mistake);
    else written = next.tree;
  }
  return { tree: written, flags: writings, problems };
}

/** Maps on the way are made; lists are not made longer than by one. */
function write(tree: unknown, path: Path, value: unknown, above: Path): { tree: unknown } | { mistake: string } {
  const [key, ...rest] = path;
  if (key === undefined) return { tree: value };
  const here = above.length === 0 ? 'a profile' : `\`${formatPath(above)}\``;
  if (typeof key === 'number') {
    if (!Array.isArray(tree)) return { mistake: `${here} is no list, so it has no [${key}]` };
    if (key > tree.length) return { mistake: `${here} has ${tree.length} entries: [${key}] would leave a gap` };
    const next = write(tree[key], rest, value, [...above, key]);
    return 'mistake' in next ? next : { tree: Object.assign([...tree], { [key]: next.tree }) };
  }
  if (Array.isArray(tree) && /^\d+$/.test(key)) {
    return { mistake: `${here} is a list: write \`${formatPath([...above, Number(key), ...rest])}\`` };
  }
  if (tree !== undefined && tree !== null && !isMap(tree))
    return { mistake: `${here} is no map, so it has no \`${key}\`` };
  const map = tree ?? {};
  const next = write(Object.hasOwn(map, key) ? (map as Record<string, unknown>)[key] : undefined, rest, value, [
    ...above,
    key,
  ]);
  return 'mistake' in next ? next : { tree: Object.fromEntries([...Object.entries(map), [key, next.tree]]) };
}
