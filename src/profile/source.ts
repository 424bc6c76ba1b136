// A profile as written: its data, and where each piece of it stands in the text. YAML and JSON come as text; the default
// export of a `.ts` profile comes as a value and has paths instead of places.

import { type Document, isAlias, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Problem } from '../errors.ts';
import { formatPath, type Path } from './paths.ts';
import { secretsIn } from './secret-lines.ts';
import { yamlWords } from './yaml-words.ts';

export type ProfileSource =
  | { file: string; text: string; format: 'yaml' | 'json' }
  /** A `.ts` profile's default export. */
  | { file: string; value: unknown };

/** Which piece of the text a mistake underlines: the key, the value, or a stretch of the text of a scalar. */
export type Focus = 'key' | 'value' | { at: number; length: number };

/** A place as a problem carries it; only the file for a source without a text. */
export type Spot = Pick<Problem, 'file' | 'place' | 'source' | 'length'>;

export type Written = {
  file: string;
  tree: unknown;
  spotOf(path: Path, focus: Focus): Spot;
  /** The text of a scalar that is written without quotes, as it stands there. */
  plainText(path: Path): string | undefined;
};

type Reading = { written?: Written; problems: Problem[] };

/** The data and its places, or why the text cannot be read. Duplicate keys are told, and the rest is still read. */
export function readSource(source: ProfileSource): Reading {
  if ('value' in source) return readValue(source);
  const text = source.text.replace(/^\uFEFF/, '');
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
    stringKeys: true,
    logLevel: 'silent',
  });
  const isBroken = [...document.errors, ...document.warnings].some(({ code }) => code !== 'DUPLICATE_KEY');
  const spots = spotsOf({ file: source.file, text, counter, isSecret: secretsIn(document, isBroken) });
  const problems = yamlProblems(document, text, spots);
  if (source.format === 'json' && problems.length === 0) problems.push(...jsonProblems(text, spots));
  if (problems.some(({ code }) => code !== 'DUPLICATE_KEY')) return { problems };
  const tree = plainTree(document);
  if ('mistake' in tree) return { problems: [...problems, { ...tree.mistake, ...spots.between(0, 1) }] };
  const written: Written = {
    file: source.file,
    tree: tree.value,
    spotOf: (path, focus) => spotOf(document, { path, focus, spots, text }),
    plainText: (path) => {
      const along = nodesAlong(document, path);
      const node = along.length > path.length ? along.at(-1)!.node : undefined;
      return isScalar(node) && node.type === 'PLAIN' ? (node.source ?? '') : undefined;
    },
  };
  return { written, problems };
}

/** Every duplicate key, and the first breach of YAML's grammar: those after it are mostly its consequences. */
function yamlProblems(document: Document.Parsed, text: string, spots: Spots): Problem[] {
  const told = [...document.errors, ...document.warnings];
  const broken = told.find(({ code }) => code !== 'DUPLICATE_KEY');
  return told.flatMap((error): Problem[] => {
    const [from, until] = error.pos;
    if (error.code === 'DUPLICATE_KEY') {
      const key = /^["']?([^"':,{}\s]+)/.exec(text.slice(from, from + 200));
      const message = `\`${key?.[1] ?? ''}\` is there twice in one map: keep one`;
      return [{ code: 'DUPLICATE_KEY', message, ...spots.between(from, from + (key?.[0].length ?? 1)) }];
    }
    if (error !== broken) return [];
    if (error.code === 'RESOURCE_EXHAUSTION') {
      return [{ code: 'BAD_YAML', message: 'it nests too deeply to be read', ...spots.between(from, until) }];
    }
    const spot = spots.between(from, until);
    // The parser quotes the text in its messages, behind a colon or in quotes.
    const said = spot.source === undefined ? error.message.replace(/[:"'`].*$/s, '') : error.message.split('\n')[0]!;
    const message = yamlWords(said.replace(/[.:\s]+$/, ''), spots.lineAt(from));
    return [{ code: 'BAD_YAML', message, ...spot }];
  });
}

function jsonProblems(text: string, spots: Spots): Problem[] {
  try {
    JSON.parse(text);
    return [];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const position = Number(/at position (\d+)/.exec(message)?.[1] ?? text.length);
    // The engine quotes the text in its messages; the source line shows it already.
    const said = message.replace(/,? ?(\.\.\.)?".*" is not valid JSON$/s, '').replace(/ in JSON at position.*$/s, '');
    return [{ code: 'BAD_JSON', message: `not JSON: ${said}`, ...spots.between(position, position + 1) }];
  }
}

type PlainTree = { value: unknown } | { mistake: Pick<Problem, 'code' | 'message'> };

/** Plain data without cycles; a text whose aliases point into themselves or multiply beyond reason has none. */
function plainTree(document: Document.Parsed): PlainTree {
  const tooManyAliases = {
    code: 'BAD_YAML',
    message: 'its aliases (`*name`) refer to themselves, or multiply without end',
  };
  try {
    const value: unknown = document.toJS();
    return cyclePath(value) ? { mistake: tooManyAliases } : { value };
  } catch {
    return { mistake: tooManyAliases };
  }
}

function cyclePath(value: unknown, path: Path = [], above: readonly unknown[] = []): Path | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (above.includes(value)) return path;
  for (const [key, item] of Object.entries(value)) {
    const found = cyclePath(item, [...path, Array.isArray(value) ? Number(key) : key], [...above, value]);
    if (found) return found;
  }
  return undefined;
}

function readValue({ file, value }: { file: string; value: unknown }): Reading {
  const cycle = cyclePath(value);
  if (cycle) {
    const message = `${nameOf(cycle)} refers back to what holds it: a profile is plain data`;
    return { problems: [{ code: 'NOT_DATA', message, path: formatPath(cycle), file }] };
  }
  const problems: Problem[] = [];
  const refuse = (path: Path, what: string) => {
    const wayOut = path.length > 0 ? 'a profile is plain data' : 'export plain data, such as `defineProfile({ … })`';
    problems.push({
      code: 'NOT_DATA',
      message: `${nameOf(path)} is ${what}: ${wayOut}`,
      path: formatPath(path),
      file,
    });
  };
  findForeign(value, [], refuse);
  // When the whole is no data there is nothing left to check.
  if (problems.some(({ path }) => path === '')) return { problems };
  return { problems, written: { file, tree: value, spotOf: () => ({ file }), plainText: () => undefined } };
}

function nameOf(path: Path): string {
  return path.length === 0 ? 'the profile' : `\`${formatPath(path)}\``;
}

/** Functions, dates, class instances and the like: data that no YAML could say. */
function findForeign(value: unknown, path: Path, refuse: (path: Path, what: string) => void): void {
  if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') {
    refuse(path, `a ${typeof value}`);
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) findForeign(item, [...path, index], refuse);
  } else if (typeof value === 'object' && value !== null) {
    const prototype: unknown = Object.getPrototypeOf(value);
    const isPlainMap = prototype === null || Object.getPrototypeOf(prototype) === null;
    if (!isPlainMap) refuse(path, 'an object of a class');
    else for (const [key, item] of Object.entries(value)) findForeign(item, [...path, key], refuse);
  }
}

