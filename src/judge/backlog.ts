// Does the queue grow? On each plateau of the plan, where orders come at one rate, a stable shop ends as many as it gets.
// Growing means both: more came than went (beyond 0.5 % of them and three times the noise of counts), and orders in flight
// rise, certainly and by an amount that matters (METHOD §5). One that grows will break, whatever the times still say.

import type { Flow } from '../measure/spec.ts';
import { trendOf } from './trend.ts';

export type Plateau = { fromS: number; untilS: number; ratePerS: number };

export type Backlog = Plateau & {
  growing: boolean;
  /** Orders fired and ended in it. */
  arrivals: number;
  completions: number;
  meanInFlight: number;
  /** Of orders in flight, per second. */
  slopePerS: number;
  pValue: number;
};

/** Shorter stretches cannot tell a trend from the memory of a queue. */
export const LEAST_PLATEAU_S = 30;
/** The planned rate of a plateau stays within so much of its mean, or within the noise of random arrivals. */
const FLATNESS = 0.1;
const SIGMAS = 4;
const SMOOTH_S = 30;
const MOST_POINTS = 300;
const LEAST_P = 0.01;
/** What a queue does while it fills is no growth: the first part of a plateau is left out. */
const SETTLE_SHARE = 0.1;
const LEAST_SETTLE_S = 5;

/**
 * Stretches of at least 30 s in which the plan's rate, smoothed over 30 s, stays within 10 % of their mean. Greedy from the
 * left; `planned` is orders due in each second.
 */
export function plateausOf(planned: ArrayLike<number>): Plateau[] {
  const rates = smoothed(planned);
  const found: Plateau[] = [];
  for (let fromS = 0; fromS < rates.length; ) {
    const { untilS, ratePerS } = flatFrom(rates, fromS);
    if (untilS - fromS >= LEAST_PLATEAU_S && ratePerS > 0) found.push({ fromS, untilS, ratePerS });
    fromS = untilS - fromS >= LEAST_PLATEAU_S ? untilS : fromS + 1;
  }
  return found;
}

function flatFrom(rates: readonly number[], fromS: number): { untilS: number; ratePerS: number } {
  let [low, high, sum] = [Number.POSITIVE_INFINITY, 0, 0];
  let untilS = fromS;
  for (; untilS < rates.length; untilS++) {
    const rate = rates[untilS]!;
    low = Math.min(low, rate);
    high = Math.max(high, rate);
    const mean = (sum + rate) / (untilS - fromS + 1);
    const apart = Math.max(FLATNESS, SIGMAS / Math.sqrt(mean * SMOOTH_S));
    if (!(high <= mean * (1 + apart) && low >= mean * (1 - apart))) break;
    sum += rate;
  }
  return { untilS: Math.max(untilS, fromS + 1), ratePerS: sum / Math.max(1, untilS - fromS) };
}

/** Centred means; narrower at both ends. */
function smoothed(planned: ArrayLike<number>): number[] {
  const sums = [0];
  for (let second = 0; second < planned.length; second++) sums.push(sums[second]! + planned[second]!);
  return Array.from({ length: planned.length }, (_, second) => {
    const reach = Math.min(SMOOTH_S / 2, second, planned.length - 1 - second);
    return (sums[second + reach + 1]! - sums[second - reach]!) / (2 * reach + 1);
  });
}

/**
 * @param limitUs the tightest time an SLO allows: as many orders as arrive in 5 % of it may pile up unpunished
 * @returns undefined when too little of the plateau was reached to tell
 */
export function backlogOf(plateau: Plateau, flows: readonly Flow[], limitUs: number): Backlog | undefined {
  const settle = Math.max(LEAST_SETTLE_S, Math.round((plateau.untilS - plateau.fromS) * SETTLE_SHARE));
  const rows = flows.slice(plateau.fromS + settle, plateau.untilS);
  if (rows.length < LEAST_PLATEAU_S - LEAST_SETTLE_S) return undefined;
  const sum = (of: (flow: Flow) => number) => rows.reduce((total, flow) => total + of(flow), 0);
  const arrivals = sum((flow) => flow.fired);
  const completions = sum((flow) => flow.accepted + flow.rejected + flow.failed + flow.unknown);
  const meanInFlight = sum((flow) => flow.inFlight) / rows.length;
  const every = Math.ceil(rows.length / MOST_POINTS);
  const { slope, pValue } = trendOf(binned(rows, every));
  const slopePerS = slope / every;
  const noise = 3 * Math.sqrt(Math.max(1, meanInFlight));
  // Little's law: where more come, more are in flight, and no queue need grow for it.
  const explained = meanInFlight * riseOf(rows.map((flow) => flow.fired));
  const piledUp = arrivals - completions - explained;
  const risen = slopePerS * rows.length - explained;
  const matters = Math.max(noise, 0.05 * plateau.ratePerS * (limitUs / 1e6));
  const growing = piledUp > 0.005 * arrivals && piledUp > noise && pValue < LEAST_P && risen > matters;
  return { ...plateau, growing, arrivals, completions, meanInFlight, slopePerS, pValue };
}

/** How much higher the last third is than the first, in shares of the mean; 0 when it is not. */
function riseOf(values: readonly number[]): number {
  const third = Math.floor(values.length / 3);
  const mean = (part: readonly number[]) => part.reduce((sum, value) => sum + value, 0) / Math.max(1, part.length);
  const whole = mean(values);
  return whole === 0 ? 0 : Math.max(0, (1.5 * (mean(values.slice(-third)) - mean(values.slice(0, third)))) / whole);
}

function binned(rows: readonly Flow[], every: number): number[] {
  const means: number[] = [];
  for (let from = 0; from + every <= rows.length; from += every) {
    let sum = 0;
    for (let k = from; k < from + every; k++) sum += rows[k]!.inFlight;
    means.push(sum / every);
  }
  return means;
}
