// One run through the real command line that something is done to in the middle, and what its folder says afterwards.
// However it went, the two identities hold: no order is lost count of.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect } from 'vitest';
import type { Result } from '../../src/report/result.ts';
import { type Ended, profileFile, type Started, scratchFolder, startCli } from '../support/cli.ts';
import { verdictOf } from '../support/noise.ts';
import { type ScriptedServer, scriptedServer } from '../support/scripted-server.ts';

export const folder = scratchFolder();
/** What is left when all tests of the file are done; a test that runs beside others cannot say when it is. */
const leftOpen: (() => unknown)[] = [];
afterAll(() => Promise.all(leftOpen.map((close) => close())));

const FIXTURES = new URL('../fixtures/faults/', import.meta.url);

export type FaultOptions = {
  /** Fields of `target:`. */
  target: string;
  ratePerS?: number;
  seconds: number;
  /** A slack limit on times beside it, so that a busy machine's lateness does not void the run. */
  slo?: string;
  /** More lines of the profile. */
  more?: string;
  /** A module of test/fixtures/faults that is loaded before Doorbuster. */
  preload?: string;
  env?: Record<string, string>;
  shell?: string;
  flags?: readonly string[];
  out?: string;
};

export type FaultRun = {
  out: string;
  started: Started;
  /** Resolves when the run has told its n-th second, with what it counted until then. */
  second(n: number): Promise<Record<string, number>>;
  /** The end of the process, and what the folder says; throws when it does not balance. */
  end(): Promise<Ended & Told>;
};

type Told = {
  result: Result;
  orders: Result['orders'];
  /** Of those that there were. */
  outcomes: Record<string, number>;
  /** `pass 0`; `noise` where nothing but this busy machine voided the run. */
  verdict: string;
  gate: (name: string) => { status: string; measured: string; advice: string };
};

/** Looks every few milliseconds, and no more once the process has ended: what follows says why. */
export async function until({ ended }: Started, holds: () => boolean): Promise<void> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!holds() && !over) await new Promise((resolve) => setTimeout(resolve, 5));
}

export function startFault(name: string, options: FaultOptions): FaultRun {
  const { target, ratePerS = 20, seconds, slo = 'errors < 1%', more = '', flags = [] } = options;
  const out = options.out ?? join(folder, name);
  const text = `version: 1\nname: ${name}\ntarget: { ${target} }\ntraffic: { rate: ${ratePerS}/s, for: ${seconds}s, arrivals: even }\nslo: [${slo}, mean < 5m]\n${more}`;
  const file = profileFile(folder, `${name}.yaml`, text);
  const preload = options.preload === undefined ? '' : `--import ${new URL(options.preload, FIXTURES).href}`;
  const started = startCli(['run', file, '--out', out, '--json', ...flags], {
    cwd: folder,
    env: { NODE_OPTIONS: preload, ...options.env },
    shell: options.shell,
  });
  leftOpen.push(() => started.child.kill('SIGKILL'));
  const heard = secondsOf(started.child);
  const ended = started.ended.then((all) => {
    heard.over(all.stderr);
    return all;
  });
  return {
    out,
    started,
    second: heard.second,
    end: async () => {
      const all = await ended;
      return { ...all, ...toldIn(out, all.stderr) };
    },
  };
}

function secondsOf(child: ChildProcess) {
  const events: Record<string, number>[] = [];
  const waiting: { n: number; resolve: (event: Record<string, number>) => void; reject: (error: Error) => void }[] = [];
  let rest = '';
  child.stdout?.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('{"event":"second"')) events.push(JSON.parse(line));
    for (const each of waiting) if (events.length >= each.n) each.resolve(events[each.n - 1]!);
  });
  return {
    second: (n: number): Promise<Record<string, number>> => {
      const { promise, resolve, reject } = Promise.withResolvers<Record<string, number>>();
      if (events.length >= n) resolve(events[n - 1]!);
      waiting.push({ n, resolve, reject });
      return promise;
    },
    over: (stderr: string): void => {
      for (const { n, reject } of waiting) reject(new Error(`ended before second ${n}:\n${stderr}`));
    },
  };
}

export function toldIn(out: string, said = ''): Told {
  expect(existsSync(join(out, 'result.json')), said).toBe(true);
  const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result;
  const { orders, generator } = result;
  expect(orders.planned).toBe(orders.fired + orders.dropped + orders.unreached);
  expect(orders.fired).toBe(orders.accepted + orders.rejected + orders.failed + orders.unknown);
  const rows = result.outcomes.filter(({ count }) => count > 0);
  return {
    result,
    orders,
    outcomes: Object.fromEntries(rows.map(({ name, count }) => [name, count])),
    verdict: verdictOf(result),
    gate: (name) => generator.gates.find((gate) => gate.name === name)!,
  };
}

/** As a busy machine may have voided the run: the verdict, or `noise`. */
export const oneOf = (verdict: string) => expect.toSatisfy((value) => [verdict, 'noise'].includes(value), verdict);

export type Shop = { port: number; url: string; child: ChildProcess; kill(): Promise<void> };

/** The shop of test/fixtures/faults/shop.ts; killed with the test. */
export async function startShop(options: { serviceMs?: number; backlog?: number; port?: number } = {}): Promise<Shop> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('shop.ts', FIXTURES))], {
    env: {
      ...process.env,
      FAULT_SERVICE_MS: String(options.serviceMs ?? 0),
      FAULT_BACKLOG: String(options.backlog ?? 511),
      FAULT_PORT: String(options.port ?? 0),
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const kill = (): Promise<void> => {
    child.kill('SIGKILL');
    return gone;
  };
  leftOpen.push(kill);
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (line) => resolve(Number(line)));
    void gone.then(() => reject(new Error('the shop did not start')));
  });
  return { port, url: `http://127.0.0.1:${port}`, child, kill };
}

/** A scripted shop in the test's own process. */
export async function serve(...how: Parameters<typeof scriptedServer>): Promise<ScriptedServer> {
  const server = await scriptedServer(...how);
  leftOpen.push(server.close);
  return server;
}