// ── places ──────────────────────────────────────────────────────────────────────────────────────────────────────────

type Spots = { between(from: number, until: number): Spot; lineAt(offset: number): string };
type SpotSeams = { file: string; text: string; counter: LineCounter; isSecret: ReturnType<typeof secretsIn> };

function spotsOf({ file, text, counter, isSecret }: SpotSeams): Spots {
  const startOf = (offset: number) => text.lastIndexOf('\n', offset - 1) + 1;
  const lineAt = (offset: number) => {
    const from = startOf(offset);
    const end = text.indexOf('\n', from);
    return text.slice(from, end < 0 ? text.length : end).replace(/\r$/, '');
  };
  return {
    lineAt,
    /** Clipped to the file and to the line it begins in; a line that holds a secret is named and not shown. */
    between(from, until) {
      // Past the last line there is nothing to show: point behind the last character there is.
      const last = text.trimEnd().length;
      const start = Math.max(0, Math.min(from, last));
      const source = lineAt(start);
      const { line, col } = start === 0 ? { line: 1, col: 1 } : counter.linePos(start);
      const length = Math.max(1, Math.min(until - start, source.trimEnd().length - (col - 1)));
      const place = { file, line, column: col };
      const begins = startOf(start);
      return isSecret(source, [begins, begins + source.length]) ? { place } : { place, source, length };
    },
  };
}

type Along = { key?: Node | undefined; node?: Node | undefined };

/** The nodes from the root along a path, as far as it exists; aliases are followed. */
function nodesAlong(document: Document.Parsed, path: Path): Along[] {
  const along: Along[] = [{ node: document.contents ?? undefined }];
  for (const key of path) {
    const { node } = along.at(-1)!;
    const target = isAlias(node) ? node.resolve(document) : node;
    if (isMap(target)) {
      const pair = target.items.findLast((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
      if (!pair) break;
      along.push({ key: pair.key as Node, node: (pair.value as Node | null) ?? undefined });
    } else if (isSeq(target) && typeof key === 'number' && target.items[key]) {
      along.push({ node: target.items[key] as Node });
    } else break;
  }
  return along;
}

/** The nearest piece of text to a path: itself, or the key of the map that should have held it. */
function spotOf(
  document: Document.Parsed,
  { path, focus, spots, text }: { path: Path; focus: Focus; spots: Spots; text: string },
): Spot {
  const along = nodesAlong(document, path);
  const isWhole = along.length === path.length + 1;
  const { key, node } = along.at(-1)!;
  const isCollection = isMap(node) || isSeq(node);
  const wantsKey = !isWhole || focus === 'key' || isCollection || !node;
  const chosen = wantsKey && key ? key : node;
  if (!chosen?.range) return spots.between(0, 1);
  const [from, until] = chosen.range;
  if (chosen === node && isScalar(node) && typeof focus === 'object') {
    const quote = node.type === 'PLAIN' ? 0 : 1;
    const value = String(node.value);
    // Only where the text stands letter for letter in the source do offsets into it mean anything there.
    if (text.startsWith(value, from + quote)) {
      return spots.between(from + quote + focus.at, from + quote + focus.at + Math.max(1, focus.length));
    }
  }
  // An empty value has no width of its own: underline its key.
  if (from === until && key?.range) return spots.between(key.range[0], key.range[1]);
  return spots.between(from, until);
}
