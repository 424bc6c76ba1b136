// How each burst was got over (METHOD §5): orders in flight before it, the most there were, and the first second after
// that from which on they stayed within 3σ of their level before, for 10 s and until the burst was over: a lull in the
// middle of it is no recovery. The time it took counts from the end of the burst, everywhere: in the SLO, in result.json,
// on the screen and in the chart.

import type { Flow } from '../measure/spec.ts';
import type { PhaseWindow } from './spec.ts';

/** How a part of the traffic was got over: orders in flight before it, at the most, and when they were as few again. */
export type Recovery = {
  part: string;
  fromS: number;
  /** The part is over. */
  untilS: number;
  /** Before it: their mean, and the most that still counts as that. */
  level: { mean: number; limit: number };
  most: number;
  mostAtS: number;
  /** null: not within the run. */
  recoveredS: number | null;
};

const BEFORE_S = 30;
export const LEAST_BEFORE_S = 5;
export const CALM_S = 10;
const SIGMAS = 3;

/** From the end of the burst, µs; 0 where it was got over before that. */
export function tookUsOf({ untilS }: Recovery, recoveredS: number): number {
  return Math.max(0, recoveredS - untilS) * 1e6;
}

/** Parts that are on all the time are no bursts: there is nothing to come back to. */
export const isBurst = ({ fromUs, untilUs }: PhaseWindow, durationUs: number): boolean => untilUs - fromUs < durationUs;

type Burst = { phase: PhaseWindow; found?: Recovery | undefined };

/**
 * One row for each window of a part that is not on all the time, in order of time; `found` undefined where there is no calm
 * stretch before it, or nothing of it was reached.
 * `flows`: of the plan alone, because in flight come to nothing after its end whatever the shop does.
 */
export function recoveriesOf(flows: readonly Flow[], phases: readonly PhaseWindow[], durationUs: number): Burst[] {
  const bursts = phases
    .filter((phase) => isBurst(phase, durationUs))
    .sort((a, b) => a.fromUs - b.fromUs || a.untilUs - b.untilUs);
  const rows: Burst[] = [];
  let near: Burst[] = [];
  for (const phase of bursts) {
    const beforeS = Math.floor(phase.fromUs / 1e6) - BEFORE_S;
    near = near.filter((each) => !isGotOver(each, beforeS));
    const isOver = (each: Burst): boolean => each.phase.untilUs <= phase.fromUs;
    const last = () => rows.findLast((each) => each.found !== undefined && isOver(each))?.found?.level;
    const burst = { phase, found: recoveryOf(flows, phase, { over: near.filter(isOver), last }) };
    rows.push(burst);
    if (!near.some((each) => isHiddenBy(each, burst))) near.push(burst);
  }
  return rows;
}

/** Neither was got over: behind the earlier one nothing is calm anyway. */
function isHiddenBy(earlier: Burst, burst: Burst): boolean {
  const isStuck = ({ found }: Burst): boolean => found?.recoveredS === null;
  return isStuck(earlier) && isStuck(burst) && earlier.phase.untilUs <= burst.phase.untilUs;
}

type Earlier = {
  /** Bursts that ended before it, and were not got over before its stretch. What they left behind is no level to come back to. */
  over: readonly Burst[];
  /** That of the last burst that ended before it and has one: from before all that followed. */
  last: () => Recovery['level'] | undefined;
};

function recoveryOf(
  flows: readonly Flow[],
  { part, fromUs, untilUs }: PhaseWindow,
  { over, last }: Earlier,
): Recovery | undefined {
  const fromS = Math.floor(fromUs / 1e6);
  const calm = flows
    .slice(Math.max(0, fromS - BEFORE_S), fromS)
    .filter(({ second }) => over.every((each) => isBefore(each, second) || isGotOver(each, second)));
  const untilS = Math.ceil(untilUs / 1e6);
  const during = flows.slice(fromS, untilS).map((flow) => flow.inFlight);
  const level = calm.length < LEAST_BEFORE_S ? last() : levelOf(calm.map((flow) => flow.inFlight));
  if (level === undefined || during.length === 0) return undefined;
  const most = during.reduce((highest, value) => Math.max(highest, value), 0);
  const mostAtS = fromS + during.indexOf(most);
  // Who looked from an earlier second on for no less calm a stretch, and found none.
  const isHopeless = over.some(
    ({ found }) => found?.recoveredS === null && found.mostAtS <= mostAtS && found.level.limit >= level.limit,
  );
  const recoveredS = isHopeless ? null : calmFrom(flows, { mostAtS, untilS }, level.limit);
  return { part, fromS, untilS, level, most, mostAtS, recoveredS };
}

const isBefore = ({ phase }: Burst, second: number): boolean => second < Math.floor(phase.fromUs / 1e6);

/** From that second on; of one that had nothing to be held against, when it had ended. */
function isGotOver({ phase, found }: Burst, second: number): boolean {
  if (found === undefined) return second >= Math.ceil(phase.untilUs / 1e6);
  return found.recoveredS !== null && second >= Math.max(found.untilS, found.recoveredS);
}

/** Counts of independent arrivals have σ ≥ √mean, however still the few seconds looked at were. */
function levelOf(values: readonly number[]): Recovery['level'] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, limit: mean + SIGMAS * Math.sqrt(Math.max(variance, mean, 1)) };
}

function calmFrom(
  flows: readonly Flow[],
  { mostAtS, untilS }: Pick<Recovery, 'mostAtS' | 'untilS'>,
  limit: number,
): number | null {
  let calm = 0;
  for (let second = mostAtS; second < flows.length; second++) {
    calm = flows[second]!.inFlight <= limit ? calm + 1 : 0;
    if (calm >= CALM_S && second + 1 >= untilS) return second + 1 - calm;
  }
  return null;
}
