// How punctual the pacer is, beside a bare loop that does nothing but wait for the same due times: a shared machine
// stalls any process now and then, and nothing paces better than that loop does. The two take turns on one core, in a
// process of their own; the bare loop burns it, the pacer sleeps when the next order is far.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { clockFrom, monotonicUs, waiter } from '../../src/run/clock.ts';
import { Pacer } from '../../src/run/pacer.ts';
import type { Schedule } from '../../src/traffic/spec.ts';
import type { Row } from './row.ts';

const CORE = '1';
const MOST_P50_US = 30;
const MOST_CPU_SHARE = 0.15;
const MOST_RATIO = 2;
/** Below this the ratio says nothing: on a quiet core the bare loop is late by one look at the clock. */
const FLOOR_US = 100;
/** Seconds of each side in each round: fewer than 40 s in all. */
const PLANS = [
  { ratePerS: 49, rounds: 5, seconds: 2.4 },
  { ratePerS: 5_000, rounds: 5, seconds: 0.8 },
];

type Side = { latenessUs: number[]; cpuUs: number; wallUs: number };
type Measured = { ratePerS: number; pacer: Side; bare: Side };

function schedule(ratePerS: number, orders: number): Schedule {
  let seq = -1;
  return {
    next: () => (++seq < orders ? ((seq + 0.5) * 1e6) / ratePerS : Number.POSITIVE_INFINITY),
    get seq() {
      return seq;
    },
  };
}

async function round(side: Side, run: (nowUs: () => number) => Promise<void>): Promise<void> {
  const cpu = process.threadCpuUsage();
  const nowUs = clockFrom(monotonicUs());
  await run(nowUs);
  const { user, system } = process.threadCpuUsage(cpu);
  side.cpuUs += user + system;
  side.wallUs += nowUs();
}

async function alternate(): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const { ratePerS, rounds, seconds } of PLANS) {
    const orders = Math.round(ratePerS * seconds);
    const none = (): Side => ({ latenessUs: [], cpuUs: 0, wallUs: 0 });
    const [pacer, bare] = [none(), none()];
    for (let i = 0; i < rounds; i++) {
      await round(pacer, async (nowUs) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        const late = (_seq: number, dueUs: number): void => void pacer.latenessUs.push(nowUs() - dueUs);
        new Pacer(nowUs, schedule(ratePerS, orders), waiter, late).start(resolve);
        await promise;
      });
      await round(bare, async (nowUs) => {
        const due = schedule(ratePerS, orders);
        for (let dueUs = due.next(); dueUs < Number.POSITIVE_INFINITY; dueUs = due.next()) {
          let now = nowUs();
          while (now < dueUs) now = nowUs();
          bare.latenessUs.push(now - dueUs);
        }
      });
    }
    measured.push({ ratePerS, pacer, bare });
  }
  return measured;
}

const quantile = (values: readonly number[], p: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.ceil(p * values.length) - 1)] ?? Number.NaN;

function rowsOf({ ratePerS, pacer, bare }: Measured): Row[] {
  const at = `${ratePerS.toLocaleString('en-US')}/s`;
  const p = (side: Side, share: number): number => quantile(side.latenessUs, share);
  const note = (share: number): string => `a bare loop ${p(bare, share).toFixed(1)} µs`;
  const p50: Row = { name: `lateness p50 at ${at}`, value: p(pacer, 0.5), unit: 'µs', note: note(0.5) };
  const cpu = pacer.cpuUs / pacer.wallUs;
  const share: Row = { name: `CPU at ${at}`, value: cpu * 100, unit: '%', note: 'of one core' };
  if (ratePerS < 100) {
    p50.ok = p50.value <= MOST_P50_US;
    p50.note += `, limit ${MOST_P50_US} µs`;
    share.ok = cpu <= MOST_CPU_SHARE;
    share.note += `, limit ${MOST_CPU_SHARE * 100} %`;
  }
  const ratio = p(pacer, 0.99) / p(bare, 0.99);
  return [
    p50,
    {
      name: `lateness p99 at ${at}`,
      value: p(pacer, 0.99),
      unit: 'µs',
      note: `${note(0.99)}: ${ratio.toFixed(1)} × (limit ${MOST_RATIO} ×, or ${FLOOR_US} µs)`,
      ok: ratio <= MOST_RATIO || p(pacer, 0.99) <= FLOOR_US,
    },
    { name: `lateness max at ${at}`, value: p(pacer, 1), unit: 'µs', note: note(1) },
    share,
  ];
}

/** Pinned to one core where the system can; the parent's own timers would otherwise take turns with the loop. */
export async function pacing(): Promise<Row[]> {
  const child = [process.execPath, import.meta.filename, '--alternate'];
  const run = promisify(execFile);
  const { stdout } = await run('taskset', ['-c', CORE, ...child]).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return run(child[0]!, child.slice(1));
  });
  return (JSON.parse(stdout) as Measured[]).flatMap(rowsOf);
}

if (process.argv[2] === '--alternate') process.stdout.write(JSON.stringify(await alternate()));
else if (import.meta.main) {
  for (const { name, value, unit, note, ok } of await pacing()) {
    console.log(
      `${ok === undefined ? ' ' : ok ? '✓' : '✗'} ${name.padEnd(30)} ${value.toFixed(1).padStart(8)} ${unit} ${note}`,
    );
  }
}
