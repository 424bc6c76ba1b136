// `npm run soak -- --rate 49/s --for 1h`: does a long run stay what it was in its first minutes? One real run of the command
// line against the built-in shop (a process of its own), looked at from outside once in a while, with its report made and
// its journal rebuilt at the end. `--out DIR` keeps the run folder there, `--json FILE` writes what is printed as data, and
// `--from FILE` prints it again.

import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { rebuildRun } from '../../src/folder/rebuild.ts';
import type { Result } from '../../src/report/result.ts';
import { formatDuration, parseDuration, parseRate } from '../../src/units.ts';
import { formatItems } from './print.ts';
import { processMemory } from './process-cost.ts';
import type { Row } from './row.ts';
import { type Ended, lateMinutes, type Minute, minutesFrom, rowsOf, tableOf } from './soak-table.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
/** Memory goes up and down with each garbage collection: a minute's value is the highest of these looks. */
const LOOK_MS = 5_000;
const MINUTE_MS = 60_000;

const profileFor = (ratePerS: number, seconds: number): string => `version: 1
name: soak
target: { url: demo }
traffic: { rate: ${ratePerS}/s, for: ${seconds}s, arrivals: poisson, seed: 42 }
order:
  headers: { idempotency-key: "{{order.key}}" }
  json: { buyer: "{{buyer.id}}", sku: "{{sku}}", quantity: 1 }
outcomes:
  - sold: { status: 201, class: accepted }
  - sold_out: { status: 409, class: rejected }
slo: [p99 < 300ms, errors < 0.1%]
`;

type Soak = { ratePerS: number; seconds: number; out: string };

async function soak({ ratePerS, seconds, out }: Soak): Promise<{ minutes: Minute[]; ended: Ended }> {
  const scratch = mkdtempSync(join(tmpdir(), 'doorbuster-soak-'));
  const profile = join(scratch, 'soak.yaml');
  writeFileSync(profile, profileFor(ratePerS, seconds));
  try {
    const child = startMain(['run', profile, '--out', out, '--json', '--quiet']);
    const { minutes, stoppedMs } = await watch(child, join(out, 'run.journal'));
    const writtenMs = performance.now() - stoppedMs;
    const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result;
    const late = lateMinutes((await rebuildRun(out)).record.evidence);
    const reportMs = await timed(['report', out]);
    const dead = join(scratch, 'dead');
    mkdirSync(dead);
    copyFileSync(join(out, 'run.journal'), join(dead, 'run.journal'));
    const rebuildMs = await timed(['report', dead]);
    const sizeOf = (name: string): number => statSync(join(out, name)).size;
    return {
      minutes: minutes.map((minute, at) => ({ ...minute, lateP99Us: late[at] ?? Number.NaN })),
      ended: {
        verdict: result.verdict,
        sentence: result.sentence,
        orders: result.orders,
        writtenMs,
        reportBytes: sizeOf('report.html'),
        resultBytes: sizeOf('result.json'),
        journalBytes: sizeOf('run.journal'),
        reportMs,
        rebuildMs,
      },
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function startMain(args: readonly string[], stderr: 'inherit' | 'ignore' = 'inherit'): ChildProcess {
  // A CI server's summary is not told of a soak.
  const env = { ...process.env, CI: 'true', GITHUB_ACTIONS: '', GITHUB_STEP_SUMMARY: '' };
  return spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', stderr] });
}

async function timed(args: readonly string[]): Promise<number> {
  const beforeMs = performance.now();
  const child = startMain(args, 'ignore');
  child.stdout!.resume();
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`doorbuster ${args.join(' ')} ended with ${code}`);
  return performance.now() - beforeMs;
}

/** Until the process has ended. `stoppedMs`: the last second that was told of (of the orders, that is; then come the books). */
async function watch(
  child: ChildProcess,
  journal: string,
): Promise<{ minutes: Omit<Minute, 'lateP99Us'>[]; stoppedMs: number }> {
  const minutes: Omit<Minute, 'lateP99Us'>[] = [];
  let startedMs: number | undefined;
  let stoppedMs = performance.now();
  const look = (): void => {
    if (startedMs === undefined || Date.now() < startedMs) return;
    const minute = Math.floor((Date.now() - startedMs) / MINUTE_MS);
    const { residentBytes, cpuUs } = processMemory(child.pid!);
    if (Number.isNaN(residentBytes)) return;
    const journalBytes = statSync(journal, { throwIfNoEntry: false })?.size ?? 0;
    const before = minutes[minute];
    if (before === undefined) {
      const last = minutes.at(-1);
      if (last !== undefined) console.error(lineOf(minutes.length, last));
    }
    const highest = Math.max(before?.residentBytes ?? 0, residentBytes);
    minutes[minute] = { residentBytes: highest, journalBytes, cpuUs, fired: before?.fired ?? 0 };
  };
  const timer = setInterval(look, LOOK_MS);
  createInterface({ input: child.stdout! }).on('line', (line) => {
    if (line.startsWith('{"event":"start"')) startedMs = JSON.parse(line).startedAtMs;
    if (!line.startsWith('{"event":"second"')) return;
    stoppedMs = performance.now();
    const last = minutes.at(-1);
    if (last !== undefined) last.fired = JSON.parse(line).fired;
  });
  const end = (): void => {
    child.kill('SIGTERM');
  };
  // Cut short, what there is until then is shown.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  await new Promise((resolve) => child.once('close', resolve));
  clearInterval(timer);
  return { minutes, stoppedMs };
}

function lineOf(minute: number, { residentBytes, journalBytes, fired }: Omit<Minute, 'lateP99Us'>): string {
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  return `  ${minute} min: ${fired} fired, ${mb(residentBytes)} resident, journal ${mb(journalBytes)}`;
}

type Shown = { title: string; minutes: Minute[]; ended: Ended };

function show({ title, minutes, ended }: Shown): Row[] {
  const rows = rowsOf(minutes, ended);
  console.log(`${title}\n${formatItems([{ says: ended.sentence }, tableOf(minutes), ...rows])}`);
  if (rows.some(({ ok }) => ok === false)) process.exitCode = 1;
  return rows;
}

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { rate: text, for: text, out: text, json: text, from: text } });
  if (values.from !== undefined) {
    const kept = JSON.parse(readFileSync(values.from, 'utf8')) as Shown;
    show({ ...kept, minutes: minutesFrom(kept.minutes) });
    return;
  }
  const ratePerS = parseRate(values.rate ?? '49/s');
  const forUs = parseDuration(values.for ?? '1h');
  if (ratePerS === undefined || forUs === undefined) {
    console.error('Expected --rate like 49/s and --for like 1h');
    process.exitCode = 2;
    return;
  }
  const out = values.out ?? mkdtempSync(join(tmpdir(), 'doorbuster-soak-run-'));
  const { minutes, ended } = await soak({ ratePerS, seconds: Math.round(forUs / 1e6), out });
  const date = new Date().toISOString().slice(0, 10);
  const title = `npm run soak -- --rate ${ratePerS}/s --for ${formatDuration(forUs)} · ${date} · Node ${process.versions.node}`;
  const rows = show({ title, minutes, ended });
  console.log(out);
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ title, minutes, ended, rows }, null, 2)}\n`);
}

await main();
