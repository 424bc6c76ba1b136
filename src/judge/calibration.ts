// What `doorbuster calibrate` found out about one machine, and what follows from it for a plan.

import { formatRate } from '../units.ts';

/** Response of a target that does nothing, at a low rate: no number below it says anything about a shop. µs. */
export type NoiseFloor = { p50Us: number; p99Us: number };

/** Of a loop that only waits for due times: nothing on this machine can be fired more punctually. µs. */
export type Stalls = { ratePerS: number; p50Us: number; p99Us: number; maxUs: number };

/** `heldPerS`: highest rate tried at which one worker kept its lateness within the limits; 0 when it held none. */
export type DriverRoom = { driver: string; heldPerS: number; cpuUsPerOrder: number | null };

/** Of one order that code makes: CPU without its requests' sockets, and how many requests. */
export type CodeCost = { cpuUs: number; requests: number; atMs: number };

export type Calibration = {
  version: 1;
  /** Machine and versions it is true of. */
  fingerprint: string;
  /** Unix time, ms. */
  atMs: number;
  quick: boolean;
  stalls: Stalls[];
  noiseFloor: NoiseFloor;
  drivers: DriverRoom[];
  /** Orders made by code that were measured here, by the hash of their module. */
  codes?: Record<string, CodeCost>;
};

/** Of what was held; the rest is for bursts within a second and for the shop's own share of the machine (METHOD §4). */
export const ROOM_SHARE = 0.6;

/** What one worker is given with ease; undefined where it was not measured. */
export function easyPerWorker(calibration: Calibration | undefined, driver: string): number | undefined {
  const heldPerS = calibration?.drivers.find((each) => each.driver === driver)?.heldPerS;
  return heldPerS === undefined || heldPerS === 0 ? undefined : ROOM_SHARE * heldPerS;
}

/** What one order costs that code makes, in orders of one request as `calibrate` sent them; undefined: not measured. */
export function codeWeight(
  calibration: Calibration | undefined,
  { hash, driver }: { hash: string; driver: string },
): number | undefined {
  const cost = calibration?.codes?.[hash];
  const room = calibration?.drivers.find((each) => each.driver === driver);
  if (!cost || !room || room.heldPerS === 0) return undefined;
  return cost.requests + cost.cpuUs / (room.cpuUsPerOrder ?? 1e6 / room.heldPerS);
}

/** `weight`: what one order costs, in orders of one request, which calibrate sends. */
type Wanted = { peakPerS: number; workers: number; driver: string; cores: number; weight?: number };

/** One line when the peak is more than these workers were measured to hold with ease; undefined when it is not. */
export function roomWarning(
  calibration: Calibration | undefined,
  { peakPerS, workers, driver, cores, weight = 1 }: Wanted,
): string | undefined {
  const plainPerS = easyPerWorker(calibration, driver);
  const easyPerS = plainPerS === undefined ? undefined : plainPerS / weight;
  if (easyPerS === undefined || peakPerS <= easyPerS * workers) return undefined;
  const wanted = Math.ceil(peakPerS / easyPerS);
  const what = workers === 1 ? '1 worker' : `${workers} workers`;
  const more = wanted < cores ? '' : `, which is more than this machine has cores for (${cores})`;
  const heavy = weight === 1 ? '' : `, one order costing about ${Number(weight.toPrecision(2))} of those it measured`;
  return (
    `the peak of ${formatRate(peakPerS)} is more than ${formatRate(easyPerS * workers)}, what ${what} can be given with ` +
    `ease on this machine (${ROOM_SHARE} of what calibrate measured${heavy}); ${wanted} workers would do${more}`
  );
}
