// `npm run fanfest`: the whole Mi Fan Festival, 2,100,000 orders, in 60 seconds on this machine, against a null target in
// a process of its own. Every order is unique, classified and counted, and the target must have counted the same. Memory
// is that of this process, which is the generator: its main thread and its worker.

import { startDemo } from '../../src/demo/process.ts';
import { parseSlo } from '../../src/judge/slo.ts';
import { judge } from '../../src/judge/verdict.ts';
import { parseProfile } from '../../src/profile/parse.ts';
import { startRun } from '../../src/run/run.ts';
import { formatCount } from '../../src/units.ts';
import type { Row } from './row.ts';

const ORDERS = 2_100_000;
const PROFILE = `version: 1
name: fanfest
target: { url: demo, connections: 64, timeout: 30s }
traffic: { orders: ${ORDERS}, over: 60s, shape: [base], arrivals: poisson, seed: 42 }
order:
  headers: { idempotency-key: "{{order.key}}" }
  json: { buyer: "{{buyer.id}}", sku: "{{sku}}", quantity: 1 }
outcomes:
  - sold: { status: 201, class: accepted }
  - sold_out: { status: 409, body: { code: SOLD_OUT }, class: rejected }
slo: [errors == 0]
`;
/** Memory must not grow from this order on. */
const SETTLED_ORDERS = 500_000;
const MEMORY_MB = 250;
const GROWTH_MB = 10;
const LINE_EVERY_S = 10;

/** Resident memory in bytes. The thread of the worker lives until after the last look. */
type Memory = { before: number; settled: number; settledMost: number; last: number };

export async function fanfest(): Promise<Row[]> {
  const parsed = parseProfile(
    { file: 'fanfest.yaml', text: PROFILE, format: 'yaml' },
    { env: {}, readFile: () => '', locate: (path) => path, parseSlo },
  );
  if (!parsed.ok) throw new Error(parsed.problems.map((problem) => problem.message).join('\n'));
  const target = await startDemo({ nullTarget: true });
  try {
    const memory: Memory = { before: 0, settled: 0, settledMost: 0, last: 0 };
    let nextLineS = LINE_EVERY_S;
    const { evidence, cpuUs, choice } = await startRun(parsed.plan, {
      runId: 'fanfest',
      url: target.url,
      workers: 1,
      onStart: () => {
        memory.before = process.memoryUsage.rss();
      },
      onTick: (elapsedUs, { orders }) => {
        look(memory, orders.fired);
        if (elapsedUs < nextLineS * 1e6) return;
        nextLineS += LINE_EVERY_S;
        const seconds = Math.round(elapsedUs / 1e6);
        console.error(`  ${seconds} s: ${formatCount(orders.fired)} fired, ${mb(memory.last).toFixed(0)} MB`);
      },
    }).finished;
    const counted = ((await (await fetch(`${target.url}/count`)).json()) as { count: number }).count;
    const { orders, timeline } = evidence;
    const response = timeline.total().histogram({ of: 'response' });
    const lateness = timeline.total().histogram({ of: 'lateness' });
    const lastS = timeline.flows.findLast((flow) => flow.accepted > 0)?.second ?? 0;
    const { verdict } = judge(evidence);
    return [
      {
        name: 'fanfest: accepted',
        value: orders.accepted,
        unit: 'orders',
        note: `planned ${orders.planned} = fired ${orders.fired}; the target counted ${counted}; ${choice.workers} worker, driver ${choice.driver}`,
        ok: [orders.planned, orders.fired, orders.accepted, counted].every((count) => count === ORDERS),
      },
      { name: 'fanfest: last answer in second', value: lastS + 1, unit: 's', note: 'planned 60', ok: lastS + 1 <= 61 },
      {
        name: 'fanfest: response p50',
        value: response.percentile(0.5) / 1e3,
        unit: 'ms',
        note: `p99 ${(response.percentile(0.99) / 1e3).toFixed(1)} ms`,
      },
      {
        name: 'fanfest: lateness p50',
        value: lateness.percentile(0.5),
        unit: 'µs',
        note: `p99 ${(lateness.percentile(0.99) / 1e3).toFixed(1)} ms; verdict ${verdict}`,
      },
      {
        name: 'fanfest: CPU per order',
        value: cpuUs / orders.fired,
        unit: 'µs',
        note: 'user + system, all threads of the generator',
      },
      ...memoryRows(memory),
    ];
  } finally {
    await target.stop();
  }
}

function look(memory: Memory, fired: number): void {
  memory.last = process.memoryUsage.rss();
  if (fired < SETTLED_ORDERS) return;
  memory.settled ||= memory.last;
  memory.settledMost = Math.max(memory.settledMost, memory.last);
}

function memoryRows({ before, settled, settledMost, last }: Memory): Row[] {
  const peak = process.resourceUsage().maxRSS * 1024;
  const growth = settledMost - settled;
  return [
    {
      name: 'fanfest: memory',
      value: mb(peak),
      unit: 'MB',
      note: `resident, highest; ${mb(before).toFixed(0)} MB before the first order; limit ${MEMORY_MB}`,
      ok: mb(peak) <= MEMORY_MB,
    },
    {
      name: 'fanfest: memory growth',
      value: mb(growth),
      unit: 'MB',
      note: `from order ${formatCount(SETTLED_ORDERS)} (${mb(settled).toFixed(0)} MB) to the highest after it; ${mb(last).toFixed(0)} MB at the last order; limit ${GROWTH_MB}`,
      ok: settled > 0 && mb(growth) <= GROWTH_MB,
    },
  ];
}

const mb = (bytes: number): number => bytes / 1e6;

if (import.meta.main) {
  const { printRows } = await import('./print.ts');
  process.exitCode = printRows(await fanfest()) > 0 ? 1 : 0;
}
