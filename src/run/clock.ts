// One clock for all threads of a run: µs since its shared start, monotonic, negative before it.
// `performance.now()` is cheap but counts from each thread's own origin; `process.hrtime` is one clock for the whole
// process. So the offset between the two is measured once per thread, as the smallest of several readings (a reading
// that was interrupted is only ever larger).

// The global `performance` is looked up by a getter each time, which is a sixth of what a look at the clock takes.
const { performance } = globalThis;

/** µs of the process-wide monotonic clock. */
export function monotonicUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/** µs since `startUs` of the monotonic clock, for the calling thread. */
export function clockFrom(startUs: number): () => number {
  let offsetUs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 20; i++) {
    const local = performance.now();
    offsetUs = Math.min(offsetUs, Number(process.hrtime.bigint()) / 1e3 - local * 1e3);
  }
  const shiftUs = offsetUs - startUs;
  return () => performance.now() * 1e3 + shiftUs;
}

/** How the pacer gives the thread back to the event loop; faked in tests. */
export type Waiter = {
  /** Calls back no earlier than `ms` (whole) minus the timer's grain of 1 ms. */
  after(ms: number, callback: () => void): void;
  /** Calls back once I/O has had its turn. */
  soon(callback: () => void): void;
  /** Lets about a microsecond pass where it stands, and leaves nothing behind to be collected. */
  pause(): void;
};

/** Together 0.5 to 1 µs on an x86 processor of 2023; where a pause is shorter, the clock is only looked at more often. */
const PAUSES = 20;

export const waiter: Waiter = {
  after: (ms, callback) => void setTimeout(callback, ms),
  soon: (callback) => void setImmediate(callback),
  pause: () => {
    for (let i = 0; i < PAUSES; i++) Atomics.pause();
  },
};
