// What a profile brings and nothing reads: legal, and probably not meant.

import type { Condition, FeederSpec, StepSpec } from '../order/spec.ts';
import { placeholdersOf } from '../order/template.ts';
import type { PlannedOrder } from './order.ts';
import { formatPath } from './paths.ts';
import type { Section } from './section.ts';
import type { Taken } from './steps.ts';

export type Brought = {
  /** Every placeholder and condition, as written. */
  used: ReadonlySet<string>;
  /** Extracts of the order's steps. */
  taken: readonly Taken[];
  /** Undefined when a mistake in it was told. */
  order: PlannedOrder | undefined;
  feeders: readonly FeederSpec[];
  /** Extracts of `setup:`. */
  setup: readonly string[];
};

export function warnOfUnread({ used, taken, order, feeders, setup }: Brought, { warn }: Section): void {
  // Code may read anything.
  if (!order || order.journey !== undefined) return;
  for (const { variable, step, index } of taken) {
    if (used.has(`vars.${variable}`)) continue;
    const last = index === order.steps.length - 1 ? ', and it is the last' : '';
    warn(`${formatPath([...order.paths[index]!, 'extract', variable])} is read by no step after \`${step}\`${last}`);
  }
  warnOfPassedOver(order, warn);
  for (const { name } of feeders) {
    if ([...used].some((each) => each.startsWith(`${name}.`))) continue;
    warn(`feeders.${name} is read by no order: say \`{{${name}.COLUMN}}\` where a value belongs`);
  }
  for (const name of new Set(setup))
    if (!used.has(`setup.${name}`)) warn(`setup extracts \`${name}\`, which nothing reads`);
}

/** A step that some orders pass over leaves its extracts empty for the steps behind. */
function warnOfPassedOver({ steps, paths }: PlannedOrder, warn: Section['warn']): void {
  for (const [index, { name, when = [], extract = [] }] of steps.entries()) {
    if (when.length === 0) continue;
    const needed = extract.filter(({ optional }) => !optional);
    for (const { name: variable } of needed) {
      const reader = steps.findIndex(
        (step, later) => later > index && reads(step, variable) && !impliesAll(step, when),
      );
      if (reader < 0) continue;
      const where = formatPath([...paths[index]!, 'extract', variable]);
      const says = `${where} stays empty in orders that pass over step \`${name}\`, and step \`${steps[reader]!.name}\` needs it`;
      warn(`${says}: give that step the same \`when\`, or say \`optional: true\` if it may be empty`);
    }
  }
}

function reads({ path, headers, body }: StepSpec, variable: string): boolean {
  return textsIn([path, headers, body]).some((text) =>
    placeholdersOf(text).some(({ name }) => name === `vars.${variable}`),
  );
}

function textsIn(tree: unknown): string[] {
  if (typeof tree === 'string') return [tree];
  return typeof tree === 'object' && tree !== null ? Object.values(tree).flatMap(textsIn) : [];
}

/** Whoever takes this step took the other. */
function impliesAll({ when = [] }: StepSpec, others: readonly Condition[]): boolean {
  const known = new Set(when.map((condition) => JSON.stringify(condition)));
  return others.every((condition) => known.has(JSON.stringify(condition)));
}
