// Where this machine's calibration is kept: one small file per machine and versions, in the user's cache folder. Nothing
// depends on it; a file that is gone, broken or another machine's is as good as none.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DriverName } from '../drive/driver.ts';
import { type Calibration, roomWarning } from '../judge/calibration.ts';
import type { Plan } from '../profile/plan.ts';
import { chooseWorkers, weightOf } from '../run/workers.ts';
import { curveOf } from '../traffic/curve.ts';
import { doorbusterVersion } from './environment.ts';

/** What a calibration is true of: the same processor, cores, Node and Doorbuster. */
export function fingerprintHere(): string {
  const cpu = cpus()[0]?.model.trim() ?? 'unknown';
  return `${cpu}, ${availableParallelism()} cores, node ${process.versions.node}, doorbuster ${doorbusterVersion()}`;
}

/** XDG base directories: XDG_CACHE_HOME where it is an absolute path, else ~/.cache. */
export function calibrationFile(fingerprint: string, env: NodeJS.ProcessEnv = process.env): string {
  const given = env.XDG_CACHE_HOME ?? '';
  const folder = given.startsWith('/') ? given : join(homedir(), '.cache');
  const name = createHash('sha256').update(fingerprint).digest('hex').slice(0, 12);
  return join(folder, 'doorbuster', `calibration-${name}.json`);
}

/** Undefined when this machine was not calibrated, or what is there cannot be read. */
export function readCalibration(fingerprint = fingerprintHere(), env = process.env): Calibration | undefined {
  try {
    const read: Calibration = JSON.parse(readFileSync(calibrationFile(fingerprint, env), 'utf8'));
    return isWhole(read) && read.fingerprint === fingerprint ? read : undefined;
  } catch {
    return undefined;
  }
}

function isWhole({ version, noiseFloor, drivers, stalls }: Calibration): boolean {
  const numbers = [noiseFloor.p50Us, noiseFloor.p99Us, ...drivers.map((each) => each.heldPerS)];
  return version === 1 && Array.isArray(stalls) && numbers.every(Number.isFinite);
}

/** Written whole or not at all. @returns its path, or why it could not be written */
export function writeCalibration(calibration: Calibration, env = process.env): { path: string; trouble?: string } {
  const path = calibrationFile(calibration.fingerprint, env);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.${process.pid}`, `${JSON.stringify(calibration, null, 2)}\n`);
    renameSync(`${path}.${process.pid}`, path);
    return { path };
  } catch (error) {
    return { path, trouble: (error as Error).message };
  }
}

/** The plan, with one more warning where its peak is more than this machine was measured to hold with ease. */
export function withRoomWarning(
  plan: Plan,
  calibration: Calibration | undefined,
  flags: { workers?: number; driver?: DriverName } = {},
): Plan {
  const { workers, driver } = chooseWorkers(plan, { ...flags, calibration });
  const peakPerS = curveOf(plan.traffic).peak().ratePerS;
  const { weight } = weightOf(plan.order, { calibration, driver });
  const warning = roomWarning(calibration, { peakPerS, workers, driver, weight, cores: availableParallelism() });
  return warning === undefined ? plan : { ...plan, warnings: [...plan.warnings, warning] };
}
