// How many workers a run gets, and why.

import type { DriverName } from '../drive/driver.ts';
import { formatRate } from '../units.ts';

/**
 * Orders a second that one worker fires with ease: about a fifth of what its driver holds on one core against a null
 * target, so that bursts and the shop's own share of the machine have room.
 */
const EASY_PER_S: Record<DriverName, number> = { wire: 10_000, undici: 5_000 };

/**
 * `cores`: what this machine has; one is left to the main thread and to whatever else runs here. `measuredPerS`: what
 * `calibrate` found one worker to fire with ease on this machine.
 */
export function workersFor(
  peakPerS: number,
  driver: DriverName,
  cores: number,
  measuredPerS?: number,
): { workers: number; reason: string } {
  const easyPerS = measuredPerS ?? EASY_PER_S[driver];
  const wanted = Math.max(1, Math.ceil(peakPerS / easyPerS));
  const most = Math.max(1, cores - 1);
  const workers = Math.min(wanted, most);
  const by = measuredPerS === undefined ? '' : ', as calibrated';
  const why = `peak ${formatRate(peakPerS)}, ${formatRate(easyPerS)} per worker with the ${driver} driver${by}`;
  if (wanted <= most) return { workers, reason: why };
  return { workers, reason: `${why} would want ${wanted}, but ${cores} cores leave room for ${most}` };
}
