// A generator that is starved on purpose must say so: INVALID, exit 4, whatever the limits say. And a shop that is slow
// must not be taken for that. Real processes: a run of its own each, stopped or held back from outside.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ShopInput } from '../../src/demo/options.ts';
import { startDemo } from '../../src/demo/process.ts';
import type { Result } from '../../src/report/result.ts';
import { quotaOf } from './quota.ts';
import type { Row } from './row.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const STOP_MS = 300;
const STOP_AFTER_MS = 4_000;
/** Where it can be given no quota: stopped for nine parts of each 100 ms. */
const TURN_MS = 100;
const RUNS_MS = 10;
const LEFT = 0.1;

type Finished = {
  code: number | null;
  voids: string[];
  /** Of one core, while it ran. */
  cpuShare: number;
};

async function run(
  folder: string,
  { shop, ratePerS, seconds }: { shop: ShopInput; ratePerS: number; seconds: number },
  disturb: (child: ChildProcess, started: Promise<void>, ended: () => boolean) => Promise<void>,
): Promise<Finished> {
  const target = await startDemo(shop);
  const profile = join(folder, 'starve.yaml');
  const out = join(folder, `run-${ratePerS}-${seconds}-${Date.now()}`);
  writeFileSync(
    profile,
    `version: 1
name: starve
target: { url: "${target.url}" }
traffic: { rate: ${ratePerS}/s, for: ${seconds}s, arrivals: even }
slo: [p99 < 2s, errors < 1%]
`,
  );
  try {
    const child = spawn(process.execPath, [MAIN, 'run', profile, '--out', out, '--json', '--quiet'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const started = Promise.withResolvers<void>();
    child.stdout.on('data', () => started.resolve());
    const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
    void exit.then(() => started.resolve());
    await disturb(child, started.promise, () => child.exitCode !== null || child.signalCode !== null);
    const code = await exit;
    const result: Pick<Result, 'generator'> = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
    const voids = result.generator.gates.filter((gate) => gate.status === 'void');
    const cpuShare = (result.generator.cpuUs ?? 0) / (seconds * 1e6);
    return { code, voids: voids.map(({ name, measured }) => `${name} (${measured})`), cpuShare };
  } finally {
    await target.stop();
  }
}

/** The whole process, all its threads, gets no turn for a while. */
async function stopOnce(child: ChildProcess, started: Promise<void>): Promise<void> {
  await started;
  await sleep(STOP_AFTER_MS);
  child.kill('SIGSTOP');
  await sleep(STOP_MS);
  child.kill('SIGCONT');
}

/** Bounded once it has started: making ready is not what is to be slow. */
const pinnedTo =
  (share: number, onMeans: (says: string) => void) =>
  async (child: ChildProcess, started: Promise<void>, ended: () => boolean): Promise<void> => {
    const quota = quotaOf(child.pid!);
    if (quota === undefined) {
      onMeans('stopped nine tenths of the time');
      await takeTurns(child, started, ended);
      return;
    }
    onMeans(`${(100 * share).toFixed(1)} % of a core by a control group`);
    child.once('exit', () => void quota.remove());
    await started;
    quota.bound(share);
  };

async function takeTurns(child: ChildProcess, started: Promise<void>, ended: () => boolean): Promise<void> {
  await started;
  for (let turn = 0; turn < 300 && !ended(); turn++) {
    child.kill('SIGSTOP');
    await sleep(TURN_MS - RUNS_MS);
    child.kill('SIGCONT');
    await sleep(RUNS_MS);
  }
}

function row(name: string, { code, voids }: Finished, ok: boolean, means = ''): Row {
  const note = [means, voids.length > 0 ? voids.join('; ') : 'fit'].filter((part) => part !== '').join(': ');
  return { name, value: code ?? -1, unit: 'exit', note, ok };
}

export async function starve(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'doorbuster-starve-'));
  const quick = { nullTarget: true };
  const voidOf = ({ voids }: Finished, name: string): boolean => voids.some((each) => each.startsWith(`${name} (`));
  try {
    const stopped = await run(folder, { shop: quick, ratePerS: 1_000, seconds: 10 }, stopOnce);
    let means = '';
    const pinned = pinnedTo(LEFT * stopped.cpuShare, (says) => {
      means = says;
    });
    const starved = await run(folder, { shop: quick, ratePerS: 1_000, seconds: 6 }, pinned);
    // 200 payments a second for 300 orders a second: a queue that grows until the end.
    const slow = { service: 'fixed:20ms', payments: 4 };
    const behind = await run(folder, { shop: slow, ratePerS: 300, seconds: 8 }, async () => {});
    return [
      row(`stopped for ${STOP_MS} ms in 10 s at 1,000/s`, stopped, stopped.code === 4 && voidOf(stopped, 'lateness')),
      row('a tenth of the CPU it needs at 1,000/s', starved, starved.code === 4 && voidOf(starved, 'lateness'), means),
      row('a slow shop, a fit generator', behind, behind.code !== 4 && behind.voids.length === 0),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  console.log(`${availableParallelism()} cores`);
  for (const { name, value, unit, note, ok } of await starve()) {
    console.log(`${ok ? '✓' : '✗'} ${name.padEnd(42)} ${unit} ${value}  ${note}`);
  }
}
