// The four classes an order can end in (DESIGN.md §1); a root leaf because measure, order and judge all speak of them.

/** accepted · rejected (a business no) · failed (certainly not placed) · unknown (may or may not have been placed). */
export const OUTCOME_CLASSES = ['accepted', 'rejected', 'failed', 'unknown'] as const;
export type OutcomeClass = (typeof OUTCOME_CLASSES)[number];

/** A named outcome; a run's outcomes are a fixed list, and the hot path speaks of them by index. */
export type Outcome = { name: string; class: OutcomeClass };

/** Outcomes of orders whose answer the run itself did not wait for: whose fate is not known, and is not the shop's doing. */
export const GIVEN_UP: readonly string[] = ['abandoned', 'not-sent'];
