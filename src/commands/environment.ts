// What this run ran on, for the report: enough to tell two machines apart, nothing that names a person.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import type { RunRecord } from '../report/record.ts';

/** From package.json, one folder above src and dist alike. */
export function doorbusterVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

export function environmentOf(): RunRecord['environment'] {
  return {
    doorbuster: doorbusterVersion(),
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    commit: commitHere(),
  };
}

/** Commit of the folder the run was started in (the shop's own repository, usually); undefined outside one. */
function commitHere(): string | undefined {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 2_000,
    }).trim();
  } catch {
    return undefined;
  }
}
