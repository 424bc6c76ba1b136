// Profile → Plan, or every mistake in it at once, each with its place. The way: text → data and places → flags →
// variables → schema → units and rules of each section → plan. A section whose schema fails is told and left out; all
// others are still checked, so one mistake hides no other.

import type { z } from 'zod';
import type { Problem } from '../errors.ts';
import type { CurveSpec } from '../traffic/spec.ts';
import { adjustCurve, type FlagTexts, flagMistakes } from './adjust.ts';
import { effectiveYamlOf, profileHashOf } from './effective.ts';
import { tellIssues } from './issues.ts';
import { planOrder, withDefaults } from './order.ts';
import { planOutcomes } from './outcomes.ts';
import { at, formatPath, isMap, type Path } from './paths.ts';
import type { Adjustment, Plan } from './plan.ts';
import { type ProblemList, problemList } from './problems.ts';
import { type Filled, Profile } from './schema.ts';
import type { Section } from './section.ts';
import { sentSecretsOf } from './sent-secrets.ts';
import { applyFlags, type Sets } from './sets.ts';
import { type ParseSlo, planLines, warnOfJudging } from './slo.ts';
import { type ProfileSource, readSource, type Written } from './source.ts';
import { planTarget } from './target.ts';
import { partNamesOf, planTraffic } from './traffic.ts';
import { type Env, fillVariables, holdsVariable } from './variables.ts';

export type { ParseSlo } from './slo.ts';
export type { ProfileSource } from './source.ts';

/** Everything of the world a profile may ask for; flags as typed. */
export type ParseContext = FlagTexts &
  Sets & {
    env: Env;
    /** The text of a file whose path is relative to the profile. Throws when it cannot be read or is no UTF-8. */
    readFile: (path: string) => string;
    /** judge/slo.ts */
    parseSlo: ParseSlo;
  };

/** `secrets`: values that the orders carry and that nothing may print. */
export type ParsedProfile = { ok: true; plan: Plan; secrets: readonly string[] } | { ok: false; problems: Problem[] };

/** Never throws for anything a person wrote. The plan is frozen through and through. */
export function parseProfile(source: ProfileSource, context: ParseContext): ParsedProfile {
  const reading = readSource(source);
  const badFlags = flagMistakes(context);
  if (!reading.written) return { ok: false, problems: [...reading.problems, ...badFlags] };
  const { written } = reading;
  const flagged = applyFlags(written.tree, context);
  const raw = flagged.tree;
  const found = [...reading.problems, ...badFlags, ...flagged.problems];
  const list = problemList({ written, flags: flagged.flags, found });
  const isPlain = (path: Path) =>
    written.isPlain(path) || flagged.flags.some((flag) => formatPath(flag.path) === formatPath(path));
  const variables = fillVariables(raw, { env: context.env, isPlain, complain: list.add });
  list.mute(variables.unfilled);

  const checked = Profile.safeParse(variables.tree);
  if (!checked.success) tellIssues(checked.error.issues, raw, list.add);
  const draft = draftOf(variables.tree, { written, raw, list, context });
  const problems = list.sorted();
  if (problems.length > 0) return { ok: false, problems };
  if (!checked.success || !isWhole(draft)) throw new Error('a profile came to no plan, and no mistake was told');
  const plan = planOf(checked.data, draft, { source, raw, flagged: flagged.flags.map(({ path }) => path) });
  const secrets = sentSecretsOf(plan.order, { raw, env: context.env });
  return { ok: true, plan: freeze(plan), secrets };
}

type Draft = {
  target: Plan['target'] | undefined;
  traffic: { curve: CurveSpec; adjustments: Adjustment[] } | undefined;
  order: Omit<Plan['order'], 'rules'> | undefined;
  rules: Plan['order']['rules'] | undefined;
  slo: Plan['slo'];
  stop: Plan['stop'];
  warnings: string[];
};
type Whole = { [Key in keyof Draft]: NonNullable<Draft[Key]> };

function isWhole(draft: Draft): draft is Whole {
  return Object.values(draft).every((piece) => piece !== undefined);
}

type Drafting = { written: Written; raw: unknown; list: ProblemList; context: ParseContext };

