// `npm run bench`: real time on this machine. Every figure of the README that depends on speed comes from here.

import { availableParallelism, cpus } from 'node:os';
import { dueTime } from './due-time.ts';
import { freeze } from './freeze.ts';
import { measureBench } from './measure.ts';
import { orderBench } from './order.ts';
import { pacing } from './pacing.ts';
import type { Row } from './row.ts';
import { shopBench } from './shop.ts';
import { starve } from './starve.ts';

const BENCHES: [name: string, run: () => Promise<Row[]>][] = [
  ['due times', dueTime],
  ['orders', orderBench],
  ['measuring', measureBench],
  ['the built-in shop', shopBench],
  ['a target frozen for 2 s', freeze],
  ['pacing, beside a loop that only waits', pacing],
  ['a generator starved on purpose', starve],
];

const wanted = process.argv[2];
console.log(
  `Node ${process.versions.node}, ${availableParallelism()} × ${cpus()[0]?.model}, ${new Date().toISOString().slice(0, 10)}`,
);
let missed = 0;
for (const [name, run] of BENCHES) {
  if (wanted && !name.includes(wanted)) continue;
  console.log(`\n${name}`);
  for (const row of await run()) {
    const value =
      row.value >= 100 ? Math.round(row.value).toLocaleString('en-US') : String(Number(row.value.toPrecision(3)));
    const mark = row.ok === undefined ? ' ' : row.ok ? '✓' : '✗';
    if (row.ok === false) missed++;
    console.log(`${mark} ${row.name.padEnd(48)} ${value.padStart(10)} ${row.unit.padEnd(10)} ${row.note}`);
  }
}
if (missed > 0) {
  console.log(`\n${missed} limit${missed === 1 ? '' : 's'} missed`);
  process.exitCode = 1;
}
