// Time that stands still until the test moves it: every delay of the shop ends when its turn comes, earliest first.

import type { Delay } from '../../src/demo/payments.ts';

const turn = () => new Promise<void>((next) => setImmediate(next));

/** Commits end within two turns of the loop, and what waits for them within as many again. */
const TURNS = 5;

export type StoppedTime = {
  delay: Delay;
  /** Ends the delay that is due next and lets the shop do what it waited to do. False when nothing is waiting. */
  step(): Promise<boolean>;
};

export function stoppedTime(): StoppedTime {
  let nowMs = 0;
  const waiting: { atMs: number; end: () => void }[] = [];
  return {
    delay: (ms) => new Promise((end) => waiting.push({ atMs: nowMs + ms, end })),
    step: async () => {
      const next = waiting.reduce<(typeof waiting)[number] | undefined>(
        (first, other) => (first === undefined || other.atMs < first.atMs ? other : first),
        undefined,
      );
      if (!next) return false;
      waiting.splice(waiting.indexOf(next), 1);
      nowMs = next.atMs;
      next.end();
      for (let i = 0; i < TURNS; i++) await turn();
      return true;
    },
  };
}
