// The run that a new one is held against: a folder by name, or the latest that passed with the same profile.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../report/result.ts';
import { readResult } from './read.ts';

export type Baseline = { folder: string; result: Result };

/** @throws UserError (exit 2) when there is no run in it that can be read */
export async function baselineIn(folder: string): Promise<Baseline> {
  return { folder, result: await readResult(folder) };
}

/**
 * The runs under `root` that ended with PASS (so none that was cut short) with this profile, the latest first. Folders that
 * are no runs, or are of another version, are passed over.
 */
export async function passesOf(root: string, profileHash: string): Promise<Baseline[]> {
  const names = await readdir(root).catch(() => []);
  const read = await Promise.all(
    names.map(async (name) => {
      const folder = join(root, name);
      const result = await readResult(folder).catch(() => undefined);
      return result === undefined ? undefined : { folder, result };
    }),
  );
  return read
    .filter((each) => each !== undefined)
    .filter(({ result }) => result.verdict === 'pass' && result.run.profileHash === profileHash)
    .sort((a, b) => (a.result.run.startedAt < b.result.run.startedAt ? 1 : -1));
}
