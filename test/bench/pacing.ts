// How punctual the pacer is, beside two bare loops that do nothing but wait for the same due times. One sleeps when the
// next order is far, as whoever may not burn a core must; the other looks at the clock all the time and never gives its
// turn away. They take turns on one core, in a process of their own. What was found with it: README.md, "Pacing".

import { execFile } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { clockFrom, monotonicUs, waiter } from '../../src/run/clock.ts';
import { Pacer } from '../../src/run/pacer.ts';
import type { Schedule } from '../../src/traffic/spec.ts';
import { formatItems, withUnit } from './print.ts';
import type { Printable, Row } from './row.ts';

const CORE = '1';
const MOST_P50_US = 30;
const MOST_CPU_SHARE = 0.15;
const MOST_RATIO = 2;
/** Below this the ratio says nothing: on a quiet core a bare loop is late by one look at the clock. */
const FLOOR_US = 100;
/** The bare loop sleeps in naps of 1 ms until this near: what the pacer does, without its orders and its event loop. */
const NEAR_US = 1_400;
/** Short turns, so that whoever else is on the machine meets all alike. At the first rate there is time to sleep. */
const PLANS = [
  { ratePerS: 49, sleeps: true, turns: 20, turnS: 0.5, mostS: 70 },
  { ratePerS: 5_000, sleeps: false, turns: 8, turnS: 0.1, mostS: 10 },
];
/** A turn in which other processes took more than this share of the core says how they disturb, and is taken again. */
const MOST_OTHERS = 0.04;
/** proc(5): CPU time is counted in these. */
const TICK_US = 10_000;

const PACERS = ['the pacer', 'the pacer, answers awaited'] as const;
const LOOPS = ['a bare loop that sleeps', 'a bare loop that spins'] as const;
const SIDES = [...PACERS, ...LOOPS];
type Name = (typeof SIDES)[number];
/** Times are sums; `keptUs` is the time in which it could have run and others did. */
type Side = {
  latenessUs: number[];
  disturbedUs: number[];
  turns: number;
  cpuUs: number;
  wallUs: number;
  keptUs: number;
};
type Measured = { ratePerS: number; sleeps: boolean; sides: Record<Name, Side> };
type Wait = (nowUs: () => number, due: Schedule, late: (us: number) => void) => Promise<void>;

function schedule(ratePerS: number, orders: number): Schedule {
  let seq = -1;
  return {
    next: () => (++seq < orders ? ((seq + 0.5) * 1e6) / ratePerS : Number.POSITIVE_INFINITY),
    get seq() {
      return seq;
    },
  };
}

const WAITS: Record<Name, Wait> = {
  'the pacer': (nowUs, due, late) => pace(nowUs, due, { late, idle: true }),
  // As if there always were one: it gives the event loop its turns, in which nothing comes.
  'the pacer, answers awaited': (nowUs, due, late) => pace(nowUs, due, { late, idle: false }),
  'a bare loop that sleeps': (nowUs, due, late) => wait(nowUs, due, { late, nearUs: NEAR_US }),
  'a bare loop that spins': (nowUs, due, late) => wait(nowUs, due, { late, nearUs: Number.POSITIVE_INFINITY }),
};

function pace(
  nowUs: () => number,
  due: Schedule,
  { late, idle }: { late: (us: number) => void; idle: boolean },
): Promise<void> {
  const fire = (_seq: number, dueUs: number): void => late(nowUs() - dueUs);
  return new Promise((resolve) => new Pacer(nowUs, due, waiter, fire, { idle: () => idle }).start(resolve));
}

async function wait(
  nowUs: () => number,
  due: Schedule,
  { late, nearUs }: { late: (us: number) => void; nearUs: number },
): Promise<void> {
  for (let dueUs = due.next(); dueUs < Number.POSITIVE_INFINITY; dueUs = due.next()) {
    let now = nowUs();
    while (dueUs - now >= nearUs) {
      await sleep(Math.max(1, Math.floor((dueUs - now - 2 * nearUs) / 1e3)));
      now = nowUs();
    }
    for (; now < dueUs; now = nowUs()) waiter.pause();
    late(now - dueUs);
  }
}

/** For how long this thread was ready to run and did not get the core, µs: proc(5). NaN where there is no /proc. */
function keptWaitingUs(): number {
  try {
    const file = openSync('/proc/thread-self/schedstat', 'r');
    const read = Buffer.alloc(100);
    const text = read.toString('latin1', 0, readSync(file, read));
    closeSync(file);
    return Number(text.split(' ')[1]) / 1e3;
  } catch {
    return Number.NaN;
  }
}

/** CPU time of everybody on the core of this thread. NaN where there is no /proc. */
function coreUs(): number {
  try {
    const line = readFileSync('/proc/stat', 'utf8')
      .split('\n')
      .find((each) => each.startsWith(`cpu${CORE} `))!;
    // user nice system idle iowait irq softirq
    const ticks = line.split(/ +/).slice(1).map(Number);
    return [0, 1, 2, 5, 6].reduce((sum, i) => sum + ticks[i]!, 0) * TICK_US;
  } catch {
    return Number.NaN;
  }
}

