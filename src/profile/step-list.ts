// A list of steps as written, `{ name: cart, path: … }` or `cart: { path: … }`, brought to one form; each keeps its path.

import { formatPath, isMap, type Path } from './paths.ts';
import { STEP_KEYS } from './schema-order.ts';
import type { Section } from './section.ts';

/** `path` is that of the map that holds the step's fields; `namePath` where its name stands. */
export type ListedStep<Step> = { name: string | undefined; step: Step; path: Path; namePath: Path };

/** Of a list that its schema accepted, whose steps have these fields. */
export function listedSteps<Fields extends { name?: string | undefined }>(
  list: readonly (Fields | Record<string, Omit<Fields, 'name'>>)[],
  base: Path,
): ListedStep<Fields>[] {
  return list.map((item, index) => {
    const keyed = nameOfKeyed(item);
    if (keyed === undefined) {
      const step = item as Fields;
      return { name: step.name, step, path: [...base, index], namePath: [...base, index, 'name'] };
    }
    const path = [...base, index, keyed];
    return { name: keyed, step: (item as Record<string, Fields>)[keyed]!, path, namePath: path };
  });
}

const LONGEST_NAME = 60;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROLS = /[\u0000-\u001f\u007f]/;

/** Whether every step has a name of its own, or none where none is needed; told where it has not. */
export function tellNames(
  steps: readonly ListedStep<{ name?: string | undefined }>[],
  { needed, section: { complain } }: { needed: boolean; section: Section },
): boolean {
  const seen = new Set<string>();
  let isSound = true;
  for (const { name, step, path, namePath } of steps) {
    const isField = namePath.at(-1) === 'name';
    const refuse = (code: string, message: string, at: Path = namePath) => {
      isSound = false;
      complain({ code, message, path: at, focus: isField ? 'value' : 'key' });
    };
    if (name === undefined) {
      const way = '`- cart: { path: /cart }` or `- { name: cart, path: /cart }`';
      if (needed) refuse('MISSING', `\`${formatPath(path)}\` needs a name, as in ${way}`, path);
      continue;
    }
    if (!isField && step.name !== undefined) {
      refuse('CLASH', `the step is called \`${name}\` already: drop \`name\``, [...path, 'name']);
    }
    if (seen.has(name)) refuse('DUPLICATE_KEY', `two steps are called \`${name}\`: give one of them another name`);
    else if (name.trim() === '' || name.length > LONGEST_NAME || CONTROLS.test(name)) {
      refuse('STEP_NAME', `the name of a step is one line of 1 to ${LONGEST_NAME} characters`);
    }
    seen.add(name);
  }
  return isSound;
}

/** The name of `cart: { … }`; undefined for a step whose name is a field of it, or is left out. */
export function nameOfKeyed(item: unknown): string | undefined {
  if (!isMap(item)) return undefined;
  const [key, ...more] = Object.keys(item);
  return key !== undefined && more.length === 0 && !STEP_KEYS.includes(key) && isMap(item[key]) ? key : undefined;
}

/** What the steps of any tree extract, however wrong it is elsewhere. */
export function takenIn(list: unknown): { variable: string; step: string; index: number }[] {
  // Steps written as a map have been told; what they take is known all the same.
  const items: unknown[] = isMap(list) ? Object.entries(list).map(([key, step]) => ({ [key]: step })) : [list].flat();
  return items.flatMap((item, index) => {
    const keyed = nameOfKeyed(item);
    const fields = keyed === undefined ? item : (item as Record<string, unknown>)[keyed];
    if (!isMap(fields)) return [];
    const { extract } = fields;
    const taken = Array.isArray(extract) ? extract.flatMap((each) => (isMap(each) ? Object.keys(each) : [])) : extract;
    const names = isMap(taken) ? Object.keys(taken) : Array.isArray(taken) ? (taken as string[]) : [];
    const step = keyed ?? (typeof fields.name === 'string' ? fields.name : String(index + 1));
    return names.map((variable) => ({ variable, step, index }));
  });
}
