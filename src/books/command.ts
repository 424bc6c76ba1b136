// The output of a program as the bytes of an export: run without a shell, in a process group of its own, so that whatever
// it started is gone with it when it takes too long or is no longer wanted.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { formatDuration } from '../units.ts';

export type CommandOptions = { cwd: string; timeoutUs: number; signal?: AbortSignal };

type Child = ChildProcessByStdio<null, Readable, Readable>;

/**
 * Hands the output to `read`, and waits for both.
 *
 * @throws Error in plain words when it cannot be run, ends with another code than 0, takes too long, or `read` throws
 */
export async function readCommand(
  argv: readonly string[],
  { cwd, timeoutUs, signal }: CommandOptions,
  read: (output: AsyncIterable<Uint8Array>) => Promise<unknown>,
): Promise<void> {
  const [file = '', ...args] = argv;
  const child = spawn(file, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = endOf(child);
  let stopped = '';
  const stop = (why: string): void => {
    stopped ||= why;
    kill(child);
  };
  const timer = setTimeout(() => stop(`took longer than ${formatDuration(timeoutUs)}`), Math.ceil(timeoutUs / 1e3));
  const onAbort = (): void => stop('was given up');
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted) onAbort();
  try {
    const reading = await read(child.stdout).then(
      () => undefined,
      (error: Error) => error,
    );
    // Nobody reads on: it would wait at a full pipe for ever.
    if (reading) kill(child);
    const trouble = await ended;
    if (stopped !== '') throw new Error(`command \`${file}\` ${stopped}`);
    // A program that failed explains what its output lacks; one that was ended for its output does not.
    if (trouble !== '' && !trouble.startsWith('ended with SIGKILL')) throw new Error(`command \`${file}\` ${trouble}`);
    if (reading) throw reading;
    if (trouble !== '') throw new Error(`command \`${file}\` ${trouble}`);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

function kill(child: Child): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It was gone already.
  }
  child.stdout.destroy();
  child.stderr.destroy();
}

/** Empty: it ended well. */
function endOf(child: Child): Promise<string> {
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (complaint.length < 200) complaint += text;
  });
  child.stderr.on('error', () => {});
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`cannot be run: ${error.message}`));
    // Not `exit`: what it complained of may still be on its way.
    child.once('close', (code, by) => {
      const said = complaint.trim().split('\n')[0]?.slice(0, 120) ?? '';
      resolve(code === 0 ? '' : `ended with ${by ?? `code ${code}`}${said === '' ? '' : `: ${said}`}`);
    });
  });
}
