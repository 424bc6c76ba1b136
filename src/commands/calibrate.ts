// `doorbuster calibrate`: what this machine can do, measured against the null target in a process of its own.

import { availableParallelism } from 'node:os';
import { startDemo } from '../demo/process.ts';
import { DRIVER_NAMES } from '../drive/driver.ts';
import { EXIT, UserError } from '../errors.ts';
import type { Calibration } from '../judge/calibration.ts';
import { parseSlo } from '../judge/slo.ts';
import { parseProfile } from '../profile/parse.ts';
import type { Plan } from '../profile/plan.ts';
import { formatCalibration } from '../report/calibration-text.ts';
import { calibrate } from '../run/calibrate.ts';
import { fingerprintHere, readCalibration, writeCalibration } from './calibration.ts';
import { terminalOf } from './terminal.ts';

/** A machine with nothing else to do stalls a waiting loop by less, 99 times in 100. */
const BUSY_US = 1_000;

export type CalibrateFlags = { quick?: boolean; json?: boolean; quiet?: boolean };

export async function calibrateCommand(flags: CalibrateFlags): Promise<number> {
  const { say, paint } = terminalOf(flags);
  say(paint('dim', `takes ${flags.quick ? 'about 15 s' : 'about 45 s'}; leave this machine alone meanwhile`));
  const target = await startDemo({ nullTarget: true });
  try {
    const measured = await calibrate({
      url: target.url,
      planAt: (ratePerS, seconds) => planAt(target.url, ratePerS, seconds),
      drivers: DRIVER_NAMES,
      quick: flags.quick === true,
      onStep: (step) => say(paint('dim', `… ${step}`)),
    });
    const quick = flags.quick === true;
    const calibration: Calibration = {
      version: 1,
      fingerprint: fingerprintHere(),
      atMs: Date.now(),
      quick,
      ...measured,
      // What code costs is no other than it was.
      codes: readCalibration()?.codes ?? {},
    };
    const { path, trouble } = writeCalibration(calibration);
    const shown = terminalOf({ stdout: true });
    process.stdout.write(
      `${flags.json ? JSON.stringify(calibration, null, 2) : formatCalibration(calibration, shown)}\n`,
    );
    if (trouble === undefined) say(paint('dim', `kept for run and plan in ${path}`));
    else say(`${paint('warn', 'warning:')} not kept, so run and plan will not know of it: ${trouble}`);
    if (Math.max(...measured.stalls.map((stall) => stall.p99Us)) > BUSY_US) {
      say(`${paint('warn', 'warning:')} this machine was busy with something else: calibrate again when it is not`);
    }
    if (availableParallelism() === 1) {
      say(`${paint('warn', 'warning:')} one core for the generator and the target together: both had half of it`);
    }
    return EXIT.pass;
  } finally {
    await target.stop();
  }
}

/** Even arrivals at a rate for a time. @throws UserError when the profile below does not parse: a bug */
export function planAt(url: string, ratePerS: number, seconds: number): Plan {
  const text = `version: 1
name: calibrate
target: { url: "${url}", connections: 64, queue: 1M }
traffic: { rate: ${ratePerS}/s, for: ${Math.round(seconds * 1e3)}ms, arrivals: even }
order:
  path: /checkout
  headers: { idempotency-key: "{{order.key}}" }
  json: { buyer: "{{buyer.id}}", sku: "{{sku}}", quantity: 1 }
slo: [errors < 1%]
`;
  const parsed = parseProfile(
    { file: 'calibrate', text, format: 'yaml' },
    { env: {}, readFile: () => '', locate: (path) => path, parseSlo },
  );
  if (!parsed.ok) throw new UserError(parsed.problems);
  return parsed.plan;
}
