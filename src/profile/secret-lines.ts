// Which lines of a profile's text a mistake may not print: those on which any secret stands, whoever's mistake it is.

import { type Document, isAlias, isMap, isScalar, isSeq } from 'yaml';
import { isSecretName } from '../secrets.ts';
import { type SecretNames, secretNamesOf } from './named-secrets.ts';
import type { Path } from './paths.ts';
import { hidden, redacted } from './redact.ts';

type Range = readonly [from: number, until: number];

/** Aliases multiply, and may go round in circles: so many are followed. A profile that has more is refused. */
const MOST_ALIASES = 1000;

/** Whether a line, and its stretch of the text, may hold a secret. Where structure cannot be trusted, names decide too. */
export function secretsIn(document: Document.Parsed, isBroken: boolean): (line: string, range: Range) => boolean {
  const names = namesOf(document);
  const { ranges, isWhole } = secretRanges(document, names);
  return (line, [from, until]) =>
    ranges.some(([start, end]) => start <= until && end >= from) ||
    ((isBroken || !isWhole) && namesSecret(line, names));
}

function secretRanges(document: Document.Parsed, names: SecretNames): { ranges: Range[]; isWhole: boolean } {
  const ranges: Range[] = [];
  let aliases = 0;
  const visit = (node: unknown, path: Path): void => {
    if (isAlias(node)) {
      aliases++;
      if (aliases <= MOST_ALIASES) visit(node.resolve(document), path);
    } else if (isMap(node)) {
      for (const { key, value } of node.items) if (isScalar(key)) visit(value, [...path, String(key.value)]);
    } else if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) visit(item, [...path, index]);
    } else if (isScalar(node) && node.range && isSecret(node.value, path, names))
      ranges.push([node.range[0], node.range[1]]);
  };
  try {
    visit(document.contents, []);
    return { ranges, isWhole: aliases <= MOST_ALIASES };
  } catch {
    // Deeper than the stack.
    return { ranges, isWhole: false };
  }
}

/** The keys of a place where names are not looked at in their own way; what a person calls a feeder is no such name. */
function misplacedKeys(path: Path): Path {
  if (['order', 'outcomes', 'setup', 'teardown'].includes(String(path[0]))) return [];
  if (path[0] === 'audit' && (path[1] === 'stock' || path[1] === 'orders')) return [];
  return path[0] === 'feeders' ? path.slice(2) : path;
}

/** Also where it was put in the wrong place, which may be the very mistake that is told. */
function isSecret(leaf: unknown, path: Path, names: SecretNames): boolean {
  if (redacted(leaf, path, names) !== leaf) return true;
  if (misplacedKeys(path).some((key) => typeof key === 'string' && isSecretName(key))) {
    return hidden(leaf, path) !== leaf;
  }
  return [['order', 'path'] as const, ['target', 'url'] as const].some((like) => redacted(leaf, like, names) !== leaf);
}

/** `authorization: Bearer …` in a text whose structure cannot be trusted. */
function namesSecret(line: string, names: SecretNames): boolean {
  return [...line.matchAll(/([\p{L}\p{N}_.-]+)["']?\s*[:=]/gu)].some(
    ([, name]) => isSecretName(name!) || names.has(name!.toLowerCase()),
  );
}

/** `secrets:`, as far as it can be read. */
function namesOf(document: Document.Parsed): SecretNames {
  const list = isMap(document.contents) ? document.contents.get('secrets', true) : undefined;
  const items = isSeq(list) ? list.items : [];
  return secretNamesOf({ secrets: items.flatMap((item) => (isScalar(item) ? [item.value] : [])) });
}