async function turn(side: Side, run: Wait, due: Schedule): Promise<void> {
  const latenessUs: number[] = [];
  const [cpu, own, keptUs, before] = [process.threadCpuUsage(), process.cpuUsage(), keptWaitingUs(), coreUs()];
  const nowUs = clockFrom(monotonicUs());
  await run(nowUs, due, (us) => latenessUs.push(us));
  const wallUs = nowUs();
  const [{ user, system }, all] = [process.threadCpuUsage(cpu), process.cpuUsage(own)];
  // Compares false with NaN: where it is not known, every turn counts.
  if ((coreUs() - before - all.user - all.system) / wallUs > MOST_OTHERS) {
    side.disturbedUs.push(...latenessUs);
    return;
  }
  side.latenessUs.push(...latenessUs);
  side.turns++;
  side.wallUs += wallUs;
  side.cpuUs += user + system;
  side.keptUs += keptWaitingUs() - keptUs;
}

async function alternate(): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const { ratePerS, sleeps, turns, turnS, mostS } of PLANS) {
    const none = (): Side => ({ latenessUs: [], disturbedUs: [], turns: 0, cpuUs: 0, wallUs: 0, keptUs: 0 });
    const sides = Object.fromEntries(SIDES.map((name) => [name, none()])) as Record<Name, Side>;
    const untilUs = monotonicUs() + mostS * 1e6;
    const open = (): Name[] => SIDES.filter((name) => sides[name].turns < turns);
    for (let tries = 0; open().length > 0 && monotonicUs() < untilUs; tries++) {
      // Each follows each: a thread that spins leaves the core to its successor with others moved to the next one.
      const at = tries % SIDES.length;
      const order = [...SIDES.slice(at), ...SIDES.slice(0, at)];
      for (const name of tries % 2 === 0 ? order : order.toReversed()) {
        if (sides[name].turns === turns) continue;
        await turn(sides[name], WAITS[name], schedule(ratePerS, Math.round(ratePerS * turnS)));
      }
    }
    measured.push({ ratePerS, sleeps, sides });
  }
  return measured;
}

function quantile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN;
}

const p99Of = (side: Side): number => quantile(side.latenessUs, 0.99);

function itemsOf({ ratePerS, sleeps, sides }: Measured): Printable[] {
  const at = `at ${ratePerS.toLocaleString('en-US')}/s`;
  const us = (value: number): string => withUnit(value, 'µs');
  const percent = (share: number): string => withUnit(share * 100, '%');
  const lines = SIDES.map((name) => {
    const { latenessUs, disturbedUs, cpuUs, wallUs, keptUs } = sides[name];
    const quantiles = [0.5, 0.95, 0.99, 1].map((p) => us(quantile(latenessUs, p)));
    const disturbed = disturbedUs.length.toLocaleString('en-US');
    return {
      name,
      cells: [
        latenessUs.length.toLocaleString('en-US'),
        ...quantiles,
        percent(cpuUs / wallUs),
        percent(keptUs / wallUs),
        disturbed,
        us(quantile(disturbedUs, 0.99)),
      ],
    };
  });
  const columns = [`due ${at}`, 'p50', 'p95', 'p99', 'max', 'of a core', 'kept waiting', 'due, disturbed', 'their p99'];
  return [{ columns, lines }, ...PACERS.flatMap((name) => rowsOf(name, at, { sides, sleeps }))];
}

/** Held against the loop that keeps within the same share of a core; without time to sleep, against the one that spins. */
function rowsOf(
  name: (typeof PACERS)[number],
  at: string,
  { sides, sleeps }: Pick<Measured, 'sides' | 'sleeps'>,
): Row[] {
  const side = sides[name];
  const [p50, p99, share] = [quantile(side.latenessUs, 0.5), p99Of(side), side.cpuUs / side.wallUs];
  const peers = sleeps ? LOOPS : LOOPS.toReversed();
  const none = 'the core was never left alone for long enough: try again on a quieter machine';
  const says = peers.map((peer) => `${(p99 / p99Of(sides[peer])).toFixed(1)} × ${peer}`);
  const where = name === PACERS[0] ? at : `${at}, answers awaited`;
  const frugal: Row[] = [
    { name: `lateness p50 ${where}`, value: p50, unit: 'µs', note: `limit ${MOST_P50_US} µs`, ok: p50 <= MOST_P50_US },
    {
      name: `CPU ${where}`,
      value: share * 100,
      unit: '%',
      note: `of one core, limit ${MOST_CPU_SHARE * 100} %`,
      ok: share <= MOST_CPU_SHARE,
    },
  ];
  return [
    ...(sleeps ? frugal : []),
    {
      name: `lateness p99 ${where}`,
      value: p99,
      unit: 'µs',
      note: Number.isNaN(p99) ? none : `${says[0]} (limit ${MOST_RATIO} ×, or ${FLOOR_US} µs); ${says[1]}`,
      ok: p99 <= Math.max(FLOOR_US, MOST_RATIO * p99Of(sides[peers[0]!])),
    },
  ];
}

/** Pinned to one core where the system can; the parent's own timers would otherwise take turns with the loop. */
export async function pacing(): Promise<Printable[]> {
  const child = [process.execPath, import.meta.filename, '--alternate'];
  const run = promisify(execFile);
  const options = { maxBuffer: 64e6 };
  const { stdout } = await run('taskset', ['-c', CORE, ...child], options).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return run(child[0]!, child.slice(1), options);
  });
  return (JSON.parse(stdout) as Measured[]).flatMap(itemsOf);
}

if (process.argv[2] === '--alternate') process.stdout.write(JSON.stringify(await alternate()));
else if (import.meta.main) console.log(formatItems(await pacing()));