/** Each section that its schema accepts, planned on its own. */
function draftOf(tree: unknown, { written, raw, list, context }: Drafting): Draft {
  const warnings: string[] = [];
  const section: Section = {
    complain: list.add,
    warn: (line) => warnings.push(line),
    raw,
    env: context.env,
    read: readerOf(context, raw, list),
  };
  const whole: Record<string, unknown> = isMap(tree) ? tree : {};
  const sectionOf = <Key extends keyof Filled>(key: Key): Filled[Key] | undefined =>
    Profile.shape[key].safeParse(whole[key]).data as Filled[Key] | undefined;

  const target = lenient(Profile.shape.target, whole.target);
  const traffic = sectionOf('traffic');
  const order = lenient(Profile.shape.order, whole.order);
  const outcomes = sectionOf('outcomes');
  const curve = traffic && planTraffic(traffic, section);
  const seams = { parts: partNamesOf(whole.traffic), parseSlo: context.parseSlo, written };
  const draft = {
    target: target && planTarget(target, section),
    traffic: curve && adjusted(curve, context, list),
    order: order && planOrder(order, curve?.seed ?? 0, section),
    rules: outcomes && planOutcomes(outcomes, section),
    slo: planLines('slo', whole.slo, { section, seams }),
    stop: planLines('stop', whole.stop, { section, seams }),
    warnings,
  };
  warnOfJudging(draft.slo, section, context);
  return draft;
}

/**
 * A section whose fields do not depend on each other, without those that are wrong (the schema has told them), so that
 * the rules of the others are still checked. What comes of it is thrown away.
 */
function lenient<Output>(schema: z.ZodType<Output>, written: unknown): Output | undefined {
  const parsed = schema.safeParse(written);
  if (parsed.success || !isMap(written)) return parsed.data;
  const wrong = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys : issue.path[0],
  );
  const rest = Object.entries(written).filter(([key]) => !wrong.includes(key));
  return schema.safeParse(Object.fromEntries(rest)).data;
}

function adjusted(curve: CurveSpec, context: ParseContext, list: ProblemList): Draft['traffic'] {
  if (flagMistakes(context).length > 0) return undefined;
  const result = adjustCurve(curve, context);
  if (!('mistakes' in result)) return result;
  for (const mistake of result.mistakes) list.push(mistake);
  return undefined;
}

function readerOf({ readFile }: ParseContext, raw: unknown, list: ProblemList): Section['read'] {
  return (file, path) => {
    const refuse = (why: string) => {
      const written = at(raw, path);
      const shown = holdsVariable(written) ? written : file;
      list.add({ code: 'UNREADABLE_FILE', message: `\`${formatPath(path)}\`: cannot read ${shown}: ${why}`, path });
      return undefined;
    };
    try {
      const text = readFile(file);
      // A decoder that does not throw leaves this mark for every byte it could not read.
      return text.includes('\uFFFD') ? refuse('not UTF-8 text') : text;
    } catch (error) {
      // `ENOENT: no such file or directory, open '/…'`: the path was said already, as the person wrote it.
      return refuse((error instanceof Error ? error.message : String(error)).replace(/, \w+ '.*$/s, ''));
    }
  };
}

type Origin = { source: ProfileSource; raw: unknown; flagged: readonly Path[] };

function planOf(filled: Filled, draft: Whole, { source, raw, flagged }: Origin): Plan {
  const name = filled.name ?? nameOf(source.file);
  const { curve, adjustments } = draft.traffic;
  const order = { ...draft.order, rules: draft.rules };
  // `name` has its place near the top also where it was left out.
  const { version, name: _written, ...rest } = filled;
  const effective = { version, name, ...rest, order: withDefaults(filled.order) };
  const { target, slo, stop, warnings } = draft;
  return {
    version: 1,
    name,
    file: source.file,
    target,
    traffic: curve,
    adjustments,
    order,
    setup: [],
    teardown: [],
    slo,
    stop,
    warnings,
    profileHash: profileHashOf({ name, target, curve, order, slo, stop }),
    effectiveYaml: effectiveYamlOf(effective, { raw, file: source.file, flagged, adjustments }),
  };
}

/** The file's name without folders and extension. */
function nameOf(file: string): string {
  const base = file.split(/[\\/]/).at(-1)!;
  return base.replace(/(?<=.)\.[^.]*$/, '') || 'profile';
}

function freeze<T>(tree: T): T {
  if (typeof tree !== 'object' || tree === null || Object.isFrozen(tree)) return tree;
  for (const item of Object.values(tree)) freeze(item);
  return Object.freeze(tree);
}
