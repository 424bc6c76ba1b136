// The freeze test with real processes: 1,000 orders a second for 20 s against a target stopped (SIGSTOP) for 2 s in the
// middle. One order in ten was due in the freeze, so from due times p95 = 1,000 ms and p99 = 1,800 ms, whatever tool
// measures it. Beside what Doorbuster says of it stands what the other tools print, each at this rate where it has one.

import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type DemoProcess, startDemo } from '../../src/demo/process.ts';
import { FLOOR_PER_S } from '../../src/run/calibrate.ts';
import { formatDuration } from '../../src/units.ts';
import { FREEZE, truthOf } from './freeze-truth.ts';
import type { Generate, Generated } from './generator.ts';
import { type Running, startCommand } from './measure-load.ts';
import { findPeers, type Peer, type Printed } from './peer-tools.ts';
import { formatItems } from './print.ts';
import { PLACES, pinTarget } from './process-cost.ts';
import type { Printable, Row, Table } from './row.ts';

/**
 * Opened before the start: what a thawing target takes to accept hundreds of new connections is its own (67 ms of p99
 * for 500), and no error of the measurement.
 */
const CONNECTIONS = 200;
const PEER_CONNECTIONS = 64;
const FLOOR_S = 3;
const MOST_OFF = 0.03;
const MOST_ABOVE_FLOOR_US = 150;
const GENERATOR = fileURLToPath(new URL('./generator.ts', import.meta.url));
const AT = ['p50', 'p90', 'p95', 'p99', 'max'] as const;

/** Response p50 of a target that does nothing and is never stopped. */
type Floors = { calibratedUs: number; sameRateUs: number };
type Ran = Generated & { says: 'ran' };

/** Stops the target for a while, some time after now. @returns for how long it stood, ms */
async function freezeAfter(target: DemoProcess, ms: number): Promise<number> {
  await sleep(ms);
  process.kill(target.pid, 'SIGSTOP');
  const frozenAtMs = performance.now();
  await sleep(FREEZE.forMs);
  process.kill(target.pid, 'SIGCONT');
  return performance.now() - frozenAtMs;
}

function generate(what: Generate): Running {
  return startCommand([process.execPath, [GENERATOR, JSON.stringify(what)]]);
}

const lastLine = (stdout: string): Generated => JSON.parse(stdout.trim().split('\n').at(-1)!);

async function floorUs(url: string, ratePerS: number): Promise<number> {
  const floor = lastLine(await generate({ kind: 'floor', url, seconds: FLOOR_S, ratePerS }).ended);
  return floor.says === 'floor' ? floor.p50Us : Number.NaN;
}

async function ours(target: DemoProcess): Promise<{ ran: Ran; frozenMs: number }> {
  const { ratePerS, seconds, fromMs } = FREEZE;
  const running = generate({
    kind: 'run',
    driver: 'wire',
    url: target.url,
    ratePerS,
    riseS: 0,
    seconds,
    connections: CONNECTIONS,
  });
  await running.says('started');
  const frozenMs = await freezeAfter(target, fromMs);
  return { ran: lastLine(await running.ended) as Ran, frozenMs };
}

async function theirs(target: DemoProcess, { command, parse }: Peer): Promise<Printed> {
  const { seconds, ratePerS, fromMs } = FREEZE;
  const running = startCommand(command({ seconds, connections: PEER_CONNECTIONS, ratePerS }));
  await freezeAfter(target, fromMs);
  return parse(await running.ended);
}

const ms = (us: number | undefined): string => (us === undefined ? '–' : formatDuration(us));

function tableOf({ ran, frozenMs }: { ran: Ran; frozenMs: number }, floor: number, peers: [Peer, Printed][]): Table {
  const count = (orders: number): string => orders.toLocaleString('en-US');
  const truth = truthOf(frozenMs * 1e3, floor);
  return {
    columns: ['orders', ...AT],
    lines: [
      { name: 'the truth, from due times', cells: [count(ran.orders.planned), ...AT.map((p) => ms(truth[p]))] },
      { name: 'Doorbuster, response', cells: [count(ran.orders.accepted), ...AT.map((p) => ms(ran.response[p]))] },
      { name: 'Doorbuster, service', cells: [count(ran.orders.accepted), ...AT.map((p) => ms(ran.service[p]))] },
      ...peers.map(([{ name, pace }, printed]) => {
        const cells = AT.map((p) => (printed[p] === undefined ? '–' : ms(printed[p] * 1e3)));
        return { name: `${name} (${pace})`, cells: [count(printed.requests), ...cells] };
      }),
    ],
  };
}

