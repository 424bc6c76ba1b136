// Doorbuster beside the other load generators on this machine: the same order, the same null target, the same number of
// connections, one core for whoever generates and the other for the target, in rounds that alternate. What was done is
// counted by the target and what it cost is read from /proc, for all alike (measure-load.ts).

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type DemoProcess, startDemo } from '../../src/demo/process.ts';
import type { DriverName } from '../../src/drive/driver.ts';
import { type Generate, type Generated, WARM_S as OPEN_WARM_S } from './generator.ts';
import { type Loaded, MOST_OTHERS, measureLoad, SLACK_S, WARM_S, WINDOW_S } from './measure-load.ts';
import { findPeers, type Peer } from './peer-tools.ts';
import { CONNECTIONS, closedLine, DRIVERS, LIMITS, type Open, openLine, type Round } from './peers-round.ts';
import { explanation, ratioRows, tableOf } from './peers-table.ts';
import { formatItems } from './print.ts';
import { pinTarget } from './process-cost.ts';
import type { Printable } from './row.ts';
import type { ClosedLoad } from './wire-load.ts';

const ROUNDS = 3;
/** No measurement is begun later than this after the start of a piece. */
const PIECE_MS = 20_000;
/** A run rises to its rate: what a cold generator cannot fire at full rate would pile up and be there all along. */
const RISE_S = 1.5;
/** Rates that are tried differ by this factor: repeated trials on a shared machine differ by as much. */
const STEP = 1.05;
const MOST_TRIALS = 7;
/** The search of the first round begins at this share of what the driver does in closed loop. */
const FIRST_SHARE = 0.8;
/** A rate is held when LIMITS are, and the target has counted this share of the plan: the rest is the window's edge. */
const ON_PLAN = 0.99;
/** A rate is tried again when it was not held by less than this: a stall of the machine is not the generator's limit. */
const FAR_OFF = 5;
const CLOSED = fileURLToPath(new URL('./wire-load.ts', import.meta.url));
const OPEN = fileURLToPath(new URL('./generator.ts', import.meta.url));

/** A measurement that is missing, and how it is made. */
type Missing = { line: string; measure: () => Promise<Round[string]> };

/** Others took too much of the machine: nothing was measured. */
class Disturbed extends Error {}
/** In pieces there is a later call to measure in; in one go the least disturbed has to do. */
type Patience = (loaded: Loaded) => Loaded;

const undisturbed: Patience = (loaded) => {
  if (loaded.othersShare > MOST_OTHERS) throw new Disturbed();
  return loaded;
};

async function closedLoop(target: DemoProcess, driver: DriverName, patience: Patience): Promise<Loaded> {
  const load: ClosedLoad = { driver, origin: target.url, seconds: WINDOW_S + SLACK_S, connections: CONNECTIONS };
  const loaded = await measureLoad(target, {
    command: [process.execPath, [CLOSED, JSON.stringify(load)]],
    saysWarm: true,
  });
  const { orders, accepted } = JSON.parse(loaded.stdout.trim().split('\n').at(-1)!);
  if (orders !== accepted) throw new Error(`${driver}: ${orders} orders, ${accepted} accepted`);
  return patience(loaded);
}

type Trial = { open: Open; held: boolean; farOff: boolean };
type OpenLoad = { target: DemoProcess; driver: DriverName; patience: Patience };

async function openLoop({ target, driver, patience }: OpenLoad, ratePerS: number): Promise<Trial> {
  const seconds = OPEN_WARM_S + WINDOW_S + SLACK_S;
  const load: Generate = {
    kind: 'run',
    url: target.url,
    driver,
    ratePerS,
    riseS: RISE_S,
    seconds,
    connections: CONNECTIONS,
  };
  const loaded = patience(
    await measureLoad(target, { command: [process.execPath, [OPEN, JSON.stringify(load)]], saysWarm: true }),
  );
  const ran: Generated = JSON.parse(loaded.stdout.trim().split('\n').at(-1)!);
  if (ran.says !== 'ran') throw new Error(`Expected the generator's last line to be of its run, got ${ran.says}`);
  const { orders, lateness, polledUs } = ran;
  const held =
    orders.accepted === orders.planned &&
    loaded.perS >= ON_PLAN * ratePerS &&
    lateness.p99 <= LIMITS.p99Us &&
    lateness.p999 <= LIMITS.p999Us;
  const open = { ...loaded, p50Us: lateness.p50, p99Us: lateness.p99, polledUs };
  return { open, held, farOff: lateness.p99 > FAR_OFF * LIMITS.p99Us };
}

