// A driver that answers from a formula instead of a network: `doneAt(sentUs, attempt)` says when.

import type { Attempt, Driver, DriverSeams } from '../../src/drive/driver.ts';
import type { Answer } from '../../src/order/answer.ts';
import type { World } from './world.ts';

export type Pretend = {
  /** When the answer to an attempt sent now is complete; undefined = never (only `close` ends it). */
  doneAtUs: (nowUs: number, attempt: Attempt) => number | undefined;
  status?: (attempt: Attempt) => number;
  /** Attempts in hand before `fire` refuses. */
  queue?: number;
};

export function pretendDriver(world: World, pretend: Pretend, onAnswer: DriverSeams['onAnswer']): Driver {
  const inHand = new Set<Attempt>();
  const counters = { open: 0, openMax: 0, opened: 0, waiting: 0, waitingMax: 0 };
  const answer = (attempt: Attempt, sentUs: number, failure: Answer['failure']): void => {
    if (!inHand.delete(attempt)) return;
    counters.open--;
    onAnswer(attempt, {
      sentUs,
      doneUs: world.nowUs,
      failure,
      detail: '',
      status: failure ? 0 : (pretend.status?.(attempt) ?? 201),
      headers: { get: () => undefined },
      body: new Uint8Array(),
      bodyTruncated: false,
    });
  };
  return {
    name: 'undici',
    counters,
    fire: (attempt) => {
      if (inHand.size >= (pretend.queue ?? Number.POSITIVE_INFINITY)) return false;
      inHand.add(attempt);
      counters.openMax = Math.max(counters.openMax, ++counters.open);
      const sentUs = world.nowUs;
      const doneUs = pretend.doneAtUs(sentUs, attempt);
      if (doneUs !== undefined) world.at(doneUs, () => answer(attempt, sentUs, undefined));
      return true;
    },
    close: async () => {
      for (const attempt of [...inHand]) answer(attempt, world.nowUs, 'abandoned');
    },
  };
}
