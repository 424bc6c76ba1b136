// The commonest slip of indentation in a list: what belongs to an entry stands beside its name instead of below it. Told
// once, for it would be told as half a dozen unknown or missing keys.
//
//   - session:
//     path: /session        ← belongs two columns further in

import { STEP_WORDS } from '../secrets.ts';
import { formatPath, isMap, type Path } from './paths.ts';
import type { Complain } from './problems.ts';

/** Data of the shop, in which a name with nothing under it means something. */
const DATA = ['json', 'variables'];

/** @returns the entries that were told: whatever else is wrong with them comes of this */
export function tellUnindented(tree: unknown, complain: Complain): Path[] {
  const told: Path[] = [];
  const visit = (node: unknown, path: Path): void => {
    if (Array.isArray(node)) {
      for (const [index, item] of node.entries()) visit(item, [...path, index]);
      return;
    }
    if (!isMap(node)) return;
    const [first, ...others] = Object.keys(node);
    const isName = typeof path.at(-1) === 'number' && others.length > 0 && !STEP_WORDS.includes(first!);
    if (isName && node[first!] === null) {
      const here = [...path, first!];
      const message = `\`${formatPath(here)}\` holds nothing: indent what belongs to it further than its name`;
      complain({ code: 'UNINDENTED', message, path: here, focus: 'key' });
      told.push(path);
    }
    for (const [key, item] of Object.entries(node)) if (!DATA.includes(key)) visit(item, [...path, key]);
  };
  visit(tree, []);
  return told;
}
