// A bound on what CPU a process and its children get, by a control group of Linux (version 1 or 2). Where none can be
// made (another system, no rights) there is none, and whoever wanted one does without.

import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const PERIOD_US = 100_000;
/** The kernel takes no less. */
const LEAST_US = 1_000;

export type Quota = {
  /** Bounds it from now on. @param share of one core */
  bound(share: number): void;
  /** After the process has ended. */
  remove(): Promise<void>;
};

/** Of version 2 and 1: where groups are made, and how a bound is written. */
const KINDS: { root: string; file: string; text: (quotaUs: number) => string }[] = [
  { root: '/sys/fs/cgroup', file: 'cpu.max', text: (quotaUs) => `${quotaUs} ${PERIOD_US}` },
  { root: '/sys/fs/cgroup/cpu', file: 'cpu.cfs_quota_us', text: String },
];

export function quotaOf(pid: number): Quota | undefined {
  for (const { root, file, text } of KINDS) {
    const folder = `${root}/doorbuster-bench-${pid}`;
    try {
      mkdirSync(folder);
    } catch {
      continue;
    }
    try {
      if (existsSync(`${folder}/${file}`)) {
        writeFileSync(`${folder}/cgroup.procs`, String(pid));
        return {
          bound: (share) => writeFileSync(`${folder}/${file}`, text(Math.max(LEAST_US, Math.round(share * PERIOD_US)))),
          remove: () => remove(folder),
        };
      }
    } catch {
      // No rights after all.
    }
    tryToRemove(folder);
  }
  return undefined;
}

/** The kernel needs a moment to see that its last process is gone. */
async function remove(folder: string): Promise<void> {
  for (let tries = 0; tries < 50 && !tryToRemove(folder); tries++) await sleep(20);
}

function tryToRemove(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
