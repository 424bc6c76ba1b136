// What a repeated request may be answered (IETF draft-ietf-httpapi-idempotency-key-header): the same key with the same
// body gets the first result again; with another body it is refused. Only what an answer itself says is held against the
// shop: one that was lost on the way, that asks to slow down, that takes another body without a word of what it took, or
// that accepts and names nothing which the first answer named too, says nothing.

import type { OutcomeClass } from '../outcomes.ts';
import type { Deed, TroubleKind } from './spec.ts';

/** `id`, `quantity`, `total`: of an accepted answer, where the profile says how to read them. */
export type AnswerFacts = {
  class: OutcomeClass;
  status: number;
  id?: string;
  quantity?: number;
  total?: number;
  /** By a rule of the profile it asks to slow down, whatever its status: GraphQL says so with 200. */
  isThrottled?: boolean;
};

const TOO_MANY = 429;
const isGone = (status: number): boolean => status === 404 || status === 410;
const isThere = (status: number): boolean => status >= 200 && status < 300;
const areBoth = (one: unknown, other: unknown): boolean => one !== undefined && other !== undefined;
const differ = <T>(one: T | undefined, other: T | undefined): boolean => areBoth(one, other) && one !== other;
const sellsOther = (first: AnswerFacts, repeat: AnswerFacts): boolean =>
  differ(first.quantity, repeat.quantity) || differ(first.total, repeat.total);

/**
 * True when a repeat says anything about the shop: only then is it counted in `replays` (copies, retries and replays),
 * `altered` or `readBacks`. `first`: the first answer that accepted the order. A copy or a retry may be told that the order
 * is in flight, so only one that is accepted too can be compared.
 */
export function isTelling(why: Deed['why'], first: AnswerFacts, repeat: AnswerFacts): boolean {
  if (first.class !== 'accepted') return false;
  if (why === 'read-back') return isThere(repeat.status) || isGone(repeat.status);
  if (repeat.class === 'accepted') return tells(why, first, repeat);
  const asksToWait = repeat.status === TOO_MANY || repeat.isThrottled === true;
  return (why === 'replay' || why === 'altered') && repeat.class === 'rejected' && !asksToWait;
}

/** Two ids, or another quantity or total: otherwise another body may have been taken, or the first result told again. */
function tellsWhatItTook(first: AnswerFacts, repeat: AnswerFacts): boolean {
  return areBoth(first.id, repeat.id) || sellsOther(first, repeat);
}

/** Both were accepted: do they name anything that can be compared? */
function tells(why: Deed['why'], first: AnswerFacts, repeat: AnswerFacts): boolean {
  if (why === 'altered') return tellsWhatItTook(first, repeat);
  const { id, quantity, total } = first;
  return areBoth(id, repeat.id) || areBoth(quantity, repeat.quantity) || areBoth(total, repeat.total);
}

/** Accepted again under the same key, and nothing in the answers says whether that is the first result or another order. */
export function isUntold(why: Deed['why'], first: AnswerFacts, repeat: AnswerFacts): boolean {
  const areAccepted = first.class === 'accepted' && repeat.class === 'accepted';
  return why !== 'read-back' && areAccepted && !tells(why, first, repeat);
}

/** What is wrong with the answer to a repeat; undefined: nothing, or it says nothing. */
export function troubleOf(why: Deed['why'], first: AnswerFacts, repeat: AnswerFacts): TroubleKind | undefined {
  if (!isTelling(why, first, repeat)) return undefined;
  if (why === 'read-back') return isGone(repeat.status) ? 'not-found' : undefined;
  const accepted = repeat.class === 'accepted';
  const isOther = sellsOther(first, repeat);
  if (why === 'altered') {
    // A shop may answer any repeat with its first result, whatever the body; then it says so by the id.
    const isFirstResult = first.id !== undefined && first.id === repeat.id && !isOther;
    return accepted && !isFirstResult ? 'altered-accepted' : undefined;
  }
  if (!accepted) return 'no-replay';
  if (differ(first.id, repeat.id)) return 'two-ids';
  return isOther ? 'other-answer' : undefined;
}
