// Audits for the reports to show: one that is clean and one that found something, with an invariant that nobody checked.

import type { AuditResult, Example, Invariant, InvariantName } from '../../src/audit/spec.ts';
import { INVARIANTS } from '../../src/audit/spec.ts';

const CHECKED: Partial<Record<InvariantName, string>> = {
  oversold: 'no sku sold more than its stock',
  lost: 'all 11,970 accepted orders are in the books under their id',
};

function invariantOf(name: InvariantName): Invariant {
  const says = CHECKED[name];
  const unread: Invariant = {
    name,
    status: 'not-checked',
    violations: 0,
    checked: 0,
    says: 'the export has no totals',
    examples: [],
  };
  return says === undefined ? unread : { name, status: 'pass', violations: 0, checked: 11_970, says, examples: [] };
}

const READING = {
  rows: 11_971,
  malformed: 0,
  malformedExamples: [],
  trouble: '',
  polls: [11_970, 11_971, 11_971],
  tookUs: 41_000,
};

export const cleanAudit = (): AuditResult => ({
  invariants: INVARIANTS.map(invariantOf),
  incomplete: '',
  books: READING,
  unknown: { total: 12, placed: 1, notPlaced: 11, examples: [{ seq: 3, key: 'k', says: 'order #3: placed' }] },
  truth: { accepted: 11_970, confirmed: 11_971, unknown: 12, holds: true },
  foreign: { rows: 0, keys: [] },
  attempts: { orders: 12_000, attempts: 13_200 },
});

const forgotten = (seq: number): Example => {
  const key = `c0ffee00-0000-8000-8000-${String(seq).padStart(12, '0')}`;
  const deed = {
    step: 'checkout',
    why: 'first',
    firedUs: 3.2e6,
    doneUs: 3.214e6,
    status: 201,
    outcome: 'sold',
  } as const;
  const says = `order #${seq}, key ${key}: due 00:00:03.200, \`sold\` at 00:00:03.214 as \`order-${seq}\`; not in the books`;
  return { seq, key, says, story: { seq, dueUs: 3.2e6, deeds: [{ ...deed, id: `order-${seq}` }] } };
};

/** Two accepted orders that the shop forgot. */
export const lossyAudit = (): AuditResult => ({
  ...cleanAudit(),
  invariants: cleanAudit().invariants.map((each) =>
    each.name === 'lost'
      ? {
          name: 'lost',
          status: 'fail',
          violations: 2,
          checked: 11_970,
          says: '2 of 11,970 accepted orders are not in the books',
          examples: [forgotten(17), forgotten(4_711)],
        }
      : each,
  ),
});

/** An export that broke off. */
export const cutAudit = (): AuditResult => ({
  ...cleanAudit(),
  incomplete: 'the export broke off after 5,000 rows',
  invariants: INVARIANTS.map((name) => ({
    ...invariantOf(name),
    status: 'not-checked',
    says: 'the books were not read whole',
  })),
});