function accuracyRow(name: string, us: number, truthUs: number): Row {
  const off = Math.abs(us / truthUs - 1);
  return {
    name,
    value: us / 1e3,
    unit: 'ms',
    note: `truth ${Math.round(truthUs / 1e3)} ms, off by ${(off * 100).toFixed(1)} % (limit 3 %)`,
    ok: off <= MOST_OFF,
  };
}

/**
 * At the rate of `doorbuster calibrate` both processes sleep between orders, and waking them is part of its floor: a run
 * at a higher rate may well be below it. At the rate of the test it must be near it on both sides.
 */
function floorRows(p50Us: number, { calibratedUs, sameRateUs }: Floors): Row[] {
  const row = (name: string, floorUs: number, at: string, ok: boolean): Row => ({
    name: `freeze: response p50 − noise floor${name}`,
    value: (p50Us - floorUs) / 1e3,
    unit: 'ms',
    note: `${ms(p50Us)} − ${ms(floorUs)}, ${at} (limit 0.15 ms)`,
    ok,
  });
  const off = p50Us - sameRateUs;
  const rate = FREEZE.ratePerS.toLocaleString('en-US');
  return [
    row(
      '',
      calibratedUs,
      `as calibrated at ${FLOOR_PER_S}/s, where both sides sleep between orders`,
      p50Us - calibratedUs <= MOST_ABOVE_FLOOR_US,
    ),
    row(` at ${rate}/s`, sameRateUs, `by the same code at ${rate}/s`, Math.abs(off) <= MOST_ABOVE_FLOOR_US),
  ];
}

export async function freeze(): Promise<Printable[]> {
  const target = await startDemo({ nullTarget: true });
  const peers = findPeers(target.url);
  try {
    pinTarget(target.pid);
    const floors = {
      calibratedUs: await floorUs(target.url, FLOOR_PER_S),
      sameRateUs: await floorUs(target.url, FREEZE.ratePerS),
    };
    const own = await ours(target);
    const printed: [Peer, Printed][] = [];
    for (const peer of peers.found) printed.push([peer, await theirs(target, peer)]);
    const { ran, frozenMs } = own;
    const truth = truthOf(frozenMs * 1e3, floors.sameRateUs);
    const { planned, fired, accepted, dropped } = ran.orders;
    return [
      {
        says:
          `${FREEZE.ratePerS.toLocaleString('en-US')} orders a second for ${FREEZE.seconds} s, the target stopped for ` +
          `${FREEZE.forMs / 1e3} s in the middle; ${PLACES}. The truth is computed from the schedule: who was due in the ` +
          'freeze waits for its end, the others take the noise floor at this rate (p90 lies just behind the freeze, where a ' +
          'thawed target works off what has piled up). The tools below are told the rate where they have one, and show ' +
          'what they print themselves, a dash where they print nothing.',
      },
      ...peers.missing.map((install) => ({ says: `Not on this machine, left out: ${install}.` })),
      tableOf(own, floors.sameRateUs, printed),
      ...floorRows(ran.response.p50, floors),
      accuracyRow('freeze: response p95', ran.response.p95, truth.p95),
      accuracyRow('freeze: response p99', ran.response.p99, truth.p99),
      {
        name: 'freeze: accepted',
        value: accepted,
        unit: 'orders',
        note: `planned ${planned}, fired ${fired}, dropped ${dropped}`,
        ok: accepted === planned && fired === planned,
      },
    ];
  } finally {
    peers.close();
    await target.stop();
  }
}

if (import.meta.main) console.log(formatItems(await freeze()));
