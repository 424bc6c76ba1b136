// One generator against the null target, the same for all: when it is up to speed, a window is cut out of it, and what
// was done in the window is counted by the target, not by the generator; what it cost is read from /proc at both ends.

import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoProcess } from '../../src/demo/process.ts';
import { costOf, machineCpuUs, spawnGenerator } from './process-cost.ts';

export const WARM_S = 1;
export const WINDOW_S = 2;
/** Between the end of the window and the end of the load. */
export const SLACK_S = 0.5;

/**
 * Of the window. `targetShare` and `othersShare`: of one core, taken by the target and by neither of the two. `memoryMb`:
 * highest resident size until its end.
 */
export type Loaded = {
  perS: number;
  cpuUs: number;
  memoryMb: number;
  targetShare: number;
  othersShare: number;
  stdout: string;
};

/** A measurement beside which others took more than this of one core is made again, so often. */
export const MOST_OTHERS = 0.25;
const ATTEMPTS = 4;
/** A busy neighbour is given time to end before the next attempt. */
const APART_MS = 2_000;

export type Command = { command: [command: string, args: string[]]; saysWarm: boolean };

type Sample = {
  atMs: number;
  count: number;
  cpuUs: number;
  peakBytes: number;
  targetUs: number;
  machineUs: number;
};

async function sampleOf(target: DemoProcess, pid: number): Promise<Sample> {
  const { count } = (await (await fetch(`${target.url}/count`)).json()) as { count: number };
  const { cpuUs, peakBytes } = costOf(pid);
  return {
    atMs: performance.now(),
    count,
    cpuUs,
    peakBytes,
    targetUs: costOf(target.pid).cpuUs,
    machineUs: machineCpuUs(),
  };
}

/** The least disturbed of a few attempts; the first that was not disturbed ends them. */
export async function measureLoad(target: DemoProcess, command: Command, attempts = ATTEMPTS): Promise<Loaded> {
  let best = await measureOnce(target, command);
  for (let attempt = 1; attempt < attempts && best.othersShare > MOST_OTHERS; attempt++) {
    await sleep(APART_MS);
    const next = await measureOnce(target, command);
    if (next.othersShare < best.othersShare) best = next;
  }
  return best;
}

async function measureOnce(target: DemoProcess, { command, saysWarm }: Command): Promise<Loaded> {
  const running = startCommand(command);
  if (saysWarm) await running.says('warm');
  else await sleep(WARM_S * 1e3);
  const from = await sampleOf(target, running.pid);
  await sleep(WINDOW_S * 1e3);
  const to = await sampleOf(target, running.pid);
  const stdout = await running.ended;
  const orders = to.count - from.count;
  const seconds = (to.atMs - from.atMs) / 1e3;
  const generatorUs = to.cpuUs - from.cpuUs;
  const targetUs = to.targetUs - from.targetUs;
  return {
    perS: orders / seconds,
    cpuUs: generatorUs / orders,
    memoryMb: to.peakBytes / 1e6,
    targetShare: targetUs / 1e6 / seconds,
    othersShare: Math.max(0, to.machineUs - from.machineUs - generatorUs - targetUs) / 1e6 / seconds,
    stdout,
  };
}

export type Running = {
  pid: number;
  /** Resolves when it printed such a line; rejects when it ends without. */
  says: (word: string) => Promise<void>;
  /** Resolves with all it printed; rejects when it failed. */
  ended: Promise<string>;
};

/** Pinned to the generator's core. */
export function startCommand([command, args]: [string, string[]]): Running {
  const child: ChildProcess = spawnGenerator(command, args);
  let stdout = '';
  let stderr = '';
  const waiting: (() => void)[] = [];
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const look of waiting) look();
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`${command} ended with ${code}: ${stderr.trim()}`));
    });
  });
  // Whoever waits for it hears of a failure; nobody else needs to.
  ended.catch(() => {});
  const heard = (word: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (stdout.includes(`{"says":"${word}"`)) resolve();
      };
      waiting.push(look);
      look();
    });
  return {
    pid: child.pid!,
    says: (word) =>
      Promise.race([heard(word), ended.then(() => Promise.reject(new Error(`${command} never said ${word}`)))]),
    ended,
  };
}
