// The variables of one order: what its steps extract, by name and by place. A worker keeps the values of an order in one
// array; templates, conditions and extracts speak of them by index.

import type { OrderSpec } from './spec.ts';

/** Characters (UTF-16 units) of the longest value a variable can have: an extract that is longer counts as not found. */
export const MAX_VARIABLE_CHARS = 4096;

/** The id that an accepted answer gave its order, in the path of `read-back`. */
export const ORDER_ID = 'orderId';

type Steps = Pick<OrderSpec, 'steps' | 'shoppers'>;

/** What the steps before `step` extract: what it may name, and the first of the order's variables. */
export function variablesBefore({ steps }: Pick<OrderSpec, 'steps'>, step: number): string[] {
  return steps.slice(0, step).flatMap(({ extract = [] }) => extract.map(({ name }) => name));
}

/** All variables of an order. With read-back, `orderId` is one: the last, unless a step extracts one of that name. */
export function variablesOf(spec: Steps): string[] {
  const names = variablesBefore(spec, spec.steps.length);
  return spec.shoppers?.readBack && !names.includes(ORDER_ID) ? [...names, ORDER_ID] : names;
}

/** Index of the step that places the order. */
export function placedByOf({ steps, placedBy }: Pick<OrderSpec, 'steps' | 'placedBy'>): number {
  return placedBy ?? steps.length - 1;
}
