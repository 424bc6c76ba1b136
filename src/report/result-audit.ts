// result.json's part about the shop's books: every invariant with the orders that broke it and their story, how the books
// were read, what became of the orders whose answer never came, and how often an order was sent.

import type { AuditResult, Deed, Example, Invariant, Reading, Story } from '../audit/spec.ts';

/** Times µs from the start of the run; `id`: the order id in the answer. */
export type ResultDeed = Omit<Deed, 'id' | 'firedUs' | 'doneUs' | 'sentUs' | 'thinkUs' | 'latenessUs'> & {
  firedUs: number | null;
  doneUs: number | null;
  id: string | null;
};
export type ResultExample = {
  seq: number | null;
  key: string | null;
  sku: string | null;
  says: string;
  story: { dueUs: number; deeds: ResultDeed[] } | null;
};
export type ResultInvariant = Omit<Invariant, 'examples'> & { examples: ResultExample[] };

/** `incomplete` is empty when all that the profile names was read whole. */
export type ResultBooks = {
  incomplete: string;
  read: (Omit<Reading, 'claimed'> & { claimed: number | null }) | null;
  foreign: AuditResult['foreign'];
  unknown: { total: number; placed: number; notPlaced: number; examples: ResultExample[] } | null;
  truth: NonNullable<AuditResult['truth']> | null;
};

/** `perOrder`: attempts of the placing step for each order that was sent; null without one. */
export type ResultAttempts = { orders: number; attempts: number; perOrder: number | null };

export type AuditParts = { audit: ResultInvariant[]; books: ResultBooks | null; attempts: ResultAttempts | null };

/** Nothing of a run whose books nobody looked at. */
export function auditParts(audit: AuditResult | undefined): AuditParts {
  if (audit === undefined) return { audit: [], books: null, attempts: null };
  return {
    audit: audit.invariants.map((each) => ({ ...each, examples: each.examples.map(exampleOf) })),
    books: booksOf(audit),
    attempts: { ...audit.attempts, perOrder: perOrderOf(audit) ?? null },
  };
}

/** How often an order was sent; undefined when none was. */
export function perOrderOf({ attempts: { orders, attempts } }: AuditResult): number | undefined {
  return orders > 0 ? attempts / orders : undefined;
}

function booksOf({ incomplete, books, foreign, unknown, truth }: AuditResult): ResultBooks {
  return {
    incomplete,
    read: books === undefined ? null : { ...books, claimed: books.claimed ?? null },
    foreign,
    unknown: unknown === undefined ? null : { ...unknown, examples: unknown.examples.map(exampleOf) },
    truth: truth ?? null,
  };
}

function exampleOf({ seq, key, sku, says, story }: Example): ResultExample {
  return { seq: seq ?? null, key: key ?? null, sku: sku ?? null, says, story: story ? storyOf(story) : null };
}

function storyOf({ dueUs, deeds }: Story): NonNullable<ResultExample['story']> {
  const known = (us: number) => (Number.isFinite(us) ? us : null);
  return {
    dueUs,
    deeds: deeds.map(({ sentUs: _sent, thinkUs: _think, latenessUs: _late, ...deed }) => ({
      ...deed,
      firedUs: known(deed.firedUs),
      doneUs: known(deed.doneUs),
      id: deed.id ?? null,
    })),
  };
}
