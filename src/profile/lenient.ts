// A section without those of its fields that its schema refuses (they have been told), so that the rules of the others
// are still checked. What comes of it is thrown away.

import type { z } from 'zod';
import { isMap, type Path } from './paths.ts';
import { Profile } from './schema.ts';
import {
  ControlFields,
  ControlSteps,
  type ControlStepsInput,
  type OrderInput,
  OrderMap,
  type OrderMapInput,
  STEP_KEYS,
  StepFields,
  Steps,
  type StepsInput,
} from './schema-order.ts';
import { nameOfKeyed } from './step-list.ts';

/** For a section whose fields do not depend on each other. `within`: fields that are such maps themselves. */
export function lenient<Output>(
  schema: z.ZodType<Output>,
  written: unknown,
  within: readonly string[] = [],
): Output | undefined {
  const parsed = schema.safeParse(written);
  if (parsed.success || !isMap(written)) return parsed.data;
  const wrong = parsed.error.issues.flatMap(({ path, ...issue }): Path[] =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...(path as Path), key]) : [path as Path],
  );
  const pruned = schema.safeParse(without(written, wrong, within));
  return pruned.success ? pruned.data : schema.safeParse(without(written, wrong, [])).data;
}

function without(map: object, wrong: readonly Path[], within: readonly string[]): Record<string, unknown> {
  const kept = Object.entries(map).flatMap(([key, item]): [string, unknown][] => {
    const below = wrong.filter((path) => path[0] === key).map((path) => path.slice(1));
    if (below.length === 0) return [[key, item]];
    const isWithin = within.includes(key) && isMap(item) && below.every((path) => path.length > 0);
    return isWithin ? [[key, without(item, below, [])]] : [];
  });
  return Object.fromEntries(kept);
}

/** Fields of a step that are maps of any names. */
const FREE = ['headers', 'form', 'extract', 'when', 'unless'];

/** Undefined where it is no order of any kind. */
export function lenientOrder(written: unknown): OrderInput | undefined {
  const parsed = Profile.shape.order.safeParse(written);
  if (parsed.success) return parsed.data;
  if (!isMap(written)) return lenientSteps(written);
  const { steps, ...rest } = written;
  const map: OrderMapInput | undefined = lenient(OrderMap, rest);
  if (steps === undefined) return map;
  const sound = lenientSteps(steps);
  return map && sound && { ...map, steps: sound };
}

/** The list of a section of `setup:` or `teardown:`. */
export function lenientControl(written: unknown): ControlStepsInput | undefined {
  return Array.isArray(written) && written.length > 0
    ? written.map((item: unknown, index) =>
        lenientStep(item, { index, item: ControlSteps.element, fields: ControlFields }),
      )
    : undefined;
}

function lenientSteps(written: unknown): StepsInput | undefined {
  return Array.isArray(written) && written.length > 0
    ? written.map((item: unknown, index) => lenientStep(item, { index, item: Steps.element, fields: StepFields }))
    : undefined;
}

type Kind<Item, Fields> = { index: number; item: z.ZodType<Item>; fields: z.ZodType<Fields> };

/** A step that cannot be read keeps its place, so that the others keep theirs. */
function lenientStep<Fields, Item>(written: unknown, { index, item, fields }: Kind<Item, Fields>): Item | Fields {
  const parsed = item.safeParse(written);
  if (parsed.success) return parsed.data;
  const unread = fields.parse({ name: `step ${index + 1}`, path: '/' });
  if (!isMap(written)) return unread;
  const keyed = nameOfKeyed(written);
  if (keyed !== undefined) return { [keyed]: lenient(fields, written[keyed], FREE) ?? unread } as Item;
  const hasName = written.name !== undefined || Object.keys(written).every((key) => STEP_KEYS.includes(key));
  return (hasName ? lenient(fields, written, FREE) : undefined) ?? unread;
}
