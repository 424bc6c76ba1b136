// `npm run fanfest`: the whole Mi Fan Festival, 2,100,000 orders, in 60 seconds on this machine, against a null target in
// a process of its own. Every order is unique, classified and counted, and the target must have counted the same.

import { startDemo } from '../../src/demo/process.ts';
import { parseSlo } from '../../src/judge/slo.ts';
import { judge } from '../../src/judge/verdict.ts';
import { parseProfile } from '../../src/profile/parse.ts';
import { startRun } from '../../src/run/run.ts';
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
/** Memory is compared between this order and the last. */
const SETTLED_ORDERS = 500_000;

export async function fanfest(): Promise<Row[]> {
  const parsed = parseProfile(
    { file: 'fanfest.yaml', text: PROFILE, format: 'yaml' },
    { env: {}, readFile: () => '', parseSlo },
  );
  if (!parsed.ok) throw new Error(parsed.problems.map((problem) => problem.message).join('\n'));
  const target = await startDemo({ nullTarget: true });
  try {
    let settledBytes = 0;
    let peakBytes = 0;
    const { evidence, cpuUs, choice } = await startRun(parsed.plan, {
      runId: 'fanfest',
      url: target.url,
      workers: 1,
      onTick: (elapsedUs, { orders }) => {
        const bytes = process.memoryUsage.rss();
        peakBytes = Math.max(peakBytes, bytes);
        if (orders.fired >= SETTLED_ORDERS) settledBytes ||= bytes;
        const seconds = Math.round(elapsedUs / 1e6);
        if (seconds % 10 === 0) {
          console.error(`  ${seconds} s: ${orders.fired.toLocaleString('en-US')} fired, ${Math.round(bytes / 1e6)} MB`);
        }
      },
    }).finished;
    const lastBytes = process.memoryUsage.rss();
    const counted = ((await (await fetch(`${target.url}/count`)).json()) as { count: number }).count;
    const { orders, timeline } = evidence;
    const response = timeline.total().histogram({ of: 'response' });
    const lateness = timeline.total().histogram({ of: 'lateness' });
    const lastS = timeline.flows.findLast((flow) => flow.accepted > 0)?.second ?? 0;
    const { verdict } = judge(evidence);
    const mb = (bytes: number): number => bytes / 1e6;
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
      {
        name: 'fanfest: memory',
        value: mb(peakBytes),
        unit: 'MB',
        note: 'resident, highest; limit 250',
        ok: mb(peakBytes) <= 250,
      },
      {
        name: 'fanfest: memory growth',
        value: mb(lastBytes - settledBytes),
        unit: 'MB',
        note: `from order ${SETTLED_ORDERS.toLocaleString('en-US')} to the last; limit 10`,
        ok: mb(lastBytes - settledBytes) <= 10,
      },
    ];
  } finally {
    await target.stop();
  }
}

if (import.meta.main) {
  const { printRows } = await import('./print.ts');
  process.exitCode = printRows(await fanfest()) > 0 ? 1 : 0;
}
