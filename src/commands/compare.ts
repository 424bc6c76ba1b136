// `doorbuster compare A B`: did it get slower? And what `run --baseline` asks before and after the surge.

import { EXIT } from '../errors.ts';
import { type Baseline, baselineIn, passesOf } from '../folder/baseline.ts';
import { refusalsOf } from '../judge/comparable.ts';
import { compareRuns } from '../judge/compare.ts';
import { type Comparison, TOLERANCE, type Tolerance } from '../judge/compare-spec.ts';
import type { Drift } from '../judge/drift.ts';
import { withComparison } from '../judge/regression.ts';
import type { Plan } from '../profile/plan.ts';
import { formatComparison } from '../report/compare-text.ts';
import { adjustmentsOf, comparedRunOf } from '../report/compared.ts';
import type { RunRecord } from '../report/record.ts';
import { type Result, resultOf } from '../report/result.ts';
import { driftBefore } from './past.ts';
import { terminalOf } from './terminal.ts';

/** As the flags gave them: shares 0…1, µs. */
export type ToleranceFlags = { minEffect?: number; floor?: number };
export type CompareFlags = ToleranceFlags & { json?: boolean };
/** `drift`: of the runs before. */
export type HeldFlags = ToleranceFlags & { drift?: Drift | undefined };

export const LATEST_PASS = 'latest-pass';

export function toleranceOf({ minEffect = TOLERANCE.minEffect, floor = TOLERANCE.floorUs }: ToleranceFlags): Tolerance {
  return { ...TOLERANCE, minEffect, floorUs: floor, tolerance: Math.min(TOLERANCE.tolerance, minEffect) };
}

/** @throws UserError (exit 2) when one of the folders holds no run */
export async function compareCommand(before: string, after: string, flags: CompareFlags): Promise<number> {
  const [a, b] = await Promise.all([before, after].map(baselineIn));
  const drift = await driftBefore(after, b!.result);
  const found = compareRuns(comparedRunOf(a!.result), comparedRunOf(b!.result), {
    tolerance: toleranceOf(flags),
    drift,
  });
  const shown = terminalOf({ stdout: true });
  process.stdout.write(
    `${flags.json ? JSON.stringify({ before, after, found }, null, 2) : formatComparison(found, shown)}\n`,
  );
  return exitCodeOf(found);
}

/** Runs that cannot be compared are a mistake of who asked (2); a change nobody can see is too little evidence (5). */
export function exitCodeOf(found: Comparison): number {
  if (!found.comparable) return EXIT.usage;
  return { worse: EXIT.regression, better: EXIT.pass, same: EXIT.pass, 'cannot-tell': EXIT.inconclusive }[
    found.verdict
  ];
}

/** What a baseline must share with the run to come; of `latest-pass` those that do not are passed over. */
export type Likeness = { machine: string; adjustments: string; driver: string };
type Wanted = Likeness & { root: string; profileHash: string; say: (text: string) => void };

/**
 * The baseline a run asked for, before any traffic. Undefined, and said aloud, when no run like it has passed yet.
 *
 * @throws UserError (exit 2) when a folder was named that holds no run
 */
export async function findBaseline(wanted: string | undefined, like: Wanted): Promise<Baseline | undefined> {
  if (wanted === undefined) return undefined;
  if (wanted !== LATEST_PASS) return baselineIn(wanted);
  const { root, profileHash, say } = like;
  const passes = await passesOf(root, profileHash);
  const found = passes.find(({ result }) => unlike(result, like) === undefined);
  if (found !== undefined) return found;
  const why =
    passes.length === 0
      ? `no run of this profile has passed under ${root} yet`
      : `the runs of this profile that passed under ${root} were ${unlike(passes[0]!.result, like)}`;
  say(`No baseline: ${why}. This one is held against nothing.`);
  return undefined;
}

function unlike(result: Result, like: Likeness): string | undefined {
  const { machine, adjustments, driver } = comparedRunOf(result);
  if (machine !== like.machine) return `on another machine (${machine})`;
  if (adjustments !== like.adjustments) return `adjusted otherwise (${adjustments || 'not at all'})`;
  return driver === like.driver ? undefined : `made with another driver (${driver})`;
}

/** The record with what the comparison found, and the exit code it leads to. */
export function heldAgainst(record: RunRecord, baseline: Baseline, flags: HeldFlags): RunRecord {
  const [before, after] = [baseline.result, resultOf(record)].map(comparedRunOf);
  const found = compareRuns(before!, after!, { tolerance: toleranceOf(flags), drift: flags.drift });
  const judgement = withComparison(record.judgement, found);
  const held = { ...record, judgement, comparison: { baseline: baseline.folder, found } };
  const { histogram, maxUs } = baseline.result.response;
  return found.comparable && maxUs !== null ? { ...held, baselineResponse: { histogram, maxUs } } : held;
}

/** Reasons known before the surge not to compare the two at all: better said now than in twelve hours. */
export function hopeless(baseline: Baseline, plan: Plan): string[] {
  const before = comparedRunOf(baseline.result);
  const planned = {
    ...before,
    unfit: [],
    ending: 'complete',
    profileHash: plan.profileHash,
    adjustments: adjustmentsOf(plan),
  };
  return refusalsOf(before, planned).map(({ message }) => message);
}
