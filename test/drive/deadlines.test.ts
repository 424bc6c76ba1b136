import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Deadlines } from '../../src/drive/deadlines.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function deadlinesOf(clockUs: () => number) {
  const dueUs: number[] = [];
  const expired: { dueUs: number; atUs: number }[] = [];
  const deadlines = new Deadlines({
    nowUs: clockUs,
    nextUs: () => dueUs[0] ?? Number.POSITIVE_INFINITY,
    expire: () => expired.push({ dueUs: dueUs.shift()!, atUs: clockUs() }),
  });
  const add = (us: number): void => {
    dueUs.push(us);
    deadlines.arm();
  };
  return { deadlines, add, dueUs, expired };
}

const timerClockUs = (): number => vi.getMockedSystemTime()!.getTime() * 1e3;

it('calls each within a millisecond after it passed, with one timer for all', () => {
  vi.setSystemTime(0);
  const { add, expired } = deadlinesOf(timerClockUs);
  for (const us of [1500, 1700, 9000, 20_400]) add(us);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(30);
  expect(expired).toEqual([
    { dueUs: 1500, atUs: 2000 },
    { dueUs: 1700, atUs: 2000 },
    { dueUs: 9000, atUs: 9000 },
    { dueUs: 20_400, atUs: 21_000 },
  ]);
  expect(vi.getTimerCount()).toBe(0);
});

it('is never early, though the timer rings before the clock is there', () => {
  vi.setSystemTime(0);
  // A clock that runs slower than the timers: each ring comes too soon.
  const slowUs = (): number => timerClockUs() * 0.7;
  const { add, expired } = deadlinesOf(slowUs);
  for (const us of [5000, 5001, 40_000]) add(us);
  vi.advanceTimersByTime(100);
  expect(expired).toHaveLength(3);
  for (const { dueUs, atUs } of expired) expect(atUs).toBeGreaterThanOrEqual(dueUs);
});

it('rings for nobody when the deadline was met, and not after stop', () => {
  vi.setSystemTime(0);
  const { deadlines, add, dueUs, expired } = deadlinesOf(timerClockUs);
  add(5000);
  dueUs.length = 0;
  vi.advanceTimersByTime(10);
  add(15_000);
  deadlines.stop();
  vi.advanceTimersByTime(100);
  expect(expired).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

it('lets answers that came in time be read first after a stall of its own thread', () => {
  vi.setSystemTime(0);
  let stalledUs = 0;
  const { add, dueUs, expired } = deadlinesOf(() => timerClockUs() + stalledUs);
  add(10_000);
  add(12_000);
  // The thread stood still for half a second; the sockets' turn, between timers and immediates, brings the first answer.
  stalledUs = 500_000;
  vi.advanceTimersToNextTimer();
  expect(expired).toEqual([]);
  dueUs.shift();
  vi.runAllTimers();
  expect(expired.map((each) => each.dueUs)).toEqual([12_000]);
});
