// Paths into a profile (`traffic.shape[1].burst.peak`): reading them, writing them, and walking data along them.

export type Path = readonly (string | number)[];

const PLAIN_KEY = /^[\p{L}_][\p{L}\p{N}_-]*$/u;
const PIECE = /\.?([^.[\]"]+)|\[(\d+)\]|\["([^"]*)"\]/uy;

/** `['order', 'headers', 'x y', 0]` → `order.headers["x y"][0]` */
export function formatPath(path: Path): string {
  return path
    .map((key, index) => {
      if (typeof key === 'number') return `[${key}]`;
      if (!PLAIN_KEY.test(key)) return `["${key}"]`;
      return index === 0 ? key : `.${key}`;
    })
    .join('');
}

/** `a.b[0]["c d"]` → its keys; undefined where the text is no path. */
export function parsePath(text: string): (string | number)[] | undefined {
  const path: (string | number)[] = [];
  PIECE.lastIndex = 0;
  while (PIECE.lastIndex < text.length) {
    const match = PIECE.exec(text);
    if (!match) return undefined;
    path.push(match[2] === undefined ? (match[1] ?? match[3])! : Number(match[2]));
  }
  return path.length > 0 && typeof path[0] === 'string' ? path : undefined;
}

export function isMap(input: unknown): input is Record<string, unknown> {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}

/** What is at a path, or undefined. Own keys only, so that no profile reaches a prototype. */
export function at(tree: unknown, path: Path): unknown {
  let here = tree;
  for (const key of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined;
    here = (here as Record<string | number, unknown>)[key];
  }
  return here;
}

/** A copy of a tree with every leaf (whatever is no map and no list) mapped; own keys only, `__proto__` kept a plain key. */
export function mapLeaves(tree: unknown, leaf: (input: unknown, path: Path) => unknown, path: Path = []): unknown {
  if (Array.isArray(tree)) return tree.map((item, index) => mapLeaves(item, leaf, [...path, index]));
  if (!isMap(tree)) return leaf(tree, path);
  return Object.fromEntries(Object.entries(tree).map(([key, item]) => [key, mapLeaves(item, leaf, [...path, key])]));
}

export function startsWith(path: Path, prefix: Path): boolean {
  return prefix.length <= path.length && prefix.every((key, index) => key === path[index]);
}
