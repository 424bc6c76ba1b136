// The part of result.json's schema that speaks of single orders (result-kept.ts).

import { OUTCOME_CLASSES } from '../outcomes.ts';
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
const flag: Schema = { type: 'boolean' };

const step = object({
  step: text,
  why: oneOf('first', 'copy', 'retry', 'replay', 'altered', 'read-back'),
  thinkUs: described(amount, "The shopper's pause before it."),
  latenessUs: amount,
  firedUs: amount,
  sentUs: maybeAmount,
  doneUs: amount,
  status: count,
  outcome: text,
  trace: described(maybeText, 'The trace header it was sent with.'),
});

const order = object({
  seq: described(count, 'Of the plan: 0 is the first.'),
  key: described(text, 'Its idempotency key, as in the books.'),
  dueUs: described(amount, 'From the start of the run.'),
  outcome: text,
  class: oneOf(...OUTCOME_CLASSES),
  responseUs: described(amount, 'lateness + wait + service + think.'),
  latenessUs: amount,
  waitUs: amount,
  serviceUs: described(maybeAmount, 'null when nothing of it was sent.'),
  thinkUs: amount,
  status: described(count, 'Of its last answer; 0 without one.'),
  detail: described(text, 'Behind a failure: its code or a short text.'),
  trace: described(
    orNull(object({ id: text, sent: text, url: maybeText })),
    'sent: the trace header that placed it; url: by target.traceUrl. null where the profile sends none.',
  ),
  steps: described(listOf(step), 'Its exchanges, at most 16; empty for an order of one.'),
});

const answer = object({
  outcome: text,
  class: oneOf(...OUTCOME_CLASSES),
  seq: described(count, 'The first order with this outcome that any worker told of.'),
  step: described(text, 'What was answered.'),
  status: count,
  failure: described(text, 'Why there is no answer; empty when there is one.'),
  detail: text,
  headers: listOf(object({ name: text, value: text })),
  body: described(text, 'Its beginning, at most 4 KiB, secrets taken out.'),
  isCut: described(flag, 'There was more of it.'),
  isBinary: described(flag, 'It is no text, and not shown.'),
});

export const EXAMPLES_SCHEMA = described(
  object({
    slowest: described(listOf(order), 'The 20 slowest orders, the slowest first.'),
    failed: described(
      listOf(order),
      'Of each outcome that is failed or unknown the first order and some drawn at random, by the seed.',
    ),
    answers: described(listOf(answer), 'One answer of each outcome.'),
  }),
  'Single orders; not there in runs from before they were kept.',
);
