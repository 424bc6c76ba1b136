// `doorbuster calibrate PROFILE`: what one order costs that the profile's code makes. Sends one order to the target, and keeps the
// figure beside the machine's own, for run and plan to choose workers by.

import { EXIT, userError } from '../errors.ts';
import { type Calibration, codeWeight, ROOM_SHARE } from '../judge/calibration.ts';
import type { Plan } from '../profile/plan.ts';
import { visible } from '../report/foreign.ts';
import { type CodeMeasured, measureCode } from '../run/code-cost.ts';
import { chooseWorkers } from '../run/workers.ts';
import { withoutSecrets } from '../secrets.ts';
import { curveOf } from '../traffic/curve.ts';
import { formatRate } from '../units.ts';
import { Around } from './around.ts';
import { type CalibrateFlags, calibrateCommand } from './calibrate.ts';
import { readCalibration, writeCalibration } from './calibration.ts';
import { guardHost } from './guard.ts';
import { loadProfile, type PlanFlags } from './load.ts';
import { openTarget } from './target.ts';
import { terminalOf } from './terminal.ts';

export type CalibrateCodeFlags = CalibrateFlags & Pick<PlanFlags, 'target'> & { yes?: boolean };

/** Where the machine itself was not measured yet, that comes first. @throws UserError when there is nothing to measure */
export async function calibrateCode(file: string, flags: CalibrateCodeFlags): Promise<number> {
  const terminal = terminalOf(flags);
  const { plan, secrets } = await loadProfile(file, flags);
  const { journey } = plan.order;
  if (journey === undefined) {
    const message = `${file} says its orders in steps, not in code: \`doorbuster calibrate\` alone measures what they cost`;
    throw userError('NO_CODE', message);
  }
  const peakPerS = curveOf(plan.traffic).peak().ratePerS;
  await guardHost(plan, peakPerS, flags, terminal.confirm, 'one order');
  if (readCalibration() === undefined) {
    terminal.say('this machine was not calibrated yet: that comes first');
    await calibrateCommand(flags.json ? { ...flags, json: false } : flags);
  }
  const calibration = readCalibration();
  if (calibration === undefined) throw userError('NOT_KEPT', 'nothing can be kept of a calibration on this machine');
  const { cost, outcome, trouble } = await sendAndMeasure(plan, secrets);
  if (cost === undefined) {
    const message = `${file}: what its code costs cannot be measured: ${visible(trouble)} (its first order was ${outcome})`;
    throw userError('CODE_COST', message);
  }
  if (outcome !== 'accepted') {
    terminal.say(`${terminal.paint('warn', 'warning:')} its order was ${outcome}: this is what such a one costs`);
  }
  const codes = { ...calibration.codes, [journey.hash]: cost };
  const kept: Calibration = { ...calibration, codes };
  const { path, trouble: unkept } = writeCalibration(kept);
  const { driver } = chooseWorkers(plan, { calibration: kept });
  const weight = codeWeight(kept, { hash: journey.hash, driver });
  const room = kept.drivers.find((each) => each.driver === driver);
  const figures = { ...cost, driver, weight, ordersPerS: weight && (ROOM_SHARE * (room?.heldPerS ?? 0)) / weight };
  process.stdout.write(flags.json ? `${JSON.stringify(figures, null, 2)}\n` : says(figures));
  terminal.say(
    unkept === undefined
      ? terminal.paint('dim', `kept for run and plan in ${path}`)
      : `${terminal.paint('warn', 'warning:')} not kept, so run and plan will not know of it: ${unkept}`,
  );
  return EXIT.pass;
}

/** With the setup before it and the teardown behind it, as `check` does. */
async function sendAndMeasure(plan: Plan, secrets: readonly string[]): Promise<CodeMeasured> {
  const target = await openTarget(plan, () => {});
  const runId = `calibrate-${Date.now().toString(36)}`;
  const leave = new AbortController().signal;
  const around = new Around({ plan, secrets, runId, url: target.url, giveUp: leave, letGo: leave });
  try {
    await around.before();
    const measured = await measureCode(plan, { url: target.url, runId, setup: around.setup });
    await around.teardown();
    return { ...measured, trouble: withoutSecrets(measured.trouble, around.secrets, true) };
  } catch (error) {
    throw await around.undone(error);
  } finally {
    await around.close();
    await target.close();
  }
}

type Figures = { cpuUs: number; requests: number; driver: string; weight?: number; ordersPerS?: number };

function says({ cpuUs, requests, driver, weight, ordersPerS }: Figures): string {
  const asks = Number(requests.toPrecision(2));
  const own = `one order of this code: ${asks} requests, and ${cpuUs.toFixed(0)} µs of CPU beside them\n`;
  if (weight === undefined || ordersPerS === undefined) return own;
  const much = `as much as ${Number(weight.toPrecision(2))} orders of one request with the ${driver} driver`;
  return `${own}${much}: one worker is given up to ${formatRate(ordersPerS)} of them\n`;
}
