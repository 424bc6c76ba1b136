// `setup:` and `teardown:` → steps that are sent once, before and after the run, by the control plane.

import type { ControlStep } from '../order/books.ts';
import { parseDuration } from '../units.ts';
import { canBeTaken, planExtracts } from './extracts.ts';
import { planOutcomes } from './outcomes.ts';
import { formatPath, type Path } from './paths.ts';
import { planRequest } from './request.ts';
import type { ControlFieldsInput, ControlStepsInput } from './schema-order.ts';
import type { Section } from './section.ts';
import { type ListedStep, listedSteps, tellNames } from './step-list.ts';
import { pathOf, withStepDefaults } from './steps.ts';
import { type Supplies, TemplateChecks } from './templates.ts';

type Which = 'setup' | 'teardown';

export const DEFAULT_TIMEOUT_US = 30e6;

export type ControlSeams = { section: Section; supplies: Supplies };
/** `env`: variables that their texts name. */
export type PlannedControl = { steps: ControlStep[]; env: Record<string, string>; used: ReadonlySet<string> };

/** Undefined when a mistake was told. `setup` in `supplies`: everything `setup:` extracts. */
export function planControl(
  list: ControlStepsInput,
  which: Which,
  { section, supplies }: ControlSeams,
): PlannedControl | undefined {
  const named = listedSteps<ControlFieldsInput>(list, [which]);
  const before: string[] = [];
  const env: Record<string, string> = {};
  const used = new Set<string>();
  const steps = named.map((listed, index) => {
    const known = which === 'setup' ? [...before] : supplies.setup;
    const checks = new TemplateChecks(section, { ...supplies, setup: known });
    const later = which === 'setup' ? supplies.setup.filter((name) => !known.includes(name)) : [];
    checks.enter({ vars: [], once: `a step of \`${which}\``, laterSetup: later });
    const step = planControlStep(listed, { which, index, section, checks, before });
    Object.assign(env, checks.env);
    for (const name of checks.used) used.add(name);
    return checks.areSound ? step : undefined;
  });
  const isNamed = tellNames(named, { needed: false, section });
  return isNamed && steps.every((step) => step !== undefined) ? { steps, env, used } : undefined;
}

type One = { which: Which; index: number; section: Section; checks: TemplateChecks; before: string[] };

function planControlStep(
  { name, step: written, path }: ListedStep<ControlFieldsInput>,
  place: One,
): ControlStep | undefined {
  const { which, index, section, checks } = place;
  const step = withStepDefaults(written, { isPlacing: false, hasShared: false });
  const request = planRequest({ ...step, path: pathOf(step.path, path, section) }, { path, section, checks });
  const rules =
    step.outcomes === undefined
      ? []
      : planOutcomes(step.outcomes, section, { base: [...path, 'outcomes'], lost: 'be right' });
  const extract = planTaking(step.extract, [...path, 'extract'], place);
  if (!request || !rules || !extract) return undefined;
  if (!canBeTaken(extract, rules, { path: [...path, 'extract'], section })) return undefined;
  return {
    name: name ?? `${which}-${index + 1}`,
    ...request,
    ...(rules.length > 0 ? { rules } : {}),
    ...(extract.length > 0 ? { extract } : {}),
    timeoutUs: step.timeout === undefined ? DEFAULT_TIMEOUT_US : parseDuration(step.timeout)!,
  };
}

function planTaking(extract: ControlFieldsInput['extract'], path: Path, { which, section, before }: One) {
  if (extract !== undefined && which === 'teardown') {
    const message = `\`${formatPath(path)}\` is read by nothing: \`teardown\` comes last; drop it`;
    section.complain({ code: 'CLASH', message, path, focus: 'key' });
    return undefined;
  }
  const specs = planExtracts(extract ?? {}, path, section);
  let isSound = specs !== undefined;
  for (const name of Object.keys(extract ?? {})) {
    if (before.includes(name)) {
      isSound = false;
      const message = `\`${name}\` is extracted twice in \`setup\`: give one of them another name`;
      section.complain({ code: 'DUPLICATE_KEY', message, path: [...path, name], focus: 'key' });
    } else before.push(name);
  }
  return isSound ? specs : undefined;
}
