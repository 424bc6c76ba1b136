// The real command line in its own process: what a person would see, and the exit code.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

export const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** `uid`: run as another user (only root can). `shell`: a script that prepares its world and then runs `"$@"`. */
export type CliOptions = { cwd: string; env?: Record<string, string>; uid?: number; shell?: string };
export type Ended = { code: number | null; stdout: string; stderr: string };
export type Started = { child: ChildProcess; ended: Promise<Ended>; stderr: () => string };

/** A folder that is gone after the tests of this file. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'doorbuster-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function startCli(args: readonly string[], options: CliOptions): Started {
  const { NO_COLOR: _n, FORCE_COLOR: _f, ...env } = process.env;
  const command = [process.execPath, MAIN, ...args];
  const [program = '', ...rest] =
    options.shell === undefined ? command : ['/bin/sh', '-c', options.shell, 'sh', ...command];
  const child = spawn(program, rest, {
    cwd: options.cwd,
    // No calibration of the machine the tests run on: what is printed must not depend on it.
    env: {
      ...env,
      CI: 'true',
      XDG_CACHE_HOME: '/nonexistent',
      GITHUB_ACTIONS: '',
      GITHUB_STEP_SUMMARY: '',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    uid: options.uid,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
  return { child, ended, stderr: () => stderr };
}

export function cli(args: readonly string[], options: CliOptions): Promise<Ended> {
  return startCli(args, options).ended;
}

/** Resolves once the text has been printed on stderr. */
export async function untilSaid(started: Started, text: string): Promise<void> {
  if (started.stderr().includes(text)) return;
  await new Promise<void>((resolve, reject) => {
    started.child.stderr?.on('data', () => {
      if (started.stderr().includes(text)) resolve();
    });
    started.child.once('close', () => reject(new Error(`ended without saying "${text}":\n${started.stderr()}`)));
  });
}

/** Writes a short profile and returns its path. */
export function profileFile(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
