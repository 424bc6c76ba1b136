// A driver that answers from a formula instead of a network: `doneAt(sentUs, attempt)` says when.

import type { Attempt, Driver, DriverSeams } from '../../src/drive/driver.ts';
import type { Answer, Failure } from '../../src/order/answer.ts';
import type { World } from './world.ts';

/** What the pretended shop says to one attempt. */
export type Said = {
  status?: number;
  body?: string;
  headers?: Record<string, string>;
  failure?: Failure;
  detail?: string;
  unsent?: boolean;
};

export type Pretend = {
  /** When the answer to an attempt sent now is complete; undefined = never (only `close` ends it). */
  doneAtUs: (nowUs: number, attempt: Attempt) => number | undefined;
  status?: (attempt: Attempt) => number;
  /** Asked once, when the attempt is sent; instead of `status`. */
  says?: (attempt: Attempt) => Said;
  /** From fired to sent. */
  waitUs?: (attempt: Attempt) => number;
  /** Attempts in hand before `fire` refuses. */
  queue?: number;
};

const READ = Buffer.alloc(65_536);

function read(body: string): Buffer {
  return READ.subarray(0, READ.fill(0, 0, 256).write(body));
}

export function pretendDriver(world: World, pretend: Pretend, onAnswer: DriverSeams['onAnswer']): Driver {
  const inHand = new Set<Attempt>();
  const counters = { open: 0, openMax: 0, opened: 0, waiting: 0, waitingMax: 0 };
  const answer = (attempt: Attempt, sentUs: number, said: Said): void => {
    if (!inHand.delete(attempt)) return;
    counters.open--;
    const { failure, detail = '', status = 201, body = '', headers = {}, unsent } = said;
    const all = (name: string): string[] => (Object.hasOwn(headers, name) ? [headers[name]!] : []);
    const answered: Answer = {
      sentUs: unsent ? Number.NaN : Math.min(sentUs, world.nowUs),
      doneUs: world.nowUs,
      failure,
      detail,
      status: failure ? 0 : status,
      headers: { get: (name) => all(name)[0], all },
      // As the wire driver's: a view of a buffer that the next answer is read into.
      body: read(body),
      bodyTruncated: false,
    };
    onAnswer(attempt, answered);
  };
  return {
    name: 'undici',
    counters,
    fire: (attempt) => {
      if (inHand.size >= (pretend.queue ?? Number.POSITIVE_INFINITY)) return false;
      inHand.add(attempt);
      counters.openMax = Math.max(counters.openMax, ++counters.open);
      const sentUs = world.nowUs + (pretend.waitUs?.(attempt) ?? 0);
      const said = pretend.says?.(attempt) ?? { status: pretend.status?.(attempt) };
      const doneUs = pretend.doneAtUs(sentUs, attempt);
      if (doneUs !== undefined) world.at(doneUs, () => answer(attempt, sentUs, said));
      return true;
    },
    close: async () => {
      for (const attempt of [...inHand]) answer(attempt, world.nowUs, { failure: 'abandoned' });
    },
  };
}
