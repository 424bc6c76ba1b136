// The shop as its own process, so that what it costs is not paid by the generator that loads it. It has a session of its
// own, so a Ctrl-C typed at our terminal does not reach it while we drain; it ends when we stop it or when we end.

import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { EXIT, userError } from '../errors.ts';
import type { FromChild, ToChild } from './messages.ts';
import { parseShopOptions, type ShopInput } from './options.ts';

export type DemoProcess = {
  pid: number;
  /** `http://127.0.0.1:port` */
  url: string;
  port: number;
  /** Ends the process and waits until it is gone: politely first, then by force. Idempotent. */
  stop(): Promise<void>;
};

export type DemoSeams = {
  /** The process ended though nobody stopped it. `code` is null when a signal ended it; `says` is one line for people. */
  onExit?: (code: number | null, says: string) => void;
  /** How long stop() waits before it uses force. Default 4000: more than shop.close() allows orders in hand. */
  stopGraceMs?: number;
};

const STOP_GRACE_MS = 4000;
const START_MS = 20_000;
const STDERR_KEPT = 4096;

/** Runs from the sources and from dist alike. */
const ENTRY = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './child.ts' : './child.js', import.meta.url));

/** `gone` resolves when the process has ended and its last words are in. */
type Spawned = { child: ChildProcess; errors: Socket; gone: Promise<void>; stderr: () => string };

function spawn(): Spawned {
  // No execArgv of ours (a debugger's port, a test runner's loader) is passed on.
  const child = fork(ENTRY, [], { detached: true, execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const errors = child.stderr as Socket;
  let kept = '';
  errors.setEncoding('utf8').on('data', (text: string) => {
    kept = (kept + text).slice(-STDERR_KEPT);
  });
  // Not the child's own `close`: it never comes after a disconnect() from this side.
  const exit = new Promise((resolve) => child.once('exit', resolve));
  const silent = new Promise((resolve) => errors.once('close', resolve));
  const gone = new Promise<void>((resolve) => {
    child.on('error', () => {
      if (child.pid === undefined) resolve();
    });
    void Promise.all([exit, silent]).then(() => resolve());
  });
  return { child, errors, gone, stderr: () => kept.trim() };
}

function exitSays(child: ChildProcess, stderr: string): string {
  const how = child.signalCode ? `by ${child.signalCode}` : `with code ${child.exitCode}`;
  return `The built-in shop ended ${how}${stderr === '' ? '' : `: ${stderr}`}`;
}

/** Resolves when the shop listens. Rejects with UserError DEMO (exit 3) when it says it cannot, ends, or stays silent. */
function opened({ child, gone, stderr }: Spawned): Promise<{ url: string; port: number }> {
  return new Promise((resolve, reject) => {
    const fail = (message: string) => {
      clearTimeout(timer);
      reject(userError('DEMO', message, { exitCode: EXIT.unreachable }));
    };
    const timer = setTimeout(() => fail(`The built-in shop did not start within ${START_MS / 1000} s`), START_MS);
    child.once('error', (error) => fail(`The built-in shop could not be started: ${error.message}`));
    void gone.then(() => fail(exitSays(child, stderr())));
    child.once('message', (message: FromChild) => {
      if (message.kind === 'failed') return fail(`The built-in shop could not open: ${message.message}`);
      clearTimeout(timer);
      resolve({ url: message.url, port: message.port });
    });
  });
}

async function end({ child, errors, gone }: Spawned, graceMs = STOP_GRACE_MS): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.ref();
  errors.ref();
  if (child.connected) child.disconnect();
  const force = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await gone;
  clearTimeout(force);
}

/**
 * Starts the shop on a free loopback port (or `options.port`). Throws UserError for wrong options (SHOP_OPTION) and when
 * it does not open (DEMO). A process left running does not keep its parent alive.
 */
export async function startDemo(options: ShopInput = {}, seams: DemoSeams = {}): Promise<DemoProcess> {
  const start: ToChild = { kind: 'start', options: parseShopOptions(options) };
  const spawned = spawn();
  const { child } = spawned;
  let place: { url: string; port: number };
  try {
    const opening = opened(spawned);
    // A child that died before it could read is reported by its exit.
    child.send(start, () => {});
    place = await opening;
  } catch (error) {
    await end(spawned);
    throw error;
  }
  let stopping: Promise<void> | undefined;
  void spawned.gone.then(() => {
    if (!stopping) seams.onExit?.(child.exitCode, exitSays(child, spawned.stderr()));
  });
  child.unref();
  child.channel?.unref();
  spawned.errors.unref();
  const stop = (): Promise<void> => {
    stopping ??= end(spawned, seams.stopGraceMs);
    return stopping;
  };
  return { pid: child.pid!, ...place, stop };
}
