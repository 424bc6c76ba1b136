// What a worker thread and the machine say of themselves, read about once a second: nothing here is done per order.

import { readdirSync, readFileSync } from 'node:fs';
import { type EventLoopUtilization, PerformanceObserver, performance } from 'node:perf_hooks';
import type { HealthSample, MachineSample } from '../judge/health.ts';

/** What the pacer and the share counted since they began. */
export type Counted = { spunUs: number; queued: number };

export type HealthProbe = {
  /** Since the last call, or since the probe was made. */
  sample(nowUs: number, counted: Counted): HealthSample;
  close(): void;
};

/**
 * Of the calling thread. Busy is the time its event loop was active (libuv's idle time taken off) less the pacer's empty
 * turns, because a loop that polls for the next due time is active by libuv's count and yet has nothing to do.
 */
export function threadHealth(nowUs: number): HealthProbe {
  let [gcUs, gcMaxUs] = [0, 0];
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      gcUs += duration * 1e3;
      gcMaxUs = Math.max(gcMaxUs, duration * 1e3);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  let fromUs = nowUs;
  let loop: EventLoopUtilization = performance.eventLoopUtilization();
  let before: Counted = { spunUs: 0, queued: 0 };
  return {
    sample: (untilUs, counted) => {
      const loopNow = performance.eventLoopUtilization();
      const { active } = performance.eventLoopUtilization(loopNow, loop);
      const spunUs = counted.spunUs - before.spunUs;
      const busyUs = Math.max(0, Math.min(untilUs - fromUs, active * 1e3 - spunUs));
      const sample = { fromUs, untilUs, busyUs, gcUs, gcMaxUs, queued: counted.queued - before.queued };
      [fromUs, loop, before, gcUs, gcMaxUs] = [untilUs, loopNow, { ...counted }, 0, 0];
      return sample;
    },
    close: () => observer.disconnect(),
  };
}

type Look = { totalTicks: number; stealTicks: number; involuntary: number | undefined };

/** Reads /proc of Linux; `undefined` where there is none. The first call only remembers. */
export function machineProbe(): () => MachineSample | undefined {
  let before: Look | undefined = look();
  return () => {
    const now = look();
    if (now === undefined || before === undefined) return undefined;
    const sample = {
      totalTicks: now.totalTicks - before.totalTicks,
      stealTicks: now.stealTicks - before.stealTicks,
      // A thread that ended took its count with it.
      involuntary:
        now.involuntary === undefined || before.involuntary === undefined
          ? undefined
          : Math.max(0, now.involuntary - before.involuntary),
    };
    before = now;
    return sample;
  };
}

function look(): Look | undefined {
  try {
    return { ...ticksOf(readFileSync('/proc/stat', 'utf8')), involuntary: involuntaryOf('/proc/self/task') };
  } catch {
    return undefined;
  }
}

/** `cpu user nice system idle iowait irq softirq steal guest guest_nice`; guest time is part of user and nice already. */
export function ticksOf(procStat: string): { totalTicks: number; stealTicks: number } {
  const ticks = procStat.slice(0, procStat.indexOf('\n')).trim().split(/\s+/).slice(1, 9).map(Number);
  if (ticks.length < 8 || ticks.some(Number.isNaN)) throw new Error('/proc/stat is not as proc(5) has it');
  return { totalTicks: ticks.reduce((sum, each) => sum + each, 0), stealTicks: ticks[7]! };
}

/** All threads of this process. Undefined where the kernel counts no switches at all (some sandboxes). */
function involuntaryOf(folder: string): number | undefined {
  let [voluntary, involuntary] = [0, 0];
  for (const thread of readdirSync(folder)) {
    try {
      const status = readFileSync(`${folder}/${thread}/status`, 'utf8');
      voluntary += Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(status)?.[1] ?? 0);
      involuntary += Number(/^nonvoluntary_ctxt_switches:\s*(\d+)/m.exec(status)?.[1] ?? 0);
    } catch {
      // It ended between the two looks.
    }
  }
  return voluntary + involuntary === 0 ? undefined : involuntary;
}
