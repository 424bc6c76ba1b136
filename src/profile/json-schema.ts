// The profile's JSON Schema (draft-07) for editors and other tools, made from the zod schema; and what it knows of keys,
// for "did you mean".

import { z } from 'zod';
import { isMap, type Path } from './paths.ts';
import { Profile } from './schema.ts';

type Json = { [key: string]: Json | Json[] | string | number | boolean | null | undefined };

const TITLE = 'Doorbuster profile';

/** Plain JSON; what a person writes, so that fields with a default are optional. */
export function profileJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(Profile, { target: 'draft-07', io: 'input' });
  // Through JSON, so that nothing but data is left of zod's object.
  return JSON.parse(JSON.stringify({ $schema, title: TITLE, ...rest })) as object;
}

let known: Json | undefined;
/** Made once, and only when a mistake asks for it. */
function schemaOnce(): Json {
  known ??= profileJsonSchema() as Json;
  return known;
}

/** The schemas a node may follow: its alternatives, what it refers to, or itself. */
function alternatives(schema: Json): Json[] {
  const { anyOf, $ref } = schema;
  if (typeof $ref === 'string') {
    const definitions = schemaOnce().definitions as Json;
    return alternatives(definitions[$ref.replace('#/definitions/', '')] as Json);
  }
  return Array.isArray(anyOf) ? anyOf.flatMap((each) => alternatives(each as Json)) : [schema];
}

function below(schema: Json, key: string | number): Json[] {
  return alternatives(schema).flatMap(({ properties, items, additionalProperties }) => {
    const isKnown = typeof key === 'string' && isMap(properties) && Object.hasOwn(properties, key);
    const found = typeof key === 'number' ? items : isKnown ? properties[key] : additionalProperties;
    return isMap(found) ? [found as Json] : [];
  });
}

/** The keys a map at a path may have. */
export function keysAt(path: Path): string[] {
  let here = [schemaOnce()];
  for (const key of path) here = here.flatMap((schema) => below(schema, key));
  return here.flatMap(alternatives).flatMap(({ properties }) => (isMap(properties) ? Object.keys(properties) : []));
}

/** Every map of a profile that may have a key: `target`, `traffic.shape[].burst`. */
export function homesOf(key: string): string[] {
  const homes: string[] = [];
  const visit = (schema: Json, path: string): void => {
    for (const { properties, items, additionalProperties } of alternatives(schema)) {
      if (isMap(properties)) {
        if (Object.hasOwn(properties, key)) homes.push(path);
        for (const [name, next] of Object.entries(properties))
          visit(next as Json, path === '' ? name : `${path}.${name}`);
      }
      if (isMap(items)) visit(items as Json, `${path}[]`);
      if (isMap(additionalProperties)) visit(additionalProperties as Json, `${path}.<name>`);
    }
  };
  visit(schemaOnce(), '');
  return homes.filter((home) => home !== '');
}
