// The secrets that orders and the steps around them carry, as values: whoever prints what a shop answered must be able to take them out again.
// They are handed beside the plan, not in it, and are never written down.

import type { Request, StepSpec } from '../order/spec.ts';
import { isSecretName } from '../secrets.ts';
import { isNamed, type SecretNames, secretNamesOf } from './named-secrets.ts';
import { at, mapLeaves, type Path } from './paths.ts';
import type { Plan } from './plan.ts';
import { redacted } from './redact.ts';
import { type Env, replaceVariables } from './variables.ts';

/** A word of a longer secret (`a=1; sid=…`) counts from this length on. */
const LEAST_PIECE = 6;
const SCHEME = /^(bearer|basic|token)$/i;

/** Whose texts go out: the orders', and those of setup, teardown and the books. */
export type SentPlan = Pick<Plan, 'order' | 'setup' | 'teardown' | 'books'>;

/** What came from `${VAR}` or `{{env.VAR}}` into what is sent, and every literal under a secret name; no doubles. */
export function sentSecretsOf(plan: SentPlan, { raw, env }: { raw: unknown; env: Env }): string[] {
  const { order, setup, teardown, books } = plan;
  const found = new Set<string>(Object.values(order.env ?? {}));
  for (const section of ['order', 'setup', 'teardown', 'audit']) {
    mapLeaves(at(raw, [section]), (leaf) => {
      if (typeof leaf === 'string') replaceVariables(leaf, ({ name }) => keep(found, env[name]));
    });
  }
  const names = secretNamesOf(raw);
  for (const step of order.steps) keepStep(found, step, { at: ['order'], names });
  const asked = [books?.stock?.step, books?.orders?.kind === 'http' ? books.orders.step : undefined];
  for (const step of [...setup, ...teardown, ...asked]) if (step) keepStep(found, step, { at: ['setup', 0], names });
  return [...found].filter((secret) => secret !== '');
}

/** What one request sends under secret names, whoever made it and wherever its values came from. */
export function secretsOfRequest({ path, headers, body }: Pick<Request, 'path' | 'headers' | 'body'>): string[] {
  const found = new Set<string>();
  for (const [name, value] of fieldsOf(path.slice(path.indexOf('?') + 1))) {
    if (path.includes('?') && isSecretName(name)) keepPieces(found, value);
  }
  for (let at = 0; at + 1 < headers.length; at += 2) {
    if (isSecretName(headers[at]!)) keepPieces(found, headers[at + 1]!);
  }
  if (body !== undefined) keepOfBody(found, new TextDecoder().decode(body));
  return [...found].filter((secret) => secret !== '');
}

function fieldsOf(text: string): [name: string, value: string][] {
  return [...new URLSearchParams(text)];
}

function keepOfBody(found: Set<string>, text: string): void {
  let tree: unknown;
  try {
    tree = JSON.parse(text);
  } catch {
    for (const [name, value] of fieldsOf(text)) if (isSecretName(name)) keepPieces(found, value);
    return;
  }
  mapLeaves(tree, (leaf, below) => {
    const isSecret = below.some((key) => typeof key === 'string' && isSecretName(key));
    if (isSecret && leaf !== null && typeof leaf !== 'boolean') keepPieces(found, String(leaf));
  });
}

type Place = { at: Path; names: SecretNames };

function keepStep(found: Set<string>, { path, headers, body }: StepSpec, { at, names }: Place): void {
  for (const [, name, value] of path.matchAll(/[?&]([^=&#]*)=([^&#]*)/g)) {
    const isSecret = isSecretName(name!) || names.has(name!.toLowerCase());
    if (!isSecret || redacted(path, [...at, 'path'], names) === path) continue;
    keep(found, value);
    keep(found, decoded(value!));
  }
  const keepAt = (leaf: unknown, below: Path) => keepLeaf(found, leaf, { at: [...at, ...below], names });
  for (const [name, value] of headers) keepAt(value, ['headers', name]);
  if (body.kind === 'json') mapLeaves(body.value, (leaf, below) => keepAt(leaf, ['json', ...below]));
  if (body.kind === 'form') for (const [name, value] of body.fields) keepAt(value, ['form', name]);
  if (body.kind === 'graphql' && names.size > 0) {
    mapLeaves(body.variables, (leaf, below) => {
      if (isNamed(below, names)) keepAt(leaf, ['graphql', 'variables', ...below]);
    });
  }
}

function keep(found: Set<string>, secret: string | undefined): string {
  if (secret !== undefined) found.add(secret.trim());
  return '';
}

function keepLeaf(found: Set<string>, leaf: unknown, { at, names }: Place): void {
  if (leaf === null || redacted(leaf, at, names) === leaf) return;
  keepPieces(found, String(leaf));
}

/** All of it, and what is long enough of `a=1; sid=…`. */
function keepPieces(found: Set<string>, text: string): void {
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
