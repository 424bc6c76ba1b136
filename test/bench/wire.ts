// The drivers against the null target, beside wrk with the same request: alternating rounds in one run, medians and
// ratios. Generator on one core, target on another where taskset is there. About 45 s. `node test/bench/wire.ts` prints
// the rows.

import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startDemo } from '../../src/demo/process.ts';
import type { DriverName } from '../../src/drive/driver.ts';
import { Parser } from '../../src/drive/wire/parser.ts';
import { compileOrder } from '../../src/order/template.ts';
import type { Row } from './row.ts';
import { type Load, type Loaded, ORDER } from './wire-load.ts';

const run = promisify(execFile);
const ROUNDS = 3;
const SECONDS = 1.5;
const CONNECTIONS = 64;
const GENERATOR_CORE = '0';
const TARGET_CORE = '1';
const LOAD = fileURLToPath(new URL('./wire-load.ts', import.meta.url));

type Speed = { perS: number; cpuUs: number };

function has(command: string): boolean {
  try {
    execFileSync('which', [command], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const PINNED = has('taskset');

function pinned(command: string, args: string[]): [string, string[]] {
  return PINNED ? ['taskset', ['-c', GENERATOR_CORE, command, ...args]] : [command, args];
}

async function generate(load: Load): Promise<Loaded> {
  const { stdout } = await run(...pinned(process.execPath, [LOAD, JSON.stringify(load)]));
  return JSON.parse(stdout);
}

async function speedOf(driver: DriverName, origin: string): Promise<Speed> {
  const { orders, accepted, seconds, cpuUs } = await generate({
    driver,
    origin,
    seconds: SECONDS,
    connections: CONNECTIONS,
  });
  if (orders !== accepted) throw new Error(`${driver}: ${orders} orders, ${accepted} accepted`);
  return { perS: orders / seconds, cpuUs: cpuUs / orders };
}

/** The same request as ours, but the same for every order. wrk says what it did, the shell's `times` what it cost. */
async function speedOfWrk(script: string, origin: string): Promise<Speed> {
  const wrk = `wrk -t1 -c${CONNECTIONS} -d2s -s ${script} ${origin}/checkout; times`;
  const { stdout } = await run(...pinned('bash', ['-c', wrk]));
  const perS = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1]);
  const times = [
    ...stdout
      .trim()
      .split('\n')
      .at(-1)!
      .matchAll(/(\d+)m([\d.]+)s/g),
  ];
  const cpuS = times.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
  return { perS, cpuUs: (cpuS * 1e6) / requests };
}

function wrkScript(folder: string): string {
  const request = compileOrder(ORDER)[0]!.render({ seq: 1 });
  const headers: string[] = [];
  for (let i = 0; i < request.headers.length; i += 2) {
    headers.push(`wrk.headers["${request.headers[i]}"] = "${request.headers[i + 1]}"`);
  }
  const file = join(folder, 'order.lua');
  const body = new TextDecoder().decode(request.body);
  writeFileSync(file, `wrk.method = "POST"\nwrk.body = '${body}'\n${headers.join('\n')}\n`);
  return file;
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const medians = (speeds: readonly Speed[]): Speed => ({
  perS: median(speeds.map(({ perS }) => perS)),
  cpuUs: median(speeds.map(({ cpuUs }) => cpuUs)),
});

function speedRows(name: string, { perS, cpuUs }: Speed, note: string): Row[] {
  return [
    { name: `${name}: orders, closed loop`, value: perS, unit: '/s', note },
    { name: `${name}: CPU per order`, value: cpuUs, unit: 'µs', note: 'user + system, of the generator' },
  ];
}

async function throughputRows(origin: string): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'doorbuster-wire-'));
  try {
    const script = has('wrk') ? wrkScript(folder) : undefined;
    const speeds: Record<'wire' | 'undici' | 'wrk', Speed[]> = { wire: [], undici: [], wrk: [] };
    const ratios: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      speeds.wire.push(await speedOf('wire', origin));
      if (script) {
        speeds.wrk.push(await speedOfWrk(script, origin));
        ratios.push(speeds.wire.at(-1)!.perS / speeds.wrk.at(-1)!.perS);
      }
      speeds.undici.push(await speedOf('undici', origin));
    }
    const wire = medians(speeds.wire);
    const undici = medians(speeds.undici);
    const places = PINNED ? 'one core each for generator and target' : 'not pinned: taskset is absent';
    const note = `median of ${ROUNDS} rounds, ${CONNECTIONS} connections, ${places}`;
    const rows = [...speedRows('wire', wire, note), ...speedRows('undici', undici, note)];
    rows.push({ name: 'wire / undici', value: wire.perS / undici.perS, unit: '×', note: 'throughput' });
    if (script) {
      const wrk = medians(speeds.wrk);
      rows.push(...speedRows('wrk -t1', wrk, note), ratioRow(median(ratios)), cpuRow(wire, wrk));
    } else rows.push({ name: 'wrk', value: Number.NaN, unit: '/s', note: 'not installed: apt-get install wrk' });
    rows.push(await heldRow(origin, 0.7 * (script ? medians(speeds.wrk).perS : wire.perS)));
    return rows;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const ratioRow = (value: number): Row => ({
  name: 'wire / wrk',
  value,
  unit: '×',
  note: 'throughput, median of the rounds; limit 0.7',
  ok: value >= 0.7,
});

