// What an order of three steps costs beside one of a single step, and what it costs as code: the same requests against the
// null target, one core for the generator, in rounds that alternate. CPU time is that of the whole process over a window.
// Twice: as a run at 1,000 orders a second, where most of a core polls for due times (what the pacer says of that is taken
// off, about); and in closed loop through the same desk, where nothing polls.

import { fileURLToPath } from 'node:url';
import { type DemoProcess, startDemo } from '../../src/demo/process.ts';
import { type Generate, type Generated, type OrderKind, WARM_S } from './generator.ts';
import type { DeskCost, DeskLoad } from './journey-load.ts';
import { measureLoad, SLACK_S, startCommand, WINDOW_S } from './measure-load.ts';
import { PLACES, pinTarget } from './process-cost.ts';
import type { Printable, Row } from './row.ts';

const OPEN = fileURLToPath(new URL('./generator.ts', import.meta.url));
const CLOSED = fileURLToPath(new URL('./journey-load.ts', import.meta.url));
const PER_S = 1_000;
const ROUNDS = 4;
/** The run at a rate is repeated less often: it is the longer one. */
const OPEN_ROUNDS = 2;
const CONNECTIONS = 64;
/** Requests of an order. */
const KINDS: Record<OrderKind, number> = { one: 1, three: 3, code: 3 };
/** Three exchanges, and a tenth for what binds them together. */
const MOST = 3.3;

/** µs of CPU time an order: at 1,000 a second with and without the polling, and in closed loop. */
type Cost = { wholeUs: number; usefulUs: number; closedUs: number };

export async function journeyBench(): Promise<readonly Printable[]> {
  const target = await startDemo({ nullTarget: true });
  const costs: Record<OrderKind, Cost[]> = { one: [], three: [], code: [] };
  try {
    pinTarget(target.pid);
    for (let round = 0; round < ROUNDS; round++) {
      const inTurn = Object.keys(KINDS) as OrderKind[];
      if (round % 2 === 1) inTurn.reverse();
      for (const kind of inTurn) {
        const open = round < OPEN_ROUNDS ? await openLoop(target, kind) : { wholeUs: Number.NaN, usefulUs: Number.NaN };
        costs[kind].push({ ...open, closedUs: await closedLoop(target, kind) });
      }
    }
  } finally {
    await target.stop();
  }
  return rowsOf((kind, of) => median(costs[kind].map(of)));
}

function rowsOf(at: (kind: OrderKind, of: (cost: Cost) => number) => number): Row[] {
  const row = (kind: OrderKind, name: string): Row => ({
    name,
    value: at(kind, ({ closedUs }) => closedUs),
    unit: 'µs',
    note: `CPU an order, closed loop; at ${PER_S}/s about ${at(kind, ({ usefulUs }) => usefulUs).toFixed(0)} µs and ${at(kind, ({ wholeUs, usefulUs }) => wholeUs - usefulUs).toFixed(0)} µs of polling`,
  });
  const ratio = (name: string, kinds: [OrderKind, OrderKind], of: (cost: Cost) => number): Row => {
    const value = at(kinds[0], of) / at(kinds[1], of);
    return { name, value, unit: '×', note: `≤ ${MOST} ×`, ok: value <= MOST };
  };
  const unlimited = (name: string, kinds: [OrderKind, OrderKind]): Row => {
    const { ok: _, ...row } = ratio(name, kinds, ({ closedUs }) => closedUs);
    return { ...row, note: PLACES };
  };
  return [
    row('one', 'one step'),
    row('three', 'three steps, two extracts'),
    row('code', 'the same three as code'),
    ratio(`three steps beside one, at ${PER_S}/s`, ['three', 'one'], ({ usefulUs }) => usefulUs),
    unlimited('three steps beside one, closed loop', ['three', 'one']),
    unlimited('as code, beside steps, closed loop', ['code', 'three']),
  ];
}

async function openLoop(target: DemoProcess, kind: OrderKind): Promise<Omit<Cost, 'closedUs'>> {
  const load: Generate = {
    kind: 'run',
    url: target.url,
    driver: 'wire',
    ratePerS: PER_S,
    riseS: 0.5,
    seconds: WARM_S + WINDOW_S + SLACK_S,
    connections: CONNECTIONS,
    order: kind,
  };
  const loaded = await measureLoad(target, {
    command: [process.execPath, [OPEN, JSON.stringify(load)]],
    saysWarm: true,
  });
  const ran: Generated = lastOf(loaded.stdout);
  if (ran.says !== 'ran' || ran.orders.accepted !== ran.orders.planned) throw new Error(`${kind}: ${loaded.stdout}`);
  const wholeUs = loaded.cpuUs * KINDS[kind];
  return { wholeUs, usefulUs: wholeUs - ran.polledUs };
}

async function closedLoop(target: DemoProcess, kind: OrderKind): Promise<number> {
  const load: DeskLoad = { url: target.url, order: kind, seconds: WINDOW_S, connections: CONNECTIONS };
  const { cpuUs, orders }: DeskCost = lastOf(
    await startCommand([process.execPath, [CLOSED, JSON.stringify(load)]]).ended,
  );
  return cpuUs / orders;
}

function lastOf(stdout: string) {
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

function median(values: readonly number[]): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}
