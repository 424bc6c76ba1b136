// What one due time costs (METHOD §1): the 12 h Mi Fan curve of DESIGN §3, 2,100,000 orders. A worker pays this once per
// order, while it waits for the next one; 0.5 µs is the limit.

import { scheduleOf } from '../../src/traffic/schedule.ts';
import { solveTraffic } from '../../src/traffic/solve.ts';
import type { CurveSpec } from '../../src/traffic/spec.ts';
import { miFan } from '../traffic/oracle.ts';
import type { Row } from './row.ts';

const LIMIT_NS = 500;
const REPEATS = 3;

/** CPU ns per due time of worker 0 (a neighbour's load is not ours): the median of whole runs, the first of which warms up the compiler. */
function nsPerDueTime(spec: CurveSpec, workers: number): number {
  const costs = Array.from({ length: REPEATS }, () => {
    const schedule = scheduleOf(spec, 0, workers);
    let count = 0;
    const before = process.threadCpuUsage();
    while (schedule.next() < Number.POSITIVE_INFINITY) count += 1;
    const { user, system } = process.threadCpuUsage(before);
    return ((user + system) * 1e3) / count;
  });
  return costs.sort((a, b) => a - b)[Math.floor(REPEATS / 2)]!;
}

export async function dueTime(): Promise<Row[]> {
  const solved = solveTraffic(miFan);
  if (!solved.ok) throw new Error(solved.mistakes.map((mistake) => mistake.message).join('\n'));
  const rows: Row[] = [];
  for (const arrivals of ['even', 'poisson'] as const) {
    for (const workers of [1, 4]) {
      const value = nsPerDueTime({ ...solved.curve, arrivals }, workers);
      const name = `due time, ${arrivals}, ${workers === 1 ? 'one worker' : `worker 0 of ${workers}`}`;
      rows.push({ name, value, unit: 'ns', note: `limit ${LIMIT_NS} ns`, ok: value <= LIMIT_NS });
    }
  }
  return rows;
}

if (import.meta.main) {
  for (const { name, value, unit, note, ok } of await dueTime()) {
    console.log(`${ok ? '✓' : '✗'} ${name.padEnd(36)} ${value.toFixed(0).padStart(5)} ${unit}  ${note}`);
  }
}
