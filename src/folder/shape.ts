// A value held against the keywords that RESULT_SCHEMA uses, so that reading back needs no schema library. Properties
// that the schema does not know are let through: a later Doorbuster may have added them.

import type { Schema } from '../report/result-schema.ts';

/** The first difference in words (`orders.planned is a string, expected integer`); undefined when the value fits. */
export function mismatchOf(value: unknown, schema: Schema, at = ''): string | undefined {
  const where = at === '' ? 'it' : at;
  if ('const' in schema && value !== schema.const) {
    return `${where} is ${shown(value)}, expected ${shown(schema.const)}`;
  }
  if (schema.enum && !schema.enum.includes(value)) {
    return `${where} is ${shown(value)}, expected one of ${schema.enum.map(shown).join(', ')}`;
  }
  if (schema.anyOf) return anyOf(value, schema.anyOf, at);
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length > 0 && !types.some((type) => isOf(type, value))) {
    return `${where} is ${nameOf(value)}, expected ${types.join(' or ')}`;
  }
  if (typeof value === 'number') return range(value, schema, where);
  if (typeof value === 'string' && schema.pattern && !new RegExp(schema.pattern, 'u').test(value)) {
    return `${where} is ${shown(value)}, expected text like ${schema.pattern}`;
  }
  return inside(value, schema, at);
}

function inside(value: unknown, { items, properties, required }: Schema, at: string): string | undefined {
  if (Array.isArray(value) && items) {
    return first(value.map((item, index) => () => mismatchOf(item, items, `${at}[${index}]`)));
  }
  if (nameOf(value) !== 'object' || !properties) return undefined;
  const present = value as Record<string, unknown>;
  const inner = (name: string) => (at === '' ? name : `${at}.${name}`);
  const missing = required?.find((name) => !Object.hasOwn(present, name));
  if (missing !== undefined) return `${inner(missing)} is missing`;
  const named = Object.entries(properties).filter(([name]) => Object.hasOwn(present, name));
  return first(
    named.map(
      ([name, each]) =>
        () =>
          mismatchOf(present[name], each, inner(name)),
    ),
  );
}

/** Of several shapes the one whose `kind` fits is the one meant; its difference is the one worth telling. */
function anyOf(value: unknown, schemas: readonly Schema[], at: string): string | undefined {
  const found = schemas.map((schema) => mismatchOf(value, schema, at));
  if (found.includes(undefined)) return undefined;
  const meant = schemas.findIndex((schema) => {
    const kind = schema.properties?.kind;
    return kind !== undefined && mismatchOf((value as { kind?: unknown } | null)?.kind, kind) === undefined;
  });
  return found[Math.max(0, meant)];
}

function range(value: number, { minimum, maximum }: Schema, where: string): string | undefined {
  if (minimum !== undefined && value < minimum) return `${where} is ${value}, expected at least ${minimum}`;
  if (maximum !== undefined && value > maximum) return `${where} is ${value}, expected at most ${maximum}`;
}

function first(checks: readonly (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const mismatch = check();
    if (mismatch !== undefined) return mismatch;
  }
}

const isOf = (type: string, value: unknown): boolean =>
  type === 'integer' ? Number.isInteger(value) : nameOf(value) === type;

const nameOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);

const shown = (value: unknown): string =>
  value === undefined ? 'missing' : (JSON.stringify(value) ?? typeof value).slice(0, 60);