/** Climbs from the first rate while rates are held, or descends until one is. */
async function highestHeld(
  trialAt: (ratePerS: number) => Promise<Trial>,
  firstPerS: number,
): Promise<Open | undefined> {
  let best: Open | undefined;
  let ratePerS = firstPerS;
  for (let tried = 0; tried < MOST_TRIALS; tried++) {
    let trial = await trialAt(Math.round(ratePerS));
    if (!trial.held && !trial.farOff) trial = await trialAt(Math.round(ratePerS));
    if (!trial.held && (best !== undefined || ratePerS < firstPerS / 2)) break;
    if (!trial.held) ratePerS /= STEP;
    else if (ratePerS < firstPerS) return trial.open;
    else {
      best = trial.open;
      ratePerS *= STEP;
    }
  }
  return best;
}

const SECONDS = Math.ceil(WARM_S + WINDOW_S + SLACK_S);

/** Everything of one round, in the order it is measured; `before` is the round before it. */
function measurementsOf(
  target: DemoProcess,
  peers: readonly Peer[],
  patience: Patience,
): (round: Round, before?: Round) => Missing[] {
  const theirs = peers.map(({ name, command, saysWarm }): Missing => {
    const load = { command: command({ seconds: SECONDS, connections: CONNECTIONS }), saysWarm };
    return { line: name, measure: async () => patience(await measureLoad(target, load)) };
  });
  return (round, before) => [
    ...theirs,
    ...DRIVERS.flatMap((driver): Missing[] => [
      { line: closedLine(driver), measure: () => closedLoop(target, driver, patience) },
      {
        line: openLine(driver),
        measure: async () => {
          const firstPerS = before?.[openLine(driver)]?.perS ?? FIRST_SHARE * round[closedLine(driver)]!.perS;
          const trialAt = (ratePerS: number) => openLoop({ target, driver, patience }, ratePerS);
          return (await highestHeld(trialAt, firstPerS)) ?? null;
        },
      },
    ]),
  ];
}

/** Adds what is missing to the last round, or to a new one, until `mayMeasure` says no or all is there. */
async function fill(
  rounds: Round[],
  measurements: ReturnType<typeof measurementsOf>,
  mayMeasure: () => boolean,
): Promise<void> {
  const last = rounds.at(-1);
  const isWhole = last !== undefined && measurements(last).every(({ line }) => line in last);
  if (last === undefined || isWhole) rounds.push({});
  const round = rounds.at(-1)!;
  for (const { line, measure } of measurements(round, rounds.at(-2))) {
    if (line in round || !mayMeasure()) continue;
    try {
      round[line] = await measure();
    } catch (error) {
      if (error instanceof Disturbed) return;
      throw error;
    }
  }
}

/**
 * All rounds in one go; or, with a file, for half a minute what is missing in the rounds kept there, without what others
 * disturbed: for a machine on which other work goes on.
 */
export async function peersBench(keptIn?: string): Promise<Printable[]> {
  const target = await startDemo({ nullTarget: true });
  const peers = findPeers(target.url);
  try {
    pinTarget(target.pid);
    const rounds: Round[] = keptIn !== undefined && existsSync(keptIn) ? JSON.parse(readFileSync(keptIn, 'utf8')) : [];
    const measurements = measurementsOf(target, peers.found, keptIn === undefined ? (loaded) => loaded : undisturbed);
    if (keptIn === undefined) for (let i = 0; i < ROUNDS; i++) await fill(rounds, measurements, () => true);
    else {
      const untilMs = performance.now() + PIECE_MS;
      await fill(rounds, measurements, () => performance.now() < untilMs);
      writeFileSync(keptIn, JSON.stringify(rounds));
    }
    const whole = rounds.filter((round) => measurements(round).every(({ line }) => line in round));
    if (whole.length === 0) return [{ says: `Measured so far: ${Object.keys(rounds[0]!).join(', ')}.` }];
    return [
      ...explanation(whole, peers.missing).map((says) => ({ says })),
      tableOf(whole, peers.found),
      ...ratioRows(whole, peers.found),
    ];
  } finally {
    peers.close();
    await target.stop();
  }
}

if (import.meta.main) console.log(formatItems(await peersBench()));
