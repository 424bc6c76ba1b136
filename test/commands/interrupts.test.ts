// What Ctrl-C and SIGTERM mean at each stage of a run, without a process that would get them.

import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Interrupts } from '../../src/commands/interrupts.ts';
import { UserError } from '../../src/errors.ts';

const signals = new EventEmitter();
let said: string[];
let did: string[];
let interrupts: Interrupts;
const control = { drain: (signal: string) => void did.push(`drain ${signal}`), abort: () => void did.push('abort') };
const send = (signal: 'SIGINT' | 'SIGTERM') => signals.emit(signal, signal);
const listeners = () => signals.listenerCount('SIGINT') + signals.listenerCount('SIGTERM');
const given = () => Object.entries(interrupts.patience).flatMap(([name, { signal }]) => (signal.aborted ? [name] : []));

beforeEach(() => {
  vi.useFakeTimers();
  [said, did] = [[], []];
  const from = signals as unknown as NodeJS.Process;
  interrupts = new Interrupts({ say: (text) => void said.push(text.trim()), width: 80 }, from);
});
afterEach(() => {
  interrupts.close();
  expect(listeners()).toBe(0);
  vi.useRealTimers();
});

describe('before the first order', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s leaves the setup: exit %i, and no run', async (signal, exitCode) => {
    interrupts.duringStart();
    const begun = interrupts.unlessLeft(new Promise(() => {})).catch((error: unknown) => error);
    send(signal);
    const error = (await begun) as UserError;
    expect(error).toBeInstanceOf(UserError);
    expect([error.exitCode, error.message]).toEqual([exitCode, expect.stringContaining(`${signal} came before`)]);
    expect(given()).toEqual(['start', 'books']);
    expect(said).toEqual(['Stopping before the first order.\nAgain to stop at once.']);
    // The second is Node's.
    expect(listeners()).toBe(0);
  });

  it('has been left when the signal came a moment earlier', async () => {
    interrupts.duringStart();
    send('SIGTERM');
    await expect(interrupts.unlessLeft(Promise.resolve('begun'))).rejects.toThrow('no run folder');
  });

  it('goes on without a signal, and fails by itself', async () => {
    interrupts.duringStart();
    await expect(interrupts.unlessLeft(Promise.resolve('begun'))).resolves.toBe('begun');
    await expect(interrupts.unlessLeft(Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  });

  it('leaves the teardown its time, and no more, on SIGTERM', () => {
    interrupts.duringStart();
    send('SIGTERM');
    vi.advanceTimersByTime(1_999);
    expect(given()).not.toContain('teardown');
    vi.advanceTimersByTime(1);
    expect(given()).toContain('teardown');
  });
});

describe('during the orders', () => {
  it('drains at the first Ctrl-C, gives answers and books up at the second, and leaves the third to Node', () => {
    interrupts.duringOrders(control);
    send('SIGINT');
    expect([did, given()]).toEqual([['drain SIGINT'], []]);
    send('SIGINT');
    expect([did, given()]).toEqual([['drain SIGINT', 'abort'], ['books']]);
    expect(listeners()).toBe(0);
    // Books that were given up are left at once; files are not.
    interrupts.duringBooks();
    expect(listeners()).toBe(0);
    interrupts.duringFiles();
    expect(listeners()).toBe(2);
  });
});

describe('after the orders', () => {
  it('leaves books and teardown one by one', () => {
    interrupts.duringBooks();
    send('SIGINT');
    expect(given()).toEqual(['books']);
    interrupts.duringTeardown();
    send('SIGINT');
    expect(given()).toEqual(['books', 'teardown']);
  });

  it('writes the files at the first signal, and leaves the second to Node', () => {
    interrupts.duringFiles();
    expect(listeners()).toBe(2);
    send('SIGTERM');
    expect(given()).toEqual([]);
    expect(said).toEqual(['The files of the run are being written, and then it ends.\nAgain to stop at once.']);
    expect(listeners()).toBe(0);
  });
});
