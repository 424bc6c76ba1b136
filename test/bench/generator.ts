// A real run (main thread and one worker) in a process of its own, so that a bench can pin it and see what it costs.
// `node generator.ts JSON` prints a line when it has started, another when it is warm, and last what it measured.

import { readFileSync } from 'node:fs';
import { planAt } from '../../src/commands/calibrate.ts';
import type { DriverName } from '../../src/drive/driver.ts';
import { parseSlo } from '../../src/judge/slo.ts';
import type { HistogramView } from '../../src/measure/spec.ts';
import { parseProfile } from '../../src/profile/parse.ts';
import type { Plan } from '../../src/profile/plan.ts';
import { noiseFloorOf } from '../../src/run/calibrate.ts';
import { importJourneyModule } from '../../src/run/journey-module.ts';
import { startRun } from '../../src/run/run.ts';

export type Generate =
  /** At one rate for `seconds`, to which it rises from 0 in the first `riseS` of them. */
  | {
      kind: 'run';
      url: string;
      driver: DriverName;
      ratePerS: number;
      riseS: number;
      seconds: number;
      connections: number;
      /** One step, three with extracts, or those three as code (three-steps.ts). Default: one. */
      order?: OrderKind;
    }
  /** The noise floor, as `doorbuster calibrate` measures it; at its own rate or at another. */
  | { kind: 'floor'; url: string; seconds: number; ratePerS?: number };

/** Lines of its output, in this order. Times in µs; lateness of the orders due from `warm` on. */
export type Generated =
  | { says: 'started' | 'warm' }
  | {
      says: 'ran';
      orders: { planned: number; fired: number; accepted: number; dropped: number };
      lateness: Percentiles;
      response: Percentiles;
      service: Percentiles;
      /** Of the CPU time of one order: polling for the next due time. */
      polledUs: number;
    }
  | { says: 'floor'; p50Us: number };

export type Percentiles = Record<'p50' | 'p90' | 'p95' | 'p99' | 'p999' | 'max', number>;

/** A fresh worker's first orders are run by an interpreter, and compiled beside it on the same core. */
export const WARM_S = 2;

export type OrderKind = 'one' | 'three' | 'code';

const ORDERS: Record<OrderKind, string> = {
  one: `  method: POST
  path: /checkout
  headers: { idempotency-key: "{{order.key}}" }
  json: { buyer: "{{buyer.id}}", sku: "{{sku}}", quantity: 1 }
`,
  three: `  steps:
    - session: { path: /session, json: { buyer: "{{buyer.id}}" }, extract: { token: orderId } }
    - cart:
        path: /cart
        headers: { authorization: "Bearer {{vars.token}}" }
        json: { sku: "{{sku}}", quantity: 1 }
        extract: { cart: orderId }
    - payment:
        path: "/cart/{{vars.cart}}/pay"
        method: POST
        headers: { authorization: "Bearer {{vars.token}}", idempotency-key: "{{order.key}}" }
`,
  code: `  journey: three-steps.ts
`,
};

export function planOf({
  url,
  ratePerS,
  riseS,
  seconds,
  connections,
  order = 'one',
}: Generate & { kind: 'run' }): Plan {
  const ms = (s: number): string => `${Math.round(s * 1e3)}ms`;
  const rise = `ramp: { name: rise, until: ${ms(riseS)}, start: 0/s, end: ${ratePerS}/s }`;
  const level = `ramp: { name: level, from: ${ms(riseS)}, start: ${ratePerS}/s, end: ${ratePerS}/s }`;
  const traffic =
    riseS > 0 ? `over: ${ms(seconds)}, shape: [{ ${rise} }, { ${level} }]` : `rate: ${ratePerS}/s, for: ${ms(seconds)}`;
  const text = `version: 1
name: bench
target: { url: "${url}", connections: ${connections}, warm: ${connections}, queue: 1M }
traffic: { ${traffic}, arrivals: even }
order:
${ORDERS[order]}outcomes:
  - sold: { status: 201, class: accepted }
  - sold_out: { status: 409, class: rejected }
slo: [p99 < 300ms]
`;
  const parsed = parseProfile(
    { file: 'bench', text, format: 'yaml' },
    {
      env: {},
      readFile: (path) => readFileSync(new URL(path, import.meta.url), 'utf8'),
      locate: (path) => new URL(path, import.meta.url).href,
      importModule: importJourneyModule,
      parseSlo,
    },
  );
  if (!parsed.ok) throw new Error(parsed.problems.map((problem) => problem.message).join('\n'));
  return parsed.plan;
}

function percentilesOf(histogram: HistogramView): Percentiles {
  const at = (p: number): number => histogram.percentile(p);
  return { p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), p999: at(0.999), max: histogram.maxUs };
}

function say(generated: Generated): void {
  process.stdout.write(`${JSON.stringify(generated)}\n`);
}

async function run(load: Generate & { kind: 'run' }): Promise<void> {
  const { evidence, reports } = await startRun(planOf(load), {
    runId: 'bench',
    url: load.url,
    workers: 1,
    driver: load.driver,
    onStart: ({ startedAtMs }) => {
      const sinceMs = Date.now() - startedAtMs;
      setTimeout(() => say({ says: 'started' }), -sinceMs);
      setTimeout(() => say({ says: 'warm' }), WARM_S * 1e3 - sinceMs);
    },
  }).finished;
  const { timeline, orders } = evidence;
  const total = timeline.total();
  const spunUs = reports.reduce((sum, report) => sum + report.spunUs, 0);
  say({
    says: 'ran',
    orders,
    lateness: percentilesOf(timeline.tally(WARM_S, timeline.seconds).histogram({ of: 'lateness' })),
    response: percentilesOf(total.histogram({ of: 'response' })),
    service: percentilesOf(total.histogram({ of: 'service' })),
    polledUs: spunUs / orders.fired,
  });
}

if (import.meta.main) {
  const generate: Generate = JSON.parse(process.argv[2] ?? '{}');
  if (generate.kind === 'run') await run(generate);
  else {
    const { url, seconds, ratePerS } = generate;
    const planFor = (perS: number, forS: number): Plan => planAt(url, perS, forS);
    const { p50Us } = await noiseFloorOf({ url, planAt: planFor, drivers: ['wire'] }, seconds, ratePerS);
    say({ says: 'floor', p50Us });
  }
}
