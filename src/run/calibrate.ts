// What this machine can do, measured (METHOD §4): the stalls of a loop that only waits, the response of a target that
// does nothing, and how many orders a second one worker holds. Everything but the bare loop goes through the real run.

import type { DriverName } from '../drive/driver.ts';
import type { Calibration, DriverRoom, NoiseFloor, Stalls } from '../judge/calibration.ts';
import { latenessLimitsFor } from '../judge/lateness.ts';
import type { Plan } from '../profile/plan.ts';
import { clockFrom, monotonicUs } from './clock.ts';
import { type Run, startRun } from './run.ts';

export type CalibrateOptions = {
  /** A target that answers everything at once, in a process of its own. */
  url: string;
  /** A plan of even arrivals at a rate for a time against that target. */
  planAt: (ratePerS: number, seconds: number) => Plan;
  drivers: readonly DriverName[];
  quick: boolean;
  /** One line about what is being measured. */
  onStep?: (says: string) => void;
};

type Trials = Pick<CalibrateOptions, 'url' | 'planAt' | 'drivers'>;
type Measured = Pick<Calibration, 'stalls' | 'noiseFloor' | 'drivers'>;

/** Seconds of each step; `roomS` is all that the trials of one driver may take together. */
const FULL = { stallS: [4, 2], floorS: 4, trialS: 2, roomS: 21 };
const QUICK = { stallS: [1, 0.5], floorS: 1.5, trialS: 1.5, roomS: 7 };
const STALL_RATES = [49, 5_000];
export const FLOOR_PER_S = 50;
/** Where the search starts: about half of what was seen on small machines. */
const FIRST_PER_S: Record<DriverName, number> = { wire: 16_000, undici: 8_000 };
/** A bracket this narrow is an answer: repeated trials on a shared machine differ by as much. */
const WIDTH = 0.1;
/**
 * Lateness counts from here on: a fresh worker's first orders are run by an interpreter, and a run that lasts has long
 * been compiled by the time its peak comes.
 */
const WARM_S = 1;
/** The limits of lateness are those of a run judged against this: all shipped profiles are. */
const JUDGED_US = 300_000;

export async function calibrate(options: CalibrateOptions): Promise<Measured> {
  const say = options.onStep ?? (() => {});
  const lengths = options.quick ? QUICK : FULL;
  say('stalls of a loop that only waits');
  const stalls = STALL_RATES.map((ratePerS, i) => waitOnly(ratePerS, lengths.stallS[i]!));
  say('response of a target that does nothing');
  const noiseFloor = await noiseFloorOf(options, lengths.floorS);
  const drivers: DriverRoom[] = [];
  for (const driver of options.drivers) {
    say(`the highest rate that one worker holds with the ${driver} driver`);
    drivers.push(await roomOf(options, driver, lengths, limitsOf(stalls)));
  }
  return { stalls, noiseFloor, drivers };
}

/** Burns this thread on purpose: a loop that slept would measure the timer. */
export function waitOnly(ratePerS: number, seconds: number, nowUs = clockFrom(monotonicUs())): Stalls {
  const lateUs: number[] = [];
  const fromUs = nowUs();
  for (let k = 0; k < ratePerS * seconds; k++) {
    const dueUs = fromUs + ((k + 0.5) * 1e6) / ratePerS;
    let now = nowUs();
    while (now < dueUs) now = nowUs();
    lateUs.push(now - dueUs);
  }
  lateUs.sort((a, b) => a - b);
  const at = (p: number): number => lateUs[Math.max(0, Math.ceil(p * lateUs.length) - 1)] ?? 0;
  return { ratePerS, p50Us: at(0.5), p99Us: at(0.99), maxUs: at(1) };
}

/** Also what the freeze test of the bench is held against, at a rate of its own. */
export async function noiseFloorOf(options: Trials, seconds: number, ratePerS = FLOOR_PER_S): Promise<NoiseFloor> {
  const run = await trial(options, options.drivers[0]!, ratePerS, seconds);
  const response = run.evidence.timeline.total().histogram({ of: 'response' });
  return { p50Us: response.percentile(0.5), p99Us: response.percentile(0.99) };
}

/**
 * Doubles from a rate that is usually held until one is not (or quarters it until one is), then halves the bracket. A
 * rate that was not held is tried once more: a stall of the machine is not the driver's limit. 0: none was held.
 */
export async function highestHeld(
  holds: (ratePerS: number) => Promise<boolean>,
  mayTry: () => boolean,
  firstPerS: number,
): Promise<number> {
  let [held, broke] = [0, Number.POSITIVE_INFINITY];
  let next = firstPerS;
  while (mayTry() && broke - held > WIDTH * held && next >= 1) {
    if ((await holds(next)) || (mayTry() && (await holds(next)))) held = next;
    else broke = next;
    if (broke === Number.POSITIVE_INFINITY) next = held * 2;
    else next = held === 0 ? Math.floor(broke / 4) : Math.round((held + broke) / 2);
  }
  return held;
}

async function roomOf(
  options: CalibrateOptions,
  driver: DriverName,
  { trialS, roomS }: typeof FULL,
  limits: LatenessLimits,
): Promise<DriverRoom> {
  const costs = new Map<number, number>();
  const untilUs = monotonicUs() + roomS * 1e6;
  // A trial takes its time and about half a second to start its worker.
  const mayTry = (): boolean => monotonicUs() + (trialS + 0.5) * 1e6 <= untilUs;
  const heldPerS = await highestHeld(
    async (ratePerS) => {
      const run = await trial(options, driver, ratePerS, trialS);
      const [report] = run.reports;
      if (report?.cpuUs !== undefined) costs.set(ratePerS, (report.cpuUs - report.spunUs) / report.fired);
      return isHeld(run, limits);
    },
    mayTry,
    FIRST_PER_S[driver],
  );
  return { driver, heldPerS, cpuUsPerOrder: costs.get(heldPerS) ?? null };
}

type LatenessLimits = ReturnType<typeof latenessLimitsFor>;

/** Those of a run, but no less than twice what a loop that only waits could keep on this machine just now. */
function limitsOf(stalls: readonly Stalls[]): LatenessLimits {
  const { p99Us, p999Us } = latenessLimitsFor(JUDGED_US);
  const most = (of: (stall: Stalls) => number): number => 2 * Math.max(...stalls.map(of));
  return {
    p99Us: Math.max(
      p99Us,
      most((stall) => stall.p99Us),
    ),
    p999Us: Math.max(
      p999Us,
      most((stall) => stall.maxUs),
    ),
  };
}

/** Every order answered, and on time once warm. */
function isHeld({ evidence }: Run, { p99Us, p999Us }: LatenessLimits): boolean {
  const { planned, accepted } = evidence.orders;
  if (accepted !== planned) return false;
  const { timeline } = evidence;
  const lateness = timeline.tally(WARM_S, timeline.seconds).histogram({ of: 'lateness' });
  return lateness.percentile(0.99) <= p99Us && lateness.percentile(0.999) <= p999Us;
}

function trial(options: Trials, driver: DriverName, ratePerS: number, seconds: number): Promise<Run> {
  const plan = options.planAt(ratePerS, seconds);
  return startRun(plan, { runId: `calibrate-${ratePerS}`, url: options.url, workers: 1, driver }).finished;
}
