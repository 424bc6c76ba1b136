// How many workers a run gets, with which driver, and why.

import { availableParallelism } from 'node:os';
import { beyondWire, type DriverName, driverFor } from '../drive/driver.ts';
import { userError } from '../errors.ts';
import { type Calibration, codeWeight, easyPerWorker } from '../judge/calibration.ts';
import type { OrderSpec } from '../order/spec.ts';
import type { Plan } from '../profile/plan.ts';
import { curveOf } from '../traffic/curve.ts';
import { formatRate } from '../units.ts';

export type WorkerChoice = { workers: number; reason: string; driver: DriverName; driverReason: string };

/** What was asked for, and where this machine was calibrated, what it holds. */
export type WorkerWishes = { workers?: number; driver?: DriverName; calibration?: Calibration };

/**
 * Orders a second that one worker fires with ease: about a fifth of what its driver holds on one core against a null
 * target, so that bursts and the shop's own share of the machine have room.
 */
const EASY_PER_S: Record<DriverName, number> = { wire: 10_000, undici: 5_000 };

/**
 * Where nobody measured it, a request that code makes costs so many of those that steps make, on a worker that has no time to spare: promises, a copy
 * of each answer, and a small function's own work (test/bench/journey.ts: 2.2 to 2.7).
 */
const CODE_WEIGHT = 2.5;

/** What one order costs the generator, in orders of one request, and why that is known of one that code makes. */
export function weightOf(
  { steps, journey }: Pick<OrderSpec, 'steps' | 'journey'>,
  { calibration, driver }: { calibration?: Calibration | undefined; driver: DriverName },
): { weight: number; reason: string } {
  if (journey === undefined) return { weight: steps.length, reason: '' };
  const measured = codeWeight(calibration, { hash: journey.hash, driver });
  const weight = measured ?? steps.length * CODE_WEIGHT;
  const as = `its code costs as much as ${Number(weight.toPrecision(2))} orders of one request`;
  const how = measured === undefined ? 'a guess: `calibrate PROFILE` measures it' : 'as calibrated';
  return { weight, reason: `; ${as}, ${how}` };
}

/** `weight`: of one order, as `weightOf`. `measuredPerS`: what `calibrate` found one worker to fire with ease on this machine. */
type Load = { weight?: number; measuredPerS?: number };

/** `cores`: what this machine has; one is left to the main thread and to whatever else runs here. */
export function workersFor(
  peakPerS: number,
  driver: DriverName,
  cores: number,
  { weight = 1, measuredPerS }: Load = {},
): { workers: number; reason: string } {
  const easyPerS = (measuredPerS ?? EASY_PER_S[driver]) / weight;
  const wanted = Math.max(1, Math.ceil(peakPerS / easyPerS));
  const most = Math.max(1, cores - 1);
  const workers = Math.min(wanted, most);
  const by = measuredPerS === undefined ? '' : ', as calibrated';
  const why = `peak ${formatRate(peakPerS)}, ${formatRate(easyPerS)} per worker with the ${driver} driver${by}`;
  if (wanted <= most) return { workers, reason: why };
  return { workers, reason: `${why} would want ${wanted}, but ${cores} cores leave room for ${most}` };
}

/** @throws UserError when the wishes and the plan's target do not go together */
export function chooseWorkers(plan: Plan, options: WorkerWishes): WorkerChoice {
  const beyond = beyondWire(plan.target);
  const driver = options.driver ?? driverFor(plan.target);
  const driverReason = options.driver === undefined ? (beyond ?? 'HTTP/1.1') : 'as asked';
  if (driver === 'wire' && beyond !== undefined) {
    throw userError(
      'DRIVER_HTTP',
      `--driver wire speaks HTTP/1.1 straight to the target only, and the profile asks for ${beyond}: leave the flag out`,
    );
  }
  const { connections } = plan.target;
  if (options.workers !== undefined) {
    if (options.workers > connections) {
      throw userError(
        'TOO_MANY_WORKERS',
        `--workers ${options.workers}: each worker needs a connection, and \`target.connections\` is ${connections}`,
      );
    }
    return { workers: options.workers, reason: 'as asked', driver, driverReason };
  }
  const { weight, reason: weighed } = weightOf(plan.order, { calibration: options.calibration, driver });
  const load = { weight, measuredPerS: easyPerWorker(options.calibration, driver) };
  const chosen = workersFor(curveOf(plan.traffic).peak().ratePerS, driver, availableParallelism(), load);
  if (chosen.workers <= connections) {
    return { ...chosen, reason: chosen.reason + weighed, driver, driverReason };
  }
  return {
    workers: connections,
    reason: `one for each of the ${connections} connections allowed`,
    driver,
    driverReason,
  };
}
