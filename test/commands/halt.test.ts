import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Halt } from '../../src/commands/halt.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function begun() {
  const signals = new EventEmitter();
  const said: string[] = [];
  const halt = new Halt({ say: (text) => said.push(text), width: 100 }, signals as unknown as NodeJS.Process);
  const did: string[] = [];
  const control = { drain: (signal: string) => did.push(`drain ${signal}`), abort: () => did.push('abort') };
  halt.listen();
  return { signals, said, halt, did, control };
}

describe('a search that is stopped', () => {
  it('lets the trial that goes on end its orders, and begins nothing new', () => {
    const { signals, said, halt, did, control } = begun();
    halt.during(control);
    signals.emit('SIGINT', 'SIGINT');
    expect(halt.signal).toBe('SIGINT');
    expect(did).toEqual(['drain SIGINT']);
    expect([halt.soon.aborted, halt.now.aborted]).toEqual([true, false]);
    expect(said.join('\n')).toContain('the search ends with what it has found so far');
    vi.advanceTimersByTime(60_000);
    expect(did).toEqual(['drain SIGINT']);
  });

  it('gives up the answers at the second signal, and leaves the third to Node', () => {
    const { signals, halt, did, control } = begun();
    halt.during(control);
    signals.emit('SIGINT', 'SIGINT');
    signals.emit('SIGINT', 'SIGINT');
    expect(did).toEqual(['drain SIGINT', 'abort']);
    expect(halt.now.aborted).toBe(true);
    expect(signals.listenerCount('SIGINT') + signals.listenerCount('SIGTERM')).toBe(0);
  });

  it('has its time after SIGTERM: the answers first, then the teardown', () => {
    const { signals, halt, did, control } = begun();
    halt.during(control);
    signals.emit('SIGTERM', 'SIGTERM');
    expect(did).toEqual(['drain SIGTERM']);
    vi.advanceTimersByTime(1_500);
    expect(did).toEqual(['drain SIGTERM', 'abort']);
    expect(halt.now.aborted).toBe(false);
    vi.advanceTimersByTime(1_000);
    expect(halt.now.aborted).toBe(true);
  });

  it('drains a run that begins in the same moment', () => {
    const { signals, halt, did, control } = begun();
    signals.emit('SIGINT', 'SIGINT');
    halt.during(control);
    expect(did).toEqual(['drain SIGINT']);
  });

  it('listens no more once it is closed', () => {
    const { signals, halt } = begun();
    halt.close();
    halt.close();
    expect(signals.listenerCount('SIGINT') + signals.listenerCount('SIGTERM')).toBe(0);
  });
});
