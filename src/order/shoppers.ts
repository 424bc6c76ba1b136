// How one shopper behaves, as a function of (seed, seq): who clicks twice, who comes again, who leaves. Nothing is stored
// and no worker needs another to know. Times are µs, whole.

import { uniform } from '../traffic/random.ts';
import type { RetrySpec, ShopperSpec } from './spec.ts';

// Salts of identity.ts end below 100, those of template choices begin at 1000.
const SALT = {
  doubleClick: 101,
  copies: 102,
  replay: 103,
  altered: 104,
  abandon: 105,
  readBack: 106,
  delay: 200,
  retry: 300,
};
/** Retry-After in seconds (RFC 9110 §10.2.3). */
const SECONDS = /^\d{1,9}$/;

/** What one order does beside its steps; NaN: it does not. Reused, so never keep a reference past the next call. */
export type Behaviour = {
  /** Of each further click, how long after the first; ascending. */
  copyDelaysUs: number[];
  /** After the answer. */
  replayAfterUs: number;
  alteredAfterUs: number;
  readBackAfterUs: number;
  /** The connection is cut once the request is written; so long after it is sent again. */
  abandonAgainUs: number;
};

export function blankBehaviour(): Behaviour {
  const none = Number.NaN;
  return { copyDelaysUs: [], replayAfterUs: none, alteredAfterUs: none, readBackAfterUs: none, abandonAgainUs: none };
}

/** The behaviour of any order: fills `into` and returns it. */
export function behaviourOf(spec: ShopperSpec | undefined, seed: number): (seq: number, into: Behaviour) => Behaviour {
  const does = (seq: number, share: number | undefined, salt: number): boolean =>
    share !== undefined && uniform(seed, seq, salt) < share;
  return (seq, into) => {
    into.copyDelaysUs.length = 0;
    const { doubleClick, replay, altered, abandon, readBack } = spec ?? {};
    if (doubleClick && does(seq, doubleClick.share, SALT.doubleClick)) {
      const { fromCopies, untilCopies, withinUs } = doubleClick;
      const copies = fromCopies + Math.floor(uniform(seed, seq, SALT.copies) * (untilCopies - fromCopies + 1));
      for (let copy = 1; copy < copies; copy++) {
        into.copyDelaysUs.push(Math.floor(uniform(seed, seq, SALT.delay + copy) * withinUs));
      }
      into.copyDelaysUs.sort((a, b) => a - b);
    }
    into.replayAfterUs = replay && does(seq, replay.share, SALT.replay) ? Math.round(replay.afterUs) : Number.NaN;
    into.alteredAfterUs = altered && does(seq, altered.share, SALT.altered) ? Math.round(altered.afterUs) : Number.NaN;
    into.readBackAfterUs =
      readBack && does(seq, readBack.share, SALT.readBack) ? Math.round(readBack.afterUs) : Number.NaN;
    into.abandonAgainUs = abandon && does(seq, abandon.share, SALT.abandon) ? Math.round(abandon.againUs) : Number.NaN;
    return into;
  };
}

/** What a Retry-After header asks for, µs from `unixMs`; 0 when it is none, or in the past. */
export function parseRetryAfter(text: string | undefined, unixMs: number): number {
  const value = text?.trim() ?? '';
  if (SECONDS.test(value)) return Number(value) * 1e6;
  const atMs = Date.parse(value);
  return Number.isNaN(atMs) ? 0 : Math.max(0, (atMs - unixMs) * 1e3);
}

/** `nth`: 1 for the first retry. */
export type RetryDraw = { seed: number; seq: number; nth: number };

/**
 * How long after the last answer the nth retry goes out: backoff × 2^(n−1), give or take `jitter` of it, at most `maxUs`;
 * not before Retry-After where the shopper honours it. undefined: it asks for more than `maxUs`, and nobody waits so long.
 */
export function retryDelayUs(
  retry: RetrySpec,
  { seed, seq, nth }: RetryDraw,
  answer: { retryAfter: string | undefined; unixMs: number },
): number | undefined {
  const swing = 1 + retry.jitter * (2 * uniform(seed, seq, SALT.retry + nth) - 1);
  const ownUs = Math.min(retry.maxUs, retry.backoffUs * 2 ** (nth - 1) * swing);
  const askedUs = retry.honourRetryAfter ? parseRetryAfter(answer.retryAfter, answer.unixMs) : 0;
  return askedUs > retry.maxUs ? undefined : Math.round(Math.max(ownUs, askedUs));
}
