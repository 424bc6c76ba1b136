import { describe, expect, it } from 'vitest';
import { machineProbe, threadHealth, ticksOf } from '../../src/run/health.ts';

/** Keeps this thread's loop busy, or lets it sleep, through real time; nothing is asserted of how long it took. */
const spin = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('what a thread says of itself', () => {
  it('is busy while it works, and not for the part that was polling', async () => {
    const probe = threadHealth(0);
    await turn();
    spin(30);
    await turn();
    const worked = probe.sample(1e6, { spunUs: 0, queued: 3 });
    expect(worked).toMatchObject({ fromUs: 0, untilUs: 1e6, queued: 3 });
    expect(worked.busyUs).toBeGreaterThanOrEqual(29_000);

    spin(30);
    await turn();
    const polled = probe.sample(2e6, { spunUs: 1e9, queued: 5 });
    expect(polled).toMatchObject({ fromUs: 1e6, busyUs: 0, queued: 2 });
    probe.close();
  });

  it('is never busier than the time there was', async () => {
    const probe = threadHealth(0);
    spin(10);
    await turn();
    expect(probe.sample(2_000, { spunUs: 0, queued: 0 }).busyUs).toBe(2_000);
    probe.close();
  });
});

describe('what the machine says', () => {
  it('counts steal beside all time of all cores; guests are part of user time', () => {
    const text = 'cpu  100 10 50 800 20 5 5 10 70 7\ncpu0 1 2 3 4 5 6 7 8 9 10\n';
    expect(ticksOf(text)).toEqual({ totalTicks: 1_000, stealTicks: 10 });
  });

  it('refuses a line that is something else', () => {
    for (const text of ['cpu 1 2 3\n', 'intr 1 2 3 4 5 x 7 8\n']) expect(() => ticksOf(text)).toThrow('proc(5)');
  });

  it('is a difference, never negative, or nothing at all', () => {
    const sample = machineProbe()();
    if (sample === undefined) return expect(process.platform).not.toBe('linux');
    expect(sample.totalTicks).toBeGreaterThanOrEqual(0);
    expect(sample.stealTicks).toBeLessThanOrEqual(sample.totalTicks);
    expect(sample.involuntary ?? 0).toBeGreaterThanOrEqual(0);
  });
});
