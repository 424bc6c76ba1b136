// Doorbuster beside the other load generators on this machine: the same order, the same null target, the same number of
// connections, one core for whoever generates and the other for the target, in rounds that alternate. What was done is
// counted by the target and what it cost is read from /proc, for all alike (measure-load.ts).

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type DemoProcess, startDemo } from '../../src/demo/process.ts';
import type { DriverName } from '../../src/drive/driver.ts';
import { type Generate, type Generated, WARM_S as OPEN_WARM_S } from './generator.ts';
import { type Command, type Loaded, MOST_OTHERS, measureLoad, SLACK_S, WARM_S, WINDOW_S } from './measure-load.ts';
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

/** What was measured in one round, in the order of its making. */
type Kept = Record<string, Loaded>;
/** Measures, or gives what was measured under this name before. @throws NotNow */
type Measure = (name: string, command: Command) => Promise<Loaded>;
/** A piece is over before its round is. */
class NotNow extends Error {}

async function closedLoop(measure: Measure, driver: DriverName, origin: string): Promise<Loaded> {
  const load: ClosedLoad = { driver, origin, seconds: WINDOW_S + SLACK_S, connections: CONNECTIONS };
  const command: Command = { command: [process.execPath, [CLOSED, JSON.stringify(load)]], saysWarm: true };
  const loaded = await measure(closedLine(driver), command);
  const { orders, accepted } = JSON.parse(loaded.stdout.trim().split('\n').at(-1)!);
  if (orders !== accepted) throw new Error(`${driver}: ${orders} orders, ${accepted} accepted`);
  return loaded;
}

type Trial = { open: Open; held: boolean; farOff: boolean };

async function openLoop(measure: Measure, name: string, load: Generate & { kind: 'run' }): Promise<Trial> {
  const { ratePerS } = load;
  const loaded = await measure(name, { command: [process.execPath, [OPEN, JSON.stringify(load)]], saysWarm: true });
  const ran: Generated = JSON.parse(loaded.stdout.trim().split('\n').at(-1)!);
  if (ran.says !== 'ran') throw new Error(`Expected the generator's last line to be of its run, got ${ran.says}`);
  const { orders, lateness, polledUs } = ran;
  const held =
    orders.accepted === orders.planned &&
    loaded.perS >= ON_PLAN * ratePerS &&
    lateness.p99 <= LIMITS.p99Us &&
    lateness.p999 <= LIMITS.p999Us;
  // More than the rate is what had piled up while it rose.
  const open = { ...loaded, perS: Math.min(loaded.perS, ratePerS), p50Us: lateness.p50, p99Us: lateness.p99, polledUs };
  return { open, held, farOff: lateness.p99 > FAR_OFF * LIMITS.p99Us };
}

/** Climbs from the first rate while rates are held, or descends until one is. */
async function highestHeld(
  trialAt: (ratePerS: number, again: boolean) => Promise<Trial>,
  firstPerS: number,
): Promise<Open | undefined> {
  let best: Open | undefined;
  let ratePerS = firstPerS;
  for (let tried = 0; tried < MOST_TRIALS; tried++) {
    let trial = await trialAt(Math.round(ratePerS), false);
    if (!trial.held && !trial.farOff) trial = await trialAt(Math.round(ratePerS), true);
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

/** Fills in the last of the rounds, as far as it comes. */
async function oneRound(
  measure: Measure,
  { url, peers }: { url: string; peers: readonly Peer[] },
  rounds: readonly Round[],
): Promise<void> {
  const round = rounds.at(-1)!;
  for (const { name, command, saysWarm } of peers) {
    const seconds = Math.ceil(WARM_S + WINDOW_S + SLACK_S);
    round[name] = await measure(name, { command: command({ seconds, connections: CONNECTIONS }), saysWarm });
  }
  for (const driver of DRIVERS) {
    const closed = await closedLoop(measure, driver, url);
    round[closedLine(driver)] = closed;
    const line = openLine(driver);
    const held = await highestHeld(
      (ratePerS, again) => {
        const name = `${line} at ${ratePerS}/s${again ? ' again' : ''}`;
        const seconds = OPEN_WARM_S + WINDOW_S + SLACK_S;
        return openLoop(measure, name, {
          kind: 'run',
          url,
          driver,
          ratePerS,
          riseS: RISE_S,
          seconds,
          connections: CONNECTIONS,
        });
      },
      rounds.at(-2)?.[line]?.perS ?? FIRST_SHARE * closed.perS,
    );
    round[line] = held ?? null;
  }
}

/** Disturbed measurements are made again until the time is up, and never kept. */
function inPieces(target: DemoProcess, kept: Kept, untilMs: number): Measure {
  return async (name, command) => {
    while (kept[name] === undefined) {
      if (performance.now() > untilMs) throw new NotNow();
      const loaded = await measureLoad(target, command, 1);
      if (loaded.othersShare <= MOST_OTHERS) kept[name] = loaded;
      else console.error(`${name}: not kept, others took ${Math.round(loaded.othersShare * 100)} % of a core`);
    }
    return kept[name];
  };
}

/** What the file and this piece give; the last round may lack lines. */
async function pieceOf(target: DemoProcess, peers: readonly Peer[], file: string): Promise<Round[]> {
  const all: Kept[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  const rounds: Round[] = [];
  const untilMs = performance.now() + PIECE_MS;
  try {
    for (let i = 0; ; i++) {
      if (i === all.length) all.push({});
      rounds.push({});
      await oneRound(inPieces(target, all[i]!, untilMs), { url: target.url, peers }, rounds);
    }
  } catch (error) {
    if (!(error instanceof NotNow)) throw error;
  }
  writeFileSync(file, JSON.stringify(all));
  return rounds.filter((round) => Object.keys(round).length > 0);
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
    const rounds: Round[] = [];
    if (keptIn !== undefined) rounds.push(...(await pieceOf(target, peers.found, keptIn)));
    else {
      const measure: Measure = (_name, command) => measureLoad(target, command);
      for (let i = 0; i < ROUNDS; i++) {
        rounds.push({});
        await oneRound(measure, { url: target.url, peers: peers.found }, rounds);
      }
    }
    if (rounds.length === 0) return [{ says: 'Others disturbed every measurement of this piece.' }];
    return [
      ...explanation(rounds, peers.missing).map((says) => ({ says })),
      tableOf(rounds, peers.found),
      ...ratioRows(rounds, peers.found),
    ];
  } finally {
    peers.close();
    await target.stop();
  }
}

if (import.meta.main) console.log(formatItems(await peersBench()));
