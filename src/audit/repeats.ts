// What a repeated request may be answered (IETF draft-ietf-httpapi-idempotency-key-header): the same key with the same
// body gets the first result again; with another body it is refused. Only what an answer itself says is held against the
// shop: one that was lost on the way, or that asks to slow down, says nothing.

import type { OutcomeClass } from '../outcomes.ts';
import type { Deed, TroubleKind } from './spec.ts';

/** `id`, `quantity`, `total`: of an accepted answer, where the profile says how to read them. */
export type AnswerFacts = { class: OutcomeClass; status: number; id?: string; quantity?: number; total?: number };

const TOO_MANY = 429;
const isGone = (status: number): boolean => status === 404 || status === 410;
const isThere = (status: number): boolean => status >= 200 && status < 300;
const differ = <T>(one: T | undefined, other: T | undefined): boolean =>
  one !== undefined && other !== undefined && one !== other;

/** True when a repeat of an accepted order says anything: only then is it counted in `replays`, `altered`, `readBacks`. */
export function isTelling(why: Deed['why'], repeat: AnswerFacts): boolean {
  if (why === 'read-back') return isThere(repeat.status) || isGone(repeat.status);
  return repeat.class === 'accepted' || (repeat.class === 'rejected' && repeat.status !== TOO_MANY);
}

/**
 * What is wrong with the answer to a repeat, held against `first`, the first answer that accepted the order; undefined:
 * nothing. A copy or a retry may be told that the order is in flight, so only a `replay`, which is sent once the answer is
 * there, has to be accepted again.
 */
export function troubleOf(why: Deed['why'], first: AnswerFacts, repeat: AnswerFacts): TroubleKind | undefined {
  if (first.class !== 'accepted' || !isTelling(why, repeat)) return undefined;
  if (why === 'read-back') return isGone(repeat.status) ? 'not-found' : undefined;
  const accepted = repeat.class === 'accepted';
  const isOther = differ(first.quantity, repeat.quantity) || differ(first.total, repeat.total);
  if (why === 'altered') {
    // A shop may answer any repeat with its first result, whatever the body; then it says so by the id.
    const isFirstResult = first.id !== undefined && first.id === repeat.id && !isOther;
    return accepted && !isFirstResult ? 'altered-accepted' : undefined;
  }
  if (!accepted) return why === 'replay' ? 'no-replay' : undefined;
  if (differ(first.id, repeat.id)) return 'two-ids';
  return isOther ? 'other-answer' : undefined;
}
