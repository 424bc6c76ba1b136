// What a command costs while it runs, read from outside and for all commands alike: CPU time and memory of a process and
// its descendants from /proc, so that neither its start nor its own account of itself counts. And who runs where: one
// core for the generator, the other for the target.

import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** `cpuUs`: user + system, waited-for children included. `peakBytes`: sum of the highest resident size of each process. */
export type Cost = { cpuUs: number; peakBytes: number };

/** Linux counts CPU time of /proc/PID/stat in these. */
const TICK_US = 10_000;
const GENERATOR_CORE = '0';
const TARGET_CORE = '1';

export function has(command: string): boolean {
  try {
    execFileSync('which', [command], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export const PINNED = has('taskset');
export const PLACES = PINNED ? 'generator on one core, target on the other' : 'not pinned: taskset is absent';

/** taskset becomes the command it starts, so the pid of the child is that of the generator. */
export function spawnGenerator(command: string, args: readonly string[]): ReturnType<typeof spawn> {
  const [first, ...rest] = PINNED ? ['taskset', '-c', GENERATOR_CORE, command, ...args] : [command, ...args];
  return spawn(first!, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
}

export function pinTarget(pid: number): void {
  if (PINNED) execFileSync('taskset', ['-acp', TARGET_CORE, String(pid)], { stdio: 'ignore' });
}

/** NaN where there is no /proc, or the process is gone. */
export function costOf(pid: number): Cost {
  try {
    const cost = ownCost(pid);
    for (const child of readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')) {
      if (child === '') continue;
      const { cpuUs, peakBytes } = costOf(Number(child));
      cost.cpuUs += cpuUs;
      cost.peakBytes += peakBytes;
    }
    return cost;
  } catch {
    return { cpuUs: Number.NaN, peakBytes: Number.NaN };
  }
}

/** What one process holds now and has taken so far, its threads included and its children not; NaN where it is gone. */
export function processMemory(pid: number): { residentBytes: number; cpuUs: number } {
  try {
    const resident = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return { residentBytes: Number(resident?.[1]) * 1024, cpuUs: ownCost(pid).cpuUs };
  } catch {
    return { residentBytes: Number.NaN, cpuUs: Number.NaN };
  }
}

/** Of all processes and the kernel since the start of the machine, idling and time stolen by its host left out. */
export function machineCpuUs(): number {
  try {
    // proc(5): user, nice, system, idle, iowait, irq, softirq, of all cores together.
    const [user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'utf8')
      .split('\n', 1)[0]!
      .trim()
      .split(/ +/)
      .slice(1)
      .map(Number);
    return [user, nice, system, irq, softirq].reduce<number>((sum, ticks) => sum + ticks!, 0) * TICK_US;
  } catch {
    return Number.NaN;
  }
}

function ownCost(pid: number): Cost {
  // proc(5): behind the name come utime, stime, cutime and cstime as the fields 14 to 17, that is 12 to 15 behind the name.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  const peak = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return { cpuUs: ticks * TICK_US, peakBytes: Number(peak?.[1]) * 1024 };
}
