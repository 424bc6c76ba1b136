// Doorbuster beside the other load generators on this machine: the same order, the same null target, the same number of
// connections, one core for whoever generates and the other for the target, in rounds that alternate. What was done is
// counted by the target and what it cost is read from /proc, for all alike (measure-load.ts).

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type DemoProcess, startDemo } from '../../src/demo/process.ts';
import type { DriverName } from '../../src/drive/driver.ts';
import { latenessLimitsFor } from '../../src/judge/lateness.ts';
import { formatDuration } from '../../src/units.ts';
import { type Generate, type Generated, WARM_S as OPEN_WARM_S } from './generator.ts';
import { type Loaded, measureLoad, SLACK_S, WARM_S, WINDOW_S } from './measure-load.ts';
import { findPeers, type Peer } from './peer-tools.ts';
import { formatItems, withUnit } from './print.ts';
import { PLACES, pinTarget } from './process-cost.ts';
import type { Printable, Row, Table } from './row.ts';
import type { ClosedLoad } from './wire-load.ts';

const ROUNDS = 3;
const CONNECTIONS = 64;
const DRIVERS: DriverName[] = ['wire', 'undici'];
/** A run rises to its rate: what a cold generator cannot fire at full rate would pile up and be there all along. */
const RISE_S = 1.5;
/** Rates that are tried differ by this factor: repeated trials on a shared machine differ by as much. */
const STEP = 1.05;
const MOST_TRIALS = 7;
/** The search of the first round begins at this share of what the driver does in closed loop. */
const FIRST_SHARE = 0.7;
/** A rate is held when these limits of lateness are, those of a run that is judged by p99 < 300 ms as all shipped ones are. */
const LIMITS = latenessLimitsFor(300_000);
/** And when the target has counted this share of the plan within the window: the rest is the edge of the window. */
const ON_PLAN = 0.99;
/** A rate is tried again when it was not held by less than this: a stall of the machine is not the generator's limit. */
const FAR_OFF = 5;
const CLOSED = fileURLToPath(new URL('./wire-load.ts', import.meta.url));
const OPEN = fileURLToPath(new URL('./generator.ts', import.meta.url));

type Open = Loaded & { p50Us: number; p99Us: number; polledUs: number };
/** What one round found; `held` is missing where no rate was held. */
type Round = {
  peers: Record<string, Loaded>;
  closed: Record<DriverName, Loaded>;
  held: Partial<Record<DriverName, Open>>;
};

async function closedLoop(target: DemoProcess, driver: DriverName): Promise<Loaded> {
  const load: ClosedLoad = { driver, origin: target.url, seconds: WINDOW_S + SLACK_S, connections: CONNECTIONS };
  const loaded = await measureLoad(target, {
    command: [process.execPath, [CLOSED, JSON.stringify(load)]],
    saysWarm: true,
  });
  const { orders, accepted } = JSON.parse(loaded.stdout.trim().split('\n').at(-1)!);
  if (orders !== accepted) throw new Error(`${driver}: ${orders} orders, ${accepted} accepted`);
  return loaded;
}

type Trial = { open: Open; held: boolean; farOff: boolean };

