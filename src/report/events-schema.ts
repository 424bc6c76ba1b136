// The published JSON Schema (draft-07) of what `run --json` prints: one JSON object a line, told apart by `event`.

import { RESULT_SCHEMA } from './result-schema.ts';
import { amount, count, described, maybeAmount, object, type Schema, text } from './schema-shapes.ts';

const event = (name: string, description: string, properties: Record<string, Schema>): Schema => ({
  ...object({ event: { const: name }, ...properties }),
  description,
});

const { $schema, ...result } = RESULT_SCHEMA;

export const EVENTS_SCHEMA: Schema = {
  $schema,
  title: 'Doorbuster events',
  description: 'One line of `doorbuster run --json`. Times are µs. A reader should ignore events it does not know.',
  anyOf: [
    event('start', 'Once, before the first order.', {
      name: described(text, 'Of the profile.'),
      startedAtMs: described(amount, 'Unix time, ms.'),
      orders: described(count, 'Planned.'),
      workers: count,
      reason: described(text, 'Why so many workers.'),
      driver: text,
      driverReason: text,
    }),
    event('second', 'About once a second, and once when everything has ended. Counts are of the run so far.', {
      elapsedUs: described(count, 'Since the start.'),
      fired: count,
      dropped: count,
      inFlight: described(count, 'Fired and not yet ended.'),
      accepted: count,
      rejected: count,
      failed: count,
      unknown: count,
      p50Us: described(maybeAmount, 'Of response, of the orders that have ended; null while there are none.'),
      p99Us: maybeAmount,
    }),
    event('end', 'Once, last.', { result }),
  ],
};
