// The part of result.json's schema that speaks of the shop's books (result-audit.ts).

import { INVARIANTS } from '../audit/spec.ts';
import {
  amount,
  count,
  described,
  listOf,
  maybeAmount,
  object,
  oneOf,
  orNull,
  type Schema,
  text,
} from './schema-shapes.ts';

const maybeText: Schema = { type: ['string', 'null'] };

const deed = object({
  step: text,
  why: oneOf('first', 'copy', 'retry', 'replay', 'altered', 'read-back'),
  firedUs: maybeAmount,
  doneUs: maybeAmount,
  status: count,
  outcome: text,
  id: described(maybeText, 'The order id in the answer.'),
});

const example = object({
  seq: described({ type: ['integer', 'null'], minimum: 0 }, 'Of the plan; null for what is no order of it.'),
  key: maybeText,
  sku: maybeText,
  says: text,
  story: described(
    orNull(object({ dueUs: amount, deeds: listOf(deed) })),
    'Its attempts, µs from the start of the run; null where it was not kept.',
  ),
});

const reading = object({
  rows: count,
  claimed: described({ type: ['integer', 'null'], minimum: 0 }, 'Rows the books said they have.'),
  malformed: count,
  malformedExamples: listOf(text),
  trouble: text,
  polls: described(listOf(count), 'Counts seen while waiting for the books to settle.'),
  tookUs: amount,
});

export const AUDIT_SCHEMA = listOf(
  object({
    name: oneOf(...INVARIANTS),
    status: oneOf('pass', 'fail', 'not-checked'),
    violations: described(amount, 'Orders; of oversold and undersold units.'),
    checked: described(amount, 'How many orders, rows or repeats were looked at.'),
    says: text,
    examples: described(listOf(example), 'The first 20.'),
  }),
);

export const BOOKS_SCHEMA = described(
  orNull(
    object({
      incomplete: described(text, 'Why the books were not read whole, which voids the run; empty when they were.'),
      read: described(orNull(reading), 'null where no export was read.'),
      foreign: described(object({ rows: count, keys: listOf(text) }), 'Rows of orders that are not of this run.'),
      unknown: described(
        orNull(object({ total: count, placed: count, notPlaced: count, examples: listOf(example) })),
        'What the books say of orders whose answer never came.',
      ),
      truth: described(
        orNull(object({ accepted: count, confirmed: count, unknown: count, holds: { type: 'boolean' } })),
        'holds: accepted ≤ confirmed ≤ accepted + unknown.',
      ),
    }),
  ),
  'null for a run whose books nobody looked at.',
);

export const ATTEMPTS_SCHEMA = described(
  orNull(object({ orders: count, attempts: count, perOrder: maybeAmount })),
  'Orders whose placing step was sent, and how often in all.',
);
