// The outcome of an order from its class, where the run leaves no choice: if all accepted orders ended as `sold`, each one did.

import type { Outcome, OutcomeClass } from '../outcomes.ts';
import { OUTCOME_CLASSES } from '../outcomes.ts';
import type { LedgerView } from './spec.ts';

/** `ended`: as the orders ended. A class of which the ledger counts others (a later repeat told more) names nobody. */
export function outcomeNames(
  ledger: Pick<LedgerView, 'classOf' | 'countOf' | 'isSoldOut'>,
  ended: readonly (Outcome & { count: number })[],
  soldOut: readonly string[],
): (seq: number) => string | undefined {
  const some = ended.filter(({ count }) => count > 0);
  const namesOf = (of: OutcomeClass): string[] => {
    const all = some.filter((each) => each.class === of);
    const isWhole = all.reduce((sum, { count }) => sum + count, 0) === ledger.countOf(of);
    return isWhole ? all.map(({ name }) => name) : [];
  };
  const byClass = Object.fromEntries(OUTCOME_CLASSES.map((name) => [name, namesOf(name)]));
  return (seq) => {
    const outcomeClass = ledger.classOf(seq);
    const names = byClass[outcomeClass]!;
    const left =
      outcomeClass === 'rejected' ? names.filter((name) => soldOut.includes(name) === ledger.isSoldOut(seq)) : names;
    return left.length === 1 ? left[0] : undefined;
  };
}
