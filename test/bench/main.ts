// `npm run bench`: real time on this machine. Every figure of the README that depends on speed comes from here.

import { availableParallelism, cpus } from 'node:os';
import { dueTime } from './due-time.ts';
import { freeze } from './freeze.ts';
import { measureBench } from './measure.ts';
import { orderBench } from './order.ts';
import { pacing } from './pacing.ts';
import { printRows } from './print.ts';
import type { Row } from './row.ts';
import { shopBench } from './shop.ts';
import { starve } from './starve.ts';
import { wireBench } from './wire.ts';

const BENCHES: [name: string, run: () => Promise<Row[]>][] = [
  ['due times', dueTime],
  ['orders', orderBench],
  ['measuring', measureBench],
  ['the built-in shop', shopBench],
  ['the drivers beside wrk', wireBench],
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
  missed += printRows(await run());
}
if (missed > 0) {
  console.log(`\n${missed} limit${missed === 1 ? '' : 's'} missed`);
  process.exitCode = 1;
}