const cpuRow = (wire: Speed, wrk: Speed): Row => ({
  name: 'wire / wrk, CPU per order',
  value: wire.cpuUs / wrk.cpuUs,
  unit: '×',
  note: 'aim 1.3; wrk sends the same bytes every time and checks nothing',
});

/** Open loop: every order on time at this rate, or nearly. */
async function heldRow(origin: string, ratePerS: number): Promise<Row> {
  const loaded = await generate({ origin, seconds: 3, connections: CONNECTIONS, ratePerS: Math.floor(ratePerS) });
  const perS = loaded.accepted / (loaded.seconds + 1);
  const { p50, p99 } = loaded.latenessUs!;
  return {
    name: 'wire: held in open loop',
    value: perS,
    unit: '/s',
    note: `of ${Math.floor(ratePerS)}/s planned; lateness p50 ${Math.round(p50)} µs, p99 ${Math.round(p99)} µs`,
  };
}

// ── the two pure halves ────────────────────────────────────────────────────────────────────────────────────────────

const ANSWER = Buffer.from(
  'HTTP/1.1 201 Created\r\ndate: Wed, 08 Apr 2015 10:00:00 GMT\r\ncontent-type: application/json\r\n' +
    'content-length: 18\r\nconnection: keep-alive\r\n\r\n{"orderId":"null"}',
);

function nsPer(once: (index: number) => number): number {
  const costs: number[] = [];
  let sink = 0;
  for (let round = 0; round < 9; round++) {
    const before = process.threadCpuUsage();
    for (let i = 0; i < 200_000; i++) sink += once(i);
    const { user, system } = process.threadCpuUsage(before);
    if (round > 1) costs.push((user + system) / 200);
  }
  if (sink < 0) throw new Error('unreachable: keeps the results alive');
  return median(costs);
}

function pureRows(): Row[] {
  const parser = new Parser({ captureBytes: 16_384, maxBodyBytes: 1e6, maxHeadBytes: 65_536 });
  const parseNs = nsPer(() => {
    parser.begin(false);
    return parser.push(ANSWER, 0, ANSWER.length) + parser.head.status;
  });
  const request = compileOrder(ORDER)[0]!.http1({ host: '127.0.0.1:8080', close: false });
  const buffer = Buffer.alloc(request.maxBytes);
  request.prepare(buffer);
  return [
    {
      name: 'wire: parse an answer',
      value: parseNs,
      unit: 'ns',
      note: `${ANSWER.length} bytes, 4 headers, in one piece`,
    },
    {
      name: 'wire: patch a request',
      value: nsPer((seq) => request.patch(buffer, { seq })),
      unit: 'ns',
      note: `identity included: key, buyer, sku into ${request.maxBytes} bytes`,
    },
  ];
}

export async function wireBench(): Promise<Row[]> {
  const demo = await startDemo({ nullTarget: true });
  try {
    if (PINNED) execFileSync('taskset', ['-acp', TARGET_CORE, String(demo.pid)], { stdio: 'ignore' });
    return [...pureRows(), ...(await throughputRows(demo.url))];
  } finally {
    await demo.stop();
  }
}

if (import.meta.main) {
  for (const { name, value, unit, note, ok } of await wireBench()) {
    const mark = ok === undefined ? ' ' : ok ? '✓' : '✗';
    console.log(
      `${mark} ${name.padEnd(32)} ${value.toFixed(value < 100 ? 2 : 0).padStart(8)} ${unit.padEnd(3)} ${note}`,
    );
  }
}
