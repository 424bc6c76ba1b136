// The freeze test with real processes: 1,000 orders a second for 20 s against a target stopped (SIGSTOP) for 2 s in the
// middle. One order in ten was due in the freeze, so from due times p95 = 1,000 ms and p99 = 1,800 ms, whatever tool
// measures it; a tool that counts from sending sees a few milliseconds. At most 200 connections, for what a thawing
// target takes to accept hundreds of new ones is its own (67 ms of p99 for 500), and no error of the measurement.

import { setTimeout as sleep } from 'node:timers/promises';
import { startDemo } from '../../src/demo/process.ts';
import { parseSlo } from '../../src/judge/slo.ts';
import { parseProfile } from '../../src/profile/parse.ts';
import { startRun } from '../../src/run/run.ts';
import type { Row } from './row.ts';

const PROFILE = `version: 1
name: freeze
target: { url: demo, connections: 200 }
traffic: { rate: 1000/s, for: 20s, arrivals: even }
slo: [p99 < 3s]
`;
const FREEZE_FROM_MS = 9_000;
const FREEZE_MS = 2_000;

export async function freeze(): Promise<Row[]> {
  const parsed = parseProfile(
    { file: 'freeze.yaml', text: PROFILE, format: 'yaml' },
    { env: {}, readFile: () => '', locate: (path) => path, parseSlo },
  );
  if (!parsed.ok) throw new Error(parsed.problems.map((problem) => problem.message).join('\n'));
  const target = await startDemo({ nullTarget: true });
  try {
    const started = Promise.withResolvers<number>();
    const control = startRun(parsed.plan, { runId: 'freeze', url: target.url, onStart: started.resolve });
    await sleep((await started.promise) + FREEZE_FROM_MS - Date.now());
    process.kill(target.pid, 'SIGSTOP');
    const frozenAtMs = performance.now();
    await sleep(FREEZE_MS);
    process.kill(target.pid, 'SIGCONT');
    const frozenMs = performance.now() - frozenAtMs;
    const { evidence } = await control.finished;
    const { orders, timeline } = evidence;
    const response = timeline.total().histogram({ of: 'response' });
    const service = timeline.total().histogram({ of: 'service' });
    // Of 20 s, the last 1 s (5 %) and 0.2 s (1 %) of waiting lie above p95 and p99.
    const truthMs = { p95: frozenMs - 1_000, p99: frozenMs - 200 };
    return [
      row('freeze: response p95', response.percentile(0.95) / 1e3, truthMs.p95),
      row('freeze: response p99', response.percentile(0.99) / 1e3, truthMs.p99),
      {
        name: 'freeze: service p95',
        value: service.percentile(0.95) / 1e3,
        unit: 'ms',
        note: 'what counting from sending would say',
      },
      {
        name: 'freeze: planned / fired / accepted / dropped',
        value: orders.accepted,
        unit: 'orders',
        note: `${orders.planned} / ${orders.fired} / ${orders.accepted} / ${orders.dropped}`,
      },
    ];
  } finally {
    await target.stop();
  }
}

function row(name: string, ms: number, truthMs: number): Row {
  const off = Math.abs(ms / truthMs - 1);
  return {
    name,
    value: ms,
    unit: 'ms',
    note: `truth ${Math.round(truthMs)} ms, off by ${(off * 100).toFixed(1)} % (limit 3 %)`,
    ok: off <= 0.03,
  };
}
