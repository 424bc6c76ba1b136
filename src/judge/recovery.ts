// How each burst was got over (METHOD §5): orders in flight before it, the most there were, and the first second after
// that from which on they stayed within 3σ of their level before, for 10 s. The time it took counts from the end of the
// burst, everywhere: in the SLO, in result.json, on the screen and in the chart.

import type { Flow } from '../measure/spec.ts';
import type { PhaseWindow } from './spec.ts';

/** How a part of the traffic was got over: orders in flight before it, at the most, and when they were as few again. */
export type Recovery = {
  part: string;
  fromS: number;
  /** The part is over. */
  untilS: number;
  before: number;
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

/**
 * One row for each window of a part that is not on all the time and has a stretch before it to compare with.
 * `flows`: of the plan alone, because in flight come to nothing after its end whatever the shop does.
 */
export function recoveriesOf(flows: readonly Flow[], phases: readonly PhaseWindow[], durationUs: number): Recovery[] {
  return phases
    .filter((phase) => isBurst(phase, durationUs))
    .flatMap((phase) => {
      const found = recoveryOf(flows, phase);
      return found === undefined ? [] : [found];
    });
}

/** Undefined where there is no calm stretch before it, or nothing of it was reached. */
export function recoveryOf(flows: readonly Flow[], { part, fromUs, untilUs }: PhaseWindow): Recovery | undefined {
  const fromS = Math.floor(fromUs / 1e6);
  const before = inFlight(flows, Math.max(0, fromS - BEFORE_S), fromS);
  const untilS = Math.ceil(untilUs / 1e6);
  const during = inFlight(flows, fromS, untilS);
  if (before.length < LEAST_BEFORE_S || during.length === 0) return undefined;
  const most = during.reduce((highest, value) => Math.max(highest, value), 0);
  const mostAtS = fromS + during.indexOf(most);
  const { mean, limit } = levelOf(before);
  return { part, fromS, untilS, before: mean, most, mostAtS, recoveredS: calmFrom(flows, mostAtS, limit) };
}

const inFlight = (flows: readonly Flow[], fromS: number, untilS: number): number[] =>
  flows.slice(fromS, untilS).map((flow) => flow.inFlight);

/** Counts of independent arrivals have σ ≥ √mean, however still the few seconds looked at were. */
function levelOf(values: readonly number[]): { mean: number; limit: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, limit: mean + SIGMAS * Math.sqrt(Math.max(variance, mean, 1)) };
}

function calmFrom(flows: readonly Flow[], fromS: number, limit: number): number | null {
  let calm = 0;
  for (let second = fromS; second < flows.length; second++) {
    calm = flows[second]!.inFlight <= limit ? calm + 1 : 0;
    if (calm === CALM_S) return second + 1 - CALM_S;
  }
  return null;
}
