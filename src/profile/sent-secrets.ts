// The secrets an order carries, as values: whoever prints what a shop answered must be able to take them out again.
// They are handed beside the plan, not in it, and are never written down.

import type { OrderSpec } from '../order/spec.ts';
import { isSecretName } from '../secrets.ts';
import { at, mapLeaves } from './paths.ts';
import { redacted } from './redact.ts';
import { type Env, replaceVariables } from './variables.ts';

/** A word of a longer secret (`a=1; sid=…`) counts from this length on. */
const LEAST_PIECE = 6;
const SCHEME = /^(bearer|basic|token)$/i;

/** What came from `${VAR}` or `{{env.VAR}}` into the order, and every literal under a secret name; no doubles. */
export function sentSecretsOf(order: OrderSpec, { raw, env }: { raw: unknown; env: Env }): string[] {
  const found = new Set<string>(Object.values(order.env ?? {}));
  mapLeaves(at(raw, ['order']), (leaf) => {
    if (typeof leaf === 'string') replaceVariables(leaf, ({ name }) => keep(found, env[name]));
  });
  for (const { path, headers, body } of order.steps) {
    for (const [, name, value] of path.matchAll(/[?&]([^=&#]*)=([^&#]*)/g)) {
      if (!isSecretName(name!) || redacted(path, ['order', 'path']) === path) continue;
      keep(found, value);
      keep(found, decoded(value!));
    }
    for (const [name, value] of headers) keepLeaf(found, value, ['order', 'headers', name]);
    if (body.kind === 'json') mapLeaves(body.value, (leaf, below) => keepLeaf(found, leaf, ['order', ...below]));
    if (body.kind === 'form') for (const [name, value] of body.fields) keepLeaf(found, value, ['order', 'form', name]);
  }
  return [...found].filter((secret) => secret !== '');
}

function keep(found: Set<string>, secret: string | undefined): string {
  if (secret !== undefined) found.add(secret.trim());
  return '';
}

function keepLeaf(found: Set<string>, leaf: unknown, path: readonly (string | number)[]): void {
  if (leaf === null || redacted(leaf, path) === leaf) return;
  const text = String(leaf);
  keep(found, text);
  for (const piece of text.split(/[\s;,]+/)) {
    const value = piece.slice(piece.indexOf('=') + 1);
    for (const each of [piece, value]) if (each.length >= LEAST_PIECE && !SCHEME.test(each)) keep(found, each);
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
