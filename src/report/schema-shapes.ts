// The few shapes of JSON Schema (draft-07) that result.json's schema is put together from.

/** The few keywords of draft-07 that are used here. */
export type Schema = {
  $schema?: string;
  $id?: string;
  title?: string;
  description?: string;
  type?: string | string[];
  const?: unknown;
  enum?: readonly unknown[];
  minimum?: number;
  maximum?: number;
  pattern?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean;
  items?: Schema;
  anyOf?: Schema[];
};

export const text: Schema = { type: 'string' };
export const count: Schema = { type: 'integer', minimum: 0 };
export const number: Schema = { type: 'number' };
export const amount: Schema = { type: 'number', minimum: 0 };
export const maybeAmount: Schema = { type: ['number', 'null'], minimum: 0 };
export const maybeNumber: Schema = { type: ['number', 'null'] };
export const listOf = (items: Schema): Schema => ({ type: 'array', items });
export const oneOf = (...values: string[]): Schema => ({ type: 'string', enum: values });
export const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });

/** Every property is required unless named in `optional`; no other property is allowed. */
export function object(properties: Record<string, Schema>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}

export const described = (schema: Schema, description: string): Schema => ({ ...schema, description });
