// The steps of an order → StepSpec[]: each checked with what the steps before it have brought.

import type { OutcomeRule, StepSpec } from '../order/spec.ts';
import { canBeTaken, planConditions, planExtracts, planThink } from './extracts.ts';
import { planOutcomes } from './outcomes.ts';
import { at, formatPath, type Path } from './paths.ts';
import { planRequest, type RequestInput } from './request.ts';
import { BODY_KINDS, type StepFieldsInput } from './schema-order.ts';
import type { Section } from './section.ts';
import type { ListedStep } from './step-list.ts';
import type { TemplateChecks } from './templates.ts';

export type OrderStep = ListedStep<StepFieldsInput>;

export type StepsPlace = {
  section: Section;
  checks: TemplateChecks;
  /** Index of the step that places the order. */
  placedBy: number;
  /** Headers beside `steps`. */
  shared: readonly [name: string, value: string][];
  /** What each step extracts, as written: also of those that are wrong elsewhere. */
  taken: readonly Taken[];
};
export type Taken = { variable: string; step: string; index: number };

/** The fields of a request that a step gets where it does not say them. */
export function withStepDefaults<Request extends RequestInput>(
  step: Request,
  { isPlacing, hasShared }: { isPlacing: boolean; hasShared: boolean },
): Request & { method: NonNullable<RequestInput['method']> } {
  const { name, method: written, path: writtenPath, ...rest } = step as Request & { name?: string };
  const method = written ?? (BODY_KINDS.some((kind) => step[kind] !== undefined) ? 'POST' : 'GET');
  const path = writtenPath ?? (step.graphql === undefined ? undefined : '/graphql');
  const needsKey = isPlacing && method === 'POST' && step.headers === undefined && !hasShared;
  return {
    ...(name === undefined ? {} : { name }),
    method,
    ...(path === undefined ? {} : { path }),
    ...(needsKey ? { headers: { 'idempotency-key': '{{order.key}}' } } : {}),
    ...rest,
  } as Request & { method: NonNullable<RequestInput['method']> };
}

/** Undefined when a mistake was told. */
export function planSteps(steps: readonly OrderStep[], place: StepsPlace): StepSpec[] | undefined {
  const planned = steps.map((step, index) => planStep(step, { ...place, index }));
  const isSound = tellTwice(steps, place);
  return isSound && planned.every((step) => step !== undefined) ? planned : undefined;
}

/** A name is taken once in an order. */
function tellTwice(steps: readonly OrderStep[], { taken, section }: StepsPlace): boolean {
  const again = taken.filter(({ variable }, nth) => taken.findIndex((each) => each.variable === variable) !== nth);
  for (const { variable, index } of again) {
    const first = taken.find((each) => each.variable === variable)!;
    const message = `\`${variable}\` is extracted twice: step \`${first.step}\` takes it already; give one of them another name`;
    const path: Path = [...steps[index]!.path, 'extract', variable];
    section.complain({ code: 'DUPLICATE_KEY', message, path, focus: 'key' });
  }
  return again.length === 0;
}

type OneStep = StepsPlace & { index: number };

function planStep({ name, step: written, path }: OrderStep, place: OneStep): StepSpec | undefined {
  const { section, checks, index, placedBy, shared, taken } = place;
  const hasShared = shared.length > 0;
  const step = withStepDefaults(written, { isPlacing: index === placedBy, hasShared });
  const vars = taken.filter((each) => each.index < index).map(({ variable }) => variable);
  const later = new Map(
    taken
      .filter((each) => each.index >= index)
      .map((each) => [
        each.variable,
        each.index === index ? 'this very step' : `step \`${each.step}\`, which comes later`,
      ]),
  );
  checks.enter({ vars, later });
  const request = planRequest({ ...step, path: pathOf(step.path, path, section) }, { path, section, checks, shared });
  const rules = planRules(step.outcomes, [...path, 'outcomes'], section);
  const think = step.think === undefined ? undefined : planThink(step.think, [...path, 'think'], section);
  const isThoughtless = step.think !== undefined && think === undefined;
  const conditions = planWhen(step, path, { section, checks, vars, later });
  const extract = planExtracts(step.extract ?? {}, [...path, 'extract'], section);
  if (!request || !rules || isThoughtless || !conditions || !extract) return undefined;
  if (!canBeTaken(extract, rules, { path: [...path, 'extract'], section })) return undefined;
  return {
    name: name ?? '',
    ...request,
    ...(rules.length > 0 ? { rules } : {}),
    ...(extract.length > 0 ? { extract } : {}),
    ...(think ? { think } : {}),
    ...(conditions.length > 0 ? { when: conditions } : {}),
  };
}

/** A missing path is told, and `/` goes on in its place. */
export function pathOf(written: string | undefined, path: Path, { complain, raw }: Section): string {
  if (written !== undefined) return written;
  // One that is there, or a body that brings its own, was told by the schema.
  const isTold = ['path', 'graphql'].some((key) => at(raw, [...path, key]) !== undefined);
  if (isTold) return '/';
  complain({
    code: 'MISSING',
    message: `\`${formatPath([...path, 'path'])}\` is missing: it must be a path such as \`/cart\``,
    path: [...path, 'path'],
  });
  return '/';
}

function planRules(outcomes: StepFieldsInput['outcomes'], base: Path, section: Section): OutcomeRule[] | undefined {
  return outcomes === undefined ? [] : planOutcomes(outcomes, section, { base, lost: 'go on' });
}

type Known = { section: Section; checks: TemplateChecks; vars: readonly string[]; later: ReadonlyMap<string, string> };

function planWhen({ when = {}, unless = {} }: StepFieldsInput, path: Path, { checks, ...known }: Known) {
  for (const name of [...Object.keys(when), ...Object.keys(unless)]) checks.used.add(name);
  const holds = planConditions(when, { ...known, path: [...path, 'when'], negated: false });
  const holdsNot = planConditions(unless, { ...known, path: [...path, 'unless'], negated: true });
  return holds && holdsNot && [...holds, ...holdsNot];
}
