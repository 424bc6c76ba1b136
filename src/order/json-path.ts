// The small path language of body rules: `data.items[0].code`. Dots separate names, brackets hold an index or a quoted
// name; a leading `$` is the whole document, as JSONPath users write it.

const STEP = /\.?([^.[\]"'\s$][^.[\]]*)|\[(\d{1,9})\]|\[(?:"([^"]*)"|'([^']*)')\]/y;

/** The steps of a path (names are strings, indices numbers); undefined where the text is not a path. `$` alone has none. */
export function parsePath(text: string): (string | number)[] | undefined {
  const path = text.trim();
  const steps: (string | number)[] = [];
  let from = path.startsWith('$') ? 1 : 0;
  if (path === '') return undefined;
  while (from < path.length) {
    // A name needs a dot before it, except where the path starts with it.
    const isFirst = from === 0;
    if (isFirst ? path[0] === '.' : path[from] !== '.' && path[from] !== '[') return undefined;
    STEP.lastIndex = from;
    const match = STEP.exec(path);
    if (!match) return undefined;
    steps.push(match[2] !== undefined ? Number(match[2]) : (match[1] ?? match[3] ?? match[4]!));
    from = STEP.lastIndex;
  }
  return steps;
}

/**
 * What a parsed JSON document holds at a path; undefined where there is nothing. Looks at own members only, so that
 * `__proto__` or `constructor` in a path or a document is a name like any other. `[0]` is an index of arrays alone, `.0`
 * also a name.
 */
export function valueAt(document: unknown, steps: readonly (string | number)[]): unknown {
  let value = document;
  for (const step of steps) {
    if (typeof value !== 'object' || value === null) return undefined;
    const isArray = Array.isArray(value);
    if (isArray ? step === 'length' : typeof step === 'number') return undefined;
    if (!Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}