async function openLoop(target: DemoProcess, driver: DriverName, ratePerS: number): Promise<Trial> {
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
  const loaded = await measureLoad(target, {
    command: [process.execPath, [OPEN, JSON.stringify(load)]],
    saysWarm: true,
  });
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

async function oneRound(target: DemoProcess, peers: readonly Peer[], before: Round | undefined): Promise<Round> {
  const round: Partial<Round> & Pick<Round, 'peers' | 'held'> = { peers: {}, held: {} };
  const seconds = Math.ceil(WARM_S + WINDOW_S + SLACK_S);
  for (const { name, command, saysWarm } of peers) {
    const load = { command: command({ seconds, connections: CONNECTIONS }), saysWarm };
    round.peers[name] = await measureLoad(target, load);
  }
  const closed: Partial<Round['closed']> = {};
  for (const driver of DRIVERS) {
    closed[driver] = await closedLoop(target, driver);
    const firstPerS = before?.held[driver]?.perS ?? FIRST_SHARE * closed[driver].perS;
    round.held[driver] = await highestHeld((ratePerS) => openLoop(target, driver, ratePerS), firstPerS);
  }
  return { ...round, closed: closed as Round['closed'] };
}

const median = (values: readonly number[]): number => {
  const known = values.filter((value) => !Number.isNaN(value)).toSorted((a, b) => a - b);
  return known[known.length >> 1] ?? Number.NaN;
};

const percent = (share: number): string => (Number.isNaN(share) ? '–' : `${Math.round(share * 100)} %`);
const latenessText = (us: number): string => (Number.isNaN(us) ? '–' : formatDuration(us));

function tableOf(rounds: readonly Round[], peers: readonly Peer[]): Table {
  const line = (name: string, of: (round: Round) => (Loaded & Partial<Open>) | undefined) => {
    const at = (pick: (loaded: Loaded & Partial<Open>) => number | undefined): number =>
      median(rounds.map((round) => pick(of(round) ?? ({} as Loaded)) ?? Number.NaN));
    const perS = at((loaded) => loaded.perS);
    const cpuUs = at((loaded) => loaded.cpuUs);
    const cells = [
      withUnit(perS, '/s'),
      withUnit(cpuUs, 'µs'),
      percent(at((loaded) => (loaded.perS * loaded.cpuUs) / 1e6)),
      percent(at((loaded) => loaded.targetShare)),
      latenessText(at((loaded) => loaded.p50Us)),
      latenessText(at((loaded) => loaded.p99Us)),
      withUnit(
        at((loaded) => loaded.memoryMb),
        'MB',
      ),
    ];
    return { name, cells };
  };
  return {
    columns: ['orders', 'CPU/order', 'own core', "target's", 'lateness p50', 'p99', 'memory'],
    lines: [
      ...DRIVERS.map((driver) => line(`${driver}, open loop`, ({ held }) => held[driver])),
      ...DRIVERS.map((driver) => line(`${driver}, closed loop`, ({ closed }) => closed[driver])),
      ...peers.map(({ name, version }) => line(`${name} ${version}`.trim(), ({ peers }) => peers[name])),
    ],
  };
}

type Limit = { atLeast: number; aim?: number } | { atMost: number };

/** The median of each round's own ratio: both sides of one were measured within a minute. */
function ratioRow(name: string, ratios: readonly number[], what: string, limit?: Limit): Row {
  const value = median(ratios);
  const row = { name, value, unit: '×', note: what };
  if (limit === undefined) return row;
  if ('atMost' in limit) return { ...row, note: `${what}; limit ≤ ${limit.atMost}`, ok: value <= limit.atMost };
  const aim = limit.aim === undefined ? '' : `, aim ${limit.aim.toFixed(1)}`;
  return { ...row, note: `${what}; limit ≥ ${limit.atLeast}${aim}`, ok: value >= limit.atLeast };
}

function ratioRows(rounds: readonly Round[], peers: readonly Peer[]): Row[] {
  const heldBy = (round: Round, driver: DriverName): number => round.held[driver]?.perS ?? 0;
  const against = (peer: string, of: (round: Round, peer: Loaded) => number): number[] =>
    rounds.map((round) => of(round, round.peers[peer]!));
  const rows: Row[] = [];
  for (const { name } of peers) {
    const held = against(name, (round, peer) => heldBy(round, 'wire') / peer.perS);
    const limit = { wrk: { atLeast: 0.7, aim: 1 }, autocannon: { atLeast: 2.5 }, hey: { atLeast: 2.5 } }[name];
    rows.push(ratioRow(`wire held / ${name}`, held, 'orders a second', limit));
    if (name !== 'wrk') continue;
    const open = against(name, (round, peer) => (round.held.wire?.cpuUs ?? Number.NaN) / peer.cpuUs);
    const closed = against(name, (round, peer) => round.closed.wire.cpuUs / peer.cpuUs);
    rows.push(ratioRow(`wire held / ${name}, CPU`, open, 'CPU an order', { atMost: 1.3 }));
    rows.push(ratioRow(`wire closed loop / ${name}, CPU`, closed, 'CPU an order'));
  }
  rows.push(
    ratioRow(
      'undici held / wire held',
      rounds.map((round) => heldBy(round, 'undici') / heldBy(round, 'wire')),
      'orders a second',
    ),
  );
  return rows;
}

function explanation(rounds: readonly Round[], missing: readonly string[]): string[] {
  const shown = rounds.flatMap(({ peers, closed, held }) => [
    ...Object.values(peers),
    ...Object.values(closed),
    ...Object.values(held).filter((open) => open !== undefined),
  ]);
  const others = Math.max(...shown.map(({ othersShare }) => othersShare));
  const polled = median(rounds.map(({ held }) => held.wire?.polledUs ?? Number.NaN));
  return [
    `One null target, ${CONNECTIONS} connections, ${PLACES}; medians of ${rounds.length} alternating rounds, each of ${WINDOW_S} s ` +
      `after ${WARM_S} s of warm-up. Orders are counted by the target; CPU (user + system) and memory (highest resident ` +
      'size) are those of the whole process tree, from /proc; lateness is what only Doorbuster knows. "own core" and ' +
      '"target\'s" say how busy the two were: a target at 100 % held the generator back. A measurement beside which other ' +
      `processes took more than a tenth of a core was made again; they took ${percent(others)} at most in what is shown.`,
    'wire and undici send every order with its own key and body, classify the answer and record five histograms. Open loop: ' +
      'a whole run (main thread and one worker) at the highest rate it holds: every order fired and accepted, lateness p99 ' +
      `≤ ${formatDuration(LIMITS.p99Us)} and p99.9 ≤ ${formatDuration(LIMITS.p999Us)}; ${withUnit(polled, 'µs')} of wire's CPU an ` +
      'order is polling for the next due time. Closed loop: as fast as answers come. The others send one constant order ' +
      'in closed loop and record one histogram or none.',
    ...missing.map((install) => `Not on this machine, left out: ${install}.`),
  ];
}

/** Adds one round to those in a file, for machines that others want back in between; without, all in one go. */
export async function peersBench(keptIn?: string): Promise<Printable[]> {
  const target = await startDemo({ nullTarget: true });
  const peers = findPeers(target.url);
  try {
    pinTarget(target.pid);
    const rounds: Round[] = keptIn !== undefined && existsSync(keptIn) ? JSON.parse(readFileSync(keptIn, 'utf8')) : [];
    const more = keptIn === undefined ? ROUNDS : 1;
    for (let i = 0; i < more; i++) rounds.push(await oneRound(target, peers.found, rounds.at(-1)));
    if (keptIn !== undefined) writeFileSync(keptIn, JSON.stringify(rounds));
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
