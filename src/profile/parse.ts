// Profile → Plan, or every mistake in it at once, each with its place. The way: text → data and places → flags →
// variables → schema → units and rules of each section → plan. A section whose schema fails is told and left out; all
// others are still checked, so one mistake hides no other.

import type { Problem } from '../errors.ts';
import { type FlagTexts, flagMistakes } from './adjust.ts';
import { draftOf, isWhole, type Whole } from './draft.ts';
import { effectiveYamlOf, profileHashOf } from './effective.ts';
import { tellIssues } from './issues.ts';
import { secretNamesOf } from './named-secrets.ts';
import { withDefaults } from './order.ts';
import { formatPath, type Path } from './paths.ts';
import type { Plan } from './plan.ts';
import { problemList } from './problems.ts';
import { type Filled, Profile } from './schema.ts';
import type { RunSeconds } from './section.ts';
import { sentSecretsOf } from './sent-secrets.ts';
import { applyFlags, type Sets } from './sets.ts';
import type { ParseSlo } from './slo.ts';
import { type ProfileSource, readSource } from './source.ts';
import { tellUnindented } from './unindented.ts';
import { type Env, fillVariables } from './variables.ts';

export type { ParseSlo } from './slo.ts';
export type { ProfileSource } from './source.ts';

/** Everything of the world a profile may ask for; flags as typed. */
export type ParseContext = FlagTexts &
  Sets & {
    env: Env;
    /** The text of a file whose path is relative to the profile. Throws when it cannot be read or is no UTF-8. */
    readFile: (path: string) => string;
    /** The same line by line, for files of any size, until `each` says false; left out: lines of `readFile`. */
    readLines?: (path: string, each: (line: string) => boolean) => void;
    /** What a run folder holds, its path relative to the profile. Throws; left out: no profile that names one is taken. */
    readRun?: (path: string) => RunSeconds;
    /** The URL of a file whose path is relative to the profile. */
    locate: (path: string) => string;
    /** The default export of a module at a URL. Throws when it cannot be loaded; left out: no profile with code is taken. */
    importModule?: (url: string) => unknown;
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
    written.plainText(path) !== undefined || flagged.flags.some((flag) => formatPath(flag.path) === formatPath(path));
  const variables = fillVariables(raw, { env: context.env, isPlain, complain: list.add });
  list.mute(variables.unfilled);
  list.mute(tellUnindented(raw, list.add));

  const checked = Profile.safeParse(variables.tree);
  if (!checked.success) tellIssues(checked.error.issues, raw, list.add);
  const draft = draftOf(variables.tree, { written, raw, list, context });
  const problems = list.sorted();
  if (problems.length > 0) return { ok: false, problems };
  if (!checked.success || !isWhole(draft)) throw new Error('a profile came to no plan, and no mistake was told');
  const plan = planOf(checked.data, draft, { source, raw, flagged: flagged.flags.map(({ path }) => path) });
  const secrets = sentSecretsOf(plan, { raw, env: context.env });
  return { ok: true, plan: freeze(plan), secrets };
}

type Origin = { source: ProfileSource; raw: unknown; flagged: readonly Path[] };

function planOf(filled: Filled, draft: Whole, { source, raw, flagged }: Origin): Plan {
  const name = filled.name ?? nameOf(source.file);
  const { curve, adjustments, sources, effective: traffic } = draft.traffic;
  const { target, order, setup, teardown, audit, slo, stop, capacity, warnings, files } = draft;
  const everything: Filled = { ...filled, name, traffic, order: withDefaults(filled.order), audit: audit.given };
  // Also what was left out has its place: in the order of the schema.
  const effective = Object.fromEntries(
    Object.keys(Profile.shape).flatMap((key) => {
      const section = everything[key as keyof Filled];
      return section === undefined ? [] : [[key, section]];
    }),
  );
  const { books } = audit;
  const names = secretNamesOf(filled);
  return {
    version: 1,
    name,
    file: source.file,
    target,
    traffic: curve,
    adjustments,
    ...(sources.length > 0 ? { sources } : {}),
    order,
    setup,
    teardown,
    ...(books ? { books } : {}),
    slo,
    stop,
    capacity,
    warnings,
    profileHash: profileHashOf({ name, target, curve, order, setup, teardown, audit: audit.given, slo, stop, names }),
    effectiveYaml: effectiveYamlOf(effective, { raw, file: source.file, flagged, adjustments, sources, files, names }),
  };
}

/** The file's name without folders and extension. */
function nameOf(file: string): string {
  const base = file.split(/[\\/]/).at(-1)!;
  return base.replace(/(?<=.)\.[^.]*$/, '') || 'profile';
}

function freeze<T>(tree: T): T {
  // Shared memory cannot be frozen; what stands there (rows of feeders) nobody writes.
  if (typeof tree !== 'object' || tree === null || Object.isFrozen(tree) || ArrayBuffer.isView(tree)) return tree;
  for (const item of Object.values(tree)) freeze(item);
  return Object.freeze(tree);
}
